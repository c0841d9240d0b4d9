"""Lists of the public API: read page by page from a cursor on, no further than needed, and honest about it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar
from zlib import crc32

from tools.kit.errors import Refused
from tools.kit.missing import UNREADABLE, collect_missing
from tools.kit.page import Coverage, Page, decode_cursor, digest, encode_cursor
from tools.kit.text import many
from tools.kit.toolset import Progress, no_progress
from tools.kit.walk import REPEATED
from tools.testomatio.client.runs import PER_PAGE
from tools.testomatio.models.documents import Listed, Meta

T = TypeVar("T")
R = TypeVar("R")


MOST_PAGES: Final = 20
"""Pages that one call reads before it hands over to its cursor."""


def is_last(meta: Meta, page: int, rows: int, read: int, per_page: int) -> bool:
    """Whether nothing follows a page; each server tells it in another way, the oldest by a short page alone."""
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
class _Came(Generic[T]):
    """One page as it came."""

    number: int
    rows: list[T]
    meta: Meta
    unread: int
    """Rows that came and could not be read."""

    @property
    def count(self) -> int:
        return len(self.rows) + self.unread

    @property
    def mark(self) -> int:
        """What tells this page from others: its first row, by its id where it has one; 0 for a page without rows."""
        if not self.rows:
            return 0
        name = getattr(self.rows[0], "id", None)
        return crc32((repr(self.rows[0]) if name is None else str(name)).encode("utf-8", "replace")) or 1


async def _read(fetch: Callable[[int], Awaitable[Listed[T]]], number: int) -> _Came[T]:
    with collect_missing() as missing:
        answer = await fetch(number)
    return _Came(number, answer.data, answer.meta, missing.rows)


def _short(total: int | None, came: int, *, says_more: bool) -> str | None:
    """What is missing where nothing follows any more."""
    if total is not None and came < total:
        return f"{total} were announced and {came} came"
    return "the platform said that more follows and sent nothing" if says_more else None


@dataclass
class Drained(Generic[T]):
    """What was read of a list from its beginning."""

    rows: list[T]
    total: int | None
    complete: bool
    why: str | None = None
    """What is missing, in words."""


async def drain(
    fetch: Callable[[int], Awaitable[Listed[T]]],
    *,
    most_pages: int = MOST_PAGES,
    per_page: int = PER_PAGE,
    progress: Progress = no_progress,
) -> Drained[T]:
    """Read a list to its end, or to as many pages."""
    rows: list[T] = []
    total: int | None = None
    unread, marks = 0, set[int]()
    reasons: list[str] = []
    for page in range(1, most_pages + 1):
        came = await _read(fetch, page)
        if came.mark in marks:
            reasons.append(REPEATED)
            break
        marks |= {came.mark} - {0}
        rows += came.rows
        unread += came.unread
        total = came.meta.total if came.meta.total is not None else total
        if is_last(came.meta, page, came.count, len(rows) + unread, per_page):
            short = _short(total, len(rows) + unread, says_more=came.meta.has_more is True)
            reasons += [short] if short else []
            break
        await progress(len(rows), total, f"{len(rows)} of {total or 'many'} read")
    else:
        reasons.append(f"only the first {len(rows)} were read")
    if unread:
        reasons.append(f"{many(unread, 'row')} {UNREADABLE}")
    return Drained(rows, total, complete=not reasons, why="; ".join(reasons) or None)


async def page_from(
    fetch: Callable[[int], Awaitable[Listed[T]]],
    show: Callable[[T], Any],
    *,
    limit: int,
    cursor: str | None,
    fits: Callable[[T], bool] = lambda row: True,
    per_page: int = PER_PAGE,
    progress: Progress = no_progress,
    note: str | None = None,
    **filters: Any,
) -> Page[Any]:
    """The first rows behind a cursor that fit, in the order of the platform.

    A cursor is a place in the platform's list: what is new at its top meanwhile shows a row again and hides none.
    `filters` are those the cursor is for; `fits` applies the ones the platform does not.
    """
    made_for = digest(**filters)
    at = _behind(cursor, made_for) if cursor else _Place(0, per_page)
    shown: list[Any] = []
    cursors: list[str] = []
    began, total, pages, ended = at.came, None, 0, False
    reasons: list[str] = []
    while len(shown) < limit and not ended and pages < MOST_PAGES:
        number = at.place // at.per_page + 1
        came = await _read(fetch, number)
        pages += 1
        if (size := _size(came, at.per_page)) < at.per_page:
            at.per_page = size  # the server's own; all arithmetic follows it
            if number != at.place // at.per_page + 1:
                continue
        total = came.meta.total if came.meta.total is not None else total
        first = (number - 1) * at.per_page
        if at.place == first and came.mark and came.mark == at.mark:
            reasons.append(REPEATED)
            break
        at.mark = came.mark
        for row in came.rows[at.place - first :]:
            at.place += 1
            if fits(row):
                shown.append(show(row))
                cursors.append(at.cursor(made_for))
                if len(shown) == limit:
                    break
        if at.place >= first + len(came.rows):
            at.place = max(at.place, first + came.count)
            ended = is_last(came.meta, number, came.count, at.came, at.per_page)
            if ended and (short := _short(total, at.came, says_more=came.meta.has_more is True)):
                reasons.append(short)
            at.turn_page(number)
            if cursors and len(shown) == limit:
                cursors[-1] = at.cursor(made_for)
        await progress(at.came, total, f"{at.came} of {total or 'many'} read")
    is_over = ended or bool(reasons)
    coverage = _coverage(began, at.came, total, len(shown), reasons, is_over=is_over)
    page = Page[Any](items=shown, coverage=coverage, next_cursor=None, note=note)
    page.continue_at(cursors, more=not is_over)
    if not is_over:
        page.next_cursor = at.cursor(made_for)  # also behind rows that were read and did not fit
    return page


@dataclass
class _Place:
    """Where in the platform's list a reader stands."""

    place: int
    per_page: int
    mark: int = 0
    """Of the page it stands on, or stands behind."""
    gap: int = 0
    """Places that pages shorter than they should be left empty."""

    @property
    def came(self) -> int:
        return self.place - self.gap

    def turn_page(self, number: int) -> None:
        """Go on behind a page that was read to its end, also where it was short: else it would be asked for again."""
        end = number * self.per_page
        if self.place < end:
            self.gap += end - self.place
            self.place = end

    def cursor(self, made_for: str) -> str:
        return encode_cursor([self.place, self.per_page, self.mark, self.gap], made_for)


