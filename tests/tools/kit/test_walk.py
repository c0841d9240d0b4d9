"""A walk hands on each row of a paged list once, ends whatever the platform does, and says what it missed."""

import gc
import logging
import weakref
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.kit.errors import Unavailable
from tools.kit.page import Coverage
from tools.kit.toolset import no_progress
from tools.kit.walk import MOST_HOLES, REPEATED, Batch, Walk, Walked

pytestmark = pytest.mark.anyio

SIZES = (20, 10, 5, 1)


@dataclass
class Listing:
    """A list as a platform pages it, with its moods."""

    rows: list[int]
    is_total_told: bool = True
    cap: int = 1000
    broken: set[int] = field(default_factory=set)
    """Rows that make any page they stand on fail."""
    is_down: bool = False
    before_answer: Callable[[int], None] = lambda page: None
    asked: list[tuple[int, int]] = field(default_factory=list)

    async def fetch(self, page: int, size: int) -> Batch[int]:
        self.asked.append((page, size))
        self.before_answer(page)
        await anyio.lowlevel.checkpoint()
        size = min(size, self.cap)
        rows = self.rows[(page - 1) * size : page * size]
        if self.is_down or self.broken & set(rows):
            raise Unavailable("broken", status=500)
        return Batch(rows, total=len(self.rows) if self.is_total_told else None, size=size)


async def walked(
    fetch: Callable[[int, int], Awaitable[Batch[int]]], *, sizes: Sequence[int] = SIZES
) -> tuple[list[int], Walked, Coverage]:
    kept: list[int] = []
    walk = Walk(fetch, kept.append, key=lambda row: row, sizes=sizes, broken=frozenset({500}))
    with anyio.fail_after(10):
        seen = await walk.run()
    return kept, seen, seen.coverage(len(kept))


both = pytest.mark.parametrize("is_total_told", [True, False])


@both
@pytest.mark.parametrize("count", [0, 1, 19, 20, 21, 40, 99, 400])
async def test_all_pages_are_read(count: int, is_total_told: bool) -> None:
    listing = Listing(list(range(count)), is_total_told)
    kept, seen, coverage = await walked(listing.fetch)
    assert sorted(kept) == listing.rows
    assert len(set(listing.asked)) == len(listing.asked)
    assert seen.loaded == count
    assert coverage == Coverage(total=count if is_total_told else None, loaded=count, matched=count, complete=True)


async def test_unreadable_rows_of_all_pages_are_counted() -> None:
    async def fetch(page: int, size: int) -> Batch[int]:
        return Batch([page], total=40, size=size, unread=size - 1)

    _, seen, _ = await walked(fetch)
    assert seen.unread == 38


async def test_a_list_with_a_total_is_asked_for_its_pages_and_no_more() -> None:
    listing = Listing(list(range(100)))
    await walked(listing.fetch)
    assert sorted(listing.asked) == [(page, 20) for page in range(1, 6)]


@both
async def test_a_page_size_that_is_silently_lowered_loses_no_row(is_total_told: bool) -> None:
    listing = Listing(list(range(100)), is_total_told, cap=7)
    kept, _, coverage = await walked(listing.fetch)
    assert sorted(kept) == listing.rows
    assert coverage.complete
    listing.broken = {30}
    kept, seen, _ = await walked(listing.fetch)
    assert sorted(kept) == [row for row in listing.rows if row != 30]
    assert seen.holes == 1


@pytest.mark.parametrize(("total", "most"), [(100, 1), (None, 2)])
async def test_a_platform_that_knows_no_pages_and_gives_everything_at_once_is_not_asked_on(
    total: int | None, most: int
) -> None:
    asked = []

    async def everything(page: int, size: int) -> Batch[int]:
        asked.append(page)
        return Batch(list(range(100)), total=total, size=size)

    kept, _, coverage = await walked(everything)
    assert kept == list(range(100))
    assert coverage.complete
    assert len(asked) == most


async def test_a_platform_that_gives_the_same_page_for_ever_is_left_after_the_second() -> None:
    asked = []

    async def same(page: int, size: int) -> Batch[int]:
        asked.append(page)
        return Batch(list(range(size)), size=size)

    kept, _, _ = await walked(same)
    assert kept == list(range(20))
    assert asked == [1, 2]


async def test_a_platform_that_gives_the_same_page_for_every_number_is_seen_to_hide_rows() -> None:
    async def same(page: int, size: int) -> Batch[int]:
        return Batch(list(range(size)), total=100, size=size)

    kept, _, coverage = await walked(same)
    assert kept == list(range(20))
    assert not coverage.complete
    assert coverage.why == "100 were announced and 20 came"


