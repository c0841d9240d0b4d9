"""What is asked, sent and answered where results are written, changed and deleted."""

import json
from typing import Any

import httpx
import pytest

from tests.acts import confirmed, rendered, shown_question
from tests.tools.testomatio.host import Host, page_of
from tools.kit.asking import question_of
from tools.kit.editing import TextEdit
from tools.kit.errors import Refused
from tools.kit.toolset import no_progress
from tools.testomatio.tools.result_changes import NewResult, add_results, delete_result, update_result

pytestmark = pytest.mark.anyio

MANUAL = {"id": "00000001", "status": "running", "kind": "manual", "title": "By hand"}


def result(number: int, status: str = "pending", **fields: Any) -> dict[str, Any]:
    return {"id": number, "run_id": "00000001", "test_id": "test0001", "test_title": "Pay", "status": status} | fields


def host_with(*rows: dict[str, Any], **run: Any) -> Host:
    """A host with a run and its results; a new one gets the id 99 and what it was sent."""
    host, stored = Host(), {row["id"]: dict(row) for row in rows}

    def read(request: httpx.Request) -> dict[str, Any]:
        return {"data": stored[int(request.url.path.rsplit("/", 1)[-1])]}

    def update(request: httpx.Request) -> dict[str, Any]:
        stored[int(request.url.path.rsplit("/", 1)[-1])] |= json.loads(request.content)
        return {"data": {}}

    def create(request: httpx.Request) -> dict[str, Any]:
        stored[99] = {"id": 99} | json.loads(request.content)
        return {"data": stored[99]}

    host.says("GET /runs/00000001", {"data": MANUAL | run})
    host.says("GET /testruns", lambda request: page_of(list(rows), request))
    host.says("POST /testruns", create)
    for number in (*stored, 99):
        host.says(f"GET /testruns/{number}", read)
        host.says(f"PUT /testruns/{number}", update)
        host.says(f"DELETE /testruns/{number}", {"data": {}})
    return host


def written(host: Host) -> list[tuple[str, Any]]:
    """What was written, as the end of the path and the body."""
    sent = [request for request in host.arrived if request.method in {"PUT", "POST", "DELETE"}]
    assert all("/shop/" in one.url.path for one in host.arrived)
    return [(one.url.path.rsplit("/", 1)[-1], json.loads(one.content or "null")) for one in sent]


async def add(host: Host, *new: NewResult, another: bool = False) -> list[dict[str, Any]]:
    answer = await confirmed(add_results(host.api(), no_progress, "00000001", list(new), another=another))
    return [row.model_dump(exclude_none=True) for row in answer.results]


PASSED = NewResult(test_id="test0001", status="passed")


@pytest.mark.parametrize(
    ("rows", "new", "path"),
    [
        ([], PASSED, "testruns"),
        ([result(5)], PASSED, "5"),
        ([result(5, run_id=None)], PASSED, "5"),
        ([result(5, "failed"), result(6)], PASSED, "6"),
        ([result(5, run_id="00000002")], PASSED, "testruns"),
        ([result(5, test_id="test0002")], PASSED, "testruns"),
        ([result(5), result(6)], NewResult(result_id=6, status="passed"), "6"),
        ([result(5, "failed")], NewResult(result_id=5, test_id="test0001", status="passed"), "5"),
        ([result(5, test_id=None)], NewResult(test_title="Pay", status="passed"), "testruns"),
    ],
)
async def test_a_result_is_written_where_it_waits_or_anew(rows: list[Any], new: NewResult, path: str) -> None:
    host = host_with(*rows)
    (answer,) = await add(host, new)
    added = {"run_id": "00000001", "test_id": new.test_id, "test_title": new.test_title} if path == "testruns" else {}
    assert written(host) == [(path, {name: one for name, one in added.items() if one} | {"status": "passed"})]
    assert answer == {
        "test": new.name,
        "outcome": "added" if added else "updated",
        "result_id": 99 if added else int(path),
        "status": "passed",
    }


async def test_a_second_result_is_added_where_another_is_wanted() -> None:
    (answer,) = await add(host_with(result(5, "failed")), PASSED, another=True)
    assert (answer["outcome"], answer["result_id"]) == ("added", 99)


LONG = "t" * 61
CUT = "m" * 200 + "… [1 more characters]"


