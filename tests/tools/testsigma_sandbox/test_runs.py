"""Test runs: selected, filled a moment later, changed sparsely, closed for good."""

import httpx
import pytest

from tests.tools.testsigma_sandbox.workspace import (
    BAD_ID,
    HRB,
    KSK,
    NOBODY,
    advance,
    case_id,
    created,
    error,
    folder_id,
    get_json,
    new_run,
    set_switches,
    user_id,
)
from tools.kit.sandbox.sandbox import Sandbox
from tools.testsigma.sandbox.identity import uuid_of

pytestmark = pytest.mark.anyio

RUNS = f"{HRB}/test_runs"
PLAN = uuid_of("plan/HRB-P-2")


async def titles(http: httpx.AsyncClient, **params: str | int) -> list[str]:
    return [run["human_id"] for run in await get_json(http, RUNS, "test_runs", **params)]


async def filled(http: httpx.AsyncClient, sandbox: Sandbox, **fields: object) -> int:
    """How many cases a new run of this selection holds once it is filled."""
    run = await created(await http.post(RUNS, json={"title": "A round", **fields}), "test_run")
    advance(sandbox, "3s")
    info = (await get_json(http, f"{RUNS}/{run['human_id']}/test_cases"))["page_info"]
    assert info["total_count"] == run["test_cases_count"]
    return int(info["total_count"])


async def test_a_run_is_read_whole_by_id_and_by_human_id(http: httpx.AsyncClient) -> None:
    run = await get_json(http, f"{RUNS}/HRB-R-4", "test_run")
    assert run == await get_json(http, f"{RUNS}/{run['id']}", "test_run")
    expected: dict[str, object] = {
        "title": "Release 9.0.1 checkout by hand",
        "status": "ACTIVE",
        "selection_type": "STATIC",
        "dynamic_selection_filters": [],
        "dynamic_selection_excluded_test_case_ids": None,
        "start_date": 1775190600000,
        "end_date": None,
        "assignee_id": user_id("iris"),
        "environments": None,
        "test_plan_id": PLAN,
        "test_cases_count": 18,
        "test_run_status_summary": None,
    }
    assert {name: run[name] for name in expected} == expected
    assert [label["name"] for label in run["labels"]] == ["checkout", "hotfix"][::-1]
    assert run["static_selection_filters"][0]["values"][2] == case_id(7)
    assert "closed_by" not in run


async def test_a_closed_run_may_show_its_summary(http: httpx.AsyncClient) -> None:
    run = await get_json(http, f"{RUNS}/HRB-R-3", "test_run")
    assert (run["status"], run["closed_by"]) == ("CLOSED", user_id("mara"))
    summary = {row["status_name"]: row["count"] for row in run["test_run_status_summary"]}
    assert summary == {"Passed": 47, "Failed": 6, "Blocked": 3, "Skipped": 2}
    assert sum(summary.values()) == run["test_cases_count"] == 58
    assert (await get_json(http, f"{RUNS}/HRB-R-2", "test_run"))["test_run_status_summary"] is None


async def test_runs_are_found_by_title(http: httpx.AsyncClient) -> None:
    assert len(await titles(http)) == 7
    assert await titles(http, search="release 9") == ["HRB-R-3", "HRB-R-4", "HRB-R-5"]
    assert await titles(http, title__CONTAINS="by hand") == ["HRB-R-4"]


async def test_a_plan_filters_runs_only_when_that_is_switched_on(http: httpx.AsyncClient) -> None:
    assert len(await titles(http, test_plan_id=PLAN)) == 7
    await set_switches(http, filter_runs_by_plan=True)
    assert await titles(http, test_plan_id=PLAN) == ["HRB-R-4", "HRB-R-5"]


# Creating


async def test_a_run_is_created_with_200_and_a_number_of_its_own(http: httpx.AsyncClient) -> None:
    sent = new_run(
        "Again", 7, 9, human_id="DEMO-001", description="Both", start_date=1775199600, assignee_id=user_id("ann")
    )
    run = await created(await http.post(RUNS, json=sent), "test_run")
    assert (run["human_id"], run["status"], run["test_cases_count"]) == ("HRB-R-8", "ACTIVE", 2)
    assert (run["test_plan_id"], run["start_date"], run["labels"]) == ("", 1775199600, [])
    assert run["static_selection_filters"] == sent["static_selection_filters"]


