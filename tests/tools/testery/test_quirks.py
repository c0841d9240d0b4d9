"""Every tool works with missing fields, old spellings and other forms of the API's answers."""

import pytest

from tests.desk import desk, text
from tests.tools.testery.calls import CALLS, HOTFIX

pytestmark = pytest.mark.anyio

QUIRKS = ("answers_of_2020", "environment_as_object", "output_field", "legacy_words", "sparse")


@pytest.mark.parametrize("quirk", QUIRKS)
async def test_every_tool_works_under_a_quirk(quirk: str) -> None:
    failed = {}
    async with desk() as d:
        await d.switch("testery", **{quirk: True})
        for name, arguments in CALLS:
            result = await d.call(name, **arguments)
            if result.is_error:
                failed[name] = text(result)
    assert failed == {}


async def test_old_spellings_have_the_same_shared_words() -> None:
    async with desk() as d:
        await d.switch("testery", legacy_words=True)
        page = await d.answer("testery_list_test_runs", status=["cancelled"])
        assert {run["said"] for run in page["items"]} == {"CANCEL"}
        assert all(run["is_over"] for run in page["items"])
        results = await d.answer("testery_get_results", run_id=HOTFIX, status=["skipped"])
        assert {row["said"] for row in results["items"]} == {"SKIPPED"}
        undone = await d.answer("testery_get_results", run_id=page["items"][0]["run_id"], status=["queued"])
        assert {row["said"] for row in undone["items"]} <= {"NOTRUN", "PENDING"}


async def test_an_environment_given_as_an_object_is_shown_and_filtered_by_its_key() -> None:
    async with desk() as d:
        await d.switch("testery", environment_as_object=True)
        run = await d.answer("testery_get_test_run", run_id=HOTFIX)
        assert run["environment_key"] == "staging"
        page = await d.answer("testery_list_test_runs", environment_key="kiosk-altona", limit=5)
        assert {row["environment_key"] for row in page["items"]} == {"kiosk-altona"}


async def test_a_run_without_ended_is_over_as_complete_says_and_filtered_by_its_key() -> None:
    async with desk() as d:
        await d.switch("testery", answers_of_2020=True)
        run = await d.answer("testery_get_test_run", run_id=HOTFIX)
        assert run["is_over"] is True
        assert "branch" not in run
        page = await d.answer("testery_list_test_runs", environment_key="staging", limit=5)
        assert page["items"]


async def test_the_output_is_found_under_its_other_name() -> None:
    async with desk() as d:
        await d.switch("testery", output_field=True)
        result = await d.answer("testery_get_result", run_id=HOTFIX, result_id=90211400009)
    assert result["output"]


async def test_schedules_that_say_little_are_told_as_unknown_and_not_as_started_by_hand() -> None:
    async with desk() as d:
        await d.switch("testery", sparse=True)
        page = await d.answer("testery_list_schedules")
    assert {row["trigger"] for row in page["items"]} == {"the platform does not say"}
