"""HTTP/1.1 connections that refuse a request which arrives too slowly or has two lengths."""

import asyncio
import select
from typing import TYPE_CHECKING, Final

from uvicorn.protocols.http.h11_impl import H11Protocol

from server.http_app import send_json

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

HEAD_SECONDS: Final = 10.0
"""Seconds from the opening of a connection, or the first byte of a further request, to the end of its headers."""
BODY_SECONDS: Final = 60.0
"""Seconds from the end of the headers to the last byte of the body; an event or a call is a few megabytes at most."""

TOO_SLOW: Final = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
TWO_LENGTHS: Final = "A request has either Content-Length or Transfer-Encoding, not both."


class PatientProtocol(H11Protocol):
    """Closes a connection on which a request arrives too slowly; otherwise half a header would hold it forever."""

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

    def hang_up(self) -> bool:
        """Close the connection if it has no request, and return whether one is on its way."""
        if self.transport.is_closing() or (self.cycle is not None and not self.cycle.response_complete):
            return False
        if self.conn.trailing_data[0] or _has_unread(self.transport):
            return True
        self.shutdown()
        return False

    def _look(self) -> None:
        """Set the timer for the rest of the request."""
        state = str(self.conn.their_state)
        if state == "SEND_BODY":
            self._watch("body")
        elif state == "IDLE" and self.conn.trailing_data[0]:
            self._watch("head")
        else:
            self._watch("")  # complete; between requests uvicorn's keep-alive limit applies

    def _watch(self, what: str) -> None:
        if what == self._awaits:
            return  # time counts from the first byte, not from the last one
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


def _has_unread(transport: asyncio.Transport) -> bool:
    """Whether bytes have arrived that the event loop has not read; closing now would answer them with a reset."""
    if not hasattr(select, "poll"):
        return False
    arrived = select.poll()
    arrived.register(transport.get_extra_info("socket").fileno(), select.POLLIN)
    return bool(arrived.poll(0))


def refuse_two_lengths(app: "ASGIApp") -> "ASGIApp":
    """Refuses a request with two lengths; a proxy in front may have used the other one."""

    async def check(scope: "Scope", receive: "Receive", send: "Send") -> None:
        names = {name for name, _ in scope["headers"]} if scope["type"] == "http" else set[bytes]()
        if {b"transfer-encoding", b"content-length"} <= names:
            await send_json(send, 400, {"error": TWO_LENGTHS}, (b"connection", b"close"))
        else:
            await app(scope, receive, send)

    return check
