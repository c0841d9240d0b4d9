"""The history of one test, which every platform with results tells by the same name and in the same shape."""

import pytest

from server.guards.scope import offers
from tests.desk import desk
from tools.kit.history import TestHistory
from tools.platforms import PLATFORMS

pytestmark = pytest.mark.anyio

HISTORIES = {
    offer.name_of(tool): tool.answer
    for offer in offers(PLATFORMS)
    for tool in offer.tools
    if tool.name == "get_test_history"
}


def test_it_has_one_name_and_one_shape() -> None:
    assert set(HISTORIES) == {f"{platform.key}_get_test_history" for platform in PLATFORMS}
    assert set(HISTORIES.values()) == {TestHistory}


async def test_it_tells_flaky_from_broken_on_each_platform() -> None:
    async with desk() as d:
        flaky = await d.answer("testomatio_get_test_history", test_id="@Tc0de0014")
        broken = await d.answer("testomatio_get_test_history", test_id="c0de0010", newest=10)
        named = await d.answer("testery_get_test_history", project_key="harbour-web", name="saved card")
        manual = await d.answer("testsigma_get_test_history", case_id="HRB-7")
        crowd = await d.answer("testio_get_test_history", product_id=72, test_case_id=7301)
        nowhere = await d.refusal("testery_get_test_history", project_key="harbour-web", name="No such test", runs=2)
        unknown = await d.refusal("testomatio_get_test_history", test_id="00000000")
    assert (flaky["trend"], flaky["changes"], flaky["complete"]) == ("flaky", 9, True)
    assert flaky["results"][0]["run"] == "Release 9.0.1 hotfix regression"
    assert flaky["results"][0]["environment"] == "Chrome, staging"
    assert (broken["trend"], broken["failing_since_run"]) == ("failing", "9a0c0402")
    assert (broken["complete"], "raise newest" in broken["why"]) == (False, True)
    assert (named["trend"], named["title"]) == ("flaky", "saved card")
    assert (manual["trend"], manual["pattern"], manual["failing_since_run"]) == ("failing", "PFF", "HRB-R-3")
    assert (crowd["trend"], crowd["results"][0]["run_id"], crowd["complete"]) == ("flaky", "5501", True)
    assert "None of the newest 2 runs" in nowhere
    assert "no test" in unknown


async def test_results_and_tests_show_the_last_result_they_are_asked_for() -> None:
    async with desk() as d:
        rows = (await d.answer("testomatio_list_results", test_ids=["c0de0014"], status=["failed"], limit=2))["items"]
        latest = await d.answer("testomatio_list_results", test_ids=["c0de0014", "c0de0017"], latest_only=True)
        passing = await d.answer("testomatio_list_results", test_ids=["c0de0017"], latest_only=True, status=["failed"])
        tests = (await d.answer("testomatio_list_tests", status="failed", limit=3))["items"]
        flaky = await d.answer("testomatio_get_test_analytics", kind="flaky", limit=4)
        mixed = await d.refusal("testomatio_list_results", latest_only=True, has_defect=True)
    assert all(row["at"] and row["run"] and row["env"] for row in rows)
    assert {row["test_id"]: row["status"] for row in latest["items"]} == {"c0de0014": "failed", "c0de0017": "passed"}
    assert passing["items"] == []
    assert {row["last_result"] for row in tests} == {"failed"}
    pay = next(row["cells"] for row in flaky["items"] if row["cells"]["id"] == "c0de0014")
    assert (pay["trend"], pay["pattern"][-3:], pay["last_failed_at"]) == ("flaky", "PPF", "2026-04-03T04:08:06Z")
    assert "Nothing was sent" in mixed
