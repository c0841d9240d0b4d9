"""Many bugs decided at once: one plan, one question, a result for each, and safe to call again."""

from typing import Any

import pytest

from tests.acts import confirmed, rendered
from tests.desk import DECLINE, ERAS, change_bug, desk, sandboxes
from tests.tools.testio.host import Host
from tools.kit.asking import answer_of, question_of
from tools.kit.errors import Refused
from tools.kit.toolset import no_progress
from tools.testio.tools.triage import Decision, triage_bugs

pytestmark = pytest.mark.anyio
both_eras = pytest.mark.parametrize("mode", ERAS)

LIST: list[dict[str, Any]] = [
    {"bug_id": 88101, "decision": "accept"},
    {"bug_id": 88107, "decision": "reject", "reason": "known_bug", "comment": "The same as 88101."},
    {"bug_id": 88124, "decision": "mark_known"},
]


async def open_ids(d: Any, count: int) -> list[int]:
    page = await d.answer("testio_list_bugs", test_ids=[5512], status=["forwarded"], limit=count)
    return [bug["id"] for bug in page["items"]]


@both_eras
async def test_one_yes_carries_a_whole_list_out_and_tells_each_result(mode: str) -> None:
    async with desk(mode) as d:
        done = await d.answer("testio_triage_bugs", decisions=LIST)
        assert (done["done"], done["not_done"]) == (3, 0)
        assert [r["bug_id"] for r in done["results"]] == [88101, 88107, 88124]
        assert [r["status"] for r in done["results"]] == ["accepted", "rejected", "forwarded"]
        assert sorted(d.writes()) == [
            "PUT /bugs/88101/accept",
            "PUT /bugs/88107/reject",
            "PUT /bugs/88124/mark_as_known",
        ]
        (question,) = d.asked
        for part in ("Decide 3 bugs", "accept 88101", "reject 88107", "'The same as 88101.'", "mark known 88124"):
            assert part in question


@both_eras
async def test_a_no_to_the_list_changes_nothing(mode: str) -> None:
    async with desk(mode, person=DECLINE) as d:
        await d.refusal("testio_triage_bugs", decisions=LIST)
        assert d.writes() == []


@both_eras
async def test_a_dry_run_shows_the_plan_without_asking_also_where_nobody_can_be_asked(mode: str) -> None:
    async with desk(mode, person=None) as d:
        shown = await d.answer("testio_triage_bugs", decisions=LIST, dry_run=True)
        assert {r["outcome"] for r in shown["results"]} == {"planned"}
        assert "Nothing was sent" in shown["next"]
        assert d.writes() == []
        assert "needs the user's yes" in await d.refusal("testio_triage_bugs", decisions=LIST)


@both_eras
async def test_calling_again_leaves_alone_what_is_done_and_asks_nobody(mode: str) -> None:
    async with desk(mode) as d:
        await d.answer("testio_triage_bugs", decisions=LIST)
        again = await d.answer("testio_triage_bugs", decisions=LIST)
        assert (again["done"], again["already_so"]) == (0, 3)
        assert len(d.asked) == 1
        assert len(d.writes()) == 3


@pytest.mark.parametrize("mark", ["mark_known", "mark_fixed", "mark_exported"])
async def test_a_mark_is_set_once(mark: str) -> None:
    decisions = [{"bug_id": 88101, "decision": mark}]
    async with desk() as d:
        assert (await d.answer("testio_triage_bugs", decisions=decisions))["done"] == 1
        assert (await d.answer("testio_triage_bugs", decisions=decisions))["already_so"] == 1
        assert len(d.writes()) == 1


async def test_what_was_decided_otherwise_is_left_alone_and_said() -> None:
    world = sandboxes()
    change_bug(world, 88101, status="rejected")
    async with desk(world=world) as d:
        done = await d.answer("testio_triage_bugs", decisions=LIST)
        assert done["results"][0]["outcome"] == "impossible"
        assert "already rejected" in done["results"][0]["note"]
        assert done["not_done"] == 1
        assert "Left alone, since they are decided or marked already: 88101" in d.asked[0]
        assert "PUT /bugs/88101/accept" not in d.writes()


@pytest.mark.parametrize("fault", [{"status": 422, "body": "{}"}, {"cut": 3}])
async def test_a_bug_that_failed_or_may_have_been_decided_is_to_be_tried_again(fault: dict[str, Any]) -> None:
    async with desk() as d:
        await d.fault(method="PUT", path="/bugs/88107/*", times=1, **fault)
        done = await d.answer("testio_triage_bugs", decisions=LIST)
        assert done["not_done"] == 1
        assert "same list" in done["next"]


