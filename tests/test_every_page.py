"""A rule over all tools that page a list: read to its end, each of the platform's pages is requested about once."""

import copy
import json
import re
from typing import Any, Final

import httpx
import pytest

from server.app import build
from server.sandbox import SandboxTransport
from tests.desk import Desk, desk, sandboxes, settings
from tests.listings import COUNTS, SIZES, TOOLS, rows_of, said_of
from tests.test_every_list import CALLS, Reading, is_looked_up, renamed
from tools.kit.network import Network
from tools.kit.sandbox.composition import Composition

pytestmark = pytest.mark.anyio

ROWS: Final = 210
LARGEST: Final = {
    r"/testio/.*/(bugs|test_cases)$": 500,
    r"/testomatio/api/v2/": 100,
    r"/testomatio/api/projects$": 200,
    r"/testomatio/api/": 50,
    r"/testery/.*/test-runs$": 250,
    r"/testsigma/.*/(users|labels)$": 200,
    r"/testsigma/": 100,
}
"""The largest page that a platform documents or its own programs ask for; of any other list, what is asked for."""
TAKES_NO_SIZE: Final = re.compile(r"/testomatio/api/(?!v2/|projects$)|/stats/")
"""Lists whose pages have one size, whatever is asked for."""


class Long(httpx.AsyncBaseTransport):
    """The sandbox, with one list made long; counts the requests for it."""

    def __init__(self, world: Composition, where: str, document: Any) -> None:
        self._inner, self._where, self._document = SandboxTransport(world), where, document
        self.asked: list[httpx.Request] = []
        self.size = 0
        self.says_length = bool(said_of(document))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if f"{request.method} {request.url.path}" != self._where:
            return await self._inner.handle_async_request(request)
        self.asked.append(request)
        asked = dict(request.url.params)
        largest = next((size for path, size in LARGEST.items() if re.search(path, request.url.path)), ROWS)
        size = min([largest, *(int(asked[name]) for name in SIZES if name in asked)])
        if TAKES_NO_SIZE.search(request.url.path):
            size = largest
        self.size = max(self.size, size)
        start = int(asked["offset"]) if "offset" in asked else (self._page(asked) - 1) * size
        return httpx.Response(200, content=json.dumps(self._slice(start, size)).encode())

    @staticmethod
    def _page(asked: dict[str, str]) -> int:
        return int(next((asked[name] for name in ("page", "cursor", "next") if name in asked), 1))

    def _slice(self, start: int, size: int) -> Any:
        document = copy.deepcopy(self._document)
        rows = rows_of(document)
        assert rows
        rows[:] = [renamed(rows[0], number) for number in range(start, min(start + size, ROWS))]
        page, pages = start // size + 1, -(-ROWS // size)
        more: dict[str, object] = {
            "page": page,
            "per_page": size,
            "limit": size,
            "offset": start,
            "has_more": page < pages,
        }
        more |= {"total_pages": pages, "totalPages": pages, "next": str(page + 1) if page < pages else None}
        for said in said_of(document):
            said |= {name: value for name, value in ({**more, **dict.fromkeys(COUNTS, ROWS)}).items() if name in said}
        return document


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


async def rows_read(on: Desk, name: str, arguments: dict[str, Any]) -> int | None:
    """Read a list to its end, and count its rows; None for a call that needs the list as it is."""
    rows = 0
    while True:
        result = await on.call(name, **arguments)
        if result.is_error:
            return None
        answer = result.structured_content or {}
        rows += len(answer["items"])
        if (cursor := answer.get("next_cursor")) is None:
            return rows
        arguments = arguments | {"cursor": cursor}


def is_paged(name: str) -> bool:
    """Whether a tool pages what it reads; of tools across platforms, the platform's own list tells more."""
    takes = TOOLS[name][1].function.__code__.co_varnames
    return {"cursor", "limit"} <= {*takes} and not name.startswith("across_")


def paged_calls(reading: Reading) -> dict[str, list[int]]:
    """For each list that comes in pages, the calls of tools that page what they read of it, those named list first."""
    calls: dict[str, list[int]] = {}
    for number, where in sorted(reading.pairs, key=lambda pair: "_list_" not in CALLS[pair[0]][0]):
        if where in reading.paged and not is_looked_up(where) and rows_of(reading.documents[where]):
            calls.setdefault(where, []).append(number)
    return calls


async def test_a_list_read_to_its_end_takes_hardly_more_requests_than_it_has_pages() -> None:
    reading = Reading(world := sandboxes())
    await reading.look(is_paged)
    wrong, read_whole = [], []
    for where, calls in paged_calls(reading).items():
        for name, arguments in [CALLS[number] for number in calls]:
            long = Long(world, where, reading.documents[where])
            async with desk(server=build(settings(), network=Network(long))) as on:
                rows = await rows_read(on, name, arguments | {"limit": 500})
            if rows is not None:
                break
        pages = -(-ROWS // long.size)
        # Where nothing says how long a list is, pages are read together in growing numbers, some behind its end.
        most = pages + 1 if long.says_length else 2 * pages + 1
        read_whole += [where] if (rows or 0) >= ROWS else []
        if len(long.asked) > most:
            wrong.append(f"{name} over {where}: {len(long.asked)} requests, of {pages} pages")
    assert wrong == []
    assert len(read_whole) > 25, "a tree, or rows that stand for one of another list, are not answered row by row"
