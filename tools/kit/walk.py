"""Reads a list that comes in numbered pages: concurrently, past broken pages, and up to a limit."""

import logging
from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final, Generic, TypeVar

from tools.kit.errors import PlatformError
from tools.kit.missing import BEYOND, UNREADABLE, collect_missing
from tools.kit.page import Coverage
from tools.kit.text import many
from tools.kit.together import gather
from tools.kit.toolset import Progress, no_progress

T = TypeVar("T")

logger = logging.getLogger(__name__)

MOST_PAGES: Final = 2000
"""Rows of a list that are read at most; beyond this a platform repeats itself."""
REPEATED: Final = "the platform repeated a page; whether more follows is not known"
MOST_HOLES: Final = 5
"""Rows left out before a failing platform is taken to be down."""


@dataclass(frozen=True)
class Batch(Generic[T]):
    """One page, and what the platform says about the whole list."""

    rows: Sequence[T]
    total: int | None = None
    size: int | None = None
    """The page size that the platform used; it may silently lower the requested one."""
    holes: int = 0
    """Rows of this range that the platform fails to show."""
    unread: int = 0
    """Rows that arrived and could not be read."""
    beyond: int = 0
    """Rows that arrived and that the operator does not allow."""

    @property
    def count(self) -> int:
        """All rows of this range, readable or not."""
        return len(self.rows) + self.holes + self.unread + self.beyond


@dataclass
class Walked:
    """The counts of a walk; several walks may add to one."""

    total: int | None = None
    loaded: int = 0
    holes: int = 0
    unread: int = 0
    beyond: int = 0
    reasons: list[str] = field(default_factory=list)

    def coverage(self, matched: int) -> Coverage:
        reasons = list(dict.fromkeys(self.reasons))
        if self.holes:
            reasons.append(f"{self.holes} left out, since the platform itself fails to show them")
        if self.unread:
            reasons.append(f"{many(self.unread, 'row')} {UNREADABLE}")
        if self.beyond:
            reasons.append(f"{many(self.beyond, 'row')} {BEYOND}")
        came = self.loaded + self.unread + self.beyond
        if self.total is not None and came + self.holes < self.total and not self.reasons:
            reasons.append(f"{self.total} were announced and {came} came")
        return Coverage(
            total=self.total,
            loaded=self.loaded,
            matched=matched,
            complete=not reasons,
            why="; ".join(reasons) or None,
        )


class Walk(Generic[T]):
    """Reads all pages of one list and passes each new row on once; stores only the ids.

    `fetch(page, size)` reads a page, `keep(row)` takes a row, `key(row)` tells rows apart. `sizes` are the page sizes
    to try, each dividing the one before: where a page fails with one of the `broken` statuses, the same range is read
    again in smaller pages, and a single row that still fails is left out and counted.
    """

    def __init__(
        self,
        fetch: Callable[[int, int], Awaitable[Batch[T]]],
        keep: Callable[[T], None],
        *,
        key: Callable[[T], Hashable],
        sizes: Sequence[int],
        broken: frozenset[int],
        progress: Progress = no_progress,
    ) -> None:
        self._fetch, self._keep, self._key = fetch, keep, key
        self._sizes, self._broken, self._progress = tuple(sizes), broken, progress
        self._seen: set[Hashable] = set()
        self.walked = Walked()

    async def run(self) -> Walked:
        """Read the whole list."""
        first = await self._page(1, 0)
        size = first.size or self._sizes[0]
        # Where the platform uses smaller pages than asked for, all arithmetic follows its size.
        self._sizes = (size, *(smaller for smaller in self._sizes if smaller < size and size % smaller == 0))
        self.walked.total = first.total
        new = self._take(first)
        if first.total is not None:
            await self._rest_by_number(first.total, size)
        elif (new or first.count > len(first.rows)) and first.count >= size:
            await self._rest_until_empty(size, gave_all=len(first.rows) > self._sizes[0])
        return self.walked

    async def _rest_by_number(self, total: int, size: int) -> None:
        if len(self._seen) + self.walked.unread + self.walked.beyond >= total:
            return  # also a server without paging that returned everything at once
        last = -(-total // size)
        is_cut = last > MOST_PAGES
        last = min(last, MOST_PAGES)
        done, end = 1, last + 1

        async def read_page(page: int) -> None:
            nonlocal done, end
            if page > end:
                return  # an earlier page was empty: the announced rows do not exist
            batch = await self._page(page, 0)
            if not self._take(batch) and batch.count == len(batch.rows):
                end = min(end, page)
            done += 1
            await self._progress(done, last, f"{self.walked.loaded} of {total} read")

        await gather([partial(read_page, page) for page in range(2, last + 1)])
        if is_cut and end > last:
            self.walked.reasons.append(f"only the first {MOST_PAGES} pages were read")

    async def _rest_until_empty(self, size: int, *, gave_all: bool) -> None:
        page, wave = 2, 1
        while page <= MOST_PAGES:
            batches = await gather([partial(self._page, number, 0) for number in range(page, page + wave)])
            for batch in batches:
                new = self._take(batch)
                if not new and len(batch.rows) >= size and not gave_all:
                    self.walked.reasons.append(REPEATED)
                if not (new or batch.count > len(batch.rows)) or batch.count < size:
                    return
            page, wave = page + wave, min(wave * 2, 8)
            await self._progress(page, None, f"{self.walked.loaded} read")
        self.walked.reasons.append(f"only the first {MOST_PAGES} pages were read")

    def _take(self, batch: Batch[T]) -> int:
        new = 0
        for row in batch.rows:
            key = self._key(row)
            if key not in self._seen:
                self._seen.add(key)
                self._keep(row)
                new += 1
        self.walked.loaded += new
        self.walked.holes += batch.holes
        self.walked.unread += batch.unread
        self.walked.beyond += batch.beyond
        return new

    async def _page(self, page: int, level: int) -> Batch[T]:
        try:
            with collect_missing() as missing:
                batch = await self._fetch(page, self._sizes[level])
            return replace(batch, unread=batch.unread + missing.rows, beyond=batch.beyond + missing.beyond)
        except PlatformError as error:
            if error.status not in self._broken or self._sizes[-1] != 1:
                raise
            if self._sizes[level] == 1:
                return Batch([], holes=1)
            return await self._in_pieces(page, level, error)

    async def _in_pieces(self, page: int, level: int, error: PlatformError) -> Batch[T]:
        size, smaller = self._sizes[level], self._sizes[level + 1]
        logger.info("page %d of %d answered %s; reading it in pages of %d", page, size, error.status, smaller)
        rows: list[T] = []
        total, holes, unread, beyond = None, 0, 0, 0
        before = (page - 1) * size // smaller
        for number in range(before + 1, before + size // smaller + 1):
            piece = await self._page(number, level + 1)
            rows.extend(piece.rows)
            holes += piece.holes
            unread += piece.unread
            beyond += piece.beyond
            if piece.total is not None:
                total = piece.total
            if holes > MOST_HOLES:
                raise error
            if not piece.count:
                break  # past the end of the list
        return Batch(rows, total=total, size=size, holes=holes, unread=unread, beyond=beyond)
