"""The standing orders of a configuration, each with the client of its tracker."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from server.clients import Clients
from server.configuration import HandOverRule
from server.guards.redact import Redactor
from server.settings import Settings, SettingsError
from server.standing.rules import first_that_takes, has_names, is_of, needs_name, product_of
from server.store.engine import Engine
from server.store.handovers import StoredHandovers
from server.trackers import TrackerSettings, tracker_clients
from tools.kit.defect import Content, Defect, DefectSource, with_texts
from tools.kit.network import Network
from tools.kit.platform import Platform
from tools.kit.webhook import Event
from tools.trackers.client import TrackerClient
from tools.trackers.drafts import draft
from tools.trackers.engine import Load, Mark, Work


@dataclass(frozen=True)
class Order:
    """One standing order at work."""

    rule: HandOverRule
    api: TrackerClient
    platform: Platform
    source: DefectSource
    client_of: Any
    """Returns the platform's client, for what an event does not have."""
    handovers: StoredHandovers

    @property
    def name(self) -> str:
        return self.rule.name

    @property
    def where(self) -> str:
        """The tracker and container, for people."""
        setup = self.api.setup
        return f"{setup.tracker.title} {setup.container} (tracker {setup.name})"

    def work(self, defect: Defect) -> Work:
        """A defect on its way: with the files and the mark that the rule allows, under its own title."""
        return Work(
            self.api,
            self.handovers,
            defect,
            draft(defect, self.api.setup),
            load=self._load if self.rule.uploads else None,
            mark=self._mark if self.rule.mark_exported else None,
        )

    @property
    def _load(self) -> Load:
        async def load(defect: Defect, number: int) -> Content:
            assert self.source.content is not None  # noqa: S101 - checked when it was opened
            return await self.source.content(self.client_of(), defect, number)

        return load

    @property
    def _mark(self) -> Mark:
        async def mark(defect: Defect, key: str) -> None:
            assert self.source.mark_exported is not None  # noqa: S101 - checked when it was opened
            await self.source.mark_exported(self.client_of(), defect, key)

        return mark


class Orders:
    """All standing orders, and which of them takes what."""

    def __init__(self, orders: Sequence[Order], only: Mapping[str, frozenset[str]], redact: Redactor) -> None:
        self.all, self.redact = tuple(orders), redact
        self._only = only
        self._names: dict[tuple[str, str], str] = {}

    @property
    def platforms(self) -> list[str]:
        """The platforms whose events are handed over."""
        return list(dict.fromkeys(order.platform.key for order in self.all))

    def by_name(self, name: str) -> Order | None:
        """A standing order; None where there is none any more."""
        return next((order for order in self.all if order.name == name), None)

    def read(self, platform: str, event: Event) -> Defect | None:
        """The defect of an event, with the secrets in its texts masked; None where it has no readable one."""
        source = next(order.source for order in self.all if order.platform.key == platform)
        defect = source.arrived(event) if source.arrived is not None else None
        return with_texts(defect, self.redact) if defect is not None else None

    async def choose(self, defect: Defect, *, is_dry: bool = False) -> tuple[Order | None, str]:
        """The first order that takes a defect; else why none does, as a sentence. A dry run reads no name.

        Raises:
            TestdeskError: when the name of its product is needed and cannot be read.
        """
        rules = [order.rule for order in self.all]
        only = self._only.get(defect.platform) or frozenset()
        if needs_name(rules, defect) or (only and not is_of(only, defect) and has_names(only) and not defect.where):
            if is_dry:
                return None, "A rule names its product, and whether it is that one is looked up when it is handed over."
            defect = replace(defect, where=await self._name_of(defect))
        if only and not is_of(only, defect):
            return None, f"The operator allows some products only, and it is of {product_of(defect)}."
        rule, why = first_that_takes(rules, defect)
        return (self.by_name(rule.name) if rule is not None else None), why

    async def _name_of(self, defect: Defect) -> str:
        """The name of a defect's product, which its platform is asked for once."""
        key = defect.platform, defect.product
        if key not in self._names:
            order = next(order for order in self.all if order.platform.key == defect.platform)
            self._names[key] = (await order.source.read(order.client_of(), defect.item, None)).where
        return self._names[key]


@asynccontextmanager
async def open_orders(
    settings: Settings, platforms: Sequence[Platform], network: Network, engine: Engine
) -> AsyncIterator[Orders]:
    """Open the standing orders of the configuration file, and close their connections at the end.

    Raises:
        SettingsError: when there is none, or one cannot work.
    """
    rules = settings.configuration.hand_over
    if not rules:
        raise SettingsError(
            f"{settings.configuration.path or 'The configuration file'} has no section [hand_over.NAME], so there is "
            "no standing order to carry out."
        )
    clients = Clients(platforms, settings, network)
    by_key = {platform.key: platform for platform in platforms}
    try:
        found = [_order(rule, settings, by_key[rule.platform], network, clients, engine) for rule in rules]
        reach = {key: _reach(settings, key) for key in {rule.platform for rule in rules}}
        yield Orders(found, reach, Redactor(settings.secrets))
    finally:
        await clients.close()


def _reach(settings: Settings, platform: str) -> frozenset[str]:
    """The only products of a platform that any of its accounts may reach; none: all."""
    limits = [settings.configuration.only(platform, account or None) for account in settings.accounts_of(platform)]
    return frozenset(name.casefold() for limit in limits for name in limit) if all(limits) else frozenset()


def _order(
    rule: HandOverRule, settings: Settings, platform: Platform, network: Network, clients: Clients, engine: Engine
) -> Order:
    source = platform.defects
    if source is None or source.arrived is None:
        raise _wrong(settings, rule, f"platform is {platform.title}, which pushes no bugs.")
    configured = settings.accounts_of(platform.key)
    needs = {
        "mark_exported": rule.mark_exported,
        "upload_files": rule.uploads,
        "products with a name, whose number the events have,": has_names(rule.products),
    }
    for what in (what for what, is_needed in needs.items() if is_needed):
        if not all(account.is_configured for account in configured.values()):
            raise _wrong(settings, rule, f"{what} needs a credential of {platform.title}, and there is none.")
        if len(configured) > 1:
            raise _wrong(settings, rule, f"{what} needs one account of {platform.title}: events do not say which.")
    if (rule.mark_exported and source.mark_exported is None) or (rule.uploads and source.content is None):
        raise _wrong(settings, rule, f"{platform.title} has no mark for what was exported, or no files.")
    return Order(
        rule,
        tracker_clients({rule.tracker: _narrowed(settings, rule)}, network)[rule.tracker],
        platform,
        source,
        partial(clients.__getitem__, platform.key),
        StoredHandovers(engine, who=f"standing order {rule.name}"),
    )


def _narrowed(settings: Settings, rule: HandOverRule) -> TrackerSettings:
    """The tracker with the rule's container and labels; its address and credential stay."""
    tracker = settings.trackers[rule.tracker]
    setup = replace(
        tracker.setup,
        # A sandbox has containers of its own.
        values=tracker.setup.values if settings.sandbox else {**tracker.setup.values, **rule.values},
        labels=tuple(dict.fromkeys((*tracker.setup.labels, *rule.labels))),
        uploads=tracker.setup.uploads and rule.uploads,
    )
    return replace(tracker, setup=setup)


def _wrong(settings: Settings, rule: HandOverRule, what: str) -> SettingsError:
    return SettingsError(f"{settings.configuration.path}, [hand_over.{rule.name}]: {what}")
