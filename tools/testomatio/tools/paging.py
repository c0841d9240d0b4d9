"""Lists of the public API, read page by page from a cursor, no further than needed."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from math import ceil
from typing import Any, Final, Generic, TypeVar

from pydantic import BaseModel

from tools.kit.errors import Refused
from tools.kit.kept import list_call
from tools.kit.missing import UNREADABLE
from tools.kit.page import (
    LARGEST_NUMBER,
    MALFORMED,
    Coverage,
    Page,
    decode_cursor,
    decode_number,
    digest,
    encode_cursor,
)
from tools.kit.text import many
from tools.kit.toolset import Progress, no_progress
from tools.kit.walk import REPEATED
from tools.testomatio.client.runs import PER_PAGE
from tools.testomatio.models.documents import Listed
from tools.testomatio.tools.reading import PageRead, Pages, is_last, last_page

T = TypeVar("T")
R = TypeVar("R")


MOST_PAGES: Final = 20
"""Pages that one call reads at most; its cursor continues behind them."""
LARGEST_PAGE: Final = 10_000
"""Rows of a page, whatever its cursor says."""
AROUND_ROWS: Final = 600
"""Characters of an answer that are no rows: its coverage, its cursor, and the fields that others wrote."""
LONGEST_ROW: Final = 4_000
"""Characters that a row counts at most, since its texts may be cut."""
_EMPTY: Final = re.compile(r'"\w+":(?:\[\]|\{\}|""),?')
"""A field of a row that is left out of an answer; quotation marks inside a text are escaped and do not match."""


def _missing_rows(total: int | None, count: int, *, says_more: bool) -> str | None:
    """What is missing from a list that has ended."""
    if total is not None and count < total:
        return f"{total} were announced and {count} came"
    return "the platform said that more follows and sent nothing" if says_more else None


@dataclass
class Drained(Generic[T]):
    """The rows of a list, read from its start."""

    rows: list[T]
    total: int | None
    complete: bool
    why: str | None = None
    """What is missing."""


async def drain(
    fetch: Callable[[int], Awaitable[Listed[T]]],
    *,
    most_pages: int = MOST_PAGES,
    per_page: int = PER_PAGE,
    progress: Progress = no_progress,
) -> Drained[T]:
    """Read a list to its end, but at most `most_pages` of it."""
    rows: list[T] = []
    total: int | None = None
    unread, marks = 0, set[int]()
    reasons: list[str] = []
    pages, last = Pages(fetch), 1
    for number in range(1, most_pages + 1):
        page = await pages.take(number, until=min(last, most_pages))
        if page.mark in marks:
            reasons.append(REPEATED)
            break
        marks |= {page.mark} - {0}
        rows += page.rows
        unread += page.unread
        total = page.meta.total if page.meta.total is not None else total
        if is_last(page.meta, number, page.count, len(rows) + unread, per_page):
            missing = _missing_rows(total, len(rows) + unread, says_more=page.meta.has_more is True)
            reasons += [missing] if missing else []
            break
        last = last_page(page.meta, page.meta.per_page or page.count or per_page)
        await progress(len(rows), total, f"{len(rows)} of {total or 'many'} read")
    else:
        reasons.append(f"only the first {len(rows)} were read")
    if unread:
        reasons.append(f"{many(unread, 'row')} {UNREADABLE}")
    return Drained(rows, total, complete=not reasons, why="; ".join(reasons) or None)


async def page_from(
    fetch: Callable[[int], Awaitable[Listed[T]]],
    to_row: Callable[[T], Any] = lambda row: row,
    *,
    limit: int,
    cursor: str | None,
    fits: Callable[[T], bool] = lambda row: True,
    per_page: int = PER_PAGE,
    progress: Progress = no_progress,
    note: str | None = None,
    **filters: Any,
) -> Page[Any]:
    """The first rows after a cursor that fit, in the platform's order.

    A cursor is a position in the platform's list: rows added at its top meanwhile repeat a row and hide none.
    A cursor is valid for the same `filters` only; `fits` applies the filters that the platform does not.
    """
    made_for = digest(**filters)
    at = _place_of(cursor, made_for) if cursor else _Place(0, per_page)
    items: list[Any] = []
    cursors: list[str] = []
    start, total, taken, ended = at.count, None, 0, False
    reasons: list[str] = []
    pages, answer, until = Pages(fetch), _Answer(limit), 0
    while len(items) < limit and not ended and taken < MOST_PAGES and not answer.is_full:
        number = at.place // at.per_page + 1
        read = await pages.take(number, until=until)
        taken += 1
        if (size := _size(read, at.per_page)) < at.per_page:
            at.per_page = size  # the server chose another size: count by that
            if number != at.place // at.per_page + 1:
                continue
        total = read.meta.total if read.meta.total is not None else total
        first = (number - 1) * at.per_page
        if at.place == first and read.mark and read.mark == at.mark:
            reasons.append(REPEATED)
            break
        at.mark = read.mark
        for row in read.rows[at.place - first :]:
            item = to_row(row) if fits(row) else None
            if item is not None and not answer.takes(item):
                break
            at.place += 1
            if item is not None:
                items.append(item)
                cursors.append(at.cursor(made_for))
                if len(items) == limit:
                    break
        if at.place >= first + len(read.rows):
            at.place = max(at.place, first + read.count)
            ended = is_last(read.meta, number, read.count, at.count, at.per_page)
            if ended and (missing := _missing_rows(total, at.count, says_more=read.meta.has_more is True)):
                reasons.append(missing)
            at.turn_page(number)
            if cursors and len(items) == limit:
                cursors[-1] = at.cursor(made_for)
        await progress(at.count, total, f"{at.count} of {total or 'many'} read")
        wanted = (at.place + answer.wanted - 1) // at.per_page + 1
        until = min(wanted, last_page(read.meta, at.per_page), number + MOST_PAGES - taken)
    is_over = ended or bool(reasons)
    coverage = _coverage(start, at.count, total, len(items), reasons, is_over=is_over)
    page = Page[Any](items=items, coverage=coverage, next_cursor=None, note=note)
    page.continue_at(cursors, more=not is_over)
    if not is_over:
        page.next_cursor = at.cursor(made_for)  # also after rows that were read and did not fit
    return page


class _Answer:
    """How full the answer of a list's call is, so that nothing is read and prepared that it cannot show."""

    def __init__(self, limit: int) -> None:
        self._limit, self._call = limit, list_call.get()
        self._room = 0 if self._call is None else max(self._call.room - AROUND_ROWS, self._call.room // 2)
        self._rows = self._characters = 0
        self.is_full = False
        """Whether a row more would be cut off again."""

    def takes(self, row: Any) -> bool:
        """Count a row, unless it does not fit; the first one always does."""
        if self._call is not None and isinstance(row, BaseModel):
            shown = min(len(_EMPTY.sub("", row.model_dump_json(exclude_none=True))), LONGEST_ROW)
            if self._rows and self._characters + shown > self._room:
                self.is_full = True
                return False
            self._characters += shown + 1
        self._rows += 1
        # Of a page that ends here the next one is not read to find that its first row does not fit.
        self.is_full = bool(self._characters) and self._characters * (self._rows + 1) > self._room * self._rows
        return True

    @property
    def wanted(self) -> int:
        """Rows to read together, if any has to be requested.

        A list that is read on from a cursor is wanted up to its limit, which the next calls will show; a list that is
        read from its start only as far as it fits the answer.
        """
        left = self._limit - self._rows
        if self._call is None or self._call.continues or not self._characters:
            return left
        return min(left, ceil(self._rows * (self._room / self._characters - 1)))


@dataclass
class _Place:
    """A position in the platform's list."""

    place: int
    per_page: int
    mark: int = 0
    """The mark of the page it is on, or after."""
    gap: int = 0
    """Positions left empty by pages with fewer rows than `per_page`."""

    @property
    def count(self) -> int:
        return self.place - self.gap

    def turn_page(self, number: int) -> None:
        """Move past a page that was read to its end, even a short one, or it would be requested again."""
        end = number * self.per_page
        if self.place < end:
            self.gap += end - self.place
            self.place = end

    def cursor(self, made_for: str) -> str:
        return encode_cursor([self.place, self.per_page, self.mark, self.gap], made_for)


def _place_of(cursor: str, made_for: str) -> _Place:
    """The position that a cursor encodes, with the page size, which some servers choose without saying so.

    Raises:
        Refused: for a cursor of another list.
    """
    values = decode_cursor(cursor, made_for)
    if len(values) != 4 or min(values) < 0 or max(values) >= LARGEST_NUMBER:
        raise Refused(MALFORMED)
    place, per_page, _, gap = values
    if not 1 <= per_page <= LARGEST_PAGE or gap > place:
        raise Refused(MALFORMED)
    return _Place(*values)


def _size(page: PageRead[T], per_page: int) -> int:
    """The page size that the server states, or that its first page shows."""
    if page.meta.per_page:
        return page.meta.per_page
    is_whole = is_last(page.meta, page.number, page.count, page.count, per_page)
    return page.count if page.number == 1 and not is_whole else per_page


def _coverage(
    start: int, count: int, total: int | None, matched: int, reasons: list[str], *, is_over: bool
) -> Coverage:
    reasons = list(reasons)
    if start:
        reasons.append(f"earlier calls read the first {start}")
    if not is_over:
        reasons.append(f"next_cursor continues after the first {count}")
    why = "; ".join(reasons) or None
    return Coverage(total=total, loaded=count - start, matched=matched, complete=why is None, why=why)


def page_of(
    rows: list[Any],
    *,
    loaded: int,
    why: str | None = None,
    limit: int,
    cursor: str | None,
    filters: str,
    note: str | None = None,
) -> Page[Any]:
    """A page of rows that were all read, from a cursor on; `why` says what is missing from them."""
    start = decode_number(cursor, filters)
    items = rows[start : start + limit]
    complete = why is None
    coverage = Coverage(
        total=loaded if complete else None, loaded=loaded, matched=len(rows), complete=complete, why=why
    )
    page = Page[Any](items=items, coverage=coverage, next_cursor=None, note=note)
    cursors = [encode_cursor([start + number], filters) for number in range(1, len(items) + 1)]
    page.continue_at(cursors, more=start + limit < len(rows))
    return page