@pytest.mark.parametrize(
    ("rows", "new", "note"),
    [
        (
            [result(5, test_title=LONG), result(6, test_title=None)],
            PASSED,
            f"2 results of it are pending; name one by result_id: 5 '{LONG[:60]}… [1 more characters]', 6 ''",
        ),
        (
            [result(number) for number in range(1, 12)],
            PASSED,
            "11 results of it are pending; name one by result_id: "
            + ", ".join(f"{number} 'Pay'" for number in range(1, 11)),
        ),
        (
            [result(number, "failed") for number in range(1, 12)],
            PASSED,
            f"it has a result already: {', '.join(f'{number} (failed)' for number in range(1, 11))}. "
            "testomatio_update_result changes it, another adds one more",
        ),
        ([result(5)], NewResult(result_id=6, status="passed"), "the run has no result 6"),
    ],
)
async def test_a_result_that_has_no_clear_place_is_not_written(rows: list[Any], new: NewResult, note: str) -> None:
    host = host_with(*rows)
    answer = await confirmed(add_results(host.api(), no_progress, "00000001", [new]))
    (row,) = answer.results
    assert (row.test, row.outcome, row.result_id, row.status) == (new.name, "impossible", None, None)
    assert rendered(row.note or "") == note
    assert written(host) == []
    assert answer.done == "0 of 1 written."
    assert answer.next == "Call again with the ones that are left; note says why."


async def test_only_the_results_of_the_named_tests_are_read_unless_one_is_named_by_its_id() -> None:
    others = NewResult(test_id="test0003", status="passed"), NewResult(test_id="test0002", status="passed")
    titled, numbered = NewResult(test_title="Pay", status="passed"), NewResult(result_id=5, status="passed")
    for new, query in (
        ([*others, titled], "test0002,test0003"),
        ([*others, numbered], None),
        ([titled], None),
    ):
        host = host_with(result(5))
        answer = await confirmed(add_results(host.api(), no_progress, "00000001", list(new)))
        read = next(one for one in host.arrived if one.method == "GET" and one.url.path.endswith("/testruns"))
        assert (read.url.params["run_id"], read.url.params.get("test_ids")) == ("00000001", query)
        assert (answer.done, answer.next) == (f"{len(new)} of {len(new)} written.", None)


async def test_a_long_list_of_results_is_read_with_progress() -> None:
    seen: list[float] = []

    async def progress(done: float, total: float | None = None, message: str | None = None) -> None:
        seen.append(done)

    host = host_with(*(result(number, test_id="test0002") for number in range(1, 151)))
    await confirmed(add_results(host.api(), progress, "00000001", [NewResult(result_id=150, status="passed")]))
    assert written(host) == [("150", {"status": "passed"})]
    assert seen


async def test_results_of_an_automated_run_that_is_over_are_asked_about_whole_and_sent_as_automated() -> None:
    host = host_with(result(5), result(6, "failed"), status="passed", kind="automated")
    full: dict[str, Any] = {"message": "Tried", "run_time_ms": 15, "assigned_to": "iris@shop.example.test"}
    new = [
        NewResult(test_id="test0001", status="passed", **full),
        NewResult(result_id=6, status="skipped"),
        NewResult(test_title="Pay", status="failed"),
        NewResult(test_id="test0004", result_id=7, test_title="Refund", status="failed"),
    ]
    one, all_of_them = [
        await shown_question(add_results(host.api(), no_progress, "00000001", chosen, another=another))
        for chosen, another in ((new[2:3], False), (new, True))
    ]
    name = "run 00000001 'By hand' (passed, automated) of project 'shop', which is over?"
    assert one == (
        f"Write 1 result into {name}\n- test titled 'Pay': status 'failed'\nThis changes the record of what was tested."
    )
    assert all_of_them == (
        f"Write 4 results into {name}\n"
        "- test 'test0001': status 'passed', message 'Tried', run time 15, assigned to 'iris@shop.example.test'\n"
        "- result 6: status 'skipped'\n"
        "- test titled 'Pay', test 'test0004', result 7, test titled 'Refund': status 'failed'\n"
        "A test that has a result already gets another one beside it.\n"
        "This changes the record of what was tested."
    )
    await add(host, *new[:1], new[2])
    sent = {"status": "passed", "message": "Tried", "run_time": 15, "assigned_to": "iris@shop.example.test"}
    added = {"run_id": "00000001", "test_title": "Pay", "status": "failed", "automated": True}
    assert sorted(written(host)) == [("5", sent), ("testruns", added)]


async def test_a_result_that_is_written_and_cannot_be_read_or_that_fails_says_why() -> None:
    host = host_with(*(result(number, test_id=f"test000{number}") for number in (1, 2, 3, 4)))
    host.says("PUT /testruns/1", 422)
    host.says("PUT /testruns/2", 502)
    host.says("GET /testruns/3", 404)
    host.says("PUT /testruns/4", {"data": {}})
    rows = await add(host, *(NewResult(test_id=f"test000{number}", status="passed") for number in (1, 2, 3, 4)))
    notes = [rendered(row.pop("note")) for row in rows]
    assert rows == [
        {"test": "test0001", "outcome": "failed", "result_id": 1},
        {"test": "test0002", "outcome": "unknown", "result_id": 2},
        {"test": "test0003", "outcome": "updated", "result_id": 3},
        {"test": "test0004", "outcome": "updated", "result_id": 4, "status": "pending"},
    ]
    assert "refused what was sent (422)" in notes[0]
    assert "may or may not have happened" in notes[1]
    assert notes[2].startswith("It could not be read back: Testomat.io has no such thing (404)")
    assert notes[3] == "accepted, but a read says pending"


