"""Paging through a list whose next page may be given as a cursor, as an address, or not at all.

The parameter for the cursor is not documented; two programs use two spellings.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Final, Generic, Protocol, TypeVar
from urllib.parse import parse_qsl, urlsplit

from pydantic import BaseModel

from tools.kit.missing import collect_missing
from tools.kit.request import QueryParams
from tools.kit.text import many
from tools.kit.toolset import Progress, no_progress
from tools.kit.walk import MOST_PAGES, Walked
from tools.testsigma.models.listing import Listed

PAGE: Final = 100
"""The largest page size seen in use, except for users and labels."""
SPELLINGS: Final = ("cursor", "next")


R = TypeVar("R", bound=BaseModel)


class Fetch(Protocol[R]):
    """Reads one page of a list."""

    def __call__(self, query: QueryParams, /) -> Awaitable[Listed[R]]: ...


class PageTurner(Generic[R]):
    """Reads a list page by page and passes each row on once; stops at a page that repeats rows, and reports it."""

    def __init__(
        self,
        fetch: Fetch[R],
        on_row: Callable[[R], None],
        *,
        key: Callable[[R], str | None] = attrgetter("id"),
        filters: QueryParams = (),
        size: int | None = None,
        progress: Progress = no_progress,
    ) -> None:
        self._fetch, self._on_row, self._key, self._progress = fetch, on_row, key, progress
        self._size = size or PAGE
        self._first_query: list[tuple[str, str | int]] = [("page_size", self._size), *filters]
        self._spellings = list(SPELLINGS)
        self._seen: set[str] = set()
        self._first_keys: set[str] = set()
        self._unread = 0
        """How many rows of the last page could not be read."""
        self.walked = Walked()

    async def run(self) -> Walked:
        """Read all pages that can be read."""
        page = await self._read(self._first_query)
        self._accept(page)
        for number in range(2, MOST_PAGES + 1):
            queries = self._next_queries(page, number)
            if not queries:
                return self.walked
            following = await self._next_page(queries)
            if following is None:
                self.walked.reasons.append(self._stuck_reason(page))
                return self.walked
            page = following
            await self._progress(self.walked.loaded, self.walked.total, f"{self.walked.loaded} read")
        self.walked.reasons.append(f"only the first {MOST_PAGES} pages were read")
        return self.walked

    async def _read(self, query: QueryParams) -> Listed[R]:
        with collect_missing() as missing:
            page = await self._fetch(query)
        self._unread = missing.rows
        return page

    def _next_queries(self, page: Listed[R], number: int) -> list[QueryParams]:
        """The queries that may return the next page, the most likely first; none after the last page."""
        if page.page_info is None or not page.page_info.says_length:
            # The length of the list is unknown, so a full page may or may not be the last.
            return [self._with("page", number)] if len(page.rows) + self._unread == self._size else []
        following, total = page.page_info.next, self.walked.total
        if not following or not page.rows or (total is not None and self.walked.loaded + self.walked.unread >= total):
            return []
        if following.startswith(("/", "http")):
            return [self._from_address(following)]
        return [self._with(spelling, following) for spelling in self._spellings]

    async def _next_page(self, queries: Sequence[QueryParams]) -> Listed[R] | None:
        """The next page, or None where every query returns rows that were read before."""
        for query in queries:
            page = await self._read(query)
            if self._accept(page):
                if len(queries) > 1:
                    self._spellings = [query[-1][0]]
                return page
        return None

    def _accept(self, page: Listed[R]) -> bool:
        """Pass on new rows; False for a page that was read before."""
        if page.page_info is not None and page.page_info.total_count is not None:
            self.walked.total = page.page_info.total_count
        keys = [self._key(row) or "" for row in page.rows]
        if keys and (keys[0] in self._first_keys or all(key in self._seen for key in keys)):
            return False
        self._first_keys.update(keys[:1])
        self.walked.unread += self._unread
        for key, row in zip(keys, page.rows, strict=True):
            if key not in self._seen:
                self._seen.add(key)
                self._on_row(row)
                self.walked.loaded += 1
        return True

    def _with(self, name: str, value: str | int) -> QueryParams:
        return [*self._first_query, (name, value)]

    def _from_address(self, address: str) -> QueryParams:
        """The query of an address, with our own filters where it leaves them out; its host is ignored."""
        try:
            given = parse_qsl(urlsplit(address).query, keep_blank_values=True)
        except ValueError:
            given = []
        named = {name for name, _ in given}
        return [*(pair for pair in self._first_query if pair[0] not in named), *given]

    def _stuck_reason(self, page: Listed[R]) -> str:
        if page.page_info is None or not page.page_info.says_length:
            return f"{self.walked.loaded} were read, a full page, and the server does not say whether there are more"
        of_all = "" if self.walked.total is None else f" of {self.walked.total}"
        return f"the server ignored the cursor: only the first {self.walked.loaded}{of_all} could be read"


@dataclass(frozen=True)
class Count:
    """A number of things, exact or a lower bound."""

    number: int
    is_exact: bool = True

    def __str__(self) -> str:
        return str(self.number) if self.is_exact else f"at least {self.number}"

    def of(self, one: str, several: str | None = None) -> str:
        """The count with its noun."""
        return many(self.number, one, several, complete=self.is_exact)


async def counted(fetch: Fetch[R]) -> Count:
    """The length of a list: as it says itself, or by reading it where it does not."""
    page = await fetch([("page_size", 1)])
    if page.page_info is not None and page.page_info.total_count is not None:
        return Count(page.page_info.total_count)
    walked = await PageTurner(fetch, lambda row: None).run()
    return Count(walked.loaded, walked.coverage(walked.loaded).complete)
