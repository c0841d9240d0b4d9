"""Decisions about bugs: what is told of the bug before and after."""

from typing import Any

import pytest

from tests.acts import confirmed, rendered, shown_question
from tests.desk import desk
from tests.tools.testio.host import Host
from tools.kit.asking import question_of
from tools.kit.errors import Refused
from tools.testio.tools import decisions
from tools.testio.tools.decisions import accept_bug, reject_bug

pytestmark = pytest.mark.anyio

ACCEPT = "/bugs/88101/accept"
CUT = "n" * 60 + "… [1 more characters]"
UNCHANGEABLE = "; a decision cannot be changed."
WRITE_ONE = " has no comment of its own; write one for the tester."


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


@pytest.mark.parametrize(
    ("fields", "described"),
    [
        ({"author": {"name": "nightowl"}}, "bug 7 'Cart is empty' (high, reported by 'nightowl')"),
        ({"severity": None}, "bug 7 'Cart is empty' (no severity)"),
        (
            {"author": {"name": "n" * 61}},
            f"bug 7 'Cart is empty' (high, reported by '{'n' * 60}… [1 more characters]')",
        ),
    ],
)
async def test_a_question_names_the_bug_with_its_severity_and_its_tester(fields: Any, described: str) -> None:
    asked = await shown_question(accept_bug(Host(bug_7=fields).api(), 7))
    assert asked == f"Accept {described}? The tester is paid for it and notified; there is no undo."


@pytest.mark.parametrize(
    ("comment", "reason", "rendering", "sent"),
    [
        (None, "known_bug", "'Known.'", "Known."),
        ("Seen in 7.", "known_bug", "'Seen in 7.'", "Seen in 7."),
        ("Seen in 7.", "irrelevant", "'Seen in 7.'", "Seen in 7."),
    ],
)
async def test_a_rejection_shows_and_sends_its_reason_and_comment(
    comment: str | None, reason: str, rendering: str, sent: str
) -> None:
    host = Host(bug_7={})
    assert await shown_question(reject_bug(host.api(), 7, reason, comment)) == (
        f"Reject bug 7 'Cart is empty' (high) as {reason}? The tester is notified, with the comment {rendering}, "
        "and it affects their pay; there is no undo."
    )
    done = await confirmed(reject_bug(host.api(), 7, reason, comment))
    assert host.written() == [("PUT /bugs/7/reject", {"reason": reason, "comment": sent})]
    assert done.done == f"Rejected as {reason}."


async def test_a_long_comment_of_a_reason_is_cut_in_the_question_and_the_callers_own_is_not() -> None:
    host = Host(bug_7={})
    host.answers["GET /bugs/reject_reasons"] = {"reject_reasons": [{"key": "known", "default_comment": "c" * 2001}]}
    assert f"{'c' * 2000}… [1 more characters]'" in await shown_question(reject_bug(host.api(), 7, "known"))
    assert f"'{'d' * 2001}'" in await shown_question(reject_bug(host.api(), 7, "known", "d" * 2001))


@pytest.mark.parametrize(
    ("act", "fields", "arguments", "sentence"),
    [
        ("accept_bug", {"status": "rejected"}, {}, f"Bug 7 is already rejected{UNCHANGEABLE}"),
        (
            "reject_bug",
            {"status": "accepted"},
            {"reason": "irrelevant"},
            f"Bug 7 is already accepted{UNCHANGEABLE}",
        ),
        ("reject_bug", {}, {"reason": "dull"}, "'dull' is not a reject reason. Valid: known_bug, irrelevant."),
        (
            "reject_bug",
            {},
            {"reason": "irrelevant"},
            f"The reason irrelevant{WRITE_ONE}",
        ),
        (
            "reject_bug",
            {},
            {"reason": "known_bug", "comment": " "},
            f"The reason known_bug{WRITE_ONE}",
        ),
        ("mark_bug_known", {"known": True}, {}, "Bug 7 is already marked as known."),
        ("mark_bug_fixed", {"fixed": True}, {}, "Bug 7 is already marked as fixed."),
        ("mark_bug_exported", {"exported_at": "2026-04-02"}, {}, "Bug 7 is already marked as exported (2026-04-02)."),
    ],
)
async def test_what_cannot_be_decided_is_refused_with_the_reason(
    act: str, fields: dict[str, Any], arguments: dict[str, str], sentence: str
) -> None:
    host = Host(bug_7=fields)
    with pytest.raises(Refused) as refused:
        await question_of(getattr(decisions, act)(host.api(), 7, **arguments))
    assert rendered(str(refused.value)) == f"{sentence} Nothing was sent."


@pytest.mark.parametrize(
    ("act", "question"),
    [
        ("mark_bug_known", "as known? The mark cannot be removed."),
        ("mark_bug_fixed", "as fixed? The mark cannot be removed."),
        ("mark_bug_exported", "as exported? The mark cannot be removed; the bug is not sent anywhere."),
    ],
)
async def test_a_mark_can_be_set_on_a_bug_that_is_decided(act: str, question: str) -> None:
    api = Host(bug_7={"status": "accepted"}).api()
    assert await shown_question(getattr(decisions, act)(api, 7)) == f"Mark bug 7 'Cart is empty' (high) {question}"


@pytest.mark.parametrize("act", ["accept_bug", "reject_bug", "mark_bug_known", "mark_bug_fixed", "mark_bug_exported"])
async def test_a_bug_is_read_again_after_an_answer_that_shows_little(act: str) -> None:
    host = Host(bug_7={})
    for request in [name for name in host.answers if name.startswith("PUT")]:
        host.answers[request] = {"bug": {"id": 7}}
    done = await confirmed(getattr(decisions, act)(host.api(), 7, *(["known_bug"] if act == "reject_bug" else [])))
    assert [request.method for request in host.arrived][-2:] == ["PUT", "GET"]
    assert done.now.status == "forwarded"
