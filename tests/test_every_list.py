"""Rules over all tools that read lists: what is no list is refused, what is missing is said, and every reader ends."""

import copy
import json
from collections.abc import Awaitable, Callable, Collection, Sequence
from importlib import import_module
from typing import Any, Final

import anyio
import httpx
import pytest

from server.guards.scope import offers
from server.sandbox import SandboxTransport
from tests.desk import sandboxes
from tests.fuzz.soak import IS_SOAK
from tests.listings import COUNTS, MORE, SIZES, TOOLS, Outcome, Remembering, Spoil, Spoiling, outcome, rows_of, said_of
from tools.kit.page import Page
from tools.kit.sandbox.composition import Composition
from tools.kit.toolset import Effect
from tools.platforms import PLATFORMS

pytestmark = pytest.mark.anyio

CALLS: list[tuple[str, dict[str, Any]]] = [
    (name, arguments)
    for offer in offers(PLATFORMS)
    for name, arguments in import_module(f"tests.tools.{offer.key}.calls").CALLS
    if TOOLS[name][1].effect is Effect.READS
]
NO_LISTS: Final = {
    "testio_get_bug_screenshots": "pictures",
    "testio_wait_for_test": "one test",
    "testio_get_user_story": "one story",
    "testio_get_connection": "one connection",
    "testio_list_inbox": "reads our own store",
    "testery_get_screenshots": "pictures",
    "testsigma_get_import": "one import",
    "across_chart": "pictures; the tools with the same numbers as rows read the same lists",
}
"""Reading tools that no list of calls has, and why no list of a platform is read there."""
THROUGH_OTHERS: Final = {"across_analyze_tests", "across_compare_periods"}
"""Tools that read the same surveys as across_cluster_failures, dozens of lists at a time."""
MOST_REQUESTS = 60
OTHERS: Final = (
    b'{"error": "maintenance"}',
    b"",
    b'{"items": [{"id": 1}], "count": 1}',
    b'{"status": "ok", "result": []}',
)
"""Bodies of a success that is no list."""
ODD: Final = (None, ["x"])
"""What stands among the rows and is none."""


class Reading:
    """Calls tools over one sandbox, and knows which lists each call reads."""

    def __init__(self, world: Composition) -> None:
        self._world, self._inner = world, Remembering(SandboxTransport(world))
        self.pairs: list[tuple[int, str]] = []
        self.documents: dict[str, Any] = {}
        self.has_rows: set[tuple[int, str]] = set()
        """The pairs whose list has rows: one that is asked for fewer may have none."""
        self.paged: set[str] = set()
        self.good: dict[int, Outcome] = {}

    async def look(self, wanted: Callable[[str], bool] = lambda name: True) -> None:
        """Make the calls of all tools, or of those that are wanted."""
        for number, (name, arguments) in enumerate(CALLS):
            if not wanted(name):
                continue
            seen = Spoiling(self._inner)
            good = self.good[number] = await outcome(name, arguments, self._world, seen)
            assert good.answer is not None, f"{name}: {good.text}"
            if name in THROUGH_OTHERS:
                continue
            self.pairs += [(number, where) for where in seen.listings]
            self.documents |= {where: rows for where, rows in seen.listings.items() if rows_of(rows)}
            self.documents = {**seen.listings, **self.documents}
            self.has_rows |= {(number, where) for where, rows in seen.listings.items() if rows_of(rows)}
            self.paged |= seen.paged

    async def spoiled(self, number: int, where: str, spoil: Spoil, **more: Any) -> tuple[Outcome, Spoiling]:
        transport = Spoiling(self._inner, where, spoil)
        name, arguments = CALLS[number]
        with anyio.fail_after(20):
            return await outcome(name, arguments | more, self._world, transport), transport

    def one_call_a_list(self, among: Collection[tuple[int, str]] = ()) -> list[tuple[int, str]]:
        """Of each list the first call that reads it and answers rows, else the first; only of pairs among these."""
        first: dict[str, int] = {}
        for number, where in [pair for pair in self.pairs if not among or pair in among]:
            is_page = isinstance(self.good[number].answer, Page)
            if where not in first or (is_page and not isinstance(self.good[first[where]].answer, Page)):
                first[where] = number
        return [(number, where) for where, number in first.items()]


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def reading(anyio_backend: str) -> Reading:
    one = Reading(sandboxes())
    await one.look()
    return one


