"""Pages: the lists of family A, whole or counted, with the meta that goes with each."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from starlette.responses import Response

from tools.kit.sandbox.routes import Call
from tools.testomatio.sandbox.answers import answer, invalid, v2
from tools.testomatio.sandbox.requests import is_on, query_integer
from tools.testomatio.sandbox.world import World

PER_PAGE = 30
MOST_PER_PAGE = 100
HEAVY = ("description", "code", "clean_title", "public_title")
"""What `slim=true` leaves out of the rows of a list."""

T = TypeVar("T")
Row = dict[str, object]
Groups = Mapping[str, Callable[[T], object]]
"""What a list can be counted by; a value that is a list counts once for each entry."""


def page_of(
    call: Call[World],
    found: Sequence[T],
    shown: Callable[[T], Row],
    *,
    groups: Groups[T] | None = None,
) -> Response:
    """A page of what was found, or with `count=true` how much it is."""
    if is_on(call, "count"):
        return counted(call, found, groups or {})
    page, per_page = asked_page(call)
    rows = [shown(one) for one in found[per_page * (page - 1) :][:per_page]]
    return v2(call, slimmed(call, rows), meta=meta(call, len(found)))


def counted(call: Call[World], found: Sequence[T], groups: Groups[T]) -> Response:
    """Totals and no `data` at all; with `group_by` also how many fall to each value.

    Raises:
        Respond: 422 for a field that this list cannot be counted by.
    """
    page, per_page = asked_page(call)
    told: Row = {"total": len(found), "page": page, "per_page": per_page}
    by = call.last("group_by")
    if by:
        if by not in groups:
            raise invalid(f"group_by is not supported for {by}", supported=sorted(groups))
        told["group_by"] = dict(Counter(_keys(groups[by](one) for one in found)).most_common())
    return answer({"meta": told})


def asked_page(call: Call[World]) -> tuple[int, int]:
    """Which page, counted from 1, and its size: 30 rows, at most 100."""
    page = query_integer(call.last("page"), 1) or 1
    return page, min(query_integer(call.last("per_page"), PER_PAGE) or PER_PAGE, MOST_PER_PAGE)


def meta(call: Call[World], total: int) -> Row:
    """What is told of a paged list; older servers do not tell whether more follows."""
    page, per_page = asked_page(call)
    told: Row = {"total": total, "page": page, "per_page": per_page}
    if not call.world.switches.without_has_more:
        pages = -(-total // per_page)
        told |= {"total_pages": pages, "has_more": page < pages}
    return told


def slimmed(call: Call[World], rows: list[Row]) -> list[Row]:
    """Rows without their heavy fields when that was asked for."""
    return [without_heavy(row) for row in rows] if is_on(call, "slim") else rows


def without_heavy(row: Row) -> Row:
    slim = {name: value for name, value in row.items() if name not in HEAVY}
    children = slim.get("children")
    if isinstance(children, list):
        slim["children"] = [without_heavy(child) for child in children]
    return slim


def _keys(values: Iterable[object]) -> Iterable[str]:
    for value in values:
        for one in value if isinstance(value, list) else [value]:
            yield "null" if one is None else str(one)