async def test_a_failure_is_told_for_its_bug_and_the_others_are_done() -> None:
    async with desk() as d:
        await d.fault(method="PUT", path="/bugs/88107/*", times=1, status=422, body='{"error": "Locked by {x}"}')
        await d.fault(method="PUT", path="/bugs/88124/*", times=1, cut=3)
        done = await d.answer("testio_triage_bugs", decisions=LIST)
        assert [r["outcome"] for r in done["results"]] == ["done", "failed", "unknown"]
        assert "'Locked by {x}'" in done["results"][1]["note"]
        assert "results[].note" in done["written_by_others"]
        assert "same list" in done["next"]
        again = await d.answer("testio_triage_bugs", decisions=LIST)
        assert [r["outcome"] for r in again["results"]][:2] == ["already so", "done"]


@pytest.mark.parametrize(
    ("decisions", "sentence"),
    [
        ([{"bug_id": 88101, "decision": "reject"}], "bug 88101 has no reason"),
        ([{"bug_id": 88101, "decision": "accept", "reason": "known_bug"}], "for reject only"),
        ([LIST[0], LIST[0]], "bug 88101 is listed twice"),
        ([LIST[0], {"bug_id": 88101, "decision": "reject", "reason": "known_bug"}], "bug 88101 is listed twice"),
    ],
)
async def test_what_is_wrong_in_itself_is_refused_before_any_request(
    decisions: list[dict[str, Any]], sentence: str
) -> None:
    async with desk() as d:
        assert sentence in await d.refusal("testio_triage_bugs", decisions=decisions)
        assert d.arrived() == []


async def test_everything_that_cannot_work_is_named_at_once_before_anybody_is_asked() -> None:
    wrong = [
        LIST[0],
        {"bug_id": 999999, "decision": "accept"},
        {"bug_id": 88107, "decision": "reject", "reason": "dupe"},
    ]
    async with desk() as d:
        told = await d.refusal("testio_triage_bugs", decisions=wrong)
        for part in ("no bug 999999", "bug 88107: no such reason", "Valid reasons: ", "known_bug", "Nothing was sent"):
            assert part in told
        assert d.asked == []
        assert d.writes() == []


async def test_more_than_50_are_refused_with_the_limit() -> None:
    async with desk() as d:
        many = [{"bug_id": number, "decision": "accept"} for number in range(1, 52)]
        assert "50" in await d.refusal("testio_triage_bugs", decisions=many)
        assert d.arrived() == []


async def test_a_long_list_is_grouped_and_still_names_every_bug() -> None:
    async with desk() as d:
        ids = await open_ids(d, 40)
        decisions = [{"bug_id": n, "decision": "accept"} for n in ids[:20]]
        decisions += [{"bug_id": n, "decision": "reject", "reason": "irrelevant"} for n in ids[20:]]
        await d.answer("testio_triage_bugs", decisions=decisions)
        (question,) = d.asked
        assert all(str(number) in question for number in ids)
        assert question.count("each with the comment") == 1
        assert len(question) <= 8000
        assert len(d.writes()) == 40


async def test_a_list_that_no_form_can_show_is_refused_with_the_size_that_fits() -> None:
    async with desk() as d:
        ids = await open_ids(d, 12)
        decisions = [
            {"bug_id": n, "decision": "reject", "reason": "irrelevant", "comment": f"{n} " + "c" * 900} for n in ids
        ]
        told = await d.refusal("testio_triage_bugs", decisions=decisions)
        assert "8000" in told
        assert d.asked == []
        assert d.writes() == []


async def test_not_more_than_a_few_decisions_are_in_flight_at_once() -> None:
    async with desk() as d:
        ids = await open_ids(d, 16)
        told: list[float] = []

        async def hear(progress: float, total: float | None, message: str | None) -> None:
            told.append(progress)

        arguments = {"decisions": [{"bug_id": n, "decision": "accept"} for n in ids]}
        result = await d.client.call_tool("testio_triage_bugs", arguments, progress_callback=hear)
        assert not result.is_error
        assert told
        assert max(told) == 16


def decided(bug_id: int, decision: str, reason: str | None = None, comment: str | None = None) -> Decision:
    return Decision.model_validate({"bug_id": bug_id, "decision": decision, "reason": reason, "comment": comment})