def share_of(pairs: list[tuple[int, str]], cases: Sequence[Any], case: Any) -> list[tuple[int, str]]:
    """The pairs that a case is tried on: each is in the turn of one of them, and in a soak in that of all."""
    return pairs if IS_SOAK else pairs[cases.index(case) :: len(cases)]


def says_less(told: Outcome) -> bool:
    """Whether a call was refused for the shape, or its answer says that something is not known."""
    return told.shape or any(
        word in told.text
        for word in ("in a shape we do not know", "could not be read", '"complete":false', '"maintenance_known":false')
    )


def is_looked_up(where: str) -> bool:
    """Whether a list gives names only: what was found by one of them is right, whatever else the list may hold."""
    return "/v1/test_cases/" in where


async def failing(pairs: list[tuple[int, str]], check: Callable[[int, str], Awaitable[str | None]]) -> str:
    """The pairs of a tool and a list for which a rule does not hold, each with the reason."""
    return "\n".join([f"{CALLS[n][0]} over {where}: {why}" for n, where in pairs if (why := await check(n, where))])


def test_every_reading_tool_is_called_or_reads_no_list() -> None:
    called = {name for name, _ in CALLS}
    assert {name for name, (_, tool) in TOOLS.items() if tool.effect is Effect.READS} - called == set(NO_LISTS)


async def test_what_is_not_the_list_is_never_an_empty_one(reading: Reading) -> None:
    async def check(number: int, where: str) -> str | None:
        told, _ = await reading.spoiled(number, where, lambda request, document: b"{}")
        return None if says_less(told) else told.text[:200]

    # Of the tools across platforms the one whose silence would be worst; the others ask the same surveys.
    pairs = [(n, at) for n, at in reading.pairs if CALLS[n][0] not in {"across_list_runs", "across_search"}]
    assert len(pairs) > 120
    assert await failing(pairs, check) == ""


@pytest.mark.parametrize("body", OTHERS)
async def test_nor_is_any_other_success(body: bytes, reading: Reading) -> None:
    async def check(number: int, where: str) -> str | None:
        told, _ = await reading.spoiled(number, where, lambda request, document: body)
        return None if says_less(told) else told.text[:200]

    assert await failing(share_of(reading.one_call_a_list(), OTHERS, body), check) == ""


@pytest.mark.parametrize("odd", ODD, ids=str)
async def test_an_odd_row_spoils_no_other_and_is_counted(odd: Any, reading: Reading) -> None:
    def spoil(request: httpx.Request, document: Any) -> bytes:
        (rows_of(document) or []).append(odd)
        return json.dumps(document).encode()

    async def check(number: int, where: str) -> str | None:
        told, _ = await reading.spoiled(number, where, spoil)
        good = reading.good[number].answer
        if told.answer is None or good is None:
            return None if "could not be read" in told.text else told.text[:200]
        if isinstance(good, Page) and isinstance(told.answer, Page) and len(told.answer.items) != len(good.items):
            return "other rows"
        return None if "could not be read" in told.text else told.text[-300:]

    pairs = [pair for pair in reading.one_call_a_list(reading.has_rows) if rows_of(reading.documents[pair[1]])]
    assert await failing(share_of(pairs, ODD, odd), check) == ""


async def test_a_list_comes_with_or_without_its_envelope(reading: Reading) -> None:
    def bare(request: httpx.Request, document: Any) -> bytes:
        return json.dumps(rows_of(document)).encode()

    async def check(number: int, where: str) -> str | None:
        told, _ = await reading.spoiled(number, where, bare)
        return None if told.answer is not None else told.text[:200]

    assert await failing(reading.one_call_a_list(), check) == ""


