"""A cache for lists that change rarely: nearly every call looks up names in them."""

import time
from dataclasses import dataclass
from typing import Final, Generic

import anyio

from tools.kit.page import Coverage
from tools.testsigma.client.paging import Fetch, PageTurner, R

CACHE_SECONDS: Final = 300.0


@dataclass(frozen=True)
class CachedList(Generic[R]):
    """A list as it was read, and what of it was read."""

    rows: list[R]
    coverage: Coverage


async def read_list(fetch: Fetch[R], *, size: int | None = None) -> CachedList[R]:
    """Read all pages of a list."""
    rows: list[R] = []
    walked = await PageTurner(fetch, rows.append, size=size).run()
    return CachedList(rows, walked.coverage(len(rows)))


class ListCache(Generic[R]):
    """Caches one list; concurrent callers share one read."""

    def __init__(self) -> None:
        self._list: CachedList[R] | None = None
        self._since = 0.0
        self._reading = anyio.Lock()

    async def read(self, fetch: Fetch[R], *, size: int | None = None, fresh: bool = False) -> CachedList[R]:
        """The cached list, or the list read now; `fresh` always reads it now."""
        async with self._reading:
            if self._list is not None and not fresh and time.monotonic() - self._since < CACHE_SECONDS:
                return self._list
            self._list, self._since = await read_list(fetch, size=size), time.monotonic()
            return self._list

    def forget(self) -> None:
        """Drop the cached list, since it was changed."""
        self._list = None
