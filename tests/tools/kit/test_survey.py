"""What a survey's query takes in, and how the story of a run is told."""

from datetime import UTC, datetime, timedelta

import pytest

from tools.kit.errors import Conflict, Invalid, NotFound, Refused
from tools.kit.run_failures import Failure
from tools.kit.survey import Query, RunRow, none_if_missing, run_story

NOON = datetime(2026, 4, 9, 12, tzinfo=UTC)
BEFORE, AFTER = NOON - timedelta(hours=1), NOON + timedelta(hours=1)


@pytest.mark.parametrize(
    ("text", "whole", "title", "expected"),
    [
        (None, False, None, True),
        ("tea", False, None, False),
        ("GREEN tea", False, "Tea, gr\u200been", True),
        ("green cup", False, "green tea", False),
        ("9.0", False, "Shop 9.0.1", True),
        ("9.0", True, "Shop 9.0.1", False),
        ("9.0", True, "Shop 19.0", False),
        ("9.0", True, "Shop 1.9.0", False),
        ("9.0", True, "Shop-9.0", True),
        ("9", True, "2026-04-9", False),
        ("9", True, "Shop 9-1", False),
        ("v9", True, "Shop v9", True),
        ("9.0x", True, "Shop 9.0x.1", True),
    ],
)
def test_a_title_has_all_words_and_a_number_is_whole_where_it_must_be(
    text: str | None, whole: bool, title: str | None, expected: bool
) -> None:
    assert Query(text=text, whole_numbers=whole).fits(title, None, None) is expected


@pytest.mark.parametrize(
    ("since", "until", "began", "ended", "expected"),
    [
        (None, NOON, NOON, None, True),
        (None, NOON, AFTER, None, False),
        (None, NOON, None, NOON, False),
        (NOON, None, BEFORE, NOON, True),
        (NOON, None, BEFORE, BEFORE, False),
        (NOON, None, BEFORE, None, True),
        (NOON, None, None, None, False),
        (NOON, None, None, NOON, True),
    ],
)
def test_what_lasted_into_a_span_is_in_it(
    since: datetime | None, until: datetime | None, began: datetime | None, ended: datetime | None, expected: bool
) -> None:
    assert Query(since, until).fits("x", began, ended) is expected


@pytest.mark.anyio
async def test_a_query_reads_each_thing_once() -> None:
    query, reads = Query(), []

    async def read() -> int:
        reads.append(1)
        return len(reads)

    assert [await query.once(what, read) for what in ("runs", "runs", "bugs")] == [1, 1, 2]


@pytest.mark.anyio
async def test_what_does_not_exist_is_none_and_other_failures_stay() -> None:
    async def fail(error: Exception) -> int:
        raise error

    async def read() -> int:
        return 7

    assert await none_if_missing(read()) == 7
    for error in (NotFound("x"), Refused("x"), Invalid("x")):
        assert await none_if_missing(fail(error)) is None
    with pytest.raises(Conflict):
        await none_if_missing(fail(Conflict("x")))


def test_a_story_groups_the_failures_of_a_run_and_counts_the_rest() -> None:
    run = RunRow(platform="shop", run_id="7", status="failed")
    failures = [Failure(str(number), None, "error " + "x" * number, "new") for number in range(11)]
    story = run_story(run, failures, earlier=3, note="Part of it.", next_="Read it.")
    assert (story.run, story.failing, story.marks, story.earlier_runs) == (run, 11, "11 new", 3)
    assert (len(story.groups), story.more_groups, story.note, story.next) == (10, 1, "Part of it.", "Read it.")
    empty = run_story(run, [])
    assert (empty.failing, empty.marks, empty.earlier_runs, empty.groups, empty.more_groups) == (0, None, 0, [], 0)
    ranked = [Failure("1", None, "a", "known"), *failures[:2], Failure("4", None, "a", "known")]
    assert [group.count for group in run_story(run, ranked).groups] == [1, 1, 2]
    assert [group.count for group in run_story(run, ranked, is_ranked=True).groups] == [2, 1, 1]
