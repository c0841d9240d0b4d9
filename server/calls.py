"""The calls in flight: each can be ended without ending its connection, and all of them can be waited for."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import anyio
from anyio.lowlevel import checkpoint_if_cancelled
from mcp import MCPError
from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.types import CONNECTION_CLOSED

ENDED = "The connection closed, or the server stopped, before this call was done."


class Call:
    """One call, in a cancel scope of its own.

    The SDK's own scope drops the answer of a call it has cancelled, also that of a write which could not be stopped
    any more. This one lies inside it: what is shielded finishes and is answered, the rest gives way.
    """

    def __init__(self) -> None:
        self.scope = anyio.CancelScope()
        self.has_begun = False
        self.has_given_way = False
        self.is_unwanted = False

    async def run(self, ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        """Carry the call out, or say that it was ended."""
        self.has_begun = True
        with self.scope:
            # A call that was ended before it began must not reach a shielded write, which asks nobody.
            await checkpoint_if_cancelled()
            return await call_next(ctx)
        self.has_given_way = True
        raise MCPError(CONNECTION_CLOSED, ENDED)


class Flights:
    """What is in flight, and the moment when nothing is."""

    def __init__(self) -> None:
        self._scopes: set[anyio.CancelScope] = set()
        self._landed = anyio.Event()

    @contextmanager
    def one(self, scope: anyio.CancelScope | None = None) -> Iterator[None]:
        """Count something as in flight; `scope` is by what it can be ended."""
        scope = scope or anyio.CancelScope()
        self._scopes.add(scope)
        try:
            yield
        finally:
            self._scopes.discard(scope)
            self._landed.set()

    def cancel(self) -> None:
        """End all that is in flight; what is shielded goes on."""
        for scope in list(self._scopes):
            scope.cancel()

    async def landed(self) -> None:
        """Wait until nothing is in flight."""
        while self._scopes:
            self._landed = anyio.Event()
            await self._landed.wait()
