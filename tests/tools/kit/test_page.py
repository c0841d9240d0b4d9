"""A page of a long list: the same order each time, and a cursor behind which nothing is lost."""

import base64
import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter, ValidationError

from tools.kit.errors import Refused
from tools.kit.missing import UNREADABLE
from tools.kit.page import Coverage, Limit, Page, Selection, decode_cursor, digest, encode_cursor

COVERAGE = Coverage(total=None, loaded=0, matched=0, complete=True)


class Row(BaseModel):
    number: int


def by_number(number: int) -> tuple[int, ...]:
    return (number,)


def page_of(
    numbers: list[int], *, limit: int, cursor: str | None = None, status: str = "new", newest_first: bool = False
) -> Page[Row]:
    selection = Selection[int](
        (lambda number: (-number,)) if newest_first else by_number, limit=limit, cursor=cursor, status=status
    )
    for number in numbers:
        selection.offer(number)
    return selection.page(lambda number: Row(number=number), COVERAGE)


def shown(page: Page[Row]) -> list[int]:
    return [row.number for row in page.items]


def test_rows_come_in_order_whatever_order_they_were_offered_in() -> None:
    assert shown(page_of([3, 1, 2], limit=10)) == [1, 2, 3]
    assert shown(page_of([3, 1, 2], limit=10, newest_first=True)) == [3, 2, 1]
    assert shown(page_of([2, 5, 3, 1, 4], limit=2)) == [1, 2]


def test_a_page_without_rows_behind_it_has_no_cursor() -> None:
    assert page_of([1, 2, 3], limit=3).next_cursor is None
    assert page_of([], limit=3).next_cursor is None
    assert page_of([1, 2, 3], limit=2).next_cursor is not None


def test_a_cursor_continues_behind_the_last_row_though_rows_came_and_went() -> None:
    first = page_of([10, 20, 30, 40], limit=2)
    assert shown(page_of([5, 15, 25, 30, 40], limit=2, cursor=first.next_cursor)) == [25, 30]


def test_all_that_fit_are_counted_on_every_page() -> None:
    selection = Selection[int](by_number, limit=2, cursor=encode_cursor([3], digest()))
    for number in range(10):
        selection.offer(number)
    assert selection.matched == 10
    assert selection.rows == [4, 5]


def test_a_row_is_put_in_its_place_once() -> None:
    asked: list[int] = []

    def order(number: int) -> tuple[int, ...]:
        asked.append(number)
        return (number,)

    selection = Selection[int](order, limit=3, cursor=None)
    for number in (5, 1, 4, 9, 8, 2, 7):
        selection.offer(number)
    assert shown(selection.page(lambda number: Row(number=number), COVERAGE)) == [1, 2, 4]
    assert asked == [5, 1, 4, 9, 8, 2, 7]


def test_a_page_carries_its_coverage_and_note() -> None:
    selection = Selection[int](by_number, limit=1, cursor=None)
    page = selection.page(lambda number: Row(number=number), COVERAGE, "nothing here")
    assert page.model_dump() == {
        "items": [],
        "coverage": COVERAGE.model_dump(),
        "next_cursor": None,
        "note": "nothing here",
    }


@given(
    numbers=st.lists(st.integers(), unique=True, max_size=40),
    limits=st.lists(st.integers(1, 10), min_size=1),
    newest_first=st.booleans(),
    data=st.data(),
)
def test_paging_with_any_limits_gives_the_whole_in_order(
    numbers: list[int], limits: list[int], newest_first: bool, data: st.DataObject
) -> None:
    read: list[int] = []
    cursor, turn = None, 0
    while True:
        offered = data.draw(st.permutations(numbers))
        page = page_of(offered, limit=limits[turn % len(limits)], cursor=cursor, newest_first=newest_first)
        read += shown(page)
        cursor, turn = page.next_cursor, turn + 1
        if cursor is None:
            break
        assert turn <= len(numbers)
    assert read == sorted(numbers, reverse=newest_first)


@given(count=st.integers(0, 30), limit=st.integers(1, 30), cuts=st.lists(st.integers(-1, 31), min_size=1))
def test_a_page_that_is_shortened_loses_nothing(count: int, limit: int, cuts: list[int]) -> None:
    numbers, read, cursor, turn = list(range(count)), list[int](), None, 0
    while True:
        whole = page_of(numbers, limit=limit, cursor=cursor)
        page = whole.first(cuts[turn % len(cuts)]).first(cuts[-1])
        assert len(page.items) >= min(1, len(whole.items))
        read += shown(page)
        cursor, turn = page.next_cursor, turn + 1
        if cursor is None:
            break
        assert turn <= count
    assert read == numbers


def test_a_shortened_page_leaves_the_whole_one_as_it_was() -> None:
    whole = page_of([1, 2, 3], limit=3)
    shorter = whole.first(1)
    assert shown(shorter) == [1]
    assert shorter.next_cursor is not None
    assert shown(whole) == [1, 2, 3]
    assert whole.next_cursor is None
    assert shown(whole.first(2)) == [1, 2]


def test_a_cursor_of_other_filters_is_refused_with_a_sentence() -> None:
    cursor = page_of([1, 2], limit=1, status="new").next_cursor
    with pytest.raises(Refused, match=r"to other filters\. Repeat the call that gave it, or leave it out"):
        page_of([1, 2], limit=1, status="accepted", cursor=cursor)


