"""Test cases: both templates, what creating one needs, and what an update leaves alone."""

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
    label_id,
    lookup_id,
    new_case,
    set_switches,
    user_id,
)
from tools.kit.sandbox.sandbox import Sandbox
from tools.testsigma.sandbox.identity import uuid_of

pytestmark = pytest.mark.anyio

CASES = f"{HRB}/test_cases"


async def test_a_test_case_is_found_by_id_and_by_human_id(http: httpx.AsyncClient) -> None:
    by_human_id = await get_json(http, f"{CASES}/HRB-7", "test_case")
    assert by_human_id == await get_json(http, f"{CASES}/{case_id(7)}", "test_case")
    assert by_human_id == await get_json(http, f"{CASES}/{case_id(7).upper()}", "test_case")
    assert (by_human_id["title"], by_human_id["id"]) == ("An expired code is refused", case_id(7))


async def test_a_case_of_steps_has_them_one_by_one_and_embeds_a_step_group(http: httpx.AsyncClient) -> None:
    case = await get_json(http, f"{CASES}/HRB-7", "test_case")
    assert case["template_type"] == "STEPS"
    assert (case["steps"], case["expected_results"]) == ("", "")
    steps = case["individual_steps"]
    assert [step["order"] for step in steps] == [1.0, 2.0, 3.0, 4.0]
    assert [step["step_type"] for step in steps] == ["STEP_GROUP", "DEFAULT", "DEFAULT", "DEFAULT"]
    assert [step["step_group_id"] for step in steps] == [uuid_of("group/HRB-SG-2"), None, None, None]
    assert steps[2]["expected_results"] == "The total stays as it was"
    assert {step["test_case_id"] for step in steps} == {case["id"]}


async def test_a_case_of_texts_has_lines_that_belong_together(http: httpx.AsyncClient) -> None:
    case = await get_json(http, f"{CASES}/HRB-19", "test_case")
    assert (case["template_type"], case["individual_steps"]) == ("TCD", None)
    assert len(case["steps"].split("\n")) == len(case["expected_results"].split("\n")) == 3


async def test_cases_written_in_the_web_app_hold_html(http: httpx.AsyncClient) -> None:
    for number in (3, 23, 33):
        case = await get_json(http, f"{CASES}/HRB-{number}", "test_case")
        assert case["steps"].startswith("<p>")
        assert case["expected_results"].endswith("</p>")
    assert "&nbsp;" in (await get_json(http, f"{CASES}/HRB-3", "test_case"))["steps"]


async def test_labels_are_objects_with_camel_case_times_or_null(http: httpx.AsyncClient) -> None:
    case = await get_json(http, f"{CASES}/HRB-7", "test_case")
    assert [label["name"] for label in case["labels"]] == ["checkout", "coupons"]
    assert set(case["labels"][0]) == {"id", "name", "createdAt", "updatedAt"}
    assert (await get_json(http, f"{CASES}/HRB-21", "test_case"))["labels"] is None


async def test_a_case_without_a_reviewer_does_not_mention_one(http: httpx.AsyncClient) -> None:
    assert (await get_json(http, f"{CASES}/HRB-7", "test_case"))["reviewer_id"] == user_id("mara")
    assert "reviewer_id" not in await get_json(http, f"{CASES}/HRB-8", "test_case")


# Creating


async def test_a_case_is_created_with_201_and_the_next_number(http: httpx.AsyncClient) -> None:
    sent = new_case(steps="Open\nLook", expected_results="Open\nSeen", label_ids=[label_id("smoke")], human_id="HRB-1")
    case = await created(await http.post(CASES, json=sent), "test_case", 201)
    assert (case["human_id"], case["template_type"], case["steps"]) == ("HRB-61", "TCD", "Open\nLook")
    assert [label["name"] for label in case["labels"]] == ["smoke"]
    assert case["created_at"] == 1775199600000
    assert await get_json(http, f"{CASES}/HRB-61", "test_case") == case
    assert (await http.delete(f"{CASES}/HRB-61")).status_code == 200
    assert (await created(await http.post(CASES, json=sent), "test_case", 201))["human_id"] == "HRB-62"


