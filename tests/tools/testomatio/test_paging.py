"""Lists of the public API: no more is read than needed, and nothing is hidden behind a cursor."""

from typing import Any

import anyio
import pytest

from tools.kit.errors import Refused, Unavailable
from tools.kit.kept import ListCall, NotKept, list_call, listing
from tools.kit.missing import Missing, collect_missing, note_missing
from tools.kit.page import Page
from tools.testomatio.models.documents import Listed, Meta
from tools.testomatio.models.plans import Plan
from tools.testomatio.tools.paging import MOST_PAGES, drain, page_from

pytestmark = pytest.mark.anyio


class List:
    """A list of so many plans, in pages of a size, that tells as much of itself as a server may."""

    def __init__(self, count: int, *, size: int = 100, tells: str = "all") -> None:
        self.count, self.size, self.tells = count, size, tells
        self.read: list[int] = []

    async def page(self, number: int) -> Listed[Plan]:
        self.read.append(number)
        first = self.size * (number - 1)
        rows = [Plan(id=f"{n:08}") for n in range(first, min(first + self.size, self.count))]
        pages = -(-self.count // self.size)
        more = number < pages
        meta = {
            "all": Meta(total=self.count, per_page=self.size, total_pages=pages, has_more=more),
            "total": Meta(total=self.count, per_page=self.size),
            "pages": Meta(total_pages=pages),
            "more": Meta(has_more=more),
            "nothing": Meta(),
        }[self.tells]
        return Listed[Plan](data=rows, meta=meta)


async def read(source: List, cursor: str | None = None, *, limit: int = 50, odd: bool = False) -> Page[Plan]:
    def fits(plan: Plan) -> bool:
        return not odd or int(plan.id) % 2 == 1

    return await page_from(source.page, lambda plan: plan, limit=limit, cursor=cursor, fits=fits, asked=[odd])


async def test_the_first_rows_cost_one_request_and_say_what_was_not_read() -> None:
    source = List(250)
    page = await read(source)
    assert source.read == [1]
    assert len(page.items) == 50
    assert (page.coverage.total, page.coverage.loaded, page.coverage.complete) == (250, 50, False)
    assert page.next_cursor is not None


@pytest.mark.parametrize(
    ("tells", "size"),
    [("all", 100), ("all", 30), ("total", 30), ("pages", 100), ("pages", 30), ("more", 30), ("nothing", 100)],
)
async def test_cursors_lead_through_the_whole_list_on_every_kind_of_server(tells: str, size: int) -> None:
    source, ids, cursor, calls = List(250, size=size, tells=tells), list[str](), None, 0
    while calls < 20:
        page = await read(source, cursor, limit=40)
        ids += [plan.id for plan in page.items]
        cursor, calls = page.next_cursor, calls + 1
        if cursor is None:
            break
    assert ids == [f"{n:08}" for n in range(250)]
    assert max(source.read) <= -(-250 // size) + 1


async def test_a_page_shortened_by_its_size_goes_on_behind_its_last_row() -> None:
    source = List(250)
    page = (await read(source)).first(10)
    after = await read(source, page.next_cursor)
    assert after.items[0].id == "00000010"


async def test_what_the_platform_does_not_filter_is_filtered_here_and_read_on_for() -> None:
    source = List(250)
    page = await read(source, odd=True, limit=60)
    assert source.read == [1, 2]
    assert {int(plan.id) % 2 for plan in page.items} == {1}
    assert page.coverage.matched == 60


async def test_one_call_reads_so_many_pages_and_hands_over_to_its_cursor() -> None:
    source = List(100 * MOST_PAGES + 500)

    async def none(cursor: str | None) -> Page[Plan]:
        return await page_from(source.page, lambda p: p, limit=5, cursor=cursor, fits=lambda plan: False, asked=[])

    page = await none(None)
    assert len(source.read) == MOST_PAGES
    assert (page.items, page.coverage.complete) == ([], False)
    page = await none(page.next_cursor)
    assert len(source.read) == MOST_PAGES + 5
    assert page.next_cursor is None


async def test_a_cursor_of_other_filters_is_refused() -> None:
    source = List(250)
    page = await read(source)
    with pytest.raises(Refused, match="other filters"):
        await read(source, page.next_cursor, odd=True)


async def test_draining_stops_at_its_bound_and_says_so() -> None:
    whole = await drain(List(250, tells="nothing").page)
    assert (len(whole.rows), whole.complete) == (250, True)
    part = await drain(List(10_000, tells="more").page, most_pages=3)
    assert (len(part.rows), part.complete) == (300, False)


async def test_a_list_that_repeats_itself_for_ever_ends() -> None:
    async def same(number: int) -> Listed[Plan]:
        return Listed[Plan](data=[Plan(id="a")] * 100)

    page = await page_from(same, lambda plan: plan, limit=500, cursor=None, asked=[])
    assert len(page.items) == 100
    assert (page.coverage.complete, page.next_cursor) == (False, None)
    assert "repeated a page" in (page.coverage.why or "")
    assert (await drain(same)).why == page.coverage.why


@pytest.mark.parametrize("limit", [7, 60, 100, 500])
@pytest.mark.parametrize("meta", [{"total": 61, "per_page": 100}, {"total": 61}, {"total": 61, "has_more": True}])
@pytest.mark.parametrize("repeats", [True, False])
async def test_what_was_announced_and_is_not_there_is_the_end_and_said(
    limit: int, meta: dict[str, Any], repeats: bool
) -> None:
    """60 rows of 61, and behind them nothing or the same again; no cursor is the one given."""
    asked: list[int] = []

    async def fetch(number: int) -> Listed[Plan]:
        asked.append(number)
        rows = [Plan(id=f"p{n}") for n in range(60)] if number == 1 or repeats else []
        return Listed[Plan](data=rows, meta=Meta(**meta))

    ids: list[str] = []
    cursors: list[str | None] = [None]
    for _ in range(30):
        page = await page_from(fetch, lambda plan: plan, limit=limit, cursor=cursors[-1], asked=[])
        ids += [plan.id for plan in page.items]
        if page.next_cursor is None:
            break
        cursors.append(page.next_cursor)
    assert ids == [f"p{n}" for n in range(60)]
    assert len(set(cursors)) == len(cursors)
    assert len(asked) <= 60 // min(limit, 60) + 3
    assert not page.coverage.complete
    expected = "repeated a page" if repeats else "61 were announced and 60 came"
    assert expected in (page.coverage.why or "")
    assert expected in ((await drain(fetch)).why or "")


async def test_rows_that_cannot_be_read_shift_no_other() -> None:
    async def fetch(number: int) -> Listed[Plan]:
        rows = [Plan(id=f"p{n}") for n in range(250)][(number - 1) * 100 : number * 100]
        if number == 1:
            note_missing(Missing(rows=2))
            del rows[3:5]
        return Listed[Plan](data=rows, meta=Meta(total=250, per_page=100))

    ids: list[str] = []
    cursor: str | None = None
    for _ in range(30):
        page = await page_from(fetch, lambda plan: plan, limit=40, cursor=cursor, asked=[])
        ids += [plan.id for plan in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert ids == [f"p{n}" for n in range(250) if n not in {3, 4}]
    assert "announced" not in (page.coverage.why or "")
    assert (await drain(fetch)).why == "2 rows could not be read"


class Failing(List):
    """A list of which nothing is kept and one page fails."""

    def __init__(self, count: int, broken: int) -> None:
        super().__init__(count)
        self.broken = broken

    async def page(self, number: int) -> Listed[Plan]:
        if (call := list_call.get()) is not None and call.only_kept:
            raise NotKept
        answer = await super().page(number)
        if number == self.broken:
            raise Unavailable("Testomat.io is down.", status=503)
        return answer


async def test_a_page_that_is_read_ahead_and_fails_counts_only_where_it_would_be_shown() -> None:
    source = Failing(900, broken=3)
    first = await read(source, limit=50)
    with listing(ListCall(2_600, continues=True)):
        page = await read(source, first.next_cursor, limit=500)
    assert 3 in source.read
    assert 50 < len(page.items) <= 150
    assert page.items[0].id == "00000050"

    seen = [int(plan.id) for plan in page.items]

    async def read_on() -> None:
        cursor = page.next_cursor
        while cursor:
            more = await read(source, cursor, limit=500)
            seen.extend(int(plan.id) for plan in more.items)
            cursor = more.next_cursor

    with listing(ListCall(2_600, continues=True)), pytest.raises(Unavailable):
        await read_on()
    assert seen == list(range(50, seen[-1] + 1))
    assert seen[-1] < 200


async def test_a_caller_that_leaves_while_pages_are_read_together_leaves_none_running() -> None:
    running = 0

    async def fetch(number: int) -> Listed[Plan]:
        nonlocal running
        if number == 1:
            return await List(900).page(1)
        running += 1
        try:
            await anyio.sleep(60)
        finally:
            running -= 1
        return Listed[Plan](data=[])

    async with anyio.create_task_group() as group:
        group.start_soon(lambda: page_from(fetch, lambda plan: plan, limit=500, cursor=None, asked=[]))
        await anyio.wait_all_tasks_blocked()
        assert running == 4
        group.cancel_scope.cancel()
    assert running == 0


async def test_what_could_not_be_read_of_a_page_that_is_not_shown_is_not_counted() -> None:
    async def fetch(number: int) -> Listed[Plan]:
        if (call := list_call.get()) is not None and call.only_kept:
            raise NotKept
        if number > 2:
            note_missing(Missing(rows=1))
        return await List(900).page(number)

    first = await page_from(fetch, lambda plan: plan, limit=50, cursor=None, asked=[])
    with listing(ListCall(2_600, continues=True)), collect_missing() as missing:
        page = await page_from(fetch, lambda plan: plan, limit=500, cursor=first.next_cursor, asked=[])
    assert int(page.items[-1].id) < 200
    assert not missing


async def test_draining_reads_together_what_the_first_page_announces() -> None:
    begun: list[int] = []

    async def fetch(number: int) -> Listed[Plan]:
        begun.append(number)
        if number > 1:
            await anyio.wait_all_tasks_blocked()
            assert len(begun) == 9
        return await List(900).page(number)

    assert len((await drain(fetch)).rows) == 900