class Counted(Page[Row]):
    sum: int


def test_a_page_that_says_more_keeps_its_rows_and_cursors_when_it_is_shortened() -> None:
    page = page_of([1, 2, 3, 4], limit=3)
    counted = Counted.widened(page, sum=10)
    assert (counted.sum, shown(counted), counted.next_cursor) == (10, [1, 2, 3], page.next_cursor)
    shorter = counted.first(2)
    assert isinstance(shorter, Counted)
    assert (shorter.sum, shown(shorter), shorter.next_cursor) == (10, [1, 2], page.first(2).next_cursor)


def test_filters_are_told_apart_by_name_and_value_and_not_by_order() -> None:
    assert digest(a=1, b=[2]) == digest(b=[2], a=1)
    assert len({digest(), digest(a=1), digest(b=1), digest(a="1"), digest(a=None), digest(a=[1])}) == 6


def packed(content: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode()


FILTERS = digest(status="new")


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "é",
        "%%%",
        "next",
        packed([]),
        packed(7),
        packed(None),
        packed([FILTERS]),
        packed([FILTERS, "12"]),
        packed([FILTERS, "x"]),
        packed([FILTERS, 1.5]),
        packed([FILTERS, [1]]),
        packed([FILTERS, None]),
        packed([FILTERS, 1])[:-6],
        base64.urlsafe_b64encode(b"[" * 100_000).decode(),
        base64.urlsafe_b64encode(b'["' + FILTERS.encode() + b'", ' + b"9" * 5000 + b"]").decode(),
    ],
)
def test_a_broken_cursor_is_refused_with_a_sentence(cursor: str) -> None:
    with pytest.raises(Refused, match=r"is malformed\. Leave it out"):
        page_of([1, 2], limit=1, cursor=cursor)


@given(st.text(min_size=1) | st.binary(min_size=1).map(lambda raw: base64.urlsafe_b64encode(raw).decode()))
def test_any_text_as_a_cursor_is_read_or_refused(cursor: str) -> None:
    with suppress(Refused):
        page_of([1, 2], limit=1, cursor=cursor)


@given(st.lists(st.integers(), min_size=1))
def test_a_cursor_holds_its_place(position: list[int]) -> None:
    assert decode_cursor(encode_cursor(position, FILTERS), FILTERS) == position


@pytest.mark.parametrize("wrong", [0, -1, 501])
def test_a_limit_has_its_bounds(wrong: int) -> None:
    limit: TypeAdapter[int] = TypeAdapter(Limit)
    assert limit.validate_python(500) == 500
    with pytest.raises(ValidationError):
        limit.validate_python(wrong)


def test_a_coverage_says_each_thing_that_is_missing_and_what_is_unreadable_once() -> None:
    coverage = Coverage(total=None, loaded=3, matched=3, complete=True)
    coverage.lacks("only 3 were read")
    assert (coverage.complete, coverage.why) == (False, "only 3 were read")
    for missing in (f"1 {UNREADABLE}", f"2 {UNREADABLE}", "the rest failed"):
        coverage.lacks(missing)
    assert coverage.why == f"only 3 were read; 1 {UNREADABLE}; the rest failed"


def test_a_page_has_fewer_rows_only_where_some_stay() -> None:
    page = page_of([1, 2, 3], limit=3)
    assert [page.first(count) is page for count in (0, 1, 2, 3, 4)] == [True, False, False, True, True]
    assert (shown(page.first(2)), page.next_cursor) == ([1, 2], None)
    rest = page_of([1, 2, 3], limit=3, cursor=page.first(2).next_cursor)
    assert shown(rest) == [3]


def test_notes_stand_in_front_of_the_one_that_a_page_has() -> None:
    page = page_of([1], limit=1)
    assert page.add_note(None).note is None
    assert page.add_note("second").note == "second"
    assert page.add_note("first", None).note == "first second"


@pytest.mark.parametrize("position", [["x"], [], [[1]], [1.5]], ids=["a word", "nothing", "a list", "a fraction"])
def test_a_cursor_without_whole_numbers_is_malformed(position: list[object]) -> None:
    cursor = base64.urlsafe_b64encode(json.dumps(["filters", *position]).encode()).decode().rstrip("=")
    with pytest.raises(Refused, match="This cursor is malformed"):
        decode_cursor(cursor, "filters")


def test_filters_are_told_apart_whatever_their_order() -> None:
    assert digest(status="new", since=None) == digest(since=None, status="new") != digest(status="new")
    assert len(digest()) == 10


class Wider(Page[Row]):
    more: int


def test_a_wider_page_keeps_rows_note_and_cursors() -> None:
    page = page_of([1, 2, 3, 4], limit=3).add_note("a note")
    wider = Wider.widened(page, more=7)
    assert wider.model_dump() == page.model_dump() | {"more": 7}
    assert wider.first(2).next_cursor == page.first(2).next_cursor is not None


def test_a_list_that_came_whole_is_complete_and_counts_what_fits() -> None:
    selection = Selection[int](by_number, limit=1, cursor=None)
    page = selection.page_of([3, 1, 2], lambda n: Row(number=n), fits=lambda n: n > 1, note="odd")
    assert ([row.number for row in page.items], page.note) == ([2], "odd")
    assert page.coverage == Coverage(total=3, loaded=3, matched=2, complete=True)
    assert page.next_cursor is not None
