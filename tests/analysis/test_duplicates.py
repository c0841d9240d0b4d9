"""Duplicate candidates over all platforms: which bugs are listed, and what is said of what was read."""

import pytest

from tests.analysis.fakes import Held, view
from tests.analysis.test_alike import others
from tests.desk import desk
from tools.analysis.duplicates import find_duplicates
from tools.kit.errors import NotFound
from tools.kit.evidence import BugReport, Outcome
from tools.kit.toolset import no_progress

pytestmark = pytest.mark.anyio


def bug(number: str, title: str, day: int, outcome: Outcome = "open", platform: str = "toys") -> BugReport:
    return BugReport(platform, number, title, ("Enter OLD10",), outcome=outcome, reported_at=f"2026-04-{day:02}T08:00Z")


FIRST = bug("1", "Expired coupon is accepted", 1, "accepted")
SECOND = bug("2", "Accepts an expired coupon", 2)
ELSEWHERE = bug("9", "Expired coupon accepted in the game", 3, platform="games")


def platforms() -> dict[str, Held]:
    return {
        "toys": Held(reports=[*others(40), FIRST, SECOND]),
        "games": Held(reports=[ELSEWHERE]),
        "books": Held(),
    }


async def test_undecided_bugs_are_listed_with_earlier_look_alikes_of_any_platform() -> None:
    found = await find_duplicates(view(**platforms()), no_progress)
    assert [(row.platform, row.bug_id) for row in found.items] == [("toys", "2"), ("games", "9")]
    assert [(one.bug_id, one.platform, one.outcome) for one in found.items[0].alike] == [("1", None, "accepted")]
    assert {one.platform for one in found.items[1].alike} == {"toys"}
    assert found.compared == 43
    assert found.coverage.complete
    assert [(source.platform, source.rows, source.why) for source in found.sources] == [
        ("toys", 42, None),
        ("games", 1, None),
        ("books", 0, "it has nothing of this kind"),
    ]


async def test_one_bug_is_compared_with_earlier_and_later_ones() -> None:
    found = await find_duplicates(view(**platforms()), no_progress, bug_id="#1")
    assert {one.bug_id for one in found.items[0].alike} == {"2", "9"}
    with pytest.raises(NotFound, match="None of 43 bugs"):
        await find_duplicates(view(**platforms()), no_progress, bug_id="77")


async def test_a_bug_that_is_not_found_may_be_among_what_was_not_read() -> None:
    with pytest.raises(NotFound, match="Not everything was read: Games: It is down"):
        await find_duplicates(view(toys=Held(reports=[FIRST]), games=Held(reports=[], is_down=True)), no_progress, "9")


async def test_a_report_that_is_not_written_yet_finds_what_is_there() -> None:
    found = await find_duplicates(view(**platforms()), no_progress, text="an expired coupon gets accepted\nin the cart")
    assert found.items[0].bug_id is None
    assert {one.bug_id for one in found.items[0].alike} == {"1", "2", "9"}
    assert found.compared == 43


async def test_pages_continue_after_their_last_row() -> None:
    held = [*others(5), *(bug(str(n), f"Expired coupon{n % 3}x is accepted by shop{n % 3}x", 1 + n) for n in range(9))]
    pages, cursor = list[str](), None
    while True:
        page = await find_duplicates(view(toys=Held(reports=held)), no_progress, limit=2, cursor=cursor)
        pages += [row.bug_id or "" for row in page.items]
        if (cursor := page.next_cursor) is None:
            break
    assert len(pages) == len(set(pages)) == page.coverage.matched > 2


async def test_over_the_server_the_story_s_pair_is_found_with_its_evidence() -> None:
    async with desk() as d:
        answer = await d.answer("across_find_duplicates", bug_id="88107")
        listed = await d.answer("across_find_duplicates")
    first = answer["items"][0]["alike"][0]
    assert first["bug_id"] == "88101"
    assert {"old10", "expired"} <= set(first["shared_words"])
    assert "feature" in first["same"]
    assert len(listed["items"]) == 10
    assert listed["coverage"]["complete"]
    assert "compared with those reported before" in listed["note"]
