"""Paging: a page of a list by cursor or by number.

Where the reference is silent: lists start with the oldest record; a page has at most 200 rows; an invalid size counts
as absent; an invalid cursor is 400.
"""

import base64
import json
from collections.abc import Callable, Sequence
from typing import TypeVar
from urllib.parse import urlencode

from starlette.responses import Response

from tools.kit.sandbox.routes import Call
from tools.testsigma.sandbox.answers import Row, invalid, json_response
from tools.testsigma.sandbox.records import Record
from tools.testsigma.sandbox.world import World

PAGE_SIZE = 20
MAX_PAGE_SIZE = 200
DOCUMENTED_HOST = "https://test-management.example.test/api/v1"
"""The host in the documentation, which is not the host of the API."""

T = TypeVar("T", bound=Record)


def answer_page(call: Call[World], name: str, table: str, rows: Sequence[T], render: Callable[[T], Row]) -> Response:
    """Answer with a page of rows, which are in order of creation, and its `page_info`."""
    page, page_info = page_of(call, table, rows)
    return json_response({"message": "", "data": {name: [render(row) for row in page]}, "page_info": page_info})


def page_of(call: Call[World], table: str, rows: Sequence[T]) -> tuple[Sequence[T], Row]:
    """The rows of the requested page, and its `page_info`."""
    switches = call.world.switches
    if switches.newest_first:
        rows = rows[::-1]
    size = page_size(call)
    start, stop = _bounds(call, rows, size)
    end = None if switches.null_at_end else ""
    onward, back = ("DESC", "ASC") if switches.newest_first else ("ASC", "DESC")
    following: str | None = end
    before: str | None = end
    if stop < len(rows):
        following = _url(call, start // size + 2) if switches.next_as_url else cursor(table, rows[stop - 1], onward)
    if 0 < start < len(rows):
        before = _url(call, max(start // size, 1)) if switches.next_as_url else cursor(table, rows[start], back)
    return rows[start:stop], {"page_size": size, "total_count": len(rows), "next": following, "prev": before}


def page_size(call: Call[World]) -> int:
    size = _page_number(call, "page_size")
    return PAGE_SIZE if size is None else min(size, MAX_PAGE_SIZE)


def cursor(table: str, row: Record, direction: str) -> str:
    """The position after a row or, in the other direction, before it."""
    position = [{"field": f"{table}.tsid", "value": row.meta.tsid, "direction": direction}]
    return base64.b64encode(json.dumps(position, separators=(",", ":")).encode()).decode()


def _bounds(call: Call[World], rows: Sequence[Record], size: int) -> tuple[int, int]:
    sent = _cursor_sent(call)
    if sent:
        value, direction = _parse_cursor(sent)
        is_newest_first = call.world.switches.newest_first
        # A cursor against the order of the list requests the page before its row.
        is_onward = (direction == "DESC") == is_newest_first
        passed = sum(_is_past(row.meta.tsid, value, is_newest_first, including=is_onward) for row in rows)
        start = passed if is_onward else max(passed - size, 0)
        return start, min(start + size, len(rows)) if is_onward else passed
    start = ((_page_number(call, "page") or 1) - 1) * size
    return min(start, len(rows)), min(start + size, len(rows))


def _is_past(tsid: str, value: str, is_newest_first: bool, *, including: bool) -> bool:
    return (including and tsid == value) or (tsid > value if is_newest_first else tsid < value)


def _cursor_sent(call: Call[World]) -> str | None:
    switches = call.world.switches
    if switches.ignore_cursor:
        return None
    return call.last("next") if switches.only_next else call.last("cursor") or call.last("next")


def _parse_cursor(sent: str) -> tuple[str, str]:
    try:
        position = json.loads(base64.b64decode(sent, validate=True))[0]
        return str(position["value"]), str(position["direction"])
    except (ValueError, LookupError, TypeError) as error:
        raise invalid("Invalid cursor") from error


def _page_number(call: Call[World], name: str) -> int | None:
    value = (call.last(name) or "").strip()
    return int(value) or None if value.isdecimal() and len(value) < 10 else None


def _url(call: Call[World], page: int) -> str:
    query = [(n, v) for n, v in call.request.query_params.multi_items() if n not in {"page", "cursor", "next"}]
    return f"{DOCUMENTED_HOST}{call.request.scope['path']}?{urlencode([*query, ('page', str(page))])}"
