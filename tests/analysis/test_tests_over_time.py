"""Flaky or broken, and one test on every platform: how it is judged, and how it was matched."""

import pytest

from tests.analysis.fakes import Held, result, run, view
from tests.desk import desk
from tools.analysis.series import RULE
from tools.analysis.tests_over_time import analyze_tests
from tools.analysis.titles import plain_title
from tools.kit.errors import NotFound
from tools.kit.evidence import TestResult
from tools.kit.survey import Found
from tools.kit.toolset import no_progress
from tools.kit.vocabulary import Status

pytestmark = pytest.mark.anyio

VERDICTS: dict[str, list[Status]] = {
    "Steady": ["passed", "passed", "passed"],
    "Broken": ["passed", "failed", "failed"],
    "Flaky": ["failed", "passed", "failed"],
    "Mended": ["failed", "passed", "passed"],
}
"""The oldest first."""


def toys(**more: list[Status]) -> Held:
    tests = VERDICTS | more
    results = {
        str(place + 1): [result(title, verdicts[place], "x" if verdicts[place] == "failed" else None)
                         for title, verdicts in tests.items()]
        for place in range(3)
    }  # fmt: skip
    return Held(results, [run("3", 9), run("2", 8), run("1", 7)])


async def test_tests_that_failed_are_listed_the_broken_ones_first_with_the_rule() -> None:
    found = await analyze_tests(view(toys=toys(), games=Held()), no_progress)
    assert [(row.title, row.trend, row.pattern) for row in found.items] == [
        ("Broken", "failing", "PFF"),
        ("Flaky", "flaky", "FPF"),
        ("Mended", "fixed", "FPP"),
    ]
    broken = found.items[0]
    assert (broken.first_failed_at, broken.failing_since_run) == ("2026-04-08T09:00Z", "2")
    assert (found.runs, found.tests, found.rule) == (3, 4, RULE)
    assert not any(row.results for row in found.items)


async def test_a_test_that_differs_by_environment_only_is_not_called_flaky() -> None:
    rows = [run(str(n), n, environment="phone" if n % 2 else "web") for n in range(6, 0, -1)]
    results = {str(n): [result("Pay", "failed" if n % 2 else "passed")] for n in range(1, 7)}
    found = await analyze_tests(view(toys=Held(results, rows)), no_progress)
    assert [(row.trend, row.pattern) for row in found.items] == [("differs by environment", "FPFPFP")]
    assert {one.environment: one.trend for one in found.items[0].by_environment} == {
        "phone": "failing",
        "web": "passing",
    }


async def test_retries_in_one_run_make_a_test_flaky_and_the_last_try_comes_first() -> None:
    tries = [result("Pay", "failed", "x"), result("Pay", "passed")]
    found = await analyze_tests(view(toys=Held({"1": tries}, [run("1", 7)])), no_progress)
    assert [(row.trend, row.pattern) for row in found.items] == [("flaky", "B")]


def matching(title: str, test_id: str | None = None) -> Held:
    row = run("g1", 6, platform="games")
    return Held({"g1": [TestResult(title, "passed", test_id), TestResult("Other thing", "passed", "o")]}, [row])


@pytest.mark.parametrize(
    ("title", "how"),
    [
        ("Expired coupon is refused", "same title"),
        ("expired coupon is refused @smoke #shop", "same title"),
        ("testExpiredCouponIsRefused", "same title"),
        ("expired_coupon_is_refused", "same title"),
        ("Expired coupons is refused", "title alike, 98 %"),
        ("Pay by card @T0123abcd", "id 0123abcd in its title"),
        ("Something else", None),
    ],
)
async def test_a_test_on_another_platform_says_how_it_was_matched(title: str, how: str | None) -> None:
    one = Found(platform="toys", kind="test", id="0123abcd", title="Expired coupon is refused", matched="id")
    held = Held({"1": [TestResult("Expired coupon is refused", "failed", "0123abcd")]}, [run("1", 7)], found=[one])
    found = await analyze_tests(view(toys=held, games=matching(title)), no_progress, test="0123abcd")
    assert {row.platform: row.matched for row in found.items} == {"toys": "id"} | ({"games": how} if how else {})
    assert found.items[0].results


async def test_a_linked_issue_leads_to_its_test_and_is_said() -> None:
    one = Found(platform="toys", kind="test", id="7", said="SHOP-1", title="Pay", matched="linked issue")
    held = Held({"1": [TestResult("Pay", "failed", "7")]}, [run("1", 7)], found=[one])
    found = await analyze_tests(view(toys=held), no_progress, test="SHOP-1")
    assert [row.matched for row in found.items] == ["linked issue"]


async def test_words_find_tests_only_where_nothing_else_matches() -> None:
    found = await analyze_tests(view(toys=toys()), no_progress, test="mend")
    assert [(row.title, row.matched) for row in found.items] == [("Mended", "words in its title")]
    with pytest.raises(NotFound, match="None of 4 tests"):
        await analyze_tests(view(toys=toys()), no_progress, test="nowhere to be found")


async def test_pages_go_on_and_belong_to_their_call() -> None:
    both = view(toys=toys(), games=Held())
    first = await analyze_tests(both, no_progress, limit=2)
    rest = await analyze_tests(both, no_progress, limit=2, cursor=first.next_cursor)
    assert [row.title for row in (*first.items, *rest.items)] == ["Broken", "Flaky", "Mended"]
    assert rest.next_cursor is None


def test_a_plain_title_has_the_words_alone() -> None:
    assert plain_title("test_payByCard @T0123abcd #smoke") == "pay by card"
    assert plain_title("@only @tags") == ""


async def test_over_the_server_one_test_is_found_on_three_platforms() -> None:
    async with desk() as d:
        answer = await d.answer("across_analyze_tests", test="HRB-7")
        flaky = await d.answer("across_analyze_tests")
    assert {row["platform"]: row["matched"] for row in answer["items"] if row["matched"] in {"id", "same title"}} == {
        "testsigma": "id",
        "testery": "same title",
        "testomatio": "same title",
    }
    assert {row["trend"] for row in flaky["items"]} <= {"failing", "flaky", "differs by environment", "fixed"}
