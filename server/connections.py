"""HTTP/1.1 connections with patience: a request that does not arrive in time, or that has two lengths, is refused."""

import asyncio
from typing import TYPE_CHECKING, Final

from uvicorn.protocols.http.h11_impl import H11Protocol

from server.door import answer

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

HEAD_SECONDS: Final = 10.0
"""From the first moment of a connection, or the first byte of a further request, to the end of its headers."""
BODY_SECONDS: Final = 60.0
"""From the end of the headers to the last byte of the body; an event or a call has at most a few megabytes."""

TOO_SLOW: Final = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
TWO_LENGTHS: Final = "A request has either Content-Length or Transfer-Encoding, not both."


class PatientProtocol(H11Protocol):
    """Hangs up on whoever sends a request too slowly; without it half a header holds a connection for ever."""

    _timer: asyncio.TimerHandle | None = None
    _awaits: str = ""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self._watch("head")

    def connection_lost(self, exc: Exception | None) -> None:
        self._watch("")
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._look()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._look()

    def _look(self) -> None:
        """Set the timer for what is still to come."""
        state = str(self.conn.their_state)
        if state == "SEND_BODY":
            self._watch("body")
        elif state == "IDLE" and self.conn.trailing_data[0]:
            self._watch("head")
        else:
            self._watch("")  # arrived whole; between requests uvicorn's keep-alive limit holds

    def _watch(self, what: str) -> None:
        if what == self._awaits:
            return  # the time counts from the beginning, not from the last byte
        if self._timer is not None:
            self._timer.cancel()
        self._awaits = what
        seconds = {"head": HEAD_SECONDS, "body": BODY_SECONDS}.get(what)
        self._timer = None if seconds is None else self.loop.call_later(seconds, self._give_up)

    def _give_up(self) -> None:
        if self.transport.is_closing():
            return
        if self.cycle is None or not self.cycle.response_started or self.cycle.response_complete:
            self.transport.write(TOO_SLOW)
        self.transport.close()


def one_length(app: "ASGIApp") -> "ASGIApp":
    """Refuses a request with two lengths; whoever stands before us may have believed the other one."""

    async def check(scope: "Scope", receive: "Receive", send: "Send") -> None:
        names = {name for name, _ in scope["headers"]} if scope["type"] == "http" else set[bytes]()
        if {b"transfer-encoding", b"content-length"} <= names:
            await answer(send, 400, {"error": TWO_LENGTHS}, (b"connection", b"close"))
        else:
            await app(scope, receive, send)

    return check