async def asked_and_done(host: Host, *decisions: Decision, dry_run: bool = False) -> tuple[str | None, Any]:
    act = triage_bugs(host.api(), no_progress, list(decisions), dry_run=dry_run)
    question = (await question_of(act)).question
    return question and rendered(question), await answer_of(act)


ALL = [
    decided(1, "accept"),
    decided(2, "reject", "known_bug"),
    decided(3, "reject", "irrelevant", "Not ours."),
    decided(4, "mark_known"),
    decided(5, "mark_fixed"),
    decided(6, "mark_exported"),
]
ACTS = [
    ("PUT /bugs/1/accept", None),
    ("PUT /bugs/2/reject", {"reason": "known_bug", "comment": "Known."}),
    ("PUT /bugs/3/reject", {"reason": "irrelevant", "comment": "Not ours."}),
    ("PUT /bugs/4/mark_as_known", None),
    ("PUT /bugs/5/mark_as_fixed", None),
    ("PUT /bugs/6/mark_as_exported", None),
]


def host_of(count: int, **fields: Any) -> Host:
    return Host(**{f"bug_{number}": fields for number in range(1, count + 1)})


async def test_a_list_is_asked_about_line_by_line_and_carried_out_as_shown() -> None:
    host = host_of(6)
    host.bug(1, severity=None, title="t" * 121)
    host.bug(9, status="accepted")
    question, answer = await asked_and_done(host, *ALL, decided(9, "accept"))
    assert question == (
        "Decide 6 bugs? Testers are notified, accepted bugs are paid, and there is no undo.\n"
        f"- accept 1 '{'t' * 120}… [1 more characters]' (no severity)\n"
        "- reject 2 'Cart is empty' (high) as known_bug, with the comment 'Known.'\n"
        "- reject 3 'Cart is empty' (high) as irrelevant, with the comment 'Not ours.'\n"
        "- mark known 4 'Cart is empty' (high)\n"
        "- mark fixed 5 'Cart is empty' (high)\n"
        "- mark exported 6 'Cart is empty' (high)\n"
        "Left alone, since they are decided or marked already: 9."
    )
    assert sorted(host.written(), key=str) == ACTS
    assert (answer.done, answer.already_so, answer.not_done, answer.next) == (6, 1, 0, None)
    assert answer.results[1].model_dump(exclude_none=True) == {
        "bug_id": 2,
        "title": "Cart is empty",
        "decision": "reject",
        "outcome": "done",
        "status": "forwarded",
    }


@pytest.mark.parametrize(("count", "lines"), [(12, 13), (13, 2)])
async def test_up_to_twelve_bugs_have_a_line_each(count: int, lines: int) -> None:
    question, _ = await asked_and_done(host_of(count), *(decided(n, "accept") for n in range(1, count + 1)))
    assert str(question).count("\n") + 1 == lines


async def test_more_bugs_are_grouped_by_decision_reason_and_comment() -> None:
    host = host_of(15)
    host.bug(1, title="t" * 51)
    marks = [decided(number, "mark_known") for number in range(1, 9)]
    rejected = [decided(number, "reject", "known_bug") for number in (9, 10)]
    rejected += [decided(11, "reject", "known_bug", "c" * 2000), decided(12, "reject", "irrelevant", "Known.")]
    question, _ = await asked_and_done(host, *marks, *rejected, decided(13, "accept"))
    rest = "; ".join(f"{number} 'Cart is empty'" for number in range(2, 9))
    assert question == (
        "Decide 13 bugs? Testers are notified, accepted bugs are paid, and there is no undo.\n"
        f"- mark known 8: 1 '{'t' * 50}… [1 more characters]'; {rest}\n"
        "- reject 2 as known_bug, each with the comment 'Known.': 9 'Cart is empty'; 10 'Cart is empty'\n"
        f"- reject 1 as known_bug, each with the comment '{'c' * 2000}': 11 'Cart is empty'\n"
        "- reject 1 as irrelevant, each with the comment 'Known.': 12 'Cart is empty'\n"
        "- accept 1: 13 'Cart is empty'"
    )