def _behind(cursor: str, made_for: str) -> _Place:
    """The place a cursor stands for, and the size of a page, which some servers choose themselves and do not tell.

    Raises:
        Refused: for a cursor of another kind of list.
    """
    told = decode_cursor(cursor, made_for)
    if len(told) != 4 or min(told) < 0 or told[1] < 1 or told[3] > told[0]:
        raise Refused("This cursor is not one that this list gave. Leave it out to start at the top.")
    return _Place(*told)


def _size(came: _Came[T], per_page: int) -> int:
    """The size of a page as the server tells it, or as its first page shows it."""
    if came.meta.per_page:
        return came.meta.per_page
    is_whole = is_last(came.meta, came.number, came.count, came.count, per_page)
    return came.count if came.number == 1 and not is_whole else per_page


def _coverage(began: int, came: int, total: int | None, matched: int, reasons: list[str], *, is_over: bool) -> Coverage:
    reasons = list(reasons)
    if began:
        reasons.append(f"the first {began} were read by the calls before")
    if not is_over:
        reasons.append(f"what follows the first {came} is read from next_cursor on")
    why = "; ".join(reasons) or None
    return Coverage(total=total, loaded=came - began, matched=matched, complete=why is None, why=why)


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
    """A page of a list that is held: the rows that fit, from a cursor on; `why` says what of the list is missing."""
    began = max(0, decode_cursor(cursor, filters)[0]) if cursor else 0
    shown = rows[began : began + limit]
    complete = why is None
    coverage = Coverage(
        total=loaded if complete else None, loaded=loaded, matched=len(rows), complete=complete, why=why
    )
    page = Page[Any](items=shown, coverage=coverage, next_cursor=None, note=note)
    cursors = [encode_cursor([began + number], filters) for number in range(1, len(shown) + 1)]
    page.continue_at(cursors, more=began + limit < len(rows))
    return page
