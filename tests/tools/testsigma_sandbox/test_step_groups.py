"""Step groups: written in the singular, read in the plural, and felt in every test case that embeds one."""

import httpx
import pytest

from tests.tools.testsigma_sandbox.workspace import BAD_ID, HRB, advance, created, error, get_json, label_id
from tools.kit.sandbox.sandbox import Sandbox
from tools.testsigma.sandbox.identity import uuid_of

pytestmark = pytest.mark.anyio

GROUPS = f"{HRB}/step_groups"


async def test_groups_are_listed_without_and_read_with_their_steps(http: httpx.AsyncClient) -> None:
    groups = await get_json(http, GROUPS, "step_groups")
    assert [(g["human_id"], g["title"]) for g in groups] == [
        ("HRB-SG-1", "Log in as a customer"),
        ("HRB-SG-2", "Fill the cart"),
        ("HRB-SG-3", "Clean up the order"),
    ]
    assert not any("steps" in group for group in groups)
    group = await get_json(http, f"{GROUPS}/HRB-SG-1", "step_group")
    assert [step["order"] for step in group["steps"]] == [1, 2, 3]
    assert group["steps"][0]["expected_results"] == "The form opens"
    assert {step["step_group_id"] for step in group["steps"]} == {group["id"]}
    assert group == await get_json(http, f"{GROUPS}/{group['id']}", "step_group")


async def test_a_group_is_created_with_200_from_expected_result_in_the_singular(http: httpx.AsyncClient) -> None:
    steps = [
        {"step_description": "Open", "expected_result": "Opened", "order": 4},
        {"step_description": "Look", "expected_results": "Seen"},
    ]
    sent = {"title": "Look around", "steps": steps, "label_ids": [label_id("smoke")]}
    group = await created(await http.post(GROUPS, json=sent), "step_group")
    assert (group["human_id"], group["description"]) == ("HRB-SG-4", "")
    read = [(step["step_description"], step["expected_results"], step["order"]) for step in group["steps"]]
    assert read == [("Open", "Opened", 4), ("Look", "", 2)]
    assert not any("expected_result" in step for step in group["steps"])


async def test_a_group_needs_a_title_and_labels_by_id(http: httpx.AsyncClient) -> None:
    assert await error(await http.post(GROUPS, json={"steps": []}), 400) == "title is required"
    assert await error(await http.post(GROUPS, json={"title": "A", "label_ids": ["smoke"]}), 400) == BAD_ID
    assert len(await get_json(http, GROUPS, "step_groups")) == 3


async def test_an_updated_group_is_felt_in_each_case_that_embeds_it(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    advance(sandbox, "1m")
    sent = {"title": "Put the jacket into the cart", "steps": [{"step_description": "Open it", "expected_result": "x"}]}
    group = await created(await http.put(f"{GROUPS}/HRB-SG-2", json=sent), "step_group")
    assert [step["step_description"] for step in group["steps"]] == ["Open it"]
    case = await get_json(http, f"{HRB}/test_cases/HRB-7", "test_case")
    assert case["individual_steps"][0]["step_description"] == "Put the jacket into the cart"
    assert case["updated_at"] == group["updated_at"] == 1775199660000
    assert (await get_json(http, f"{HRB}/test_cases/HRB-1", "test_case"))["updated_at"] < group["updated_at"]


async def test_what_an_update_leaves_out_stays(http: httpx.AsyncClient) -> None:
    before = await get_json(http, f"{GROUPS}/HRB-SG-1", "step_group")
    after = await created(await http.put(f"{GROUPS}/HRB-SG-1", json={"description": "Any"}), "step_group")
    assert (after["title"], after["steps"], after["description"]) == (before["title"], before["steps"], "Any")
    assert await error(await http.put(f"{GROUPS}/HRB-SG-1", json={"title": None}), 400) == "title is required"


async def test_a_deleted_group_is_204_and_leaves_its_steps_without_it(http: httpx.AsyncClient) -> None:
    answer = await http.delete(f"{GROUPS}/HRB-SG-2")
    assert (answer.status_code, answer.content) == (204, b"")
    await error(await http.get(f"{GROUPS}/HRB-SG-2"), 404)
    steps = (await get_json(http, f"{HRB}/test_cases/HRB-7", "test_case"))["individual_steps"]
    assert (steps[0]["step_description"], steps[0]["step_group_id"]) == ("Fill the cart", None)
    other = (await get_json(http, f"{HRB}/test_cases/HRB-9", "test_case"))["individual_steps"]
    assert [step["step_group_id"] for step in other[:2]] == [uuid_of("group/HRB-SG-1"), None]