async def test_a_case_of_steps_is_created_with_a_step_group_in_it(http: httpx.AsyncClient) -> None:
    steps = [
        {"step_description": "Log in", "step_type": "STEP_GROUP", "step_group_id": uuid_of("group/HRB-SG-1")},
        {"step_description": "Look", "expected_results": "Seen", "order": 2.5, "step_group_id": None},
    ]
    sent = new_case(template_type="STEPS", individual_steps=steps, project_id=uuid_of("project/HRB"))
    case = await created(await http.post(CASES, json=sent), "test_case", 201)
    told_steps = [(s["step_description"], s["order"], s["step_type"]) for s in case["individual_steps"]]
    assert told_steps == [("Log in", 1.0, "STEP_GROUP"), ("Look", 2.5, "DEFAULT")]


@pytest.mark.parametrize("name", ["type_id", "status_id", "automation_type_id", "priority_id", "owner_id", "folder_id"])
async def test_a_missing_or_malformed_id_is_400_without_the_fields_name(http: httpx.AsyncClient, name: str) -> None:
    for value in (..., None, "", "Ready", "HRB-7", 7):
        answer = await http.post(CASES, json=new_case(**{name: value}))
        assert await error(answer, 400) == BAD_ID
    assert (await get_json(http, CASES))["page_info"]["total_count"] == 60


async def test_an_owner_can_be_optional(http: httpx.AsyncClient) -> None:
    await set_switches(http, owner_optional=True)
    case = await created(await http.post(CASES, json=new_case(owner_id=...)), "test_case", 201)
    assert case["owner_id"] == ""


async def test_an_unknown_owner_shows_the_databases_own_words(http: httpx.AsyncClient) -> None:
    answer = await http.post(CASES, json=new_case(owner_id=NOBODY))
    assert await error(answer, 500) == (
        'ERROR: insert or update on table "test_cases" violates foreign key constraint "fk_test_cases_owner" '
        "(SQLSTATE 23503)"
    )
    assert "fk_test_cases_priority" in await error(await http.post(CASES, json=new_case(priority_id=NOBODY)), 500)


async def test_labels_are_given_by_id_and_never_by_name(http: httpx.AsyncClient) -> None:
    assert await error(await http.post(CASES, json=new_case(label_ids=["smoke"])), 400) == BAD_ID
    unknown = await http.post(CASES, json=new_case(label_ids=[NOBODY]))
    assert await error(unknown, 404) == f"Label not found with ID: {NOBODY}"


async def test_human_ids_are_refused_in_bodies(http: httpx.AsyncClient) -> None:
    steps = [{"step_description": "Log in", "step_group_id": "HRB-SG-1"}]
    for fields in ({"project_id": "HRB"}, {"reviewer_id": "Mara"}, {"individual_steps": steps}):
        assert await error(await http.post(CASES, json=new_case(**fields)), 400) == BAD_ID


async def test_what_a_case_points_to_is_in_its_project(http: httpx.AsyncClient) -> None:
    elsewhere = uuid_of("folder/KSK/scan")
    answer = await http.post(CASES, json=new_case(folder_id=elsewhere))
    assert await error(answer, 404) == f"Folder not found with ID: {elsewhere}"
    steps = [{"step_description": "Log in", "step_group_id": uuid_of("group/HRB-SG-1")}]
    sent = new_case(folder_id=elsewhere, individual_steps=steps)
    assert (await error(await http.post(f"{KSK}/test_cases", json=sent), 404)).startswith("Step group not found")


