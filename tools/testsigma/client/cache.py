"""A cache for lists that change rarely: nearly every call looks up names in them."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

import anyio

from tools.kit.page import Coverage
from tools.kit.walk import Walked

R = TypeVar("R")

CACHE_SECONDS: Final = 300.0


@dataclass(frozen=True)
class CachedList(Generic[R]):
    """A list as it was read, and what of it was read."""

    rows: list[R]
    coverage: Coverage


class ListCache(Generic[R]):
    """Caches one list; concurrent callers share one read."""

    def __init__(self, seconds: float = CACHE_SECONDS) -> None:
        self._seconds = seconds
        self._list: CachedList[R] | None = None
        self._since = 0.0
        self._reading = anyio.Lock()

    async def read(
        self, walk: Callable[[Callable[[R], None]], Awaitable[Walked]], *, fresh: bool = False
    ) -> CachedList[R]:
        """The cached list, or the list read now; `fresh` always reads it now."""
        async with self._reading:
            if self._list is not None and not fresh and time.monotonic() - self._since < self._seconds:
                return self._list
            rows: list[R] = []
            walked = await walk(rows.append)
            self._list, self._since = CachedList(rows, walked.coverage(len(rows))), time.monotonic()
            return self._list

    def forget(self) -> None:
        """Drop the cached list, since it was changed."""
        self._list = None
