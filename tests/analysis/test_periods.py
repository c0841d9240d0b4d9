"""What changed since a release or a date: where the periods meet, and what is new, fixed, gone."""

from typing import Any

import pytest

from tests.analysis.fakes import Held, result, run, view
from tests.desk import desk
from tools.analysis.periods import compare_periods
from tools.kit.errors import NotFound, Refused
from tools.kit.evidence import BugReport
from tools.kit.toolset import no_progress

pytestmark = pytest.mark.anyio


def bug(number: str, day: int, feature: str) -> BugReport:
    at = f"2026-04-{day:02}T12:00:00Z"
    return BugReport("toys", number, "Bug", severity="high", outcome="open", feature=feature, reported_at=at)


def toys() -> Held:
    before = [result("Pay", "passed"), result("Search", "failed", "Old error"), result("Login", "passed")]
    after = [
        result("Pay", "failed", "New error 1"),
        result("Search", "passed"),
        result("Wish", "failed", "New error 2"),
    ]
    return Held(
        {"1": before, "2": after},
        [run("2", 9), run("1", 6, title="Release 9.0")],
        [bug("1", 5, "Cart"), bug("2", 8, "Cart"), bug("3", 9, "Cart"), bug("4", 9, "Login")],
    )


@pytest.mark.parametrize("call", [{"version": "9.0"}, {"since": "2026-04-06T09:00:00Z"}])
async def test_tests_errors_and_bugs_are_set_beside_the_same_time_before(call: dict[str, Any]) -> None:
    found = await compare_periods(view(toys=toys(), games=Held()), no_progress, **call)
    assert (found.before.until, found.after.since) == ("2026-04-06T09:00Z", "2026-04-06T09:00Z")
    assert (found.before.since, found.after.until) == ("2026-04-01T18:00Z", "2026-04-11T00:00Z")
    assert [test.title for test in found.newly_failing] == ["Pay"]
    assert [test.title for test in found.fixed] == ["Search"]
    assert [(error.error, error.tests) for error in found.new_errors] == [("New error 1", 2)]
    assert found.gone_errors == 1
    assert (found.before.pass_rate, found.after.pass_rate) == (0.667, 0.333)
    assert (found.before.bugs.reported, found.after.bugs.reported) == (1, 3)
    assert found.after.bugs_by_severity == {"high": 3}
    assert [(row.feature, row.before, row.after) for row in found.features] == [("Cart", 1, 2), ("Login", 0, 1)]
    assert found.coverage.complete


async def test_the_split_says_where_it_comes_from() -> None:
    found = await compare_periods(view(toys=toys()), no_progress, version="9.0")
    assert found.split.startswith("2026-04-06T09:00Z, the end of run ")
    assert found.split.endswith("the last of 9.0")


async def test_a_split_that_cannot_be_is_refused() -> None:
    calls: list[dict[str, Any]] = [{}, {"since": "2026-05-01"}, {"since": "2026-04-06", "until": "2026-04-05"}]
    for call in calls:
        with pytest.raises(Refused):
            await compare_periods(view(toys=toys()), no_progress, **call)
    with pytest.raises(NotFound, match="Numbers match whole"):
        await compare_periods(view(toys=toys()), no_progress, version="9")


async def test_a_platform_that_fails_leaves_the_comparison_incomplete() -> None:
    found = await compare_periods(view(toys=toys(), games=Held(is_down=True)), no_progress, since="2026-04-06")
    assert [(source.platform, source.complete, source.why) for source in found.sources] == [
        ("toys", True, None),
        ("games", False, "It is down."),
    ]
    assert found.coverage.why == "Games: It is down."


async def test_over_the_server_a_release_is_compared_with_the_time_before() -> None:
    async with desk() as d:
        answer = await d.answer("across_compare_periods", version="9.0")
    assert "Pay with Apple Pay" in {test["title"] for test in answer["newly_failing"]}
    assert answer["before"]["runs"] > 0 < answer["after"]["runs"]
    assert len(str(answer)) < 8_000