async def test_texts_templates_and_steps_are_looked_at(http: httpx.AsyncClient) -> None:
    for fields, status, words in (
        ({"title": ...}, 400, "title is required"),
        ({"steps": ["Open"]}, 400, "steps must be a string"),
        ({"individual_steps": "Open"}, 400, "individual_steps must be an array"),
        ({"individual_steps": ["Open"]}, 400, "Each of individual_steps must be an object"),
        ({"individual_steps": [{"order": "1"}]}, 400, "order must be a number"),
        ({"template_type": "BDD"}, 422, "template_type must be one of TCD, STEPS"),
    ):
        assert await error(await http.post(CASES, json=new_case(**fields)), status) == words


async def test_titles_can_be_unique(http: httpx.AsyncClient) -> None:
    assert (await http.post(CASES, json=new_case(title="Saved card"))).status_code == 201
    await set_switches(http, unique_case_titles=True)
    answer = await http.post(CASES, json=new_case(title="Saved card"))
    assert await error(answer, 422) == "A test case with the title 'Saved card' exists already"
    assert (await http.put(f"{CASES}/HRB-7", json={"title": "An expired code is refused"})).status_code == 200


# Updating and deleting


async def test_an_update_changes_what_is_sent_and_nothing_else(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    before = await get_json(http, f"{CASES}/HRB-13", "test_case")
    advance(sandbox, "5m")
    sent = {"priority_id": lookup_id("priorities", "Critical"), "label_ids": [label_id("flaky")]}
    after = await created(await http.put(f"{CASES}/HRB-13", json=sent), "test_case")
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"priority_id", "labels", "updated_at"}
    assert after["updated_at"] == 1775199900000
    assert await get_json(http, f"{CASES}/{case_id(13)}", "test_case") == after


async def test_a_case_that_was_read_can_be_sent_back_whole(http: httpx.AsyncClient) -> None:
    for number in (7, 8, 19, 49):
        case = await get_json(http, f"{CASES}/HRB-{number}", "test_case")
        kept = {n: v for n, v in case.items() if n not in {"id", "human_id", "created_at", "updated_at", "labels"}}
        after = await created(await http.put(f"{CASES}/HRB-{number}", json=kept), "test_case")
        assert [s["step_description"] for s in after["individual_steps"] or []] == [
            s["step_description"] for s in case["individual_steps"] or []
        ]
        assert after["labels"] == case["labels"]


async def test_a_case_changes_its_template_with_its_steps(http: httpx.AsyncClient) -> None:
    sent = {"template_type": "STEPS", "individual_steps": [{"step_description": "Open", "expected_results": "Opened"}]}
    case = await created(await http.put(f"{CASES}/HRB-1", json=sent), "test_case")
    assert (case["template_type"], case["individual_steps"][0]["expected_results"]) == ("STEPS", "Opened")


async def test_a_refused_update_changes_nothing(http: httpx.AsyncClient) -> None:
    before = await get_json(http, f"{CASES}/HRB-13", "test_case")
    answer = await http.put(f"{CASES}/HRB-13", json={"title": "Changed", "folder_id": NOBODY})
    assert (await error(answer, 404)).startswith("Folder not found")
    assert await get_json(http, f"{CASES}/HRB-13", "test_case") == before


async def test_a_case_moves_to_another_folder(http: httpx.AsyncClient) -> None:
    await created(await http.put(f"{CASES}/HRB-7", json={"folder_id": folder_id("ideas")}), "test_case")
    rows = await get_json(http, CASES, "test_cases", folder_id=folder_id("ideas"))
    assert [row["human_id"] for row in rows] == ["HRB-7"]


async def test_a_deleted_case_is_gone_from_its_runs_as_well(http: httpx.AsyncClient) -> None:
    answer = await http.delete(f"{CASES}/HRB-7")
    assert (answer.status_code, answer.json()) == (200, {"message": ""})
    assert (await error(await http.get(f"{CASES}/HRB-7"), 404)) == "Test case not found with ID: HRB-7"
    rows = await get_json(http, f"{HRB}/test_runs/HRB-R-4/test_cases", "test_run_cases")
    assert len(rows) == 17
    assert (await error(await http.delete(f"{CASES}/HRB-7"), 404)) == "Test case not found with ID: HRB-7"
