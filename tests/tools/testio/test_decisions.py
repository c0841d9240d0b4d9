"""Decisions about bugs: what is told of the bug before and after."""

import pytest

from tests.desk import desk

pytestmark = pytest.mark.anyio

ACCEPT = "/bugs/88101/accept"


async def test_an_answer_that_leaves_fields_out_is_completed_by_reading_the_bug_again() -> None:
    async with desk() as d:
        sparse = {"bug": {"id": 88101, "status": "accepted"}}
        await d.fault(method="PUT", path=ACCEPT, status=200, body=sparse, applied=True)
        done = await d.answer("testio_accept_bug", bug_id=88101)
        assert d.arrived()[-2:] == [f"PUT {ACCEPT}", "GET /bugs/88101"]
    assert done["now"]["status"] == "accepted"
    assert done["before"]["status"] == "forwarded"
    assert set(done["before"]) == {"id", "title", "status"}, "what the answer left out has not changed"


async def test_a_whole_answer_is_not_read_again() -> None:
    async with desk() as d:
        done = await d.answer("testio_accept_bug", bug_id=88101)
        assert d.arrived()[-1] == f"PUT {ACCEPT}"
    assert done["now"]["status"] == "accepted"


@pytest.mark.parametrize(
    ("tool", "arguments", "path", "done", "field", "value"),
    [
        ("accept_bug", {}, "accept", "Accepted.", "status", "accepted"),
        ("reject_bug", {"reason": "known_bug"}, "reject", "Rejected as known_bug.", "status", "rejected"),
        ("mark_bug_known", {}, "mark_as_known", "Marked as known.", "known", True),
        ("mark_bug_fixed", {}, "mark_as_fixed", "Marked as fixed.", "fixed", True),
        ("mark_bug_exported", {}, "mark_as_exported", "Marked as exported.", "exported_at", None),
    ],
)
async def test_every_decision_names_the_bug_and_its_tester_and_is_carried_out_once(
    tool: str, arguments: dict[str, str], path: str, done: str, field: str, value: object
) -> None:
    async with desk() as d:
        answer = await d.answer(f"testio_{tool}", bug_id=88101, **arguments)
        (question,) = d.asked
        bug = await d.answer("testio_get_bug", bug_id=88101)
        assert d.writes() == [f"PUT /bugs/88101/{path}"]
        await d.refusal(f"testio_{tool}", bug_id=88101, **arguments)
        assert len(d.writes()) == 1
    assert f"bug 88101 '{bug['title']}' (" in question
    assert f", reported by '{bug['author']}')" in question
    assert answer["done"] == done
    assert answer["now"]["id"] == 88101
    assert answer["now"][field] == value if value is not None else answer["now"][field]
