"""Test plans start many runs at once, and the question says how little the API shows of them."""

import pytest

from tests.desk import ERAS, desk

pytestmark = pytest.mark.anyio
both_eras = pytest.mark.parametrize("mode", ERAS)


@both_eras
async def test_a_plan_is_started_on_an_environment_and_cancelled_by_the_ids_it_gave(mode: str) -> None:
    async with desk(mode) as d:
        started = await d.answer("testery_start_test_plan", plan_key="smoke", environment_key="staging")
        _, body = d.sent("POST", "/test-plans/81/runs")
        assert body == {"updateVcsStatus": False, "environmentId": 212}
        assert (started["now"]["plan_id"], started["now"]["status"], started["now"]["said"]) == (
            81,
            "queued",
            "SUBMITTED",
        )
        ids = {key: started["now"][key] for key in ("plan_id", "plan_run_id")}
        cancelled = await d.answer("testery_cancel_plan_run", **ids)
        assert cancelled["now"]["status"] == "cancelled"
        assert d.sent("POST", f"/test-plans/81/runs/{ids['plan_run_id']}/cancel")[1] == {}
    assert "an unknown number of runs" in d.asked[0]
    assert "Start test plan smoke 'Smoke' on environment staging?" in d.asked[0]
    assert started["ordered"] == ["test plan smoke 'Smoke' on environment staging"]
    assert "however many there are; the API does not say" in d.asked[1]


async def test_values_of_a_plans_variables_are_not_in_its_question() -> None:
    async with desk() as d:
        variables = [{"key": "GATE", "value": "Hafen-4711-neu"}]
        await d.answer("testery_start_test_plan", plan_key="kiosk", variables=variables)
    assert "Variables set: 'GATE'" in d.asked[0]
    assert "Hafen-4711-neu" not in d.asked[0]


async def test_unknown_plans_and_their_runs_say_where_ids_come_from() -> None:
    async with desk() as d:
        assert "testery_list_test_plans shows keys" in await d.refusal("testery_start_test_plan", plan_key="nope")
        error = await d.refusal("testery_cancel_plan_run", plan_id=9, plan_run_id=1)
        assert "No test plan 9. testery_list_test_plans shows ids." in error
        assert d.asked == []
        error = await d.refusal("testery_cancel_plan_run", plan_id=81, plan_run_id=1)
        assert "Test plan 81 has no run 1. Only testery_start_test_plan gives such ids." in error
