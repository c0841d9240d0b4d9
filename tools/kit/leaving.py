"""A body that is sent piece by piece, and when it has left completely."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Protocol

import anyio


class Content(Protocol):
    """A body that is sent piece by piece; its headers tell its kind and its length."""

    @property
    def headers(self) -> Mapping[str, str]: ...

    def pieces(self) -> AsyncGenerator[bytes, None]: ...


class Leaving:
    """Sends a body one piece late: while the last piece is held back, the server has no complete request to act on."""

    def __init__(self, content: Content, scope: anyio.CancelScope) -> None:
        self.content, self._scope = content, scope
        self.is_whole = False

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        ahead: bytes | None = None
        async with aclosing(self.content.pieces()) as pieces:
            async for piece in pieces:
                if ahead is not None:
                    yield ahead
                ahead = piece
        self.is_whole = self._scope.shield = True
        if ahead is not None:
            yield ahead
