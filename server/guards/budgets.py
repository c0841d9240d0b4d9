"""Guards the budget: limits of the operator's, counted in the store for all processes together.

What an act takes is counted before its question, so that two open questions cannot both pass with one place left, and
given back with the call unless the act was begun.
"""

import logging
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, Final

import anyio
from mcp.server.context import CallNext, HandlerResult, ServerRequestContext

from server.configuration import Configuration, Limits
from server.guards.hours import Hours
from server.store.engine import Database, Engine, StoreError
from tools.kit.asking import UNKNOWN, Order
from tools.kit.caller import person
from tools.kit.errors import Refused
from tools.kit.platform import ToolSource
from tools.kit.toolset import Effect, Tool

logger = logging.getLogger(__name__)

THINGS: Final = frozenset(
    {"bugs", "decisions", "results", "rows", "subgroups", "test_cases", "tests", "target_projects"}
)
"""Lists of the things that a bulk act works on, beside those of ids; other lists are parts of one thing."""
PEOPLE: Final = "people."
"""What the scope of a person begins with."""
HOURS: Final = ("tester_hours_a_day", "tester_hours_a_month")
TAKE: Final = (
    "INSERT INTO budget (name, window_, used) VALUES (:name, :window, :amount) ON CONFLICT (name, window_) DO UPDATE "
    "SET used = budget.used + :amount WHERE budget.used + :amount <= :most RETURNING used"
)


@dataclass(frozen=True)
class Need:
    """What an act takes of one limit."""

    scope: str
    limit: str
    window: str
    amount: float
    most: int
    opens: datetime

    @property
    def name(self) -> str:
        return f"{self.scope}:{self.limit}"

    @property
    def place(self) -> str:
        """Where the limit is set."""
        return _place(self.scope, f"{self.limit} = {self.most}")


@dataclass
class Taken:
    """What one call has taken."""

    needs: tuple[Need, ...] = ()
    note: str = ""
    is_kept: bool = False


class _Reached(Exception):
    """A limit has no room for an act."""

    def __init__(self, need: Need, used: float) -> None:
        self.need, self.used = need, used


_taken: ContextVar[Taken | None] = ContextVar("taken", default=None)


