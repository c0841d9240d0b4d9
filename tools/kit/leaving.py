"""A body that is sent piece by piece, and when it has left completely."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Final, Protocol

import anyio

SLOWEST: Final = 32 * 1024
"""Bytes per second below which an upload is broken off."""


class Content(Protocol):
    """A body that is sent piece by piece; its headers tell its kind and its length."""

    @property
    def headers(self) -> Mapping[str, str]: ...

    def pieces(self) -> AsyncGenerator[bytes, None]: ...


class Leaving:
    """Sends a body one piece late: while the last piece is held back, the server has no complete request to act on."""

    def __init__(self, content: Content, scope: anyio.CancelScope, *, answer_seconds: float) -> None:
        self._seconds = answer_seconds
        self.content, self._scope = content, scope
        self.is_whole = False
        self.seconds = answer_seconds + int(content.headers["Content-Length"]) / SLOWEST
        self.limit: anyio.CancelScope | None = None
        """What ends the request; once the body has left, the answer has as long as any other."""

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        ahead: bytes | None = None
        async with aclosing(self.content.pieces()) as pieces:
            async for piece in pieces:
                if ahead is not None:
                    yield ahead
                ahead = piece
        self.is_whole = self._scope.shield = True
        if self.limit is not None:
            self.limit.deadline = min(self.limit.deadline, anyio.current_time() + self._seconds)
        if ahead is not None:
            yield ahead
