"""Two runs are compared test by test; a flaky test counts as flaky only."""

from typing import Any

import pytest

from tests.desk import desk
from tests.tools.kit.wire import Wire, says
from tests.tools.testery.wired import client_over, run_as_read
from tools.kit.errors import Refused
from tools.testery.tools.comparing import Comparison, compare_runs

pytestmark = pytest.mark.anyio

HOTFIX, RELEASE = 902114, 902098


def names(tests: list[dict[str, Any]]) -> set[str]:
    return {test["name"] for test in tests}


async def test_two_runs_of_the_story_differ_in_what_they_should() -> None:
    async with desk() as d:
        compared = await d.answer("testery_compare_runs", run_id=HOTFIX, before_run_id=RELEASE)
    assert names(compared["new_failures"]) == {"Pay with Apple Pay", "Saved card", "Setup of worker 3"}
    assert "Total with shipping" in names(compared["fixed"])
    assert "An expired code is refused" in names(compared["still_failing"])
    assert names(compared["flaky"]) == {"Find an article by a part of its name"}
    assert compared["counts"] == {"new_failures": 3, "fixed": 4, "still_failing": 7, "flaky": 1}


async def test_without_another_run_the_last_comparable_one_is_taken() -> None:
    async with desk() as d:
        compared = await d.answer("testery_compare_runs", run_id=HOTFIX)
    before, after = compared["before"], compared["after"]
    assert before["run_id"] < HOTFIX
    assert (before["project_key"], before["environment_key"]) == (after["project_key"], after["environment_key"])


def result(number: int, name: str, status: str, error: str | None = None) -> dict[str, Any]:
    return {"id": number, "status": status, "error": error, "projectTest": {"name": name, "fileFilter": "a.spec.ts"}}


async def compared(
    before: list[dict[str, Any]], after: list[dict[str, Any]], *, was: str = "FAIL", now: str = "FAIL", **more: Any
) -> Comparison:
    earlier, later = run_as_read(1, status=was, environment="a"), run_as_read(2, status=now, environment="a", **more)
    wire = Wire(says(json=later), says(json=earlier), says(json=before), says(json=after), says(json=[]))
    return await compare_runs(client_over(wire), 2, 1)


async def test_a_test_that_failed_and_passed_within_a_run_is_flaky_and_not_fixed_or_new() -> None:
    told = await compared(
        [result(1, "A", "FAIL"), result(2, "A", "PASS"), result(3, "B", "PASS")],
        [result(4, "A", "PASS"), result(5, "B", "FAIL"), result(6, "B", "PASS")],
    )
    assert [test.name for test in told.flaky] == ["A", "B"]
    assert told.counts == {"new_failures": 0, "fixed": 0, "still_failing": 0, "flaky": 2}


async def test_what_was_not_carried_out_again_is_not_called_fixed() -> None:
    told = await compared(
        [result(1, "A", "FAIL"), result(2, "B", "FAIL"), result(3, "C", "FAIL")],
        [result(4, "A", "NOT_RUN"), result(5, "C", "PASS")],
    )
    assert [test.name for test in told.fixed] == ["C"]
    assert "2 tests that failed before did not run in the later run: they do not count as fixed." in told.notes


async def test_a_passed_run_with_failed_results_keeps_its_verdict() -> None:
    told = await compared([result(1, "A", "PASS")], [result(2, "A", "FAIL")], now="PASS", failCount=1)
    assert [test.name for test in told.new_failures] == ["A"]
    assert any("The later run: The run passed, and that decides" in note for note in told.notes)


async def test_runs_of_different_places_are_compared_with_a_word_on_it() -> None:
    told = await compared([], [], projectId=9)
    assert "The runs belong to different projects." in told.notes


async def test_more_tests_than_are_named_are_counted() -> None:
    after = [result(number, f"T{number}", "FAIL") for number in range(1, 6)]
    earlier, later = run_as_read(1, status="PASS"), run_as_read(2, status="FAIL")
    wire = Wire(says(json=later), says(json=earlier), says(json=[]), says(json=after), says(json=[]))
    told = await compare_runs(client_over(wire), 2, 1, at_most=2)
    assert len(told.new_failures) == 2
    assert told.counts["new_failures"] == 5
    assert "3 more new_failures are not listed: pass a larger at_most." in told.notes


async def test_a_run_is_not_compared_with_itself_or_with_nothing() -> None:
    async with desk() as d:
        assert "two different runs" in await d.refusal("testery_compare_runs", run_id=HOTFIX, before_run_id=HOTFIX)
    wire = Wire(says(json=run_as_read(2, projectId=5)), says(json=[run_as_read(1, projectId=6)]))
    with pytest.raises(Refused, match="Pass before_run_id"):
        await compare_runs(client_over(wire), 2)