@pytest.mark.parametrize("total", [None, 10_000])
async def test_a_list_that_never_ends_is_left_at_the_last_page_allowed(
    total: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tools.kit.walk.MOST_PAGES", 16)
    asked = []

    async def endless(page: int, size: int) -> Batch[int]:
        asked.append(page)
        return Batch(list(range(page * size, (page + 1) * size)), total=total, size=size)

    kept, _, coverage = await walked(endless)
    assert sorted(asked) == list(range(1, 17))
    assert len(kept) == 16 * 20
    assert not coverage.complete
    assert coverage.why == "only the first 16 pages were read"


@both
async def test_one_bad_row_is_left_out_and_counted(is_total_told: bool) -> None:
    listing = Listing(list(range(90)), is_total_told, broken={47})
    kept, seen, coverage = await walked(listing.fetch)
    assert sorted(kept) == [row for row in listing.rows if row != 47]
    assert (seen.loaded, seen.holes) == (89, 1)
    assert not coverage.complete
    assert coverage.why == "1 left out, since the platform itself fails to show them"


async def test_a_broken_page_is_read_in_smaller_and_smaller_pages(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "tools")
    listing = Listing(list(range(40)), broken={27})
    await walked(listing.fetch)
    assert [asked for asked in listing.asked if asked[1] < 20] == [
        (3, 10),
        (5, 5),
        (6, 5),
        *((row + 1, 1) for row in range(25, 30)),
        (4, 10),
    ]
    assert "page 2 of 20 answered 500; reading it in pages of 10" in caplog.messages


@both
async def test_a_broken_first_page_does_not_end_the_walk(is_total_told: bool) -> None:
    listing = Listing(list(range(40)), is_total_told, broken={0, 1, 2, 3, 4})
    kept, seen, _ = await walked(listing.fetch)
    assert sorted(kept) == list(range(5, 40))
    assert seen.total == (40 if is_total_told else None)
    only_holes = Listing(list(range(20)), is_total_told, broken={0, 1, 2, 3, 4})
    kept, _, _ = await walked(only_holes.fetch, sizes=(5, 1))
    assert sorted(kept) == list(range(5, 20))


async def test_a_failure_that_is_no_broken_page_is_raised_as_it_is() -> None:
    failure, asked = Unavailable("down", status=503), []

    async def fetch(page: int, size: int) -> Batch[int]:
        asked.append((page, size))
        raise failure

    with pytest.raises(Unavailable) as caught:
        await walked(fetch)
    assert caught.value is failure
    assert asked == [(1, 20)]


async def test_a_broken_page_at_the_end_is_not_read_past_it() -> None:
    listing = Listing(list(range(45)), broken={41})
    kept, _, _ = await walked(listing.fetch, sizes=(20, 1))
    assert len(kept) == 44
    assert max(page for page, size in listing.asked if size == 1) == 46


async def test_a_list_that_is_not_read_in_pieces_fails_at_its_first_broken_page() -> None:
    listing = Listing(list(range(20)), broken={3})
    with pytest.raises(Unavailable):
        await walked(listing.fetch, sizes=(20,))
    assert listing.asked == [(1, 20)]


async def test_a_platform_that_is_down_is_not_asked_row_by_row() -> None:
    listing = Listing(list(range(5000)), is_down=True)
    with pytest.raises(Unavailable) as caught:
        await walked(listing.fetch, sizes=(500, 100, 25, 5, 1))
    assert caught.value.status == 500
    assert len(listing.asked) <= 24


async def test_a_platform_that_goes_down_on_the_way_is_soon_left() -> None:
    listing = Listing(list(range(20_000)))

    def fall(page: int) -> None:
        listing.is_down = listing.is_down or page > 9

    listing.before_answer = fall
    with pytest.raises(Unavailable):
        await walked(listing.fetch, sizes=(500, 100, 25, 5, 1))
    assert len(listing.asked) < 150


async def test_more_bad_rows_on_a_page_than_an_accident_are_a_failure() -> None:
    listing = Listing(list(range(20)), broken=set(range(MOST_HOLES + 1)))
    with pytest.raises(Unavailable):
        await walked(listing.fetch)


async def test_a_row_that_comes_while_the_list_is_read_is_reported() -> None:
    listing = Listing(list(range(100)))

    def push(page: int) -> None:
        if page == 3:
            listing.rows.insert(0, 1000)

    listing.before_answer = push
    kept, _, coverage = await walked(listing.fetch)
    assert len(kept) == len(set(kept)) == 99
    assert coverage == Coverage(
        total=100,
        loaded=99,
        matched=99,
        complete=False,
        why="100 were announced and 99 came",
    )


async def test_a_row_that_goes_while_the_list_is_read_is_reported() -> None:
    listing = Listing(list(range(100)))

    def pull(page: int) -> None:
        if page == 2:
            del listing.rows[0]

    listing.before_answer = pull
    kept, _, coverage = await walked(listing.fetch)
    assert len(kept) == len(set(kept)) < 100
    assert not coverage.complete


async def test_rows_are_handed_on_as_they_come() -> None:
    kept: list[int] = []
    kept_at: dict[int, int] = {}
    listing = Listing(list(range(1000)), before_answer=lambda page: kept_at.update({page: len(kept)}))
    await Walk(listing.fetch, kept.append, key=lambda row: row, sizes=(10, 1), broken=frozenset()).run()
    assert kept_at[100] >= 1000 - 9 * 10


@both
async def test_a_walk_holds_no_row(is_total_told: bool) -> None:
    class Row:
        def __init__(self, number: int) -> None:
            self.number = number

    rows = weakref.WeakSet[Row]()
    most = 0

    async def fetch(page: int, size: int) -> Batch[Row]:
        nonlocal most
        made = [Row(number) for number in range((page - 1) * size, min(page * size, 2000))]
        rows.update(made)
        most = max(most, len(rows))
        await anyio.lowlevel.checkpoint()
        return Batch(made, total=2000 if is_total_told else None, size=size)

    handed = []
    walk = Walk(
        fetch, lambda row: handed.append(row.number), key=lambda row: row.number, sizes=(10,), broken=frozenset()
    )
    await walk.run()
    gc.collect()
    assert len(handed) == 2000
    assert len(rows) == 0
    assert most <= 400


async def test_progress_is_told_with_an_end_where_one_is_known() -> None:
    told: list[tuple[float, float | None, str | None]] = []

    async def progress(done: float, total: float | None = None, message: str | None = None) -> None:
        told.append((done, total, message))

    async def walk(listing: Listing) -> None:
        await Walk(
            listing.fetch, lambda row: None, key=lambda row: row, sizes=SIZES, broken=frozenset(), progress=progress
        ).run()

    await walk(Listing(list(range(100))))
    assert [(done, total) for done, total, _ in told] == [(2, 5), (3, 5), (4, 5), (5, 5)]
    assert told[-1][2] == "100 of 100 read"
    told.clear()
    await walk(Listing(list(range(100)), is_total_told=False))
    assert {total for _, total, _ in told} == {None}
    assert [done for done, _, _ in told] == sorted(done for done, _, _ in told)
    await no_progress(1, 2, "nobody hears it")


async def test_walks_may_be_summed_and_say_each_reason_once() -> None:
    sums = Walked(total=30, loaded=20, holes=2, reasons=["only the first 9 pages were read"] * 2)
    assert sums.coverage(5) == Coverage(
        total=30,
        loaded=20,
        matched=5,
        complete=False,
        why="only the first 9 pages were read; 2 left out, since the platform itself fails to show them",
    )


@given(
    total=st.integers(0, 90),
    sizes=st.sampled_from([(1,), (3, 1), (7,), (8, 4, 2, 1), (24, 12, 4, 1), (100, 50, 10, 1)]),
    cap=st.integers(1, 120),
    is_total_told=st.booleans(),
)
def test_every_row_is_kept_exactly_once(total: int, sizes: tuple[int, ...], cap: int, is_total_told: bool) -> None:
    listing = Listing(list(range(total)), is_total_told, cap=cap)
    kept, _, coverage = anyio.run(lambda: walked(listing.fetch, sizes=sizes))
    assert sorted(kept) == listing.rows
    assert coverage.complete


@given(
    total=st.integers(1, 60),
    sizes=st.sampled_from([(1,), (3, 1), (8, 4, 2, 1), (24, 12, 4, 1)]),
    broken=st.sets(st.integers(0, 59), max_size=MOST_HOLES),
    is_total_told=st.booleans(),
)
def test_every_row_that_can_be_read_is_kept_exactly_once_and_the_others_are_counted(
    total: int, sizes: tuple[int, ...], broken: set[int], is_total_told: bool
) -> None:
    listing = Listing(list(range(total)), is_total_told, broken=broken)
    kept, seen, _ = anyio.run(lambda: walked(listing.fetch, sizes=sizes))
    assert sorted(kept) == [row for row in listing.rows if row not in broken]
    assert seen.holes == len(broken & set(listing.rows))


@pytest.mark.parametrize(("count", "asked"), [(0, [1]), (7, [1]), (20, [1, 2]), (27, [1, 2])])
async def test_a_page_that_tells_no_size_has_the_one_asked_for_and_a_short_one_is_the_last(
    count: int, asked: list[int]
) -> None:
    pages: list[tuple[int, int]] = []

    async def fetch(page: int, size: int) -> Batch[int]:
        pages.append((page, size))
        return Batch(list(range(count))[(page - 1) * size : page * size])

    kept, _, _ = await walked(fetch)
    assert kept == list(range(count))
    assert pages == [(page, 20) for page in asked]


async def test_a_page_that_came_before_is_told_where_no_total_is_known() -> None:
    async def fetch(page: int, size: int) -> Batch[int]:
        return Batch(list(range(size)))

    kept, seen, _ = await walked(fetch)
    assert (kept, seen.reasons) == (list(range(20)), [REPEATED])