@pytest.mark.parametrize(
    ("decision", "fields", "outcome", "note"),
    [
        (decided(1, "accept"), {}, "planned", None),
        (decided(1, "reject", "known_bug"), {}, "planned", "as known_bug"),
        (decided(1, "accept"), {"status": "accepted"}, "already so", None),
        (decided(1, "reject", "known_bug"), {"status": "rejected"}, "already so", None),
        (decided(1, "accept"), {"status": "rejected"}, "impossible", "It is already rejected; that cannot be changed."),
        (decided(1, "mark_known"), {"known": True}, "already so", None),
        (decided(1, "mark_fixed"), {"fixed": True}, "already so", None),
        (decided(1, "mark_exported"), {"exported_at": "2026-04-02"}, "already so", None),
        (decided(1, "mark_known"), {"fixed": True, "exported_at": "2026-04-02"}, "planned", None),
    ],
)
async def test_a_dry_run_says_what_would_become_of_each_bug(
    decision: Decision, fields: dict[str, Any], outcome: str, note: str | None
) -> None:
    host = host_of(1, **fields)
    question, answer = await asked_and_done(host, decision, dry_run=True)
    (result,) = answer.results
    assert (question, result.outcome, result.note) == (None, outcome, note)
    assert result.status == fields.get("status", "forwarded")
    assert answer.next == "Nothing was sent. Call again without dry_run: the user confirms once for all of them."
    assert (answer.already_so, answer.not_done) == (outcome == "already so", outcome == "impossible")
    assert host.written() == []


@pytest.mark.parametrize(
    ("told", "outcome", "status", "words", "follow"),
    [
        (422, "failed", "forwarded", "(422)", True),
        (502, "unknown", None, "may or may not have happened", True),
        ({"bug": {"id": 1}}, "done", "forwarded", None, False),
        ({"bug": {"id": 1, "status": "accepted"}}, "done", "accepted", None, False),
    ],
)
async def test_the_result_of_a_bug_says_what_became_of_it(
    told: Any, outcome: str, status: str | None, words: str | None, *, follow: bool
) -> None:
    host = host_of(2)
    host.answers["PUT /bugs/1/accept"] = told
    _, answer = await asked_and_done(host, decided(1, "accept"), decided(2, "accept"))
    result, other = answer.results
    assert (result.outcome, result.status, other.outcome) == (outcome, status, "done")
    assert words is None or words in result.note
    assert (result.note is None) is (words is None)
    again = "Call again with the same list: what is done is skipped, the rest is tried again."
    assert (answer.next, answer.not_done) == (again if follow else None, int(follow))


@pytest.mark.parametrize(
    ("decisions", "sentence"),
    [
        (
            [decided(1, "reject"), decided(1, "accept"), decided(2, "mark_known", None, "Why")],
            "bug 1 has no reason to be rejected for; bug 1 is listed twice; "
            "bug 2: reason and comment are for reject only.",
        ),
        ([decided(1, "mark_known"), decided(1, "mark_known")], "bug 1 is listed twice."),
        ([decided(1, "accept"), decided(8, "mark_known")], "no bug 8. testio_list_bugs shows ids."),
        (
            [decided(1, "reject", "dull"), decided(2, "reject", "irrelevant"), decided(8, "reject", "known_bug")],
            "bug 1: no such reason; bug 2: the reason irrelevant needs a comment; no bug 8. "
            "testio_list_bugs shows ids. Valid reasons: known_bug, irrelevant.",
        ),
        (
            [decided(2, "reject", "irrelevant", " ")],
            "bug 2: the reason irrelevant needs a comment. Valid reasons: known_bug, irrelevant.",
        ),
    ],
)
async def test_everything_that_is_wrong_with_a_list_is_said_at_once(decisions: list[Decision], sentence: str) -> None:
    with pytest.raises(Refused) as refused:
        await asked_and_done(host_of(2), *decisions)
    assert rendered(str(refused.value)) == f"{sentence} Nothing was sent."


async def test_different_marks_of_one_bug_are_no_repetition_and_reasons_are_read_for_a_rejection_only() -> None:
    host = host_of(1)
    _, answer = await asked_and_done(host, decided(1, "accept"), decided(1, "mark_known"), decided(1, "mark_fixed"))
    assert answer.done == 3
    assert [one.url.path for one in host.arrived if one.method == "GET"] == ["/customer/v2/bugs/1"]


async def test_progress_counts_the_bugs_of_a_list() -> None:
    seen: list[tuple[float, float | None, str | None]] = []

    async def progress(done: float, total: float | None = None, message: str | None = None) -> None:
        seen.append((done, total, message))

    await confirmed(triage_bugs(host_of(2).api(), progress, [decided(1, "accept"), decided(2, "accept")]))
    assert [(done, total) for done, total, _ in seen] == [(1, 2), (2, 2)]
    assert {message for *_, message in seen} == {"bug 1: done", "bug 2: done"}
