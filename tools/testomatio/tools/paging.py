"""Lists of the public API: read page by page from a cursor on, no further than needed, and honest about it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from tools.kit.errors import Refused
from tools.kit.page import Coverage, Page, decode_cursor, digest, encode_cursor
from tools.kit.toolset import Progress, in_silence
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
class Drained(Generic[T]):
    """What was read of a list from its beginning."""

    rows: list[T]
    total: int | None
    complete: bool


async def drain(
    fetch: Callable[[int], Awaitable[Listed[T]]],
    *,
    most_pages: int = MOST_PAGES,
    per_page: int = PER_PAGE,
    progress: Progress = in_silence,
) -> Drained[T]:
    """Read a list to its end, or to as many pages."""
    rows: list[T] = []
    total: int | None = None
    for page in range(1, most_pages + 1):
        answer = await fetch(page)
        rows += answer.data
        total = answer.meta.total if answer.meta.total is not None else total
        if is_last(answer.meta, page, len(answer.data), len(rows), per_page):
            return Drained(rows, total, complete=True)
        await progress(len(rows), total, f"{len(rows)} of {total or 'many'} read")
    return Drained(rows, total, complete=False)


async def page_from(
    fetch: Callable[[int], Awaitable[Listed[T]]],
    show: Callable[[T], Any],
    *,
    limit: int,
    cursor: str | None,
    fits: Callable[[T], bool] = lambda row: True,
    per_page: int = PER_PAGE,
    progress: Progress = in_silence,
    note: str | None = None,
    **filters: Any,
) -> Page[Any]:
    """The first rows behind a cursor that fit, in the order of the platform.

    A cursor is a place in the platform's list: what is new at its top meanwhile shows a row again and hides none.
    `filters` are those the cursor is for; `fits` applies the ones the platform does not.
    """
    made_for = digest(**filters)
    place = 0
    if cursor:
        place, per_page = _behind(cursor, made_for)
    shown: list[Any] = []
    cursors: list[str] = []
    began, total, pages, ended = place, None, 0, False
    while len(shown) < limit and not ended and pages < MOST_PAGES:
        number = place // per_page + 1
        answer = await fetch(number)
        pages += 1
        if (size := _size(answer, number, per_page)) < per_page:
            per_page = size  # the server's own; all arithmetic follows it
            if number != place // per_page + 1:
                continue
        total = answer.meta.total if answer.meta.total is not None else total
        first = (number - 1) * per_page
        for row in answer.data[place - first :]:
            place += 1
            if fits(row):
                shown.append(show(row))
                cursors.append(encode_cursor([place, per_page], made_for))
                if len(shown) == limit:
                    break
        if place >= first + len(answer.data):
            ended = is_last(answer.meta, number, len(answer.data), place, per_page)
        await progress(place, total, f"{place} of {total or 'many'} read")
    coverage = _coverage(began, place, total, len(shown), ended=ended)
    page = Page[Any](items=shown, coverage=coverage, next_cursor=None, note=note)
    page.continue_at(cursors, more=not ended)
    if not ended:
        page.next_cursor = encode_cursor([place, per_page], made_for)  # also behind rows that were read and did not fit
    return page


def _behind(cursor: str, made_for: str) -> tuple[int, int]:
    """The place a cursor stands for, and the size of a page, which some servers choose themselves and do not tell.

    Raises:
        Refused: for a cursor of another kind of list.
    """
    told = decode_cursor(cursor, made_for)
    if len(told) != 2 or told[0] < 0 or told[1] < 1:
        raise Refused("This cursor is not one that this list gave. Leave it out to start at the top.")
    return told[0], told[1]


def _size(answer: Listed[T], page: int, per_page: int) -> int:
    """The size of a page as the server tells it, or as its first page shows it."""
    if answer.meta.per_page:
        return answer.meta.per_page
    came = len(answer.data)
    return came if page == 1 and not is_last(answer.meta, page, came, came, per_page) else per_page


def _coverage(began: int, place: int, total: int | None, matched: int, *, ended: bool) -> Coverage:
    reasons = []
    if began:
        reasons.append(f"the first {began} were read by the calls before")
    if not ended:
        reasons.append(f"what follows the first {place} is read from next_cursor on")
    why = "; ".join(reasons) or None
    return Coverage(total=total, loaded=place - began, matched=matched, complete=why is None, why=why)


def page_of(
    rows: list[Any],
    *,
    loaded: int,
    complete: bool,
    limit: int,
    cursor: str | None,
    filters: str,
    note: str | None = None,
) -> Page[Any]:
    """A page of a list that is held whole: the rows that fit, from a cursor on."""
    began = max(0, decode_cursor(cursor, filters)[0]) if cursor else 0
    shown = rows[began : began + limit]
    why = None if complete else f"only the first {loaded} were read"
    coverage = Coverage(
        total=loaded if complete else None, loaded=loaded, matched=len(rows), complete=complete, why=why
    )
    page = Page[Any](items=shown, coverage=coverage, next_cursor=None, note=note)
    cursors = [encode_cursor([began + number], filters) for number in range(1, len(shown) + 1)]
    page.continue_at(cursors, more=began + limit < len(rows))
    return page
