"""Pages: the lists of family A, paged or counted, with their `meta`."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from starlette.responses import Response

from tools.kit.sandbox.routes import Call
from tools.testomatio.sandbox.answers import answer, invalid, v2_answer
from tools.testomatio.sandbox.requests import is_on, query_integer
from tools.testomatio.sandbox.world import World

PER_PAGE = 30
MOST_PER_PAGE = 100
HEAVY = ("description", "code", "clean_title", "public_title")
"""Fields that `slim=true` omits from the rows of a list."""

T = TypeVar("T")
Row = dict[str, object]
Groups = Mapping[str, Callable[[T], object]]
"""The fields that a list can be counted by; a list value counts for each entry."""


def page_of(
    call: Call[World],
    found: Sequence[T],
    render: Callable[[T], Row],
    *,
    groups: Groups[T] | None = None,
) -> Response:
    """Answer with a page, or with `count=true` with the total."""
    if is_on(call, "count"):
        return answer_count(call, found, groups or {})
    page, per_page = page_and_size(call)
    rows = [render(one) for one in found[per_page * (page - 1) :][:per_page]]
    return v2_answer(call, slim_rows(call, rows), meta=page_meta(call, len(found)))


def answer_count(call: Call[World], found: Sequence[T], groups: Groups[T]) -> Response:
    """Answer with the total without `data`; with `group_by` also the count for each value.

    Raises:
        Respond: 422 for a field that the list cannot be counted by.
    """
    page, per_page = page_and_size(call)
    fields: Row = {"total": len(found), "page": page, "per_page": per_page}
    by = call.last("group_by")
    if by:
        if by not in groups:
            raise invalid(f"group_by is not supported for {by}", supported=sorted(groups))
        fields["group_by"] = dict(Counter(_entries(groups[by](one) for one in found)).most_common())
    return answer({"meta": fields})


def page_and_size(call: Call[World]) -> tuple[int, int]:
    """The page, from 1, and its size: 30 rows by default, at most 100."""
    page = query_integer(call.last("page"), 1) or 1
    return page, min(query_integer(call.last("per_page"), PER_PAGE) or PER_PAGE, MOST_PER_PAGE)


def page_meta(call: Call[World], total: int) -> Row:
    """The `meta` of a paged list; with the switch `without_has_more` it is shorter."""
    page, per_page = page_and_size(call)
    fields: Row = {"total": total, "page": page, "per_page": per_page}
    if not call.world.switches.without_has_more:
        pages = -(-total // per_page)
        fields |= {"total_pages": pages, "has_more": page < pages}
    return fields


def slim_rows(call: Call[World], rows: list[Row]) -> list[Row]:
    """Rows without their large fields if `slim=true` was sent."""
    return [without_heavy(row) for row in rows] if is_on(call, "slim") else rows


def without_heavy(row: Row) -> Row:
    slim = {name: value for name, value in row.items() if name not in HEAVY}
    children = slim.get("children")
    if isinstance(children, list):
        slim["children"] = [without_heavy(child) for child in children]
    return slim


def _entries(values: Iterable[object]) -> Iterable[str]:
    for value in values:
        for one in value if isinstance(value, list) else [value]:
            yield "null" if one is None else str(one)
