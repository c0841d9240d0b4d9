"""Results are recorded in the name of a person who was named, once, and never over another one unasked."""

import json
from typing import Any

import pytest

from tests.acts import confirmed
from tests.desk import ERAS, NO, Desk, client_of, desk, sandboxes
from tools.kit.errors import Refused
from tools.kit.wait import Pace
from tools.testsigma.client.testsigma import Testsigma
from tools.testsigma.client.variables import USER
from tools.testsigma.tools import recording
from tools.testsigma.tools.recording import (
    NewResult,
    record_results,
)

pytestmark = pytest.mark.anyio
both_eras = pytest.mark.parametrize("mode", ERAS)

RECORD, ASSIGN = "testsigma_record_results", "testsigma_assign_test_case"
FIRST: dict[str, Any] = {
    "run_id": "HRB-R-4",
    "user": "Iris Okafor",
    "results": [{"case_id": "HRB-14", "status": "passed"}],
}
AGAIN: dict[str, Any] = {
    "run_id": "HRB-R-4",
    "user": "iris.okafor@shop.example.test",
    "results": [
        {"case_id": "HRB-7", "status": "PASSED", "comment": "Fixed in rc3"},
        {"case_id": "HRB-14", "status": "blocked"},
    ],
}


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    for pace in ("APPEAR_PACE", "SANDBOX_APPEAR_PACE"):
        monkeypatch.setattr(recording, pace, Pace(first=0.01, last=0.02))


def data(d: Desk) -> list[dict[str, Any]]:
    """The part `data` of the last form that arrived."""
    (body,) = [e.body for e in d.sandboxes.journal.entries() if e.method == "PUT"][-1:]
    assert isinstance(body, dict)
    ((name, text),) = body["form"]
    assert name == "data"
    entries: list[dict[str, Any]] = json.loads(text)["test_run_cases"]
    return entries


@both_eras
async def test_a_first_result_is_recorded_unasked_as_a_form_with_all_ids(mode: str) -> None:
    async with desk(mode) as d:
        done = await d.answer(RECORD, **FIRST)
        assert d.asked == []
        (entry,) = data(d)
        assert set(entry) == {"test_case_id", "test_run_status_id", "user_id"}, "no comment was given"
        assert all(len(value) == 36 for value in entry.values())
        assert done == {
            "done": "1 of 1 recorded.",
            "run_id": "HRB-R-4",
            "user": "Iris Okafor",
            "results": [{"id": "HRB-14", "title": "Pay by invoice", "before": "UnTested", "after": "Passed"}],
            "written_by_others": ["results[].title", "user"],
            "source": "sandbox, invented data",
        }
        entry_headers = d.sandboxes.journal.entries()[-1].headers
        assert entry_headers["content-type"].startswith("multipart/form-data; boundary=")


async def test_a_first_result_needs_nobody_who_could_be_asked() -> None:
    async with desk(person=None) as d:
        await d.answer(RECORD, **FIRST)
        assert "needs the user's yes" in await d.refusal(RECORD, **AGAIN)
        assert len(d.writes("testsigma")) == 1


@both_eras
async def test_a_result_that_would_be_replaced_is_shown_to_a_person_first(mode: str) -> None:
    async with desk(mode) as d:
        done = await d.answer(RECORD, **AGAIN)
        (question,) = d.asked
        assert question.startswith(
            "Record 2 results in test run HRB-R-4 'Release 9.0.1 checkout by hand' of project 'Harbour' as "
            "'Iris Okafor'?\n"
            "- HRB-7 'An expired code is refused': Failed becomes Passed, with the comment 'Fixed in rc3'\n"
            "- HRB-14 'Pay by invoice': Blocked\n"
            "1 replaces an existing result; every attempt stays in the history and cannot be removed."
        )
        assert [(one["before"], one["after"]) for one in done["results"]] == [
            ("Failed", "Passed"),
            ("UnTested", "Blocked"),
        ]
        assert [entry.get("description") for entry in data(d)] == ["Fixed in rc3", None]


