"""Lists that change seldom, kept for a few minutes: names are looked up in them at nearly every call."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

import anyio

from tools.kit.page import Coverage
from tools.kit.walk import Walked

R = TypeVar("R")

KEPT_SECONDS: Final = 300.0


@dataclass(frozen=True)
class Kept(Generic[R]):
    """A list as it was read, and how much of it."""

    rows: list[R]
    coverage: Coverage


class Memory(Generic[R]):
    """One list; two who want it at once wait for one reading."""

    def __init__(self, seconds: float = KEPT_SECONDS) -> None:
        self._seconds = seconds
        self._kept: Kept[R] | None = None
        self._since = 0.0
        self._reading = anyio.Lock()

    async def recall(self, walk: Callable[[Callable[[R], None]], Awaitable[Walked]], *, anew: bool = False) -> Kept[R]:
        """The list as it was read a moment ago, or read now; `anew` reads it now in any case."""
        async with self._reading:
            if self._kept is not None and not anew and time.monotonic() - self._since < self._seconds:
                return self._kept
            rows: list[R] = []
            walked = await walk(rows.append)
            self._kept, self._since = Kept(rows, walked.coverage(len(rows))), time.monotonic()
            return self._kept

    def forget(self) -> None:
        """Read it again at the next wish, since it was changed."""
        self._kept = None
