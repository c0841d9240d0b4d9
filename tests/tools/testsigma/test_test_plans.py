"""Test plans gather runs that outlive them; one that is completed stays so."""

import pytest
from mcp.types import ElicitResult

from tests.desk import CANCEL, DECLINE, ERAS, NO, NOT_CONFIRMED, desk
from tests.tools.testsigma.line import sent

pytestmark = pytest.mark.anyio
both_eras = pytest.mark.parametrize("mode", ERAS)

LIST, GET, RUNS = "testsigma_list_test_plans", "testsigma_get_test_plan", "testsigma_list_plan_runs"
CREATE, UPDATE = "testsigma_create_test_plan", "testsigma_update_test_plan"
COMPLETE, DELETE = "testsigma_complete_test_plan", "testsigma_delete_test_plan"


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, ["HRB-P-3", "HRB-P-2", "HRB-P-1"]),
        ({"status": "active"}, ["HRB-P-3", "HRB-P-2"]),
        ({"status": "completed"}, ["HRB-P-1"]),
        ({"text": "9.0.1"}, ["HRB-P-2"]),
    ],
    ids=str,
)
@pytest.mark.parametrize("switch", ["ignore_contains", "as_documented"])
async def test_plans_are_listed_newest_first(filters: dict[str, str], found: list[str], switch: str) -> None:
    async with desk() as d:
        await d.switch("testsigma", **{switch: True})
        assert [row["id"] for row in (await d.answer(LIST, project="HRB", **filters))["items"]] == found


async def test_the_runs_of_a_plan_are_listed_in_either_shape() -> None:
    async with desk() as d:
        live = await d.answer(RUNS, plan_id="HRB-P-2")
        assert [row["id"] for row in live["items"]] == ["HRB-R-5", "HRB-R-4"]
        await d.switch("testsigma", as_documented=True)
        told = await d.answer(RUNS, plan_id="HRB-P-2")
        assert sorted((row["test_cases"], row.get("failed", 0), row["status"]) for row in told["items"]) == [
            (8, 0, "passed"),
            (18, 4, "failed"),
        ]
        assert {row["started_at"] for row in told["items"]} == {row["started_at"] for row in live["items"]}


async def test_a_plan_is_made_with_dates_in_milliseconds_and_labels_as_ids() -> None:
    async with desk() as d:
        made = await d.answer(
            CREATE,
            project="HRB",
            title="Release 9.2",
            start="2026-05-04T09:00+02:00",
            end="2026-05-08",
            labels=["Smoke"],
        )
        body = sent(d, "POST")
        assert (body["start_date"], body["end_date"]) == (1_777_878_000_000, 1_778_284_799_999)
        assert len(body["label_ids"][0]) == 36
        assert made["now"]["start_date"] == "2026-05-04T07:00:00Z"
        assert (made["now"]["id"], made["now"]["labels"]) == ("HRB-P-4", ["smoke"])


async def test_only_what_differs_of_a_plan_is_sent() -> None:
    async with desk() as d:
        told = await d.answer(
            UPDATE, plan_id="HRB-P-2", title="Release 9.0.1", description="Only the hotfix.", labels=["hotfix"]
        )
        assert sent(d, "PUT") == {"description": "Only the hotfix."}
        assert told["done"] == "Changed: description."
        told = await d.answer(UPDATE, plan_id="HRB-P-2", title="Release 9.0.1")
        assert told["done"] == "Already up to date; nothing was sent."
        assert "at least one field" in await d.refusal(UPDATE, plan_id="HRB-P-2")


@both_eras
async def test_a_yes_completes_a_plan_once(mode: str) -> None:
    async with desk(mode) as d:
        done = await d.answer(COMPLETE, plan_id="HRB-P-2")
        assert (done["now"]["status"], done["before"]["status"]) == ("COMPLETED", "ACTIVE")
        assert done["now"]["completed_at"].startswith("2026-04-03T07:0")
        (question,) = d.asked
        assert "Mark test plan HRB-P-2 'Release 9.0.1' of project 'Harbour' as completed?" in question
        assert "2 test runs, 2 of them not closed. The API cannot undo it" in question
        assert len(d.writes("testsigma")) == 1
        assert "is already completed" in await d.refusal(COMPLETE, plan_id="HRB-P-2")
        assert len(d.asked) == 1


@both_eras
async def test_a_yes_deletes_a_plan_and_its_runs_stay_without_one(mode: str) -> None:
    async with desk(mode) as d:
        await d.answer(DELETE, plan_id="HRB-P-2")
        assert "2 test runs stay, without a plan. There is no undo" in d.asked[0]
        run = await d.answer("testsigma_get_test_run", run_id="HRB-R-4")
        assert "plan" not in run
        assert "No test plan HRB-P-2" in await d.refusal(GET, plan_id="HRB-P-2")


@both_eras
@pytest.mark.parametrize("tool", [COMPLETE, DELETE])
@pytest.mark.parametrize("answer", [NO, DECLINE, CANCEL], ids=["no", "decline", "cancel"])
async def test_anything_but_a_yes_leaves_a_plan_as_it_is(mode: str, tool: str, answer: ElicitResult) -> None:
    async with desk(mode, person=answer) as d:
        assert (await d.refusal(tool, plan_id="HRB-P-2")).startswith(NOT_CONFIRMED)
        assert d.writes("testsigma") == []