class Budgets:
    """The limits of a server."""

    def __init__(self, configuration: Configuration, engine: Engine) -> None:
        self._configuration, self._budgets = configuration, configuration.budgets
        self._engine, self._zone = engine, zone_of(configuration.budgets.zone)

    def limits(self, platform: str, account: str | None) -> Iterator[tuple[str, Limits]]:
        """The limits that hold for an account of a platform, by their scopes."""
        for scope in ("", *self._configuration.scopes(platform, account)):
            if scope in self._budgets.limits:
                yield scope, self._budgets.limits[scope]
        yield from self._limits_of_person()

    def _limits_of_person(self) -> Iterator[tuple[str, Limits]]:
        """The limits of the person whom the present call is for, where callers are identified."""
        name, people = person.get(), self._budgets.people
        if name is None or not people:
            return
        yield f"{PEOPLE}{name}", people.get(name) or people[""]

    def check_size(
        self, platform: ToolSource, tool: Tool, arguments: Mapping[str, Any], *, account: str | None = None
    ) -> None:
        """Refuse an act on more things than allowed, before any request.

        Raises:
            Refused: with the limit.
        """
        count = things_in(arguments) if tool.effect is not Effect.READS else 0
        for scope, limits in self.limits(platform.key, account):
            if limits.in_one_act is not None and count > limits.in_one_act:
                raise Refused(
                    f"This act is on {count} things, and the operator allows {limits.in_one_act}: "
                    f"{_place(scope, 'in_one_act')}. Do it in parts."
                )

    def check_order(self, platform: ToolSource, order: Order, *, account: str | None = None) -> None:
        """Refuse an order at another time, or of another size, than allowed.

        Raises:
            Refused: with the limit.
        """
        moment = now()
        for scope, limits in self.limits(platform.key, account):
            opens = Hours.parse(limits.hours).opening(moment, self._zone) if limits.hours is not None else None
            if opens is not None:
                raise Refused(
                    f"The operator allows orders at these hours: {limits.hours} ({self._budgets.zone}); "
                    f"{_place(scope, 'hours')}. They open again at {_time(opens)}."
                )
            if limits.runners_x_copies is not None and order.machines > limits.runners_x_copies:
                raise Refused(
                    f"This may run on {_amount(order.machines)} machines at once, and the operator allows "
                    f"{limits.runners_x_copies}: {_place(scope, 'runners_x_copies')}. Fewer runners or copies may fit."
                )
            by_hours = [name for name in HOURS if getattr(limits, name) is not None]
            if by_hours and order.hours == UNKNOWN:
                raise Refused(
                    f"This order states no hours, which the operator limits: {_place(scope, by_hours[0])}. State "
                    "them, or create the test anew with a duration."
                )

    async def take(self, platform: ToolSource, order: Order, *, account: str | None = None) -> str:
        """Count an order, once in each call, and return the sentence that says what is left.

        Raises:
            Refused: when a limit has no room for it.
        """
        taken = _taken.get() or Taken()
        if not taken.needs:
            self.check_order(platform, order, account=account)
            needs = tuple(self._needs(platform.key, account, order))
            taken.note = await self._take(needs)
            taken.needs = needs
        return taken.note

    async def take_write(self, platform: ToolSource, *, account: str | None = None) -> None:
        """Count an act that changes something.

        Raises:
            Refused: when there were as many in this minute as allowed.
        """
        minute = now().astimezone(self._zone)
        window, opens = (
            minute.strftime("%Y-%m-%dT%H:%M"),
            minute.replace(second=0, microsecond=0) + timedelta(minutes=1),
        )
        await self._take(
            tuple(
                Need(scope, "writes_a_minute", window, 1, limits.writes_a_minute, opens)
                for scope, limits in self.limits(platform.key, account)
                if limits.writes_a_minute is not None
            )
        )

    @staticmethod
    def keep(*, is_kept: bool = True) -> None:
        """Keep what this call has taken, since its act begins; or not, since nothing was sent after all."""
        taken = _taken.get()
        if taken is not None:
            taken.is_kept = is_kept

    async def remember(self, ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        """Middleware: what a call takes is given back with its end, unless it is kept."""
        if ctx.method != "tools/call":
            return await call_next(ctx)
        taken = Taken()
        token = _taken.set(taken)
        try:
            return await call_next(ctx)
        finally:
            _taken.reset(token)
            if taken.needs and not taken.is_kept:
                with anyio.CancelScope(shield=True):
                    await self._give_back(taken.needs)

    async def left(self) -> list[str]:
        """A line for each limit that counts, with what is left of it."""
        lines = []
        for scope, limits in self._budgets.limits.items():
            counted = {name: most for name, most in vars(limits).items() if name.endswith(("_day", "_month"))}
            for name, most in counted.items():
                if most is not None:
                    window, opens = self._window(name)
                    need = Need(scope, name, window, 0, most, opens)
                    used = await self._used(need)
                    lines.append(f"{most - used:g} of {most} {_words(name)} left until {_time(opens)}; {need.place}")
        return lines

    def _needs(self, platform: str, account: str | None, order: Order) -> Iterator[Need]:
        for scope, limits in self.limits(platform, account):
            for what, amount in (("paid_acts", order.acts), ("tester_hours", order.hours)):
                for name in (f"{what}_a_day", f"{what}_a_month"):
                    most = getattr(limits, name)
                    if most is not None and amount:
                        window, opens = self._window(name)
                        yield Need(scope, name, window, amount, most, opens)

    def _window(self, limit: str) -> tuple[str, datetime]:
        """The present window of a limit, and when the next one begins."""
        today = now().astimezone(self._zone).replace(hour=0, minute=0, second=0, microsecond=0)
        if limit.endswith("_day"):
            return today.strftime("%Y-%m-%d"), today + timedelta(days=1)
        return today.strftime("%Y-%m"), (today.replace(day=1) + timedelta(days=32)).replace(day=1)

    async def _take(self, needs: tuple[Need, ...]) -> str:
        def run(db: Database) -> list[float]:
            return [_used_after(db, need) for need in needs]

        if not needs:
            return ""
        try:
            used = await self._engine.run(run)
        except _Reached as reached:
            raise _refusal(reached.need, reached.used) from reached
        except StoreError as error:
            raise Refused(f"{error} The operator limits such acts, and they cannot be counted without it.") from error
        left = [
            f"{need.most - number:g} of {need.most} {_words(need.limit)}"
            for need, number in zip(needs, used, strict=True)
        ]
        return f"Left of the operator's budget after this: {', '.join(left)}."

    async def _give_back(self, needs: tuple[Need, ...]) -> None:
        def run(db: Database) -> None:
            for need in needs:
                db.change(
                    "UPDATE budget SET used = used - :amount WHERE name = :name AND window_ = :window",
                    amount=need.amount,
                    name=need.name,
                    window=need.window,
                )

        try:
            await self._engine.run(run)
        except StoreError as error:
            logger.error("a budget could not be given back: %s", error)

    async def _used(self, need: Need) -> float:
        if not self._engine.exists:
            return 0.0
        query = "SELECT used FROM budget WHERE name = :name AND window_ = :window"
        rows = await self._engine.read(lambda db: db.rows(query, name=need.name, window=need.window))
        return float(rows[0][0]) if rows else 0.0


def zone_of(name: str) -> tzinfo:
    """A time zone by its name."""
    if name == "UTC":  # which no system lacks
        return UTC
    from zoneinfo import ZoneInfo  # a start without a zone does not pay for it

    return ZoneInfo(name)


def now() -> datetime:
    """The present moment."""
    return datetime.now(UTC)


def things_in(arguments: Mapping[str, Any]) -> int:
    """How many things a call is on: the rows of its longest list of things."""
    lists = [value for name, value in arguments.items() if name in THINGS or name == "ids" or name.endswith("_ids")]
    return max((len(value) for value in lists if isinstance(value, list | tuple)), default=1)


def _used_after(db: Database, need: Need) -> float:
    """Count a need, and forget the windows before; nothing of the transaction stays if there is no room."""
    db.change("DELETE FROM budget WHERE name = :name AND window_ < :window", name=need.name, window=need.window)
    values = {"name": need.name, "window": need.window, "amount": need.amount, "most": need.most}
    rows = db.rows(TAKE, **values) if need.amount <= need.most else []
    if not rows:
        query = "SELECT used FROM budget WHERE name = :name AND window_ = :window"
        used = db.rows(query, name=need.name, window=need.window)
        raise _Reached(need, float(used[0][0]) if used else 0.0)
    return float(rows[0][0])


def _refusal(need: Need, used: float) -> Refused:
    left = f"{need.most - used:g} of {need.most} {_words(need.limit)} left, and this takes {need.amount:g}"
    return Refused(f"The operator's budget has {left}: {need.place}. It opens again at {_time(need.opens)}.")


def _place(scope: str, limit: str) -> str:
    if scope.startswith(PEOPLE):
        return f"{limit} in [budgets.people] of testdesk.toml, for {scope.removeprefix(PEOPLE)}"
    return f"{limit} in [budgets{scope and '.'}{scope}] of testdesk.toml"


def _words(limit: str) -> str:
    return limit.replace("_", " ")


def _amount(number: float) -> str:
    return "an unknown number of" if number == UNKNOWN else f"{number:g}"


def _time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M %Z")
