"""Test plans: counted, completed once, and deleted without their runs."""

import httpx
import pytest

from tests.tools.testsigma_sandbox.workspace import BAD_ID, HRB, advance, created, error, get_json, label_id
from tools.kit.sandbox.sandbox import Sandbox
from tools.testsigma.sandbox.identity import uuid_of

pytestmark = pytest.mark.anyio

PLANS = f"{HRB}/test_plans"


async def test_plans_are_listed_with_what_hangs_on_them(http: httpx.AsyncClient) -> None:
    plans = await get_json(http, PLANS, "test_plans")
    assert [(p["human_id"], p["title"], p["status"]) for p in plans] == [
        ("HRB-P-1", "Release 9", "COMPLETED"),
        ("HRB-P-2", "Release 9.0.1", "ACTIVE"),
        ("HRB-P-3", "Release 9.1", "ACTIVE"),
    ]
    assert [(p["test_runs_count"], p["test_cases_count"]) for p in plans] == [(1, 58), (2, 26), (0, 0)]
    assert [label["name"] for label in plans[1]["labels"]] == ["hotfix"]


async def test_plans_are_filtered_by_title_under_both_names(http: httpx.AsyncClient) -> None:
    for params, found in (({"name__NEQ": "Release 9"}, [2, 3]), ({"title__CONTAINS": "9.0"}, [2])):
        plans = await get_json(http, PLANS, "test_plans", **params)
        assert [plan["human_id"] for plan in plans] == [f"HRB-P-{number}" for number in found]


async def test_a_plan_is_read_by_id_and_by_human_id(http: httpx.AsyncClient) -> None:
    plan = await get_json(http, f"{PLANS}/HRB-P-2", "test_plan")
    assert plan == await get_json(http, f"{PLANS}/{uuid_of('plan/HRB-P-2')}", "test_plan")
    assert (plan["start_date"], plan["end_date"]) == (1775188800000, 1775318400000)
    assert "Hotfix" in plan["description"]
    assert "completed_at" not in plan


async def test_the_runs_of_a_plan_are_ordinary_runs(http: httpx.AsyncClient) -> None:
    body = await get_json(http, f"{PLANS}/HRB-P-2/test_runs")
    assert [run["human_id"] for run in body["data"]["test_runs"]] == ["HRB-R-4", "HRB-R-5"]
    assert body["data"]["test_runs"][0] == await get_json(http, f"{HRB}/test_runs/HRB-R-4", "test_run")
    assert body["page_info"]["total_count"] == 2


async def test_a_plan_is_created_with_200(http: httpx.AsyncClient) -> None:
    sent = {"title": "Release 9.2", "start_date": 1777000000000, "end_date": None, "label_ids": [label_id("smoke")]}
    plan = await created(await http.post(PLANS, json=sent), "test_plan")
    assert (plan["human_id"], plan["status"], plan["start_date"]) == ("HRB-P-4", "ACTIVE", 1777000000000)
    assert [label["name"] for label in plan["labels"]] == ["smoke"]


async def test_what_a_plan_may_not_say(http: httpx.AsyncClient) -> None:
    for sent, status, words in (
        ({}, 400, "title is required"),
        ({"title": "A", "label_ids": ["smoke"]}, 400, BAD_ID),
        ({"title": "A", "start_date": "today"}, 400, "start_date must be an integer"),
        ({"title": "A", "start_date": 2000, "end_date": 1000}, 422, "end_date must not lie before start_date"),
    ):
        assert await error(await http.post(PLANS, json=sent), status) == words
    assert len(await get_json(http, PLANS, "test_plans")) == 3


async def test_an_update_changes_the_title_and_leaves_the_rest(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    before = await get_json(http, f"{PLANS}/HRB-P-2", "test_plan")
    advance(sandbox, "1m")
    sent = {"title": "Release 9.0.2", "status": "COMPLETED"}
    after = await created(await http.put(f"{PLANS}/HRB-P-2", json=sent), "test_plan")
    assert {name for name in after if after[name] != before[name]} == {"title", "updated_at"}


async def test_a_plan_is_completed_once(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    advance(sandbox, "1h")
    answer = await http.post(f"{PLANS}/HRB-P-2/complete")
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "success",
        "message": "Test plan marked as completed",
        "data": {
            "test_plan": {
                "id": uuid_of("plan/HRB-P-2"),
                "status": "COMPLETED",
                "completed_at": 1775203200000,
            }
        },
    }
    assert (await get_json(http, f"{PLANS}/HRB-P-2", "test_plan"))["status"] == "COMPLETED"
    for number in (1, 2):
        again = await http.post(f"{PLANS}/HRB-P-{number}/complete")
        assert await error(again, 422) == "The test plan is completed already"


async def test_a_deleted_plan_leaves_its_runs_without_it(http: httpx.AsyncClient) -> None:
    answer = await http.delete(f"{PLANS}/HRB-P-2")
    assert (answer.status_code, answer.json()) == (200, {"message": "Test plan deleted successfully"})
    await error(await http.get(f"{PLANS}/HRB-P-2"), 404)
    for run in ("HRB-R-4", "HRB-R-5"):
        assert (await get_json(http, f"{HRB}/test_runs/{run}", "test_run"))["test_plan_id"] == ""
    assert (await get_json(http, f"{HRB}/test_runs/HRB-R-3", "test_run"))["test_plan_id"] == uuid_of("plan/HRB-P-1")