async def test_a_question_about_many_results_stays_within_what_hosts_can_show() -> None:
    numbers = range(3, 61)
    async with desk() as d:
        for comment in (None, "It was seen once more, and then never again. " * 100):
            results = [{"case_id": f"HRB-{n}", "status": "Passed", "comment": comment} for n in numbers]
            done = await d.answer(RECORD, run_id="HRB-R-6", user="Ann Weber", results=results)
            assert done["done"] == "58 of 58 recorded."
        (question,) = d.asked
        assert "58 replace an existing result" in question
        assert question.count("Passed becomes Passed, with comment 1") == 58
        assert question.count("seen once more") == 100
        results = [{"case_id": "HRB-3", "status": "Passed", "comment": "Seen again. " * 700}]
        told = await d.refusal(RECORD, run_id="HRB-R-6", user="Ann Weber", results=results)
        assert "8400 characters where 8000 can be shown" in told


@both_eras
async def test_a_no_records_nothing(mode: str) -> None:
    async with desk(mode, person=NO) as d:
        assert "Nothing was sent" in await d.refusal(RECORD, **AGAIN)
        assert d.writes("testsigma") == []


async def test_results_of_nobody_are_refused_and_the_first_user_is_never_taken() -> None:
    async with desk() as d:
        nobody = {name: value for name, value in FIRST.items() if name != "user"}
        told = await d.refusal(RECORD, **nobody)
        assert "Say whose results these are" in told
        assert "TESTSIGMA_USER" in told
        assert d.arrived(platform="testsigma") == []


async def test_an_operator_may_name_the_user_for_good_and_a_call_goes_before() -> None:
    world = sandboxes()
    results = [NewResult(case_id="HRB-14", status="Passed")]
    async with client_of(Testsigma, "testsigma", world, **{USER: "Ann Weber"}) as api:
        assert (await confirmed(record_results(api, "HRB-R-4", results))).user == "Ann Weber"
        results = [NewResult(case_id="HRB-16", status="Passed")]
        done = await confirmed(record_results(api, "HRB-R-4", results, user="Jonas Petersen"))
        assert done.user == "Jonas Petersen"
    async with client_of(Testsigma, "testsigma", world, **{USER: "nobody@shop.example.test"}) as api:
        with pytest.raises(Refused, match="TESTSIGMA_USER names no user of this workspace"):
            await confirmed(record_results(api, "HRB-R-4", results))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"results": [{"case_id": "HRB-14", "status": "Done"}]}, "'Done' is no result status. Valid:"),
        ({"results": [{"case_id": "HRB-1", "status": "Passed"}]}, "HRB-1 is not in test run HRB-R-4"),
        ({"results": [{"case_id": "HRB-999", "status": "Passed"}]}, "HRB-999 is not in test run HRB-R-4"),
        ({"results": [{"case_id": "KSK-1", "status": "Passed"}]}, "is of project KSK"),
        ({"results": [{"case_id": "HRB-14", "status": "Passed"}] * 2}, "HRB-14 is in the list more than once"),
        ({"user": "Nobody"}, "'Nobody' is no user"),
        ({"results": []}, "Nothing was sent"),
        ({"run_id": "HRB-R-99"}, "No test run HRB-R-99"),
    ],
    ids=str,
)
async def test_what_cannot_be_recorded_is_refused_before_it_is_sent(change: dict[str, Any], sentence: str) -> None:
    async with desk() as d:
        assert sentence in await d.refusal(RECORD, **FIRST | change)
        assert d.writes("testsigma") == []
        assert d.asked == []


async def new_run(d: Desk) -> str:
    made = await d.answer("testsigma_create_test_run", project="HRB", title="New", case_ids=["HRB-7", "HRB-9"])
    return str(made["now"]["id"])


async def test_the_cases_of_a_new_run_are_waited_for() -> None:
    world = sandboxes()
    async with desk(world=world) as d:
        run_id = await new_run(d)
        world.sandboxes["testsigma"].clock.accelerate(60)
        done = await d.answer(
            RECORD, run_id=run_id, user="Ann Weber", results=[{"case_id": "HRB-7", "status": "Passed"}]
        )
        assert done["results"][0]["after"] == "Passed"
        looks = [line for line in d.arrived("GET", platform="testsigma") if line.endswith(f"{run_id}/test_cases")]
        assert len(looks) > 2


