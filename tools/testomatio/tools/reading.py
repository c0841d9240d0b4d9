"""Reads the pages of a list of Testomat.io: those that are wanted together, and none that an earlier call kept."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Generic, TypeVar
from zlib import crc32

from tools.kit.errors import PlatformError
from tools.kit.kept import NotKept, list_call, listing
from tools.kit.missing import Missing, collect_missing, note_missing
from tools.kit.together import gather
from tools.testomatio.models.documents import Listed, Meta

T = TypeVar("T")


def is_last(meta: Meta, page: int, rows: int, read: int, per_page: int) -> bool:
    """Whether a page is the last one. Servers say so in different ways; the oldest only send a short page."""
    if rows == 0 or meta.has_more is False:
        return True
    if meta.has_more is True:
        return False
    if meta.total_pages is not None:
        return page >= meta.total_pages
    if meta.total is not None:
        return read >= meta.total
    return rows < (meta.per_page or per_page)


@dataclass
class PageRead(Generic[T]):
    """One page of a list."""

    number: int
    rows: list[T]
    meta: Meta
    missing: Missing

    @property
    def unread(self) -> int:
        """Rows that could not be read."""
        return self.missing.rows

    @property
    def count(self) -> int:
        return len(self.rows) + self.unread

    @property
    def mark(self) -> int:
        """A checksum of the first row, or of its id where it has one; 0 for a page without rows."""
        if not self.rows:
            return 0
        name = getattr(self.rows[0], "id", None)
        return crc32((repr(self.rows[0]) if name is None else str(name)).encode("utf-8", "replace")) or 1


class Pages(Generic[T]):
    """The pages of one list. Those that are known to be wanted are read together, each is taken in its turn.

    What is wrong with a page counts only when it is taken: one that was read ahead may never be.
    """

    def __init__(self, fetch: Callable[[int], Awaitable[Listed[T]]]) -> None:
        self._fetch = fetch
        self._ahead: dict[int, PageRead[T] | PlatformError] = {}

    async def take(self, number: int, *, until: int) -> PageRead[T]:
        """A page; if it has to be requested, those up to `until` are requested with it."""
        page = self._ahead.pop(number, None) or await self._kept(number)
        if page is None:
            await self._request(range(number, max(number, until) + 1))
            page = self._ahead.pop(number)
        if isinstance(page, PlatformError):
            raise page
        note_missing(page.missing)
        return page

    async def _kept(self, number: int) -> PageRead[T] | None:
        """A page that an earlier call of the same list read."""
        call = list_call.get()
        if call is None or not call.continues:
            return None
        try:
            with listing(replace(call, only_kept=True)):
                return await self._read(number)
        except NotKept:
            return None

    async def _request(self, numbers: Sequence[int]) -> None:
        """Read pages together; after one without rows none is begun."""
        is_over = False

        async def request(number: int) -> None:
            nonlocal is_over
            if is_over and number != numbers[0]:
                return
            try:
                page = await self._read(number)
            except PlatformError as error:
                self._ahead[number] = error
                is_over = True
            else:
                self._ahead[number] = page
                is_over = is_over or not page.count

        await gather([partial(request, number) for number in numbers])

    async def _read(self, number: int) -> PageRead[T]:
        with collect_missing(alone=True) as missing:
            answer = await self._fetch(number)
        return PageRead(number, answer.data, answer.meta, missing)


def last_page(meta: Meta, per_page: int) -> int:
    """The number of the last page, if the platform says how many there are; else 0."""
    if meta.total_pages is not None:
        return meta.total_pages
    return 0 if meta.total is None else -(-meta.total // per_page)
