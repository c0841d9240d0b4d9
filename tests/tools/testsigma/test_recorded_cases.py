"""Which test cases of a run results and assignments go to, and what a question shows of them."""

import json
from datetime import timedelta
from typing import Any

import httpx
import pytest

from tests.acts import confirmed, rendered
from tests.tools.kit.wire import says
from tests.tools.testsigma.line import listing, told, wired
from tools.kit.asking import question_of
from tools.kit.errors import Refused
from tools.kit.wait import Pace
from tools.testsigma.models.projects import Project
from tools.testsigma.models.settings import User
from tools.testsigma.models.test_runs import RunCase, TestRun
from tools.testsigma.tools import recording
from tools.testsigma.tools.recording import (
    NewResult,
    PlannedResult,
    RecordingPlan,
    assign_test_case,
    cases_in_run,
    record_results,
    replace_question,
)

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    for pace in ("APPEAR_PACE", "SANDBOX_APPEAR_PACE"):
        monkeypatch.setattr(recording, pace, Pace(first=0.01, last=0.02))


PROJECT = Project.model_validate({"id": "p", "name": "Shop", "prefix": "SHP"})
RUN = {"id": "r", "human_id": "SHP-R-1", "title": "Nightly", "status": "ACTIVE"}


def row(number: int, *, human: bool = True, **fields: Any) -> dict[str, Any]:
    case = {"id": f"uuid-{number}", "title": f"Case {number}"} | ({"human_id": f"SHP-{number}"} if human else {})
    return {"id": f"row-{number}", "test_case": case} | fields


def page(*rows: dict[str, Any], **info: Any) -> Any:
    return says(json={"data": {"test_run_cases": list(rows)}, "page_info": {"next": None} | info})


def recorded(number: int, status: str, comment: str | None, *, before: str | None) -> PlannedResult:
    result = NewResult(case_id=f"SHP-{number}", status=status, comment=comment)
    return PlannedResult(result, "1", status, RunCase.model_validate(row(number, status=before)))


def asked_about(*results: PlannedResult) -> str | None:
    run, person = TestRun.model_validate(RUN), User.model_validate({"id": "u", "email": "iris@shop.example.test"})
    question = replace_question(RecordingPlan(PROJECT, run, person, results))
    return question and rendered(question)


def test_a_comment_of_several_results_is_shown_once_and_a_status_nobody_said_is_a_question_mark() -> None:
    assert asked_about(recorded(1, "Passed", None, before="UnTested")) is None
    assert asked_about(
        recorded(1, "Failed", "Slow", before="Passed"),
        recorded(2, "Passed", "Slow", before="Not Applicable"),
        recorded(3, "Passed", "Own", before="UnTested"),
        recorded(4, "Passed", "Red", before="UnTested"),
        recorded(5, "Passed", "Red", before=""),
        recorded(6, "Passed", None, before=None),
    ) == (
        "Record 6 results in test run SHP-R-1 'Nightly' of project 'Shop' as 'iris@shop.example.test'?\n"
        "- SHP-1 'Case 1': Passed becomes Failed, with comment 1\n"
        "- SHP-2 'Case 2': Not Applicable becomes Passed, with comment 1\n"
        "- SHP-3 'Case 3': Passed, with the comment 'Own'\n"
        "- SHP-4 'Case 4': Passed, with comment 2\n"
        "- SHP-5 'Case 5': '?' becomes Passed, with comment 2\n"
        "- SHP-6 'Case 6': '?' becomes Passed\n"
        "- Comment 1: 'Slow'\n"
        "- Comment 2: 'Red'\n"
        "4 replace an existing result; every attempt stays in the history and cannot be removed."
    )


@pytest.mark.parametrize(("count", "titles"), [(40, 40), (41, 0)])
def test_up_to_forty_results_are_shown_with_their_titles(count: int, titles: int) -> None:
    question = asked_about(*(recorded(number, "Failed", None, before="Passed") for number in range(count)))
    assert str(question).count("'Case ") == titles
    assert f"- SHP-{count - 1}" in str(question)


@pytest.mark.parametrize(
    ("age", "announced", "waits"),
    [(59, None, True), (60, None, False), (3600, 2, True), (3600, 1, False), (None, None, False)],
)
async def test_a_case_is_waited_for_while_a_run_is_new_or_shows_too_few(
    age: int | None, announced: int | None, *, waits: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording, "APPEAR_MINUTES", 0.005)
    wire, api = told(page(row(1)))
    now = api.now()
    monkeypatch.setattr(api, "now", lambda: now)
    created = None if age is None else (now - timedelta(seconds=age)).isoformat()
    run = TestRun.model_validate(RUN | {"created_at": created, "test_cases_count": announced})
    with pytest.raises(Refused, match="SHP-2 is not in test run"):
        await cases_in_run(api, PROJECT, run, ["SHP-1", "SHP-2"])
    assert (len(wire.arrived) > 1) is waits


