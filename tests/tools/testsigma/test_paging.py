"""Lists are read whole by whatever turns their pages, and one that cannot be says so."""

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest

from tests.desk import client_of, desk, sandboxes
from tests.tools.kit.wire import Answer, Wire
from tests.tools.testsigma.line import PROJECT, front
from tools.kit.sandbox.composition import Composition
from tools.kit.walk import Walked
from tools.testsigma.client import paging
from tools.testsigma.client.paging import counted
from tools.testsigma.client.testsigma import Testsigma

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def short_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "PAGE", 7)


def switched(**switches: bool) -> Composition:
    world = sandboxes()
    state = world.sandboxes["testsigma"].world
    state.switches = replace(state.switches, **switches)
    return world


async def read(world: Composition) -> tuple[list[str], Walked]:
    """The test cases of the first project, in short pages."""
    ids: list[str] = []
    async with client_of(Testsigma, "testsigma", world) as api:
        (harbour,) = [one for one in (await api.projects()).rows if one.prefix == "HRB"]
        return ids, await api.walk_test_cases(harbour.id, lambda case: ids.append(case.human_id or ""))


@pytest.mark.parametrize(
    "switches",
    [
        {},
        {"only_next": True},
        {"next_as_url": True},
        {"null_at_end": True},
        {"newest_first": True},
        {"as_documented": True},
        {"only_next": True, "newest_first": True, "null_at_end": True},
    ],
    ids=str,
)
async def test_every_way_of_turning_pages_reads_the_whole_list_once(switches: dict[str, bool]) -> None:
    world = switched(**switches)
    ids, walked = await read(world)
    assert sorted(ids) == sorted(f"HRB-{number}" for number in range(1, 61))
    coverage = walked.coverage(60)
    assert (coverage.total, coverage.loaded, coverage.complete) == (60, 60, True)


async def test_the_cursor_is_sent_as_cursor_and_once_more_as_next_where_that_is_not_heeded() -> None:
    world = switched(only_next=True)
    await read(world)
    asked = [entry.query for entry in world.journal.entries() if entry.path.endswith("/test_cases")]
    names = [[name for name, _ in query] for query in asked]
    assert names[:3] == [["page_size"], ["page_size", "cursor"], ["page_size", "next"]]
    assert {tuple(one) for one in names[3:]} == {("page_size", "next")}, "what works is kept to"


async def test_an_address_of_another_host_only_gives_its_query() -> None:
    world = switched(next_as_url=True)
    await read(world)
    asked = [entry for entry in world.journal.entries() if entry.path.endswith("/test_cases")]
    assert len(asked) == 9
    assert dict(asked[3].query) == {"page_size": "7", "page": "4"}


async def test_a_server_that_ignores_the_cursor_is_told_and_gives_no_row_twice() -> None:
    ids, walked = await read(switched(ignore_cursor=True))
    assert ids == [f"HRB-{number}" for number in range(1, 8)]
    coverage = walked.coverage(7)
    assert not coverage.complete
    assert coverage.why == "the server ignored the cursor: only the first 7 of 60 could be read"


async def test_a_list_of_a_tool_says_that_it_is_short() -> None:
    async with desk(world=switched(ignore_cursor=True)) as d:
        page = await d.answer("testsigma_list_test_cases", project="HRB")
        assert page["coverage"] | {"why": ""} == {
            "total": 60,
            "loaded": 7,
            "matched": 7,
            "complete": False,
            "why": "",
        }
        assert "ignored the cursor" in page["coverage"]["why"]


async def test_a_question_counts_at_least_where_a_list_is_short() -> None:
    async with desk(world=switched(ignore_cursor=True)) as d:
        await d.answer("testsigma_delete_folder", project="HRB", folder="Cart")
        assert "with at least 0 subfolders and at least 4 test cases" in d.asked[0]


class Server:
    """Gives pages as a test writes them, by their number in the order of asking."""

    def __init__(self, *pages: dict[str, Any]) -> None:
        self.pages, self.asked = list(pages), list[dict[str, str]]()

    async def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(dict(parse_qsl(request.url.query.decode())))
        return httpx.Response(200, json=self.pages[min(len(self.asked), len(self.pages)) - 1])

    def client(self) -> Testsigma:
        wire = Wire(self._plain)
        return front(wire)

    @property
    def _plain(self) -> Answer:
        return self.answer


def page(*numbers: int, following: str | None = "", total: int | None = None, info: bool = True) -> dict[str, Any]:
    answer: dict[str, Any] = {"data": {"test_cases": [{"id": f"case-{number}"} for number in numbers]}}
    return answer | ({"page_info": {"next": following, "total_count": total}} if info else {})


async def walked_over(server: Server) -> tuple[list[str], Walked]:
    ids: list[str] = []
    return ids, await server.client().walk_test_cases(PROJECT, lambda case: ids.append(case.id))


