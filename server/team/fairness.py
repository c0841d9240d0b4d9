"""Fairness: what each person may have under way, so that nobody's storm of calls keeps the others waiting.

A refused call is answered as a failed call of a tool, which says when to try again, and not with the HTTP status 429:
the clients of the SDKs report that status as a broken connection, and the model never reads the time. The status is
left for requests that are refused before they are read.
"""

import logging
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

import anyio
from mcp import MCPError
from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.types import CallToolResult, TextContent

from server import callers
from server.configuration import TeamLimits
from server.guards.waiting import held
from server.observing import events
from server.store.engine import Engine
from server.team.person import Person

logger = logging.getLogger(__name__)

PLACE: Final = "[team.limits] of testdesk.toml"
LONGEST_WAIT: Final = 45.0
"""Seconds after which a call that still waits is refused: hosts give up after a minute."""
TOO_MANY: Final = -32_029
"""The JSON-RPC code of a refused request that is no call of a tool."""
RETRY_AFTER: Final = "testdesk/retry_after_seconds"
LINED_UP: Final = frozenset({"tools/call", "resources/read", "completion/complete"})
"""The methods that send requests to platforms; a ping or a notification never waits."""
COUNTED: Final = LINED_UP - {"completion/complete"}
FLUSH: Final = (
    "INSERT INTO called (person, minute, times) VALUES (:person, :minute, :times) "
    "ON CONFLICT (person, minute) DO UPDATE SET times = called.times + :times RETURNING times"
)


class TooMany(Exception):
    """A request is over a limit of its person; the text says which one, and where it is set."""

    def __init__(self, sentence: str, seconds: float) -> None:
        super().__init__(sentence)
        self.seconds = max(1, round(seconds))


class Line:
    """The calls of one person on one platform: some under way, the next ones waiting in the order they came."""

    def __init__(self, limits: TeamLimits) -> None:
        self._limits = limits
        self._under_way = 0
        self._waiting: deque[anyio.Event] = deque()
        self._mean = 1.0
        """Seconds that a call takes, of late."""

    @property
    def is_empty(self) -> bool:
        return not self._under_way and not self._waiting

    @asynccontextmanager
    async def place(self, name: str, platform: str) -> AsyncIterator[None]:
        """Hold a place for one call.

        Raises:
            TooMany: when as many wait as may, or this one has waited for too long.
        """
        limits = self._limits
        ahead = len(self._waiting)
        if self._under_way >= limits.calls_at_once and ahead >= limits.calls_waiting:
            raise TooMany(
                f"{name} has {self._under_way} calls under way on {platform} and {ahead} waiting, as many as one "
                f"person may (calls_at_once = {limits.calls_at_once}, calls_waiting = {limits.calls_waiting} in "
                f"{PLACE})",
                self._mean * (1 + ahead / limits.calls_at_once),
            )
        place = Place(self)
        with anyio.move_on_after(LONGEST_WAIT):
            await place.take()
        if not place.is_held:
            raise TooMany(
                f"This call waited {LONGEST_WAIT:.0f} s for others of {name} on {platform} (calls_at_once = "
                f"{limits.calls_at_once} in {PLACE})",
                self._mean,
            )
        token, began = held.set(place), time.monotonic()
        try:
            yield
        finally:
            held.reset(token)
            place.give_back()
            self._mean += (time.monotonic() - began - self._mean) / 8

    async def enter(self, *, first: bool = False) -> None:
        """Wait for a place; `first` before all others of the line."""
        if self._under_way < self._limits.calls_at_once and (first or not self._waiting):
            self._under_way += 1
            return
        turn, has_come = anyio.Event(), False
        if first:
            self._waiting.appendleft(turn)
        else:
            self._waiting.append(turn)
        try:
            with events.get().call_waiting():
                await turn.wait()
            has_come = True
        finally:
            if not has_come and turn.is_set():
                self.leave()  # cancelled as its turn came
            elif not has_come:
                self._waiting.remove(turn)

    def leave(self) -> None:
        """Pass a place on to the next call."""
        if self._waiting:
            self._waiting.popleft().set()
        else:
            self._under_way -= 1


