"""The commands of standing orders: carry them out, try them dry, show how they stand, put an item back."""

import logging
import os
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, tzinfo
from typing import Final

from server.configuration import Configuration
from server.guards.budgets import zone_of
from server.guards.fence import quote_others
from server.guards.redact import Redactor
from server.http_server import say
from server.inbox.events import EventStore
from server.inbox.serve import Beside
from server.setting_warnings import others_can, warnings
from server.settings import Settings, SettingsError
from server.standing.describe import describe
from server.standing.orders import Orders, open_orders
from server.standing.worker import UNREADABLE, Worker, day_start
from server.store.deliveries import Deliveries, Delivery, State
from server.store.engine import Engine
from server.terminal import printable
from tools.kit.defect import Defect
from tools.kit.errors import TestdeskError
from tools.kit.text import many, quote, word
from tools.platforms import PLATFORMS

MOST_LINES = 50
"""Items of each state that are listed."""
STATES: Final[Mapping[str, State]] = {"Given up": "dead", "Skipped": "skipped"}


async def carry_out(
    settings: Settings,
    engine: Engine,
    receive: Callable[[Beside | None, Redactor | None], Awaitable[int]],
    environment: Mapping[str, str] = os.environ,
) -> int:
    """Receive, and beside it create the issues of what arrives, until a signal."""
    path = settings.configuration.path
    if settings.sandbox:
        say("testdesk inbox: SANDBOX, all data is invented and nothing real happens.")
    elif others_can(0o002, path):
        raise SettingsError(f"Any user of this machine can change {path}, which is your consent; run chmod 600 on it.")
    for sentence in warnings(settings, environment):
        say(f"testdesk inbox: WARNING: {sentence}")
    if settings.log_level == "WARNING":
        logging.getLogger("server.standing").setLevel(logging.INFO)  # what it creates by itself is always logged
    from server.app import open_network

    async with open_orders(settings, PLATFORMS, open_network(settings, PLATFORMS), engine) as orders:
        for order in orders.all:
            say(f"testdesk inbox: {_line(describe(order), orders.redact)}")
        worker = Worker(orders, engine, zone=zone_of(settings.configuration.budgets.zone))
        return await receive(worker.run, orders.redact)


async def dry_run(settings: Settings, engine: Engine) -> int:
    """Print what would become of each item that waits; sends nothing and stores nothing."""
    events, queue = EventStore(engine), Deliveries(engine)
    from server.app import open_network

    async with open_orders(settings, PLATFORMS, open_network(settings, PLATFORMS), engine) as orders:
        redact = orders.redact
        day = day_start(zone_of(settings.configuration.budgets.zone), time.time())
        for order in orders.all:
            created = await queue.created_since(day, rule=order.name)
            _print(f"{describe(order)}; {created} created today", redact)
        count = 0
        for platform in orders.platforms:
            for item in await queue.pending(platform):
                event = await events.newest(platform, item)
                defect = orders.read(platform, event) if event is not None else None
                count += 1
                _print(f"\n{platform}:{word(item)}", redact)
                for line in [UNREADABLE] if defect is None else await _would(orders, defect):
                    _print(f"    {line}", redact)
        _print(f"\n{many(count, 'item')} would be handed over or skipped. Nothing was sent.", redact)
    return 0


async def _would(orders: Orders, defect: Defect) -> list[str]:
    """What would become of a defect."""
    try:
        order, why = await orders.choose(defect, is_dry=True)
    except TestdeskError as error:
        return [str(error)]
    if order is None:
        return [f"skipped: {why}"]
    setup, drafted = order.api.setup, order.work(defect).drafted
    known = await order.handovers.look(setup.place, defect.marker)
    lines = [
        f"by [hand_over.{order.name}] to {order.where}",
        f"title {quote(drafted.draft.title, at_most=300)}",
        f"severity {word(drafted.draft.severity or 'none')}, labels {', '.join(map(word, drafted.draft.labels))}",
    ]
    uploads = [defect.files[number].name for number in drafted.uploaded]
    lines += [
        f"{'uploads' if file.name in uploads else 'names, without uploading,'} {quote(file.name)} "
        f"{word(file.content_type)}".rstrip()
        for file in defect.files
    ]
    if known is not None and known.state == "created":
        lines.append(f"has {word(known.key)} already: nothing is created")
    elif known is not None:
        lines.append("an earlier attempt may have created it: it is looked up first")
    return lines


async def status(configuration: Configuration, engine: Engine) -> int:
    """Print how the standing orders stand; errors in the store are redacted already."""
    redact, queue, zone = Redactor(), Deliveries(engine), zone_of(configuration.budgets.zone)
    day, rules = day_start(zone, time.time()), configuration.hand_over
    for rule in rules:
        created = await queue.created_since(day, rule=rule.name)
        line = f"{rule.platform} to {rule.tracker}: {created} of {rule.a_day} issues created today"
        _print(f"[hand_over.{rule.name}] {line}", redact)
    if not rules:
        _print("No standing order: the configuration file has no section [hand_over.NAME].", redact)
    counts = await queue.counts()
    pending = [len(await queue.pending(key)) for key in dict.fromkeys(rule.platform for rule in rules)]
    waiting = max(counts["waiting"], sum(pending))
    _print(f"{waiting} waiting, {counts['done']} done, {counts['skipped']} skipped, {counts['dead']} given up", redact)
    failed = [one for one in await queue.newest_in("waiting", MOST_LINES) if one.error]
    for one in failed:
        _print(f"\n{_about(one)}, tried again at {_time(one.next_at, zone)}\n    {one.error}", redact)
    for title, state in STATES.items():
        found = await queue.newest_in(state, MOST_LINES)
        if found:
            _print(f"\n{title}; --retry {found[0].platform}:{word(found[0].item)} puts it back:", redact)
        for one in found:
            _print(f"  {_about(one)}\n    {one.error}", redact)
        if counts[state] > len(found):
            _print(f"  and {counts[state] - len(found)} older ones", redact)
    return 0


async def retry(engine: Engine, name: str) -> int:
    """Put an item back that was given up or skipped."""
    platform, _, item = name.strip().partition(":")
    if not platform or not item:
        raise SettingsError("--retry takes PLATFORM:ITEM as --status lists it.")
    if engine.exists and await Deliveries(engine).retry(platform, item):
        _print(f"{word(name)} waits again.", Redactor())
        return 0
    say(f"testdesk inbox: {printable(name)[:80]} was neither given up nor skipped; --status lists those that were.")
    return 1


def _about(one: Delivery) -> str:
    rule = f" [hand_over.{one.rule}]" if one.rule else ""
    return f"{one.platform}:{word(one.item)}{rule} after {many(one.attempts, 'attempt')}"


def _time(moment: float, zone: tzinfo) -> str:
    return datetime.fromtimestamp(moment, UTC).astimezone(zone).strftime("%Y-%m-%d %H:%M %Z")


def _line(text: str, redact: Redactor) -> str:
    """A text for a terminal, with others' words in quotation marks."""
    return printable(quote_others(text, redact))


def _print(text: str, redact: Redactor) -> None:
    print(_line(text, redact))  # noqa: T201 - this is its output
