"""What a call holds and others need, given back for as long as it waits for a person's answer."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Final, Protocol


class Held(Protocol):
    """Something that a call holds."""

    def give_back(self) -> None:
        """Let others have it; nothing happens where it is not held."""

    async def take_again(self) -> None:
        """Wait until it can be held again."""


held: Final[ContextVar[Held | None]] = ContextVar("held", default=None)
"""What the current call holds."""


@asynccontextmanager
async def person_asked() -> AsyncIterator[None]:
    """A person is asked inside, which may take minutes."""
    place = held.get()
    if place is None:
        yield
        return
    place.give_back()
    yield
    await place.take_again()