async def test_what_is_announced_and_does_not_come_is_said(reading: Reading) -> None:
    def more(request: httpx.Request, document: Any) -> bytes:
        for said in said_of(document):
            for name in set(said) & set(COUNTS):
                said[name] = (said[name] or 0) + 777_000
        return json.dumps(document).encode()

    async def check(number: int, where: str) -> str | None:
        return await _ends(reading, number, where, more, '"complete":false')

    pairs = [
        (n, where)
        for n, where in reading.one_call_a_list()
        if any(set(said) & set(COUNTS) for said in said_of(reading.documents[where])) and not is_looked_up(where)
    ]
    assert len(pairs) > 20
    assert await failing(pairs, check) == ""


@pytest.mark.parametrize("then", ["repeats", "is empty"])
async def test_every_reader_ends_where_nothing_is_said_of_more(then: str, reading: Reading) -> None:
    """A full first page, without a total and a has_more, and behind it the same again or nothing."""

    def silent(request: httpx.Request, document: Any) -> bytes:
        row = (rows_of(reading.documents[f"{request.method} {request.url.path}"]) or [])[0]
        rows = rows_of(document)
        assert rows is not None
        asked = dict(request.url.params)
        default = 100 if "/api/v2/" in request.url.path else 50  # the two families of Testomat.io
        size = next((int(asked[name]) for name in SIZES if name in asked), default)
        is_first = asked.get("page", "1") == "1" and asked.get("offset", "0") == "0" and not asked.get("cursor")
        rows[:] = [renamed(row, n) for n in range(size)] if is_first or then == "repeats" else []
        for said in said_of(document):
            for name in set(said) & set(MORE):
                del said[name]
        return json.dumps(document).encode()

    async def check(number: int, where: str) -> str | None:
        return await _ends(reading, number, where, silent, '"complete":false' if then == "repeats" else "")

    pairs = [
        (n, where)
        for n, where in reading.one_call_a_list()
        if where in reading.paged and rows_of(reading.documents[where]) and not is_looked_up(where)
    ]
    assert len(pairs) > 20
    assert await failing(pairs, check) == ""


def renamed(row: Any, number: int) -> Any:
    """A copy of a row with an id of its own."""
    row = copy.deepcopy(row)
    if isinstance(row, dict):
        for name in ("id", "slug", "uid"):
            if name in row:
                row[name] = 900_000 + number if isinstance(row[name], int) else f"{900_000 + number:08}"
    return row


async def _ends(reading: Reading, number: int, where: str, spoil: Spoil, last_says: str) -> str | None:
    """Follow a call's cursor to its end, which has to come, through cursors that all differ."""
    takes_limit = CALLS[number][0] in {
        name for name, (_, tool) in TOOLS.items() if "limit" in tool.function.__code__.co_varnames
    }
    given: dict[str, Any] = {"limit": 500} if takes_limit and isinstance(reading.good[number].answer, Page) else {}
    cursors: set[str] = set()
    requests = 0
    while True:
        told, transport = await reading.spoiled(number, where, spoil, **given)
        requests += len(transport.asked)
        if requests > MOST_REQUESTS:
            return f"{requests} requests"
        if told.answer is None:
            # A refusal may be what the call needs the whole list for; one that names two of a name is of our making.
            words = ("announced", "repeated", "can mean several")
            return None if any(word in told.text for word in words) else told.text[:200]
        cursor = told.answer.next_cursor if isinstance(told.answer, Page) else None
        if cursor is None:
            is_page = isinstance(told.answer, Page)
            signs = (last_says, "could be read", "could not be read", "could be counted", "not read whole")
            said = not is_page or any(sign in told.text for sign in signs)
            return None if said else told.text[:200] + told.text[-200:]
        if cursor in cursors:
            return "a cursor came twice"
        cursors.add(cursor)
        given["cursor"] = cursor
