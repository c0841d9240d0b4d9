"""Step groups change every test case that embeds them, and a person sees how many before."""

from typing import Any

import pytest

from tests.desk import ERAS, NO, desk
from tools.testsigma.tools import step_groups

pytestmark = pytest.mark.anyio
both_eras = pytest.mark.parametrize("mode", ERAS)

GET, UPDATE, DELETE = "testsigma_get_step_group", "testsigma_update_step_group", "testsigma_delete_step_group"
USERS = ["HRB-4", "HRB-6", "HRB-7", "HRB-8", "HRB-9", "HRB-10", "HRB-12", "HRB-60"]


async def test_step_groups_are_listed_without_their_steps() -> None:
    async with desk() as d:
        page = await d.answer("testsigma_list_step_groups", project="HRB", text="fill")
        assert [row["id"] for row in page["items"]] == ["HRB-SG-2"]
        assert page["coverage"]["loaded"] == 3


async def test_a_step_group_is_shown_with_its_steps_and_on_demand_with_its_users() -> None:
    async with desk() as d:
        told = await d.answer(GET, step_group_id="HRB-SG-2", find_cases=True)
        assert told["steps"][0] == {"action": "Open the rain jacket", "expected": "Its page opens"}
        assert told["used_by"] == USERS


async def test_expected_results_are_written_in_the_singular_and_labels_as_ids() -> None:
    async with desk() as d:
        steps = [{"action": "Press Log out", "expected": "The login opens"}, {"action": "Wait"}]
        made = await d.answer(
            "testsigma_create_step_group", project="HRB", title="Log out", steps=steps, labels=["smoke"]
        )
        body: Any = d.sandboxes.journal.entries()[-1].body
        assert body["steps"] == [
            {"step_description": "Press Log out", "expected_result": "The login opens", "order": 1},
            {"step_description": "Wait", "expected_result": "", "order": 2},
        ]
        assert len(body["label_ids"][0]) == 36
        assert made["now"]["steps"][0]["expected"] == "The login opens"
        assert d.asked == []


@both_eras
async def test_a_yes_changes_a_step_group_after_its_users_were_named(mode: str) -> None:
    async with desk(mode) as d:
        told = await d.answer(UPDATE, step_group_id="HRB-SG-2", steps=[{"action": "Scan it", "expected": "It is in"}])
        (question,) = d.asked
        assert "Change step group HRB-SG-2 'Fill the cart'?" in question
        assert f"8 test cases ({', '.join(USERS)}) of project 'Harbour' embed it and change with it" in question
        assert told["done"] == "Changed: steps."
        assert (len(told["before"]["steps"]), len(told["now"]["steps"])) == (2, 1)


@both_eras
async def test_a_no_changes_nothing(mode: str) -> None:
    async with desk(mode, person=NO) as d:
        await d.refusal(UPDATE, step_group_id="HRB-SG-2", title="Fill it")
        assert d.writes("testsigma") == []


async def test_one_that_nothing_embeds_changes_without_a_question() -> None:
    async with desk(person=None) as d:
        told = await d.answer(UPDATE, step_group_id="HRB-SG-3", title="Clean up")
        body: Any = next(e for e in d.sandboxes.journal.entries() if e.method == "PUT").body
        assert body == {"title": "Clean up"}
        assert told["before"]["title"] == "Clean up the order"


async def test_a_change_that_is_none_asks_nobody_and_sends_nothing() -> None:
    async with desk() as d:
        told = await d.answer(UPDATE, step_group_id="HRB-SG-2", title="Fill the cart")
        assert told["done"] == "Already up to date; nothing was sent."
        assert (d.asked, d.writes("testsigma")) == ([], [])


async def test_one_that_nothing_was_found_to_embed_in_a_short_list_is_asked_about() -> None:
    async with desk() as d:
        rows = [{"id": "x", "human_id": "HRB-1", "template_type": "TCD"}]
        body = {"data": {"test_cases": rows}, "page_info": {"total_count": 60, "next": "again"}}
        await d.fault(platform="testsigma", method="GET", path="/projects/*/test_cases", times=9, status=200, body=body)
        await d.answer(UPDATE, step_group_id="HRB-SG-3", title="Clean up")
        assert "at least 0 test cases of project 'Harbour' embed it" in d.asked[0]


async def test_steps_that_a_list_leaves_out_are_read_one_by_one_and_counted_at_least_past_a_bound(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with desk() as d:
        rows = [{"id": f"id-{n}", "human_id": f"HRB-{n}", "template_type": "STEPS"} for n in (6, 7, 8, 26)]
        body = {"data": {"test_cases": [*rows, {"id": "t", "human_id": "HRB-1", "template_type": "TCD"}]}}
        order = {"platform": "testsigma", "method": "GET", "path": "/projects/*/test_cases", "times": 20}
        await d.fault(**order, status=200, body=body)
        await d.answer(DELETE, step_group_id="HRB-SG-2")
        assert "unlinked from 3 test cases (HRB-6, HRB-7, HRB-8)" in d.asked[0]
    monkeypatch.setattr(step_groups, "MOST_READ", 2)
    async with desk() as d:
        await d.fault(**order, status=200, body=body)
        await d.answer(DELETE, step_group_id="HRB-SG-2")
        assert "unlinked from at least 2 test cases (HRB-6, HRB-7)" in d.asked[0]


@both_eras
async def test_a_yes_deletes_a_step_group_and_its_cases_keep_their_place_for_it(mode: str) -> None:
    async with desk(mode) as d:
        gone = await d.answer(DELETE, step_group_id="HRB-SG-1")
        assert gone["before"]["title"] == "Log in as a customer"
        assert "(3 steps) of project 'Harbour'? It is unlinked from 2 test cases (HRB-4, HRB-9)" in d.asked[0]
        steps = (await d.answer("testsigma_get_test_case", case_id="HRB-9"))["steps"]
        assert steps[0] == {"action": "Log in as a customer"}
        assert "No step group HRB-SG-1" in await d.refusal(GET, step_group_id="HRB-SG-1")
