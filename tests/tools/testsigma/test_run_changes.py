"""A new test run has what it was given, only differences are sent, and a yes closes or deletes it."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from mcp.types import ElicitResult

from tests.acts import confirmed, rendered, shown_question
from tests.desk import CANCEL, DECLINE, ERAS, NO, NOT_CONFIRMED, desk, sandboxes
from tests.tools.testsigma.line import case, listing, run_ids, sent, wired
from tools.kit import wait
from tools.kit.asking import question_of
from tools.kit.editing import TextEdit
from tools.kit.errors import Refused
from tools.kit.toolset import no_progress
from tools.testsigma.tools.run_changes import (
    close_test_run,
    create_test_run,
    delete_test_run,
    update_test_run,
)

pytestmark = pytest.mark.anyio
both_eras = pytest.mark.parametrize("mode", ERAS)

LIST, CREATE, UPDATE = (f"testsigma_{verb}" for verb in ("list_test_runs", "create_test_run", "update_test_run"))
CLOSE, DELETE = "testsigma_close_test_run", "testsigma_delete_test_run"


async def test_a_new_run_whose_cases_do_not_appear_for_a_while_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wait, "SETTLES_WITHIN", 0.05)
    world = sandboxes()
    world.sandboxes["testsigma"].clock.accelerate(0)
    async with desk(world=world) as d:
        made = await d.answer(CREATE, project="HRB", title="Two", case_ids=["HRB-7", "HRB-9"])
    assert made["now"]["note"] == "2 of its test cases have not appeared yet; read again in a few seconds."


async def test_only_what_differs_of_a_run_is_sent_and_never_the_null_it_is_read_with() -> None:
    async with desk() as d:
        told = await d.answer(
            UPDATE,
            run_id="HRB-R-4",
            title="Release 9.0.1 checkout by hand",
            end="2026-04-04",
            assignee="Ann Weber",
            labels=["Checkout", "hotfix"],
        )
        assert set(sent(d, "PUT")) == {"end_date", "assignee_id"}
        assert sent(d, "PUT")["end_date"] == 1_775_347_199_999, "the last moment of the day"
        assert (told["before"]["assignee"], told["now"]["assignee"]) == ("Iris Okafor", "Ann Weber")


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        (UPDATE, {"title": "New"}),
        (CLOSE, {}),
        ("testsigma_record_results", {"user": "Ann Weber", "results": [{"case_id": "HRB-1", "status": "Passed"}]}),
        ("testsigma_assign_test_case", {"user": "Ann Weber", "case_id": "HRB-1"}),
    ],
)
async def test_a_closed_run_is_refused_before_anything_is_sent_or_asked(tool: str, arguments: dict[str, Any]) -> None:
    async with desk() as d:
        told = await d.refusal(tool, run_id="HRB-R-3", **arguments)
        assert "Test run HRB-R-3 is closed, which locks it" in told
        assert d.writes("testsigma") == []
        assert d.asked == []


@both_eras
async def test_a_yes_closes_a_run_with_one_word_after_what_is_untested_was_counted(mode: str) -> None:
    async with desk(mode) as d:
        done = await d.answer(CLOSE, run_id="HRB-R-4")
        assert sent(d, "PUT") == {"status": "CLOSED"}
        assert (done["now"]["said"], done["now"]["status"]) == ("CLOSED", "failed")
        assert done["now"]["closed_by"] == "Mara Lindt"
        (question,) = d.asked
        for part in (
            "HRB-R-4 'Release 9.0.1 checkout by hand'",
            "18 test cases",
            "9 Passed, 5 UnTested, 4 Failed",
            "5 of them are untested and stay so",
            "the API cannot reopen it",
        ):
            assert part in question


@both_eras
@pytest.mark.parametrize("tool", [CLOSE, DELETE])
@pytest.mark.parametrize("answer", [NO, DECLINE, CANCEL], ids=["no", "decline", "cancel"])
async def test_anything_but_a_yes_leaves_a_run_as_it_is(mode: str, tool: str, answer: ElicitResult) -> None:
    async with desk(mode, person=answer) as d:
        assert (await d.refusal(tool, run_id="HRB-R-4")).startswith(NOT_CONFIRMED)
        assert d.writes("testsigma") == []


async def test_a_close_that_was_taken_and_not_done_is_told() -> None:
    async with desk() as d:
        body = {"data": {"test_run": {"id": "x", "status": "ACTIVE"}}}
        order = {"platform": "testsigma", "path": "/projects/*/test_runs/HRB-R-4", "applied": False}
        await d.fault(**order, method="PUT", status=200, body=body)
        assert "accepted the change and left test run HRB-R-4 ACTIVE" in await d.refusal(CLOSE, run_id="HRB-R-4")


@both_eras
async def test_a_yes_deletes_a_run_with_its_results(mode: str) -> None:
    async with desk(mode) as d:
        gone = await d.answer(DELETE, run_id="HRB-R-4")
        assert gone["before"]["id"] == "HRB-R-4"
        assert "with 18 test cases and 13 recorded results? There is no undo" in d.asked[0]
        assert "HRB-R-4" not in await run_ids(d)


async def test_a_result_that_changes_while_the_person_thinks_is_asked_about_again() -> None:
    async with desk("legacy") as d:
        world = d.sandboxes.sandboxes["testsigma"].world
        (run,) = [one for one in world.runs if one.human_id == "HRB-R-4"]
        passed = world.lookup("results", "Passed")

        def colleague(question: str) -> ElicitResult:
            for result in run.results.values():
                result.status_id = passed
            return ElicitResult(action="accept", content={"answer": "yes"})

        async with desk("legacy", person=colleague, world=d.sandboxes) as other:
            await other.answer(CLOSE, run_id="HRB-R-4")
            assert len(other.asked) == 2
            assert "This has changed since you were asked" in other.asked[1]
            assert "18 Passed" in other.asked[1]


async def test_a_run_that_goes_on_has_a_planned_end_and_no_other() -> None:
    async with desk() as d:
        await d.answer("testsigma_update_test_run", run_id="HRB-R-5", end="2026-04-25")
        rows = (await d.answer("testsigma_list_test_runs", project="HRB"))["items"]
        for row in rows:
            whole = await d.answer("testsigma_get_test_run", run_id=row["id"])
            is_over = whole["said"].casefold() == "closed"
            assert ("ended_at" in row or "end_date" in whole) <= is_over
            assert ("planned_end" in row or "planned_end" in whole) <= (not is_over)
        assert any("planned_end" in row for row in rows)


async def test_everything_that_a_new_run_was_given_is_sent() -> None:
    async with desk() as d:
        given = {"description": "D", "plan_id": "HRB-P-2", "assignee": "Ann Weber", "labels": ["hotfix"]}
        days = {"start": "2026-04-04", "end": "2026-04-05"}
        made = await d.answer(CREATE, project="HRB", title="Wide", case_ids=["HRB-14"], **given, **days)
        assert sent(d, "POST") == {
            "title": "Wide",
            "status": "ACTIVE",
            "project_id": "4685e597-2b1f-570b-946b-6f97d7a24384",
            "start_date": 1775260800000,
            "end_date": 1775433599999,
            "description": "D",
            "test_plan_id": "262839b2-95d2-5749-859b-666aa4c7fdc2",
            "assignee_id": "111736d7-0db2-5fdd-89b5-fdd8a0b0d017",
            "label_names": ["hotfix"],
            "selection_type": "STATIC",
            "static_selection_filters": [
                {"field": "id", "operator": "IN", "values": ["1550d4da-5400-5aa7-a57e-4df41e6f2ce4"]}
            ],
            "dynamic_selection_filters": [],
        }
        assert made["done"] == "Created."
        assert made["next"] == "testsigma_record_results records the results of its test cases."


@pytest.mark.parametrize(
    ("change", "body", "done"),
    [
        ({"title": "New"}, {"title": "New"}, "Changed: title."),
        ({"title": "Nightly", "description": "D"}, {"description": "D"}, "Changed: description."),
        ({"assignee": "bob@shop.example.test"}, {"assignee_id": "bob"}, "Changed: assignee."),
        ({"labels": []}, {"label_names": []}, "Changed: label."),
        ({"start": "2026-04-04"}, {"start_date": 1775260800000}, "Changed: start date."),
        (
            {"edits": [TextEdit(field="description", old="All", new="None")]},
            {"description": "None of it"},
            "Changed: description.",
        ),
        (
            {"title": "Nightly", "assignee": "ann@shop.example.test", "labels": ["web"]},
            None,
            "Already up to date; nothing was sent.",
        ),
    ],
    ids=str,
)
async def test_only_a_difference_is_sent(change: dict[str, Any], body: dict[str, Any] | None, done: str) -> None:
    wire, api = wired()
    changed = await update_test_run(api, "SHP-R-1", **change)
    sent = [json.loads(request.content) for request in wire.arrived if request.method == "PUT"]
    assert sent == ([] if body is None else [body])
    assert (changed.done, changed.now and changed.now.id) == (done, "SHP-R-1")
    assert (changed.before is None) is (body is None)


async def test_an_age_as_a_start_counts_from_the_platforms_time(monkeypatch: pytest.MonkeyPatch) -> None:
    wire, api = wired()
    monkeypatch.setattr(api, "now", lambda: datetime(2026, 4, 4, tzinfo=UTC))
    await update_test_run(api, "SHP-R-1", start="1d")
    await create_test_run(api, no_progress, "SHP", "T", all_cases=True, start="1d")
    bodies = [json.loads(request.content) for request in wire.arrived if request.method in {"PUT", "POST"}]
    assert [body["start_date"] for body in bodies] == [1775174400000] * 2


async def test_a_change_of_nothing_is_refused_before_any_request() -> None:
    wire, api = wired()
    with pytest.raises(Refused, match="at least one field"):
        await update_test_run(api, "SHP-R-1")
    assert wire.arrived == []


@pytest.mark.parametrize(
    ("statuses", "info", "closing", "deleting"),
    [
        ([], {}, "It has 0 test cases. Closing", "with 0 test cases and no recorded result"),
        (["Passed"], {}, "It has 1 test case: 1 Passed. Closing", "with 1 test case and 1 recorded result"),
        (
            ["Passed", "UnTested"],
            {},
            "It has 2 test cases: 1 Passed, 1 UnTested. 1 of them is untested and stays so. Closing",
            "with 2 test cases and 1 recorded result",
        ),
        (
            ["Passed", "UnTested", "UnTested"],
            {"total_count": 9},
            "It has at least 3 test cases: 2 UnTested, 1 Passed. at least 2 of them are untested and stay so. Closing",
            "with at least 3 test cases and at least 1 recorded result",
        ),
    ],
)
async def test_closing_and_deleting_count_what_is_in_the_run(
    statuses: list[str], info: dict[str, Any], closing: str, deleting: str
) -> None:
    rows = [{"test_case": case(number), "status": status} for number, status in enumerate(statuses)]
    _, api = wired(test_cases=listing("test_run_cases", *rows, **info))
    name = "test run SHP-R-1 'Nightly' of project 'Shop'"
    assert await shown_question(close_test_run(api, "SHP-R-1")) == (
        f"Close {name}? {closing} locks the run, and the API cannot reopen it."
    )
    assert await shown_question(delete_test_run(api, "SHP-R-1")) == f"Delete {name} {deleting}? There is no undo."
    deleted = await confirmed(delete_test_run(api, "SHP-R-1"))
    assert rendered(deleted.done) == f"Deleted {name}."
    assert deleted.before is not None
    assert (deleted.before.id, deleted.now) == ("SHP-R-1", None)


async def test_a_run_that_was_closed_is_shown_closed() -> None:
    async with desk() as d:
        done = await d.answer(CLOSE, run_id="HRB-R-4")
    assert done["done"] == "Closed test run HRB-R-4 'Release 9.0.1 checkout by hand' of project 'Harbour'."


async def test_a_run_of_another_project_than_the_one_given_is_not_changed() -> None:
    projects = [{"id": "p", "name": "Shop", "prefix": "SHP"}, {"id": "w", "name": "Web", "prefix": "WEB"}]
    _, api = wired(projects=listing("projects", *projects))
    for changed in (
        update_test_run(api, "SHP-R-1", "WEB", title="New"),
        question_of(close_test_run(api, "SHP-R-1", "WEB")),
        question_of(delete_test_run(api, "SHP-R-1", "WEB")),
    ):
        with pytest.raises(Refused, match=r"'SHP-R-1' is of project SHP, not of .*Web"):
            await changed
