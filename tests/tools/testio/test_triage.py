"""Many bugs decided at once: one plan, one question, a result for each, and safe to call again."""

from typing import Any

import pytest

from tests.desk import DECLINE, ERAS, change_bug, desk, sandboxes

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