async def test_the_cases_of_a_new_run_appear_a_moment_later(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    sandbox.clock.accelerate(0)
    run = await created(await http.post(RUNS, json=new_run("Again", 7, 9)), "test_run")
    path = f"{RUNS}/{run['id']}/test_cases"
    assert (await get_json(http, path))["page_info"]["total_count"] == 0
    advance(sandbox, "0.2s")
    assert await get_json(http, path, "test_run_cases") == []
    advance(sandbox, "0.1s")
    rows = await get_json(http, path, "test_run_cases")
    assert [(row["test_case"]["human_id"], row["status"]) for row in rows] == [
        ("HRB-7", "UnTested"),
        ("HRB-9", "UnTested"),
    ]


async def test_a_static_run_holds_what_it_names(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    selection = new_run("", 7, 9)["static_selection_filters"]
    assert await filled(http, sandbox, static_selection_filters=selection) == 2


async def test_ids_that_the_project_does_not_have_are_passed_over(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    values = [case_id(7), NOBODY, uuid_of("case/KSK-1")]
    filters = [{"field": "id", "operator": "IN", "values": values}]
    assert await filled(http, sandbox, static_selection_filters=filters) == 1


async def test_a_dynamic_run_without_filters_holds_every_case(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    assert await filled(http, sandbox, selection_type="DYNAMIC", dynamic_selection_filters=[]) == 60


async def test_filters_of_a_dynamic_run_do_not_filter(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    filters = [{"field": "folder_id", "operator": "IN", "values": [folder_id("coupons")]}]
    assert await filled(http, sandbox, selection_type="DYNAMIC", dynamic_selection_filters=filters) == 60


async def test_a_dynamic_run_leaves_out_what_is_excluded(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    excluded = [case_id(7), case_id(9)]
    found = await filled(http, sandbox, selection_type="DYNAMIC", dynamic_selection_excluded_test_case_ids=excluded)
    assert found == 58


async def test_a_static_selection_by_anything_but_ids_is_empty(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    filters = [{"field": "id", "operator": "EQUALS", "values": [case_id(7)]}]
    assert await filled(http, sandbox, static_selection_filters=filters) == 0


async def test_human_ids_are_refused_in_the_body_of_a_run(http: httpx.AsyncClient) -> None:
    by_human_id = [{"field": "id", "operator": "IN", "values": ["HRB-7"]}]
    for fields in (
        {"static_selection_filters": by_human_id},
        {"test_plan_id": "HRB-P-2"},
        {"assignee_id": "Mara"},
        {"environment_ids": ["staging"]},
        {"project_id": "HRB"},
        {"dynamic_selection_excluded_test_case_ids": ["HRB-7"]},
    ):
        assert await error(await http.post(RUNS, json={"title": "A", **fields}), 400) == BAD_ID


async def test_a_run_is_linked_to_a_plan_of_its_project(http: httpx.AsyncClient) -> None:
    run = await created(await http.post(RUNS, json=new_run("Again", 7, test_plan_id=PLAN)), "test_run")
    assert run["test_plan_id"] == PLAN
    answer = await http.post(f"{KSK}/test_runs", json={"title": "A", "test_plan_id": PLAN})
    assert await error(answer, 404) == f"Test plan not found with ID: {PLAN}"


async def test_labels_are_given_by_name_and_made_where_they_are_missing(http: httpx.AsyncClient) -> None:
    run = await created(await http.post(RUNS, json=new_run("Again", 7, label_names=["hotfix", "crowd"])), "test_run")
    assert [label["name"] for label in run["labels"]] == ["hotfix", "crowd"]
    assert (await get_json(http, "/labels", "labels"))[-1]["name"] == "crowd"


async def test_unknown_labels_can_be_refused(http: httpx.AsyncClient) -> None:
    await set_switches(http, refuse_unknown_labels=True)
    answer = await http.post(RUNS, json=new_run("Again", 7, label_names=["hotfix", "crowd"]))
    assert await error(answer, 422) == "Unknown label: crowd"


async def test_titles_of_runs_are_unique_and_needed(http: httpx.AsyncClient) -> None:
    answer = await http.post(RUNS, json=new_run("Release 9 regression", 7))
    assert await error(answer, 422) == "A test run with the title 'Release 9 regression' exists already"
    assert await error(await http.post(RUNS, json={}), 400) == "title is required"
    assert (await http.post(f"{KSK}/test_runs", json={"title": "Release 9 regression"})).status_code == 200


async def test_null_for_the_excluded_cases_is_refused_though_it_is_what_one_reads(http: httpx.AsyncClient) -> None:
    run = await get_json(http, f"{RUNS}/HRB-R-4", "test_run")
    name = "dynamic_selection_excluded_test_case_ids"
    assert run[name] is None
    assert await error(await http.put(f"{RUNS}/HRB-R-4", json=run), 400) == f"{name} must be an array"
    assert await error(await http.post(RUNS, json={"title": "A", name: None}), 400) == f"{name} must be an array"


# Changing and closing


async def test_a_sparse_update_changes_what_is_sent(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    before = await get_json(http, f"{RUNS}/HRB-R-4", "test_run")
    advance(sandbox, "1m")
    sent = {"description": "Nearly done", "label_names": ["hotfix"], "assignee_id": "", "human_id": "HRB-R-99"}
    after = await created(await http.put(f"{RUNS}/HRB-R-4", json=sent), "test_run")
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"description", "labels", "assignee_id", "updated_at"}


async def test_an_update_does_not_touch_the_selection_or_the_plan(http: httpx.AsyncClient) -> None:
    sent = {**new_run("", 1), "title": "Release 9.0.1 checkout by hand", "test_plan_id": ""}
    run = await created(await http.put(f"{RUNS}/HRB-R-4", json=sent), "test_run")
    assert (run["test_cases_count"], run["test_plan_id"]) == (18, PLAN)


async def test_an_update_can_attach_a_plan_when_that_is_switched_on(http: httpx.AsyncClient) -> None:
    await set_switches(http, attach_plan_by_update=True)
    run = await created(await http.put(f"{RUNS}/HRB-R-6", json={"test_plan_id": PLAN}), "test_run")
    assert run["test_plan_id"] == PLAN


async def test_closing_a_run_says_who_closed_it_and_locks_it(http: httpx.AsyncClient) -> None:
    run = await created(await http.put(f"{RUNS}/HRB-R-4", json={"status": "CLOSED"}), "test_run")
    assert (run["status"], run["closed_by"]) == ("CLOSED", user_id("mara"))
    results = {"test_run_cases": [{"test_case_id": case_id(7), "test_run_status_id": NOBODY}]}
    for method, path, sent in (
        ("PUT", "", {"title": "Reopened"}),
        ("PUT", "", {"status": "ACTIVE"}),
        ("PUT", "", {"status": "CLOSED"}),
        ("PUT", "/test_cases", results),
        ("PUT", "/assign_user", {"user_id": user_id("ann"), "test_case_id": case_id(7)}),
    ):
        answer = await http.request(method, f"{RUNS}/HRB-R-4{path}", json=sent)
        assert await error(answer, 422) == "The test run is closed"


async def test_what_an_update_may_not_say(http: httpx.AsyncClient) -> None:
    for sent, status, words in (
        ({"status": "FINISHED"}, 422, "status must be one of ACTIVE, CLOSED"),
        ({"selection_type": "ALL"}, 422, "selection_type must be one of STATIC, DYNAMIC"),
        ({"title": ""}, 400, "title is required"),
        ({"title": "Release 9 regression"}, 422, "A test run with the title 'Release 9 regression' exists already"),
        ({"start_date": "today"}, 400, "start_date must be an integer"),
        ({"label_names": [7]}, 400, "label_names must be a string"),
    ):
        assert await error(await http.put(f"{RUNS}/HRB-R-4", json=sent), status) == words
    answer = await http.put(f"{RUNS}/HRB-R-4", json={"assignee_id": NOBODY})
    assert "fk_test_runs_assignee" in await error(answer, 500)
    assert (await get_json(http, f"{RUNS}/HRB-R-4", "test_run"))["updated_at"] == 1775190600000


async def test_a_deleted_run_is_204_even_when_it_is_closed(http: httpx.AsyncClient) -> None:
    answer = await http.delete(f"{RUNS}/HRB-R-3")
    assert (answer.status_code, answer.content) == (204, b"")
    assert await error(await http.get(f"{RUNS}/HRB-R-3/test_cases"), 404) == "Test run not found with ID: HRB-R-3"
    assert await error(await http.delete(f"{RUNS}/HRB-R-3"), 404) == "Test run not found with ID: HRB-R-3"
    run = await created(await http.post(RUNS, json=new_run("Release 9 regression", 7)), "test_run")
    assert run["human_id"] == "HRB-R-8"
