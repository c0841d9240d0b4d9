"""A standing order as a sentence, for doctor, the start of the worker and a dry run."""

from collections.abc import Sequence

from server.settings import Settings, SettingsError
from server.standing.orders import Order, open_orders
from server.standing.rules import listed
from server.store.sqlite import SqliteEngine
from tools.kit.errors import TestdeskError
from tools.kit.network import Network
from tools.kit.platform import Platform


def describe(order: Order) -> str:
    """What it does by itself: from where, to where, which, and how many a day."""
    rule = order.rule
    which = [
        f"products {listed(rule.products)}" if rule.products else "all products",
        f"severities {listed(rule.severities)}" if rule.severities else "",
        f"not {listed(rule.not_severities)}" if rule.not_severities else "",
    ]
    after = [
        "uploads files" if rule.uploads else "",
        "marks the bug as exported, without undo" if rule.mark_exported else "",
    ]
    then = f"; then {' and '.join(filter(None, after))}" if any(after) else ""
    return (
        f"standing order {rule.name} creates issues by itself: {order.platform.title} events "
        f"({'; '.join(filter(None, which))}) to {order.where}, at most {rule.a_day} a day{then}"
    )


async def order_lines(settings: Settings, platforms: Sequence[Platform], network: Network) -> tuple[list[str], bool]:
    """A line for each standing order with who can read its issues, and whether all of them can work."""
    if not settings.configuration.hand_over:
        return [], True
    try:
        async with open_orders(settings, platforms, network, SqliteEngine(None)) as orders:
            return [f"- {describe(order)}. {await _audience(order)}".rstrip() for order in orders.all], True
    except SettingsError as error:
        return [f"- standing orders DO NOT WORK: {error}"], False


async def _audience(order: Order) -> str:
    """Who can read the issues, as far as the tracker says."""
    audience = order.api.setup.tracker.audience
    if audience is None:
        return f"{order.api.setup.tracker.title} does not say who can read them."
    try:
        return str(await audience.function(order.api)) or "Who can read them is not known."
    except TestdeskError as error:
        return f"Who can read them is not known: {error}"