@pytest.mark.parametrize(
    ("new", "sentence"),
    [
        ([PASSED, NewResult(status="passed")], "Result 2 names no test: give test_id, result_id or test_title."),
        ([NewResult(result_id=5, status="passed")] * 2, "'result 5' is listed twice."),
        ([NewResult(test_title=LONG, status="passed")] * 2, f"'{LONG[:60]}' is listed twice."),
    ],
)
async def test_a_wrong_list_is_refused_with_the_entry_that_is_wrong(new: list[NewResult], sentence: str) -> None:
    host = host_with()
    with pytest.raises(Refused) as refused:
        await question_of(add_results(host.api(), no_progress, "00000001", new))
    assert str(refused.value) == f"{sentence} Nothing was sent."
    assert host.arrived == []


CHANGE: dict[str, Any] = {"status": "passed", "run_time": 7, "assigned_to": "iris@shop.example.test"}


async def test_a_change_of_a_result_is_asked_about_whole_where_the_run_is_over() -> None:
    stored = result(5, "failed", message="Red", run_time=5, assigned_to="ann@shop.example.test")
    change = CHANGE | {"message": "Green", "test_title": "Pay again"}
    given = {name: one for name, one in change.items() if name != "run_time"} | {"run_time_ms": 7}
    host = host_with(stored, status="failed")
    assert await shown_question(update_result(host.api(), 5, **given)) == (
        "Change result 5 of 'Pay' (failed) in run 00000001 'By hand' (failed, manual) of project 'shop', "
        "which is over?\n"
        "- Status: 'failed' becomes 'passed'\n"
        "- Message: 'Red' becomes 'Green'\n"
        "- Run time in milliseconds: 5.0 becomes 7\n"
        "- Assigned to: 'ann@shop.example.test' becomes 'iris@shop.example.test'\n"
        "- Title: 'Pay' becomes 'Pay again'\n"
        "This changes the record of what was tested."
    )
    changed = await confirmed(update_result(host.api(), 5, **given))
    assert written(host) == [("5", change)]
    assert (changed.done, changed.not_applied) == ("Changed.", [])
    assert changed.before is not None
    assert changed.now is not None
    assert (changed.before.message, changed.now.message) == ("Red", "Green")


@pytest.mark.parametrize(
    ("field", "body"), [("message", {"message": "Green light"}), ("test_title", {"test_title": "Green light"})]
)
async def test_an_edit_of_a_result_is_shown_and_sent(field: str, body: dict[str, str]) -> None:
    host = host_with(result(5, **{field: "Red light"}), status="failed")
    edits = [TextEdit(field=field, old="Red", new="Green")]
    asked = await shown_question(update_result(host.api(), 5, edits=edits))
    assert f"- Part of a text: In '{field}': 'Red' becomes 'Green'." in asked
    await confirmed(update_result(host.api(), 5, edits=edits))
    assert written(host) == [("5", body)]


@pytest.mark.parametrize("host", [host_with(result(5)), host_with(result(5, run_id=None), status="passed")])
async def test_a_result_of_a_run_that_goes_on_or_of_none_is_changed_unasked(host: Host) -> None:
    act = update_result(host.api(), 5, status="passed")
    assert (await question_of(act)).question is None
    await act.aclose()
    with pytest.raises(Refused, match="at least one thing to change"):
        await question_of(update_result(host.api(), 5))


@pytest.mark.parametrize(
    ("stored", "described", "where", "gone", "message"),
    [
        (result(5, "failed"), "result 5 of 'Pay' (failed)", True, " in run 00000001", ""),
        (
            result(5, "failed", message="m" * 201),
            "result 5 of 'Pay' (failed)",
            True,
            " in run 00000001",
            "m" * 200 + "… [1 more characters]",
        ),
        ({"id": 5}, "result 5 of 'a test' (no status)", False, "", ""),
    ],
)
async def test_a_deletion_shows_the_result_and_its_run(
    stored: dict[str, Any], described: str, *, where: bool, gone: str, message: str
) -> None:
    host = host_with(stored)
    of_run = " from run 00000001 'By hand' (running, manual)" if where else ""
    words = f", with its message '{message}'" if message else ""
    asked = await shown_question(delete_result(host.api(), 5))
    assert asked == f"Delete {described}{of_run} of project 'shop'{words}? There is no undo."
    deleted = await confirmed(delete_result(host.api(), 5))
    assert rendered(deleted.done) == f"Deleted {described}{gone} of project 'shop'."
    assert deleted.before is not None
    assert deleted.before.id == 5
    assert written(host) == [("5", None)]