class Place:
    """A place in a line, which a call gives back while a person is asked."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self.is_held = False

    async def take(self) -> None:
        await self._line.enter()
        self.is_held = True

    def give_back(self) -> None:
        if self.is_held:
            self.is_held = False
            self._line.leave()

    async def take_again(self) -> None:
        await self._line.enter(first=True)
        self.is_held = True


@dataclass
class Minutes:
    """The calls of each person in the present minute; of other processes as far as the store has shown them."""

    most: int | None
    _minute: int = 0
    _own: Counter[str] = field(default_factory=Counter)
    """Calls of this process that the store does not have yet."""
    _stored: dict[str, int] = field(default_factory=dict)

    def count(self, name: str) -> None:
        """Count a call.

        Raises:
            TooMany: when there were as many in this minute as allowed.
        """
        if self.most is None:
            return
        self._turn_over()
        if self._own[name] + self._stored.get(name, 0) >= self.most:
            opens = (self._minute + 1) * 60
            raise TooMany(
                f"{name} has made {self.most} calls in this minute, as many as one person may (calls_a_minute = "
                f"{self.most} in {PLACE}). It opens again at {datetime.fromtimestamp(opens, UTC):%H:%M:%S UTC}",
                opens - time.time(),
            )
        self._own[name] += 1

    async def share(self, engine: Engine) -> None:
        """Tell the other processes, and learn of theirs.

        Raises:
            StoreError: when the store is away; each process then counts alone.
        """
        self._turn_over()
        minute = self._minute
        for name, times in list(self._own.items()):
            ((total,),) = await engine.quick(FLUSH, person=name, minute=minute, times=times)
            if self._minute == minute:
                self._own[name] -= times
                self._stored[name] = int(total)
        if self._stored:
            await engine.quick("DELETE FROM called WHERE minute < :minute", minute=minute - 2)

    def _turn_over(self) -> None:
        minute = int(time.time() // 60)
        if minute != self._minute:
            self._minute = minute
            self._own.clear()
            self._stored.clear()


class Fairness:
    """Lets the calls of people through, each person in lines of their own."""

    def __init__(self, limits: TeamLimits, platforms: Mapping[str, str], titles: Mapping[str, str]) -> None:
        self._limits, self._platforms, self._titles = limits, platforms, titles
        self._lines: dict[tuple[str, str], Line] = {}
        self._open: Counter[str] = Counter()
        self.minutes = Minutes(limits.calls_a_minute)

    async def admit(self, ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        """Middleware: wait for a place of the person's own, or refuse with the time to try again."""
        who = callers.person.get()
        if who is None or not who.is_team or ctx.method not in LINED_UP or ctx.request_id is None:
            return await call_next(ctx)
        platform = self._platform(ctx)
        lined = who.name, platform
        line = self._lines.setdefault(lined, Line(self._limits))
        try:
            if ctx.method in COUNTED:
                self.minutes.count(who.name)
            async with line.place(who.name, self._titles.get(platform, platform or "this server")):
                return await call_next(ctx)
        except TooMany as refused:
            return _refusal(ctx, refused)
        finally:
            if line.is_empty and self._lines.get(lined) is line:
                del self._lines[lined]

    @contextmanager
    def request(self, person: Person) -> Iterator[bool]:
        """Count an HTTP request of a person while it is open; whether it may be read at all."""
        if person.is_team and self._open[person.name] >= self._limits.open_requests:
            yield False
            return
        self._open[person.name] += 1
        try:
            yield True
        finally:
            self._open[person.name] -= 1
            if not self._open[person.name]:
                del self._open[person.name]

    def _platform(self, ctx: ServerRequestContext[Any, Any]) -> str:
        """The platform that a request is about; empty where it is about none, or several."""
        params = ctx.params if isinstance(ctx.params, Mapping) else {}
        name, uri = params.get("name"), params.get("uri")
        if ctx.method == "tools/call":
            return self._platforms.get(name, "") if isinstance(name, str) else ""
        scheme = uri.partition("://")[0] if isinstance(uri, str) else ""
        return scheme if scheme in self._titles else ""


def _refusal(ctx: ServerRequestContext[Any, Any], refused: TooMany) -> HandlerResult:
    text = f"{refused}. Nothing was sent; try again in {refused.seconds} s."
    logger.info("refused: %s", text)
    if ctx.method != "tools/call":
        raise MCPError(code=TOO_MANY, message=text, data={"retryAfterSeconds": refused.seconds})
    return CallToolResult(
        content=[TextContent(type="text", text=text)], is_error=True, _meta={RETRY_AFTER: refused.seconds}
    )
