"""Results: recorded from a form or from JSON, assigned, and read under other names than they were written."""

import json
from collections import Counter
from typing import Any

import httpx
import pytest

from tests.tools.testsigma_sandbox.workspace import (
    BAD_ID,
    HRB,
    NOBODY,
    advance,
    case_id,
    created,
    error,
    get_json,
    lookup_id,
    new_run,
    user_id,
)
from tools.kit.sandbox.sandbox import Sandbox

pytestmark = pytest.mark.anyio

RUN = f"{HRB}/test_runs/HRB-R-4"
RESULTS = f"{RUN}/test_cases"


def entry(number: int, status: str, **fields: object) -> dict[str, object]:
    return {"test_case_id": case_id(number), "test_run_status_id": lookup_id("results", status), **fields}


def form(*entries: dict[str, object], **files: bytes) -> list[tuple[str, Any]]:
    """The parts of a form: the text part `data`, and files."""
    data = json.dumps({"test_run_cases": list(entries)})
    return [("data", (None, data)), *((name, (f"{name}.txt", content)) for name, content in files.items())]


async def row(http: httpx.AsyncClient, number: int) -> Any:
    rows = await get_json(http, RESULTS, "test_run_cases")
    return next(row for row in rows if row["test_case"]["human_id"] == f"HRB-{number}")


async def test_a_run_case_carries_its_result_and_the_whole_test_case(http: httpx.AsyncClient) -> None:
    found = await row(http, 7)
    case = await get_json(http, f"{HRB}/test_cases/HRB-7", "test_case")
    assert (found["status"], found["status_id"]) == ("Failed", lookup_id("results", "Failed"))
    assert found["assignee"]["id"] == found["assignee_id"]
    assert found["test_case"] == {name: value for name, value in case.items() if name != "preconditions"}
    assert found["id"] != case["id"]
    assert found["description"].startswith("OLD10 is still accepted")


async def test_a_case_that_nobody_has_done_has_no_assignee_and_no_remark(http: httpx.AsyncClient) -> None:
    found = await row(http, 16)
    assert (found["status"], found["assignee_id"], found["assignee"]) == ("UnTested", "", None)
    assert "description" not in found


async def test_the_run_by_hand_is_partly_done(http: httpx.AsyncClient) -> None:
    rows = await get_json(http, RESULTS, "test_run_cases")
    assert Counter(row["status"] for row in rows) == {"Passed": 9, "Failed": 4, "UnTested": 5}


