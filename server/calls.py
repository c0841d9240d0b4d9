"""Calls in flight: each can be cancelled without its connection, and all can be awaited."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import anyio
from anyio.lowlevel import checkpoint_if_cancelled
from mcp import MCPError
from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.server.session import ServerSession
from mcp.types import CONNECTION_CLOSED

ENDED = "The connection closed, or the server stopped, before this call was done."


class Call:
    """One call, in its own cancel scope.

    The SDK's scope drops the answer of a cancelled call, even that of a write that could not be stopped any more. This
    one is inside it: what is shielded finishes and is answered, the rest is cancelled.
    """

    def __init__(self) -> None:
        self.scope = anyio.CancelScope()
        self.has_begun = False
        self.has_given_way = False
        self.is_unwanted = False

    async def run(self, ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        """Run the call, or say that it was cancelled."""
        self.has_begun = True
        with self.scope:
            # A call that was cancelled before it began must not reach a shielded write.
            await checkpoint_if_cancelled()
            return await call_next(ctx)
        self.has_given_way = True
        raise MCPError(CONNECTION_CLOSED, ENDED)


@dataclass(eq=False)
class Flight:
    """Something in flight; while it is idle, it waits for somebody else."""

    scope: anyio.CancelScope
    is_idle: bool = False

    def idle_while_asking(self, session: ServerSession) -> None:
        """Count it as idle while the client asks the user a question."""
        channel = session._request_outbound  # private: our own questions go past the session's methods
        send = channel.send_raw_request

        async def ask(*given: Any, **named: Any) -> Any:
            before, self.is_idle = self.is_idle, True
            try:
                return await send(*given, **named)
            finally:
                self.is_idle = before

        channel.send_raw_request = ask  # type: ignore[method-assign]  # one channel belongs to one request


class Flights:
    """Everything in flight, and an event for when nothing is."""

    def __init__(self) -> None:
        self._flights: set[Flight] = set()
        self._landed = anyio.Event()
        self._last = time.monotonic()

    @contextmanager
    def track(self, scope: anyio.CancelScope | None = None, *, is_idle: bool = False) -> Iterator[Flight]:
        """Count something as in flight; `scope` cancels it."""
        flight = Flight(scope or anyio.CancelScope(), is_idle)
        self._flights.add(flight)
        try:
            yield flight
        finally:
            self._flights.discard(flight)
            self._last = time.monotonic()
            self._landed.set()

    def cancel(self) -> None:
        """Cancel everything in flight; what is shielded goes on."""
        for flight in list(self._flights):
            flight.scope.cancel()

    async def landed(self) -> None:
        """Wait until nothing is in flight."""
        while self._flights:
            self._landed = anyio.Event()
            await self._landed.wait()

    async def quiet(self, seconds: float) -> None:
        """Wait until nothing but idle items has been in flight for so many seconds."""
        self._last = time.monotonic()
        while any(not f.is_idle for f in self._flights) or time.monotonic() - self._last < seconds:  # noqa: ASYNC110 - quiet is no event
            await anyio.sleep(seconds / 6)
