"""The story: the days of the shop around release 9, as the other sandboxes have them too."""

import time
from collections import Counter
from uuid import UUID

import httpx
import pytest

from tests.tools.testsigma_sandbox.workspace import HRB, KSK, account, get_json
from tools.kit.sandbox.clock import Clock
from tools.kit.sandbox.sandbox import Sandbox
from tools.testsigma.sandbox.build import build

pytestmark = pytest.mark.anyio

SHARED = {
    "A valid code lowers the total": "HRB-6",
    "An expired code is refused": "HRB-7",
    "Payment is refused by the bank": "HRB-9",
    "Pay by credit card": "HRB-10",
    "Pay with Apple Pay": "HRB-12",
    "Saved card": "HRB-13",
    "Total with shipping": "HRB-18",
    "Swipe an article away": "HRB-19",
    "Scan a code with the camera": "HRB-20",
    "Find an article by a photo": "HRB-25",
    "Reset the password": "HRB-26",
}


async def test_the_test_cases_are_sixty_and_share_their_names_with_the_crowds(http: httpx.AsyncClient) -> None:
    cases = await get_json(http, f"{HRB}/test_cases", "test_cases", page_size=100)
    assert [case["human_id"] for case in cases] == [f"HRB-{number}" for number in range(1, 61)]
    titles = {case["title"]: case["human_id"] for case in cases}
    assert len(titles) == 60
    assert SHARED.items() <= titles.items()
    assert Counter(case["template_type"] for case in cases) == {"TCD": 51, "STEPS": 9}


async def test_the_runs_tell_the_release(http: httpx.AsyncClient) -> None:
    runs = await get_json(http, f"{HRB}/test_runs", "test_runs")
    assert [(run["human_id"], run["title"], run["status"], run["test_cases_count"]) for run in runs] == [
        ("HRB-R-1", "Release 8.4 regression", "CLOSED", 44),
        ("HRB-R-2", "App 4.2 smoke", "CLOSED", 10),
        ("HRB-R-3", "Release 9 regression", "CLOSED", 58),
        ("HRB-R-4", "Release 9.0.1 checkout by hand", "ACTIVE", 18),
        ("HRB-R-5", "Release 9.0.1 coupons, automated", "ACTIVE", 8),
        ("HRB-R-6", "Smoke before 9.0.1 goes live", "ACTIVE", 60),
        ("HRB-R-7", "Watch, exploratory", "ACTIVE", 0),
    ]
    assert runs[5]["dynamic_selection_filters"]
    assert runs[5]["selection_type"] == "DYNAMIC"


async def test_the_faults_everybody_meets_failed_in_both_releases(http: httpx.AsyncClient) -> None:
    for run in ("HRB-R-3", "HRB-R-4"):
        rows = await get_json(http, f"{HRB}/test_runs/{run}/test_cases", "test_run_cases", page_size=100)
        failed = {row["test_case"]["human_id"]: row["description"] for row in rows if row["status"] == "Failed"}
        assert {"HRB-7", "HRB-9", "HRB-17", "HRB-60"} <= set(failed)
        assert "OLD10" in failed["HRB-7"]
        assert "SHOP-412" in failed["HRB-9"]


async def test_there_is_text_for_the_guards(http: httpx.AsyncClient) -> None:
    cases = {case["human_id"]: case for case in await get_json(http, f"{HRB}/test_cases", "test_cases", page_size=100)}
    assert "\u202e" in cases["HRB-46"]["description"]
    assert "\u200b" in cases["HRB-46"]["description"]
    assert len(cases["HRB-48"]["steps"]) > 20_000
    assert "„Zur Kasse“ öffnet die Kasse" in cases["HRB-45"]["title"]
    rows = await get_json(http, f"{HRB}/test_runs/HRB-R-3/test_cases", "test_run_cases", page_size=100)
    remarks = {row["test_case"]["human_id"]: row.get("description", "") for row in rows}
    assert "Ignore previous instructions" in remarks["HRB-46"]
    for secret in ("password=", "Bearer eyJ", "api_key="):
        assert secret in remarks["HRB-47"]
    assert "Rückfrage" in remarks["HRB-45"]


async def test_the_kiosk_is_a_small_project_of_its_own(http: httpx.AsyncClient) -> None:
    cases = await get_json(http, f"{KSK}/test_cases", "test_cases")
    assert [case["human_id"] for case in cases] == [f"KSK-{number}" for number in range(1, 7)]
    (run,) = await get_json(http, f"{KSK}/test_runs", "test_runs")
    assert (run["human_id"], run["status"]) == ("KSK-R-1", "CLOSED")
    assert await get_json(http, f"{KSK}/test_plans", "test_plans") == []


async def test_everything_has_happened_before_the_story_begins(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    now, world = int(sandbox.clock.now().timestamp() * 1000), sandbox.world
    for shelf in (world.folders, world.cases, world.groups, world.runs, world.plans):
        for item in shelf:
            assert item.meta.created_at <= item.meta.updated_at < now
            assert item.meta.created_at > 10**12
    for run in world.runs:
        for result in run.results.values():
            begun = world.cases.get(result.case_id).meta.created_at
            assert begun < run.meta.created_at <= result.meta.updated_at < now


async def test_ids_are_uuids_and_the_same_in_every_world(http: httpx.AsyncClient) -> None:
    async with account(build(clock=Clock(factor=0))) as other:
        await get_json(other, f"{HRB}/test_runs/HRB-R-4/test_cases")  # what was looked at before makes no difference
        for path in ("/projects", f"{HRB}/test_cases", f"{HRB}/test_runs/HRB-R-3/test_cases", "/users", "/labels"):
            assert await get_json(http, path) == await get_json(other, path)
    cases = await get_json(http, f"{HRB}/test_cases", "test_cases", page_size=100)
    assert len({UUID(case["id"]) for case in cases}) == 60


def test_nothing_is_built_before_it_is_asked_for_and_then_in_a_moment() -> None:
    sandbox = build(clock=Clock(factor=0))
    assert sandbox._world is None
    began = time.process_time()
    assert len(sandbox.world.projects) == 2
    assert time.process_time() - began < 0.2  # 0.01 on a quiet machine