async def test_results_are_recorded_from_the_data_part_of_a_form(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    advance(sandbox, "1m")
    sent = form(entry(16, "Passed", user_id=user_id("ann"), description="No mail came"), entry(18, "In Progress"))
    written = await created(await http.put(RESULTS, files=sent), "test_run_cases")
    assert written == [
        {
            "test_case_id": case_id(16),
            "test_run_status_id": lookup_id("results", "Passed"),
            "user_id": user_id("ann"),
            "updated_at": 1775199660000,
        },
        {
            "test_case_id": case_id(18),
            "test_run_status_id": lookup_id("results", "In Progress"),
            "user_id": "",
            "updated_at": 1775199660000,
        },
    ]
    found = await row(http, 16)
    assert (found["status"], found["assignee_id"], found["description"]) == ("Passed", user_id("ann"), "No mail came")
    assert (await row(http, 18))["status"] == "In Progress"
    assert (await get_json(http, RUN, "test_run"))["updated_at"] == 1775199660000


async def test_results_are_recorded_from_plain_json_as_well(http: httpx.AsyncClient) -> None:
    sent = {"test_run_cases": [entry(7, "Passed")]}
    await created(await http.put(RESULTS, json=sent), "test_run_cases")
    found = await row(http, 7)
    assert (found["status"], found["attempts"]) == ("Passed", 2)
    assert found["assignee_id"] == user_id("ann")
    assert found["description"].startswith("OLD10")


async def test_files_come_beside_the_data(http: httpx.AsyncClient) -> None:
    files = {"attachments_1_0": b"a log", "attachments_1_1": b"another", "other": b"passed over"}
    assert (await http.put(RESULTS, files=form(entry(7, "Failed"), entry(9, "Failed"), **files))).status_code == 200
    assert [(await row(http, number))["attachments_count"] for number in (7, 9)] == [0, 2]


async def test_a_file_past_25_megabytes_is_refused(http: httpx.AsyncClient) -> None:
    too_large = b"x" * (25 * 1024 * 1024 + 1)
    answer = await http.put(RESULTS, files=form(entry(7, "Passed"), attachments_0_0=too_large))
    assert await error(answer, 422) == "An attachment must not be larger than 25 MB"
    assert (await row(http, 7))["status"] == "Failed"


async def test_a_form_needs_its_data(http: httpx.AsyncClient) -> None:
    for files, words in (
        ([("results", (None, "{}"))], "data is required"),
        ([("data", (None, "{"))], "The request body is not valid JSON"),
        ([("data", (None, "[]"))], "data must be an object"),
        ([("data", (None, "{}"))], "test_run_cases is required"),
    ):
        assert await error(await http.put(RESULTS, files=files), 400) == words
    broken = {"content-type": "multipart/form-data; boundary=x"}
    answer = await http.put(RESULTS, content=b"nothing", headers=broken)
    assert await error(answer, 400) == "The request body is not a valid form"


@pytest.mark.parametrize("name", ["test_case_id", "test_run_status_id"])
async def test_missing_and_human_ids_of_results_are_400(http: httpx.AsyncClient, name: str) -> None:
    for value in (None, "", "HRB-7", "Passed"):
        sent = {"test_run_cases": [entry(7, "Passed") | {name: value}]}
        assert await error(await http.put(RESULTS, json=sent), 400) == BAD_ID


async def test_all_results_are_recorded_or_none(http: httpx.AsyncClient) -> None:
    for wrong, status, words in (
        (entry(1, "Passed"), 404, f"Test run case not found with ID: {case_id(1)}"),
        (entry(9, "Passed") | {"test_run_status_id": NOBODY}, 500, "fk_test_run_cases_test_run_status"),
        (entry(9, "Passed", user_id=NOBODY), 500, "fk_test_run_cases_user"),
        (entry(9, "Passed", description=7), 400, "description must be a string"),
    ):
        sent = {"test_run_cases": [entry(7, "Passed"), wrong]}
        assert words in await error(await http.put(RESULTS, json=sent), status)
    assert (await row(http, 7))["status"] == "Failed"


async def test_a_run_that_is_not_filled_yet_takes_no_results(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    run = await created(await http.post(f"{HRB}/test_runs", json=new_run("Again", 7)), "test_run")
    path, sent = f"{HRB}/test_runs/{run['human_id']}", {"test_run_cases": [entry(7, "Passed")]}
    assert (await error(await http.put(f"{path}/test_cases", json=sent), 404)).startswith("Test run case not found")
    assigned = {"user_id": user_id("ann"), "test_case_id": case_id(7)}
    assert (await error(await http.put(f"{path}/assign_user", json=assigned), 404)).startswith("Test run case")
    advance(sandbox, "3s")
    assert (await http.put(f"{path}/test_cases", json=sent)).status_code == 200
    rows = await get_json(http, f"{path}/test_cases", "test_run_cases")
    assert [row["status"] for row in rows] == ["Passed"]


async def test_a_case_is_assigned_to_a_user(http: httpx.AsyncClient) -> None:
    sent = {"user_id": user_id("priya"), "test_case_id": case_id(16)}
    told_back = await created(await http.put(f"{RUN}/assign_user", json=sent), "test_run_case")
    assert told_back == {**sent, "updated_at": 1775199600000}
    found = await row(http, 16)
    assert (found["assignee"]["email"], found["status"]) == ("priya.nair@shop.example.test", "UnTested")


async def test_assigning_needs_ids_of_people_and_cases(http: httpx.AsyncClient) -> None:
    path, ann = f"{RUN}/assign_user", user_id("ann")
    for sent in ({}, {"user_id": ann}, {"test_case_id": case_id(7)}, {"user_id": ann, "test_case_id": "HRB-7"}):
        assert await error(await http.put(path, json=sent), 400) == BAD_ID
    answer = await http.put(path, json={"user_id": NOBODY, "test_case_id": case_id(7)})
    assert "fk_test_run_cases_user" in await error(answer, 500)
    answer = await http.put(path, json={"user_id": ann, "test_case_id": case_id(1)})
    assert await error(answer, 404) == f"Test run case not found with ID: {case_id(1)}"
