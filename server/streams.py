"""The streams of a conversation, as the SDK's loop takes them."""

from collections.abc import AsyncGenerator, Callable, Coroutine
from typing import Any, Self

import anyio
from mcp.shared.message import SessionMessage

Item = SessionMessage | Exception  # a line: a message, or the error in it
Write = Callable[[SessionMessage], Coroutine[Any, Any, None]]


class Inbox:
    """An SDK ReadStream of items."""

    def __init__(self, items: AsyncGenerator[Item, None]) -> None:
        self._items = items

    async def receive(self) -> Item:
        try:
            return await anext(self._items)
        except StopAsyncIteration:
            raise anyio.EndOfStream from None

    async def aclose(self) -> None:
        await self._items.aclose()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Item:
        return await anext(self._items)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()


class Outbox:
    """An SDK WriteStream that calls a function; closing it does nothing, since the pipe outlives a probe."""

    def __init__(self, send: Write) -> None:
        self.send = send

    async def aclose(self) -> None:
        pass

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        pass
