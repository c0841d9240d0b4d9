"""The other shapes: those of the documents' examples, and words and fields that no document lists."""

import httpx
import pytest

from tests.tools.testsigma_sandbox.workspace import (
    HRB,
    account,
    case_id,
    created,
    folder_id,
    get_json,
    lookup_id,
    new_run,
    set_switches,
    user_id,
)
from tools.kit.sandbox.clock import Clock
from tools.testsigma.sandbox.build import build
from tools.testsigma.sandbox.world import Switches

pytestmark = pytest.mark.anyio


@pytest.fixture
async def documented(http: httpx.AsyncClient) -> httpx.AsyncClient:
    await set_switches(http, as_documented=True)
    return http


async def test_runs_have_a_name_and_other_statuses(documented: httpx.AsyncClient) -> None:
    runs = await get_json(documented, f"{HRB}/test_runs", "test_runs")
    assert not any("title" in run for run in runs)
    assert [(run["name"], run["status"]) for run in runs[2:4]] == [
        ("Release 9 regression", "PASSED"),
        ("Release 9.0.1 checkout by hand", "IN_PROGRESS"),
    ]
    assert (runs[3]["label_names"], "labels" in runs[3]) == (["hotfix", "checkout"], False)


async def test_one_run_has_results_in_capitals(documented: httpx.AsyncClient) -> None:
    run = await get_json(documented, f"{HRB}/test_runs/HRB-R-4", "test_run")
    assert len(run["results"]) == 18
    assert {"test_case_id": case_id(7), "status": "FAILED"} in run["results"]


async def test_a_run_that_was_written_has_a_title_all_the_same(documented: httpx.AsyncClient) -> None:
    run = await created(await documented.post(f"{HRB}/test_runs", json=new_run("Again", 7)), "test_run")
    assert (run["title"], run["status"]) == ("Again", "IN_PROGRESS")


async def test_run_cases_are_short_and_called_test_cases(documented: httpx.AsyncClient) -> None:
    body = await get_json(documented, f"{HRB}/test_runs/HRB-R-3/test_cases", page_size=5)
    assert set(body) == {"message", "data"}
    rows = body["data"]["test_cases"]
    assert len(rows) == 58
    failed = next(row for row in rows if row["id"] == case_id(7))
    assert failed == {
        "id": case_id(7),
        "name": "An expired code is refused",
        "status": "FAILED",
        "assignee_id": user_id("iris"),
    }


async def test_users_have_page_info_and_small_letters(documented: httpx.AsyncClient) -> None:
    body = await get_json(documented, "/users")
    assert body["page_info"]["total_count"] == 8
    assert {user["status"] for user in body["data"]} == {"active", "inactive"}


async def test_plans_have_a_name_in_a_list_only(documented: httpx.AsyncClient) -> None:
    plans = await get_json(documented, f"{HRB}/test_plans", "test_plans")
    assert [plan["name"] for plan in plans] == ["Release 9", "Release 9.0.1", "Release 9.1"]
    assert not any("title" in plan for plan in plans)
    assert (await get_json(documented, f"{HRB}/test_plans/HRB-P-1", "test_plan"))["title"] == "Release 9"


async def test_the_runs_of_a_plan_are_results_with_a_length(documented: httpx.AsyncClient) -> None:
    (run,) = await get_json(documented, f"{HRB}/test_plans/HRB-P-1/test_runs", "test_runs")
    assert run == {
        "id": run["id"],
        "status": "FAILED",
        "started_at": 1775026800,
        "ended_at": 1775142000,
        "duration": 115200,
        "results": {"total": 58, "passed": 47, "failed": 6},
    }


async def test_times_count_seconds_everywhere(documented: httpx.AsyncClient) -> None:
    project = await get_json(documented, HRB, "project")
    label = (await get_json(documented, "/labels", "labels"))[0]
    plan = await get_json(documented, f"{HRB}/test_plans/HRB-P-2", "test_plan")
    for time in (project["created_at"], label["createdAt"], plan["start_date"], plan["updated_at"]):
        assert len(str(time)) == 10
    assert project["created_at"] == 1767769200


async def test_the_parent_of_a_root_folder_is_an_empty_text(documented: httpx.AsyncClient) -> None:
    folder = await get_json(documented, f"{HRB}/folders/{folder_id('cart')}", "folder")
    assert folder["parent_folder_id"] == ""


async def test_every_record_has_a_field_that_no_document_lists(http: httpx.AsyncClient) -> None:
    for path, name in (
        (HRB, "project"),
        (f"{HRB}/folders/{folder_id('cart')}", "folder"),
        (f"{HRB}/test_cases/HRB-7", "test_case"),
        (f"{HRB}/step_groups/HRB-SG-1", "step_group"),
        (f"{HRB}/test_runs/HRB-R-4", "test_run"),
        (f"{HRB}/test_plans/HRB-P-2", "test_plan"),
    ):
        assert (await get_json(http, path, name))["tenant"] == "harbour"


async def test_some_records_can_carry_words_that_no_document_lists() -> None:
    async with account(build(clock=Clock(factor=0), switches=Switches(unknown_values=True))) as http:
        assert (await get_json(http, f"{HRB}/test_runs/HRB-R-2", "test_run"))["status"] == "ARCHIVED"
        assert (await get_json(http, f"{HRB}/test_cases/HRB-49", "test_case"))["template_type"] == "BDD"
        assert (await get_json(http, f"{HRB}/test_plans/HRB-P-3", "test_plan"))["status"] == "DRAFT"
        assert [user["status"] for user in (await get_json(http, "/users"))["data"]].count("INVITED") == 1
        rows = await get_json(http, f"{HRB}/test_runs/HRB-R-3/test_cases", "test_run_cases", page_size=100)
        strange = next(row for row in rows if row["test_case"]["human_id"] == "HRB-28")
        assert (strange["status"], strange["status_id"]) == ("Not Applicable", lookup_id("results", "Skipped"))
        case = await get_json(http, f"{HRB}/test_cases/HRB-49", "test_case")
        back = await http.put(f"{HRB}/test_cases/HRB-49", json={"template_type": case["template_type"]})
        assert back.status_code == 200
        await set_switches(http, unknown_values=False)
        assert (await get_json(http, f"{HRB}/test_runs/HRB-R-2", "test_run"))["status"] == "CLOSED"