async def test_what_came_as_often_as_announced_is_the_end_whatever_follows() -> None:
    server = Server(page(1, 2, following="more", total=2))
    ids, walked = await walked_over(server)
    assert (ids, len(server.asked)) == (["case-1", "case-2"], 1)
    assert walked.coverage(2).complete


async def test_an_empty_page_before_the_announced_end_leaves_the_list_short_and_says_so() -> None:
    ids, walked = await walked_over(Server(page(1, 2, following="a", total=9), page(following="b", total=9)))
    assert ids == ["case-1", "case-2"]
    assert walked.coverage(2).why == "9 were announced and 2 came"


async def test_rows_that_moved_between_pages_are_given_once() -> None:
    ids, walked = await walked_over(
        Server(page(1, 2, following="a", total=4), page(2, 3, following="b", total=4), page(4, total=4))
    )
    assert ids == ["case-1", "case-2", "case-3", "case-4"]
    assert walked.coverage(4).complete


async def test_a_server_that_goes_round_and_round_is_left() -> None:
    server = Server(page(1, 2, following="a"), page(3, 4, following="b"), page(1, 2, following="a"))
    ids, walked = await walked_over(server)
    assert ids == ["case-1", "case-2", "case-3", "case-4"]
    assert len(server.asked) <= 5
    assert "ignored the cursor: only the first 4 could be read" in (walked.coverage(4).why or "")


@pytest.mark.parametrize(
    "following", ["/api/v1/other?page=2&page_size=2", "https://evil.example/x?page=2&token=t", "http://["]
)
async def test_a_path_and_a_strange_address_leave_host_and_path_as_they_are(following: str) -> None:
    wire_paths: list[str] = []
    pages = [page(1, 2, following=following, total=4), page(3, 4, total=4)]

    async def answer(request: httpx.Request) -> httpx.Response:
        wire_paths.append(f"{request.url.host}{request.url.path}")
        return httpx.Response(200, json=pages[min(len(wire_paths), 2) - 1])

    ids: list[str] = []
    await front(Wire(answer)).walk_test_cases(PROJECT, lambda case: ids.append(case.id))
    assert set(wire_paths) == {f"arcus.example.test/api/v1/projects/{PROJECT}/test_cases"}
    assert ids[:2] == ["case-1", "case-2"]


async def test_a_filter_goes_along_when_an_address_leaves_it_out() -> None:
    server = Server(page(1, following="https://x.example/?page=2", total=2), page(2, total=2))
    await server.client().walk_test_cases(PROJECT, lambda case: None, filters=[("folder_id", "f")])
    assert server.asked[1] == {"page_size": "7", "folder_id": "f", "page": "2"}


SEVEN = tuple(range(1, 8))


async def test_a_full_page_without_a_word_on_the_length_is_followed_by_number() -> None:
    server = Server(page(*SEVEN, info=False), page(8, info=False))
    ids, walked = await walked_over(server)
    assert len(ids) == 8
    assert server.asked[1] == {"page_size": "7", "page": "2"}
    assert walked.coverage(8).complete


async def test_a_full_page_that_comes_again_may_not_be_all() -> None:
    ids, walked = await walked_over(Server(page(*SEVEN, info=False)))
    assert len(ids) == 7
    assert walked.coverage(7).why == "7 were read, a full page, and the server does not say whether there are more"


@pytest.mark.parametrize("numbers", [range(1, 4), range(1, 30)], ids=["fewer", "more"])
async def test_a_page_of_another_size_without_a_word_on_the_length_is_all(numbers: range) -> None:
    server = Server(page(*numbers, info=False))
    ids, walked = await walked_over(server)
    assert (len(ids), len(server.asked)) == (len(numbers), 1)
    assert walked.coverage(len(ids)).complete


@pytest.mark.parametrize(
    "answer",
    [
        {"data": {"test_cases": None}},
        {"data": None},
        {"data": []},
        {"data": {"test_cases": []}, "page_info": None},
    ],
)
async def test_null_and_nothing_are_an_empty_list(answer: dict[str, Any]) -> None:
    ids, walked = await walked_over(Server(answer))
    assert (ids, walked.coverage(0).complete) == ([], True)


async def test_a_count_comes_from_the_list_itself_or_from_reading_it() -> None:
    server = Server(page(1, following="a", total=455))
    count = await counted(lambda query: server.client().test_cases_page(PROJECT, query))
    assert (str(count), server.asked) == ("455", [{"page_size": "1"}])
    silent = Server(page(1, following="a"), page(1, 2, following="a"), page(1, 2, following="a"))
    count = await counted(lambda query: silent.client().test_cases_page(PROJECT, query))
    assert count.of("test case") == "at least 2 test cases"
