"""Paging: a page of a list by cursor or by number.

Where the reference is silent: lists begin with what was made first; a page has no more than 200 rows; a size that is
none counts as absent; a cursor that does not read is 400.
"""

import base64
import json
from collections.abc import Callable, Sequence
from typing import TypeVar
from urllib.parse import urlencode

from starlette.responses import Response

from tools.kit.sandbox.routes import Call
from tools.testsigma.sandbox.answers import Row, invalid, rendered
from tools.testsigma.sandbox.records import Holding
from tools.testsigma.sandbox.world import World

PAGE_SIZE = 20
MOST = 200
DOCUMENTED_HOST = "https://test-management.example.test/api/v1"
"""Stands for the host of the documents, which is not the one that answers."""

T = TypeVar("T", bound=Holding)


def listed(call: Call[World], name: str, table: str, rows: Sequence[T], show: Callable[[T], Row]) -> Response:
    """A page of rows, which come in the order they were made, with its `page_info`."""
    page, page_info = cut(call, table, rows)
    return rendered({"message": "", "data": {name: [show(row) for row in page]}, "page_info": page_info})


def cut(call: Call[World], table: str, rows: Sequence[T]) -> tuple[Sequence[T], Row]:
    """The rows of the page that was asked for, and what stands beside it."""
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
    size = _counted(call, "page_size")
    return PAGE_SIZE if size is None else min(size, MOST)


def cursor(table: str, row: Holding, direction: str) -> str:
    """The place behind (or, in the other direction, before) a row."""
    place = [{"field": f"{table}.tsid", "value": row.mark.tsid, "direction": direction}]
    return base64.b64encode(json.dumps(place, separators=(",", ":")).encode()).decode()


def _bounds(call: Call[World], rows: Sequence[Holding], size: int) -> tuple[int, int]:
    sent = _sent(call)
    if sent:
        value, direction = _read(sent)
        is_newest_first = call.world.switches.newest_first
        # A cursor that points against the order of the list asks for the page before its row.
        is_onward = (direction == "DESC") == is_newest_first
        passed = sum(_is_passed(row.mark.tsid, value, is_newest_first, including=is_onward) for row in rows)
        start = passed if is_onward else max(passed - size, 0)
        return start, min(start + size, len(rows)) if is_onward else passed
    start = ((_counted(call, "page") or 1) - 1) * size
    return min(start, len(rows)), min(start + size, len(rows))


def _is_passed(tsid: str, value: str, is_newest_first: bool, *, including: bool) -> bool:
    return (including and tsid == value) or (tsid > value if is_newest_first else tsid < value)


def _sent(call: Call[World]) -> str | None:
    switches = call.world.switches
    if switches.ignore_cursor:
        return None
    return call.last("next") if switches.only_next else call.last("cursor") or call.last("next")


def _read(sent: str) -> tuple[str, str]:
    try:
        place = json.loads(base64.b64decode(sent, validate=True))[0]
        return str(place["value"]), str(place["direction"])
    except (ValueError, LookupError, TypeError) as error:
        raise invalid("Invalid cursor") from error


def _counted(call: Call[World], name: str) -> int | None:
    value = (call.last(name) or "").strip()
    return int(value) or None if value.isdecimal() and len(value) < 10 else None


def _url(call: Call[World], page: int) -> str:
    kept = [(n, v) for n, v in call.request.query_params.multi_items() if n not in {"page", "cursor", "next"}]
    return f"{DOCUMENTED_HOST}{call.request.scope['path']}?{urlencode([*kept, ('page', str(page))])}"