async def test_a_run_that_stays_empty_is_waited_for_no_longer_than_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording, "APPEAR_MINUTES", 0.001)
    world = sandboxes()
    world.sandboxes["testsigma"].clock.accelerate(0)
    async with desk(world=world) as d:
        run_id = await new_run(d)
        result = {"case_id": "HRB-7", "status": "Passed"}
        told = await d.refusal(RECORD, run_id=run_id, user="Ann Weber", results=[result])
        assert f"HRB-7 is not in test run {run_id}" in told
        assert len(d.writes("testsigma")) == 1


async def test_an_old_run_without_the_case_is_not_waited_for() -> None:
    async with desk() as d:
        await d.refusal(RECORD, **FIRST | {"results": [{"case_id": "HRB-1", "status": "Passed"}]})
        looks = [line for line in d.arrived("GET", platform="testsigma") if line.endswith("HRB-R-4/test_cases")]
        assert len(looks) == 1


async def test_a_run_that_tells_uuids_only_takes_human_ids_all_the_same() -> None:
    async with desk() as d:
        await d.switch("testsigma", as_documented=True)
        done = await d.answer(RECORD, **FIRST)
        assert done["done"] == "1 of 1 recorded."
        assert done["results"][0]["after"] == "Passed"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"data": {}},
        {"data": {"odd": 1}},
        {"data": {"test_run_cases": [{"test_case_id": "x"}]}},
        {"data": {"test_run_cases": [{"test_case_id": "1550d4da-5400-5aa7-a57e-4df41e6f2ce4"}]}},
    ],
)
async def test_an_answer_that_tells_too_little_is_completed_by_reading(body: dict[str, Any]) -> None:
    async with desk() as d:
        order = {"platform": "testsigma", "method": "PUT", "path": "/projects/*/test_cases"}
        await d.fault(**order, status=200, body=body, applied=True)
        done = await d.answer(RECORD, **FIRST)
        assert done["done"] == "1 of 1 recorded."
        assert done["results"][0]["after"] == "Passed"


async def test_a_result_that_was_taken_and_not_kept_is_told() -> None:
    async with desk() as d:
        order = {"platform": "testsigma", "method": "PUT", "path": "/projects/*/test_cases", "applied": False}
        await d.fault(**order, status=200, body={"message": ""})
        done = await d.answer(RECORD, **FIRST)
        assert done["done"] == "0 of 1 recorded."
        assert "Not recorded as given: HRB-14" in done["note"]


async def test_a_lost_answer_is_settled_by_looking_and_nothing_is_sent_again() -> None:
    async with desk() as d:
        await d.fault(
            platform="testsigma", method="PUT", path="/projects/*/test_cases", status=500, body={"message": "x"}
        )
        told = await d.refusal(RECORD, **FIRST)
        assert "may or may not have happened" in told
        assert "testsigma_get_run_results shows whether it was done" in told
        assert len(d.writes("testsigma")) == 1


async def test_a_case_is_assigned_by_uuids_and_shows_who_had_it() -> None:
    async with desk() as d:
        done = await d.answer(ASSIGN, run_id="HRB-R-4", case_id="hrb-7", user="Jonas Petersen")
        body: Any = d.sandboxes.journal.entries()[-1].body
        assert set(body) == {"user_id", "test_case_id"}
        assert all(len(value) == 36 for value in body.values())
        assert (done["before"]["assignee"], done["now"]["assignee"], done["now"]["case_id"]) == (
            "Ann Weber",
            "Jonas Petersen",
            "HRB-7",
        )
        page = await d.answer("testsigma_get_run_results", run_id="HRB-R-4", text="expired")
        assert page["items"][0]["assignee"] == "Jonas Petersen"
        assert "is not in test run" in await d.refusal(ASSIGN, run_id="HRB-R-4", case_id="HRB-1", user="Ann Weber")


async def test_statuses_are_read_from_the_run_where_the_answer_leaves_some_out() -> None:
    async with desk() as d:
        path = "/projects/*/test_runs/HRB-R-4/test_cases"
        passed = {"test_case_id": "1550d4da-5400-5aa7-a57e-4df41e6f2ce4", "status": "Skipped"}
        body = {"data": {"test_run_cases": [passed]}}
        await d.fault(platform="testsigma", method="PUT", path=path, status=200, body=body, applied=True)
        done = await d.answer(RECORD, **FIRST)
        assert (done["done"], done["results"][0]["after"]) == ("0 of 1 recorded.", "Skipped")