async def test_cases_of_a_run_without_human_ids_are_found_through_their_own_answers() -> None:
    case, gone = says(json={"data": {"test_case": {"id": "uuid-1", "human_id": "SHP-1"}}}), says(404, json={})
    other = says(json={"data": {"test_case": {"id": "uuid-9"}}})
    run = TestRun.model_validate(RUN)
    wire, api = told(page(row(1, human=False), row(2, human=False)), case)
    found = await cases_in_run(api, PROJECT, run, ["SHP-1", "uuid-2"])
    assert (found["SHP-1"].id, found["uuid-2"].id) == ("row-1", "row-2")
    assert wire.arrived[1].url.path.endswith("/projects/p/test_cases/SHP-1")
    for answer in (gone, other):
        _, api = told(page(row(1, human=False)), answer)
        with pytest.raises(Refused, match="SHP-9 is not in"):
            await cases_in_run(api, PROJECT, run, ["SHP-9"])
    for rows in ([], [row(1)], [row(1), row(2, human=False)]):
        wire, api = told(page(*rows))
        with pytest.raises(Refused, match="SHP-8, SHP-9 are not in"):
            await cases_in_run(api, PROJECT, run, ["SHP-8", "SHP-9"])
        assert len(wire.arrived) == 1, "the run has no cases, or shows their human ids"


async def test_a_case_that_is_missing_where_not_all_could_be_read_is_refused_with_the_reason() -> None:
    _, api = told(page(row(1), total_count=9))
    keys = [f"SHP-{number}" for number in range(2, 14)]
    with pytest.raises(Refused) as refused:
        await cases_in_run(api, PROJECT, TestRun.model_validate(RUN), keys)
    assert rendered(str(refused.value)) == (
        f"{', '.join(keys[:10])} are not in test run SHP-R-1. testsigma_get_run_results shows its test cases. "
        "Not all its test cases could be read: 9 were announced and 1 came. Nothing was sent."
    )


async def test_a_case_without_a_uuid_is_recorded_and_assigned_by_its_human_id() -> None:
    rows = [{"id": "row-1", "test_case": {"human_id": "SHP-1"}, "status": "Untested"}]
    answered = [{"test_case": {"human_id": "SHP-1"}, "test_run_status_id": "1"}]

    def cases(request: httpx.Request) -> dict[str, Any]:
        return listing("test_run_cases", *(answered if request.method == "PUT" else rows))

    wire, api = wired(
        test_cases=cases,
        statuses=listing("statuses", {"id": "1", "name": "Passed"}),
        assign_user={"data": {"test_run_case": {"id": "row-1", "assignee_id": "who"}}},
    )
    results = [NewResult(case_id="SHP-1", status="Passed")]
    done = await confirmed(record_results(api, "SHP-R-1", results, user="ann@shop.example.test"))
    assert done.results[0].after == "Passed"
    assigned = await assign_test_case(api, "SHP-R-1", "SHP-1", "bob@shop.example.test")
    assert json.loads(wire.arrived[-1].content) == {"user_id": "bob", "test_case_id": "SHP-1"}
    assert assigned.before is not None
    assert assigned.now is not None
    assert (assigned.before.case_id, assigned.before.assignee, assigned.now.assignee) == ("SHP-1", None, "who")


@pytest.mark.parametrize(
    ("answer", "assignee"),
    [({"assignee_id": "ann"}, "ann@shop.example.test"), ({"assignee_id": "who"}, "who"), ({}, "bob@shop.example.test")],
)
async def test_an_assignment_shows_whom_the_platform_answers_or_else_whom_it_was_given(
    answer: dict[str, str], assignee: str
) -> None:
    told_case = {"data": {"test_run_case": {"id": "row-1"} | answer}}
    wire, api = wired(test_cases=listing("test_run_cases", row(1, assignee_id="ann")), assign_user=told_case)
    done = await assign_test_case(api, "SHP-R-1", "SHP-1", "bob@shop.example.test")
    assert json.loads(wire.arrived[-1].content) == {"user_id": "bob", "test_case_id": "uuid-1"}
    places = {"run_id": "SHP-R-1", "case_id": "SHP-1"}
    assert done.now is not None
    assert done.before is not None
    assert done.now.model_dump() == places | {"assignee": assignee}
    assert done.before.model_dump() == places | {"assignee": "ann@shop.example.test"}
    assert done.done == "Assigned."


async def test_a_run_of_another_project_than_the_one_given_is_refused() -> None:
    projects = [{"id": "p", "name": "Shop", "prefix": "SHP"}, {"id": "w", "name": "Web", "prefix": "WEB"}]
    _, api = wired(projects=listing("projects", *projects))
    passed = [NewResult(case_id="SHP-1", status="Passed")]
    with pytest.raises(Refused, match=r"'SHP-R-1' is of project SHP, not of .*Web"):
        await assign_test_case(api, "SHP-R-1", "SHP-1", "bob@shop.example.test", project="WEB")
    with pytest.raises(Refused, match=r"'SHP-R-1' is of project SHP, not of .*Web"):
        await question_of(record_results(api, "SHP-R-1", passed, "bob@shop.example.test", "WEB"))
