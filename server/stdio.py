"""MCP over standard input and output, for clients of either protocol era; no write loses its answer."""

import sys
from collections.abc import AsyncGenerator, AsyncIterable, Callable, Mapping
from typing import Any

import anyio
from mcp.server import MCPServer
from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.server.lowlevel.server import Server
from mcp.server.runner import serve_dual_era_loop
from mcp.shared.message import SessionMessage
from mcp.types import JSONRPCError, JSONRPCNotification, JSONRPCRequest, JSONRPCResponse

from server.calls import Call
from server.closable_stdin import threads
from server.greeter import Greeter
from server.pipes import can_be_awaited, pipes
from server.recorder import Recorder, options
from server.signals import stopped_by_signals
from server.streams import Inbox, Item, Outbox, Write
from server.unreadable import answer_to


async def run_stdio(server: MCPServer[Any], greeter: Greeter | None = None) -> int:
    """Serve the client at the other end of the pipe until it leaves (0), or SIGTERM (143) or SIGINT (130) comes.

    The calls in flight are then ended, except a write that has left: it is waited for and answered.
    A second signal ends the process at once. Without a pipe there is nobody to serve (1).
    A greeter has read the first lines, and perhaps answered them.
    """
    if sys.stdin is None or sys.stdout is None:  # the descriptor was closed when Python started
        sys.stderr.write("testdesk speaks over its standard input and output, and one of them is closed.\n")
        return 1
    low = server._lowlevel_server  # private; the loop that serves both eras has no public entry point
    exit_code, unread = 0, b"" if greeter is None else greeter.stop()
    recorder = None if greeter is None else Recorder(greeter, server)
    try:
        async with pipes(unread) if can_be_awaited() else threads(unread) as wire:
            with stopped_by_signals(wire.close) as stop:
                async with anyio.create_task_group() as outside:
                    outside.start_soon(_close_when_cancelled, wire.close)
                    # A cancellation closes the input, and everything ends in order: the calls, then the lifespan.
                    with anyio.CancelScope(shield=True):
                        await _converse(low, wire.items(), wire.send, recorder)
                    outside.cancel_scope.cancel()
                exit_code = stop.exit_code
    except* BrokenPipeError:
        pass  # the client closed its read end: it has left too
    return exit_code


async def _close_when_cancelled(close: Callable[[], None]) -> None:
    try:
        await anyio.sleep_forever()
    finally:
        close()


async def _converse(
    low: Server[Any],
    items: AsyncIterable[Item],
    write: Write,
    recorder: Recorder | None = None,
) -> None:
    try:
        async with low.lifespan(low) as state, anyio.create_task_group() as beside:
            conversation = _Conversation(low, state, items, write, recorder)
            low.middleware.insert(0, conversation.carry_out)  # outermost: what it returns is what gets written
            try:
                if recorder is not None:
                    beside.start_soon(recorder.compare, state, write)
                await conversation.hold()
                beside.cancel_scope.cancel()
            finally:
                low.middleware.remove(conversation.carry_out)
    finally:
        # A stray print is still in this buffer, and its descriptor is about to be the protocol's again.
        sys.stdout.flush()


class _Conversation:
    """One client on one pipe, and its unanswered calls."""

    def __init__(
        self, low: Server[Any], state: Any, items: AsyncIterable[Item], write: Write, recorder: Recorder | None
    ) -> None:
        self._low, self._state, self._items, self._write, self._recorder = low, state, items, write, recorder
        self._calls: dict[str, Call] = {}
        self._answered = anyio.Event()

    async def hold(self) -> None:
        """Serve until the input ends and every call is answered."""
        await self._serve(self._arriving())

    async def carry_out(self, ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        """Middleware: run each call in a scope that can cancel it."""
        call = self._calls.get(str(ctx.request_id))
        if ctx.request_id is None or call is None or call.has_begun:
            return await call_next(ctx)  # a notification, or a duplicate id
        return await call.run(ctx, call_next)

    async def _serve(self, items: AsyncGenerator[Item, None]) -> None:
        await serve_dual_era_loop(
            self._low, Inbox(items), Outbox(self._send), lifespan_state=self._state, init_options=options(self._low)
        )

    async def _arriving(self) -> AsyncGenerator[Item, None]:
        """The messages for the SDK; the first request decides the protocol era."""
        is_decided = False
        async for item in self._items:
            if isinstance(item, Exception):
                answer = answer_to(item)
                if answer is not None:
                    await self._write(answer)
                continue
            if self._recorder is not None:
                self._recorder.hear(item)
            match item.message:
                case JSONRPCRequest(id=identifier, method=method):
                    self._calls.setdefault(str(identifier), Call())
                    if method == "server/discover" and not is_decided:
                        # Some clients probe with this request and then, without waiting, open a handshake.
                        # As a separate conversation the probe does not decide the era of the next one.
                        await self._serve(self._alone(item))
                        continue
                    is_decided = True
                case JSONRPCNotification(method="notifications/cancelled", params=params) if self._takes_back(params):
                    continue
            yield item
        for call in self._calls.values():
            call.scope.cancel()
        await self._all_answered()

    async def _alone(self, item: Item) -> AsyncGenerator[Item, None]:
        yield item
        await self._all_answered()

    def _takes_back(self, params: Mapping[str, Any] | None) -> bool:
        """End the call that the client no longer wants; a write that has left is answered all the same.

        The specification lets a server ignore the wish where a request cannot be cancelled.
        """
        call = self._calls.get(str((params or {}).get("requestId")))
        if call is None:
            return False
        call.is_unwanted = True
        call.scope.cancel()
        return True

    async def _send(self, item: SessionMessage) -> None:
        message = item.message
        if not isinstance(message, JSONRPCResponse | JSONRPCError):
            await self._write(item)
            return
        key = str(message.id)
        call = self._calls.get(key)
        try:
            passes = self._recorder is None or self._recorder.passes(item)
            if passes and (call is None or not (call.is_unwanted and call.has_given_way)):
                await self._write(item)
        finally:
            self._calls.pop(key, None)  # only now, or the last answer could be lost
            self._answered.set()

    async def _all_answered(self) -> None:
        while self._calls:
            self._answered = anyio.Event()
            await self._answered.wait()
