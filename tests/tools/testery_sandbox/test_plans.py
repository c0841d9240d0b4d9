"""Test plans: started, followed and canceled."""

import httpx
import pytest

from tests.tools.testery_sandbox.requests import advance, get_json, get_run, is_problem
from tools.kit.sandbox.sandbox import Sandbox

pytestmark = pytest.mark.anyio


async def test_the_plans_of_the_story(http: httpx.AsyncClient) -> None:
    assert [(one["id"], one["key"]) for one in await get_json(http, "/test-plans")] == [
        (81, "smoke"),
        (82, "release-regression"),
        (83, "kiosk"),
    ]


async def test_a_plan_starts_a_run_a_suite(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    answer = await http.post("/test-plans/81/runs", json={"updateVcsStatus": False})
    assert (answer.status_code, answer.json()) == (200, {"id": 31001, "status": "SUBMITTED"})
    runs = await get_json(http, "/test-runs?limit=2")
    assert {(one["name"], one["projectId"], one["environmentId"]) for one in runs} == {
        ("Smoke: Smoke", 7301, 212),
        ("Smoke: Smoke", 7302, 212),
    }
    advance(sandbox, "15m")
    assert [(await get_run(http, one["id"]))["status"] for one in runs] == ["PASS", "PASS"]
    answer = await http.post("/test-plans/81/runs/31001/cancel", json={})
    assert answer.json() == {"id": 31001, "status": "PASS"}


async def test_a_plan_runs_where_it_is_told_to(http: httpx.AsyncClient) -> None:
    sent = {"environmentId": 213, "deployId": 5120, "variables": [{"key": "A", "value": "1", "encrypted": False}]}
    await http.post("/test-plans/81/runs", json=sent)
    newest = (await get_json(http, "/test-runs?limit=1"))[0]
    assert newest["environmentId"] == 213
    assert newest["id"] in {one["id"] for one in await get_json(http, "/test-runs/by-deploy/5120")}


async def test_a_plan_run_is_canceled_with_all_that_is_not_over(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    number = (await http.post("/test-plans/82/runs", json={})).json()["id"]
    advance(sandbox, "1m")
    answer = await http.post(f"/test-plans/82/runs/{number}/cancel", json={})
    assert (answer.status_code, answer.json()) == (200, {"id": number, "status": "CANCELED"})
    assert {one["status"] for one in await get_json(http, "/test-runs?limit=2")} == {"CANCELED"}


async def test_what_does_not_exist_is_404(http: httpx.AsyncClient) -> None:
    number = (await http.post("/test-plans/83/runs", json={})).json()["id"]
    assert is_problem(await http.post("/test-plans/99/runs", json={}), 404)
    assert is_problem(await http.post("/test-plans/81/runs", json={"environmentId": 205}), 404)
    assert is_problem(await http.post("/test-plans/81/runs", json={"deployId": 1}), 404)
    assert is_problem(await http.post("/test-plans/83/runs/1/cancel", json={}), 404)
    assert is_problem(await http.post(f"/test-plans/81/runs/{number}/cancel", json={}), 404)
    assert is_problem(await http.post(f"/test-plans/99/runs/{number}/cancel", json={}), 404)
