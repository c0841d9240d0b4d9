"""Testers are asked to check fixes only after a yes, and the outcome of each check is reported."""

from typing import Any

import pytest

from server.guards import consent
from tests.acts import confirmed
from tests.desk import DECLINE, ERAS, desk, live_client, sandboxes
from tools.kit.errors import Refused
from tools.testio.models.confirmations import FixConfirmations
from tools.testio.tools.confirmations import FixToCheck, request_bug_fix_confirmations

pytestmark = pytest.mark.anyio
both_eras = pytest.mark.parametrize("mode", ERAS)

CHECK = "testio_request_bug_fix_confirmations"
BULK = "/bug_fix_confirmations/bulk"
FIXES: dict[str, Any] = {"bugs": [{"bug_id": 88101}, {"bug_id": 88107}], "environment_id": 31}
IPHONES = {"category": "smartphone", "operating_system": "ios", "min_version": "17"}
IPHONES_SENT = {"category": {"id": 2}, "operating_system": {"id": 2}, "min_operating_system_version": {"id": 808}}


@both_eras
async def test_checks_of_fixes_reach_the_wire_entry_by_entry(mode: str) -> None:
    async with desk(mode) as d:
        asked = await d.answer(
            CHECK,
            bugs=[{"bug_id": 88101, "note": "With the code OLD10"}, {"bug_id": 88107}],
            environment_id=31,
            allow_device_clouds=True,
            requirements=[IPHONES],
        )
        same = {
            "customer_test_environment": {"id": 31},
            "allow_device_clouds": True,
            "requirements": [IPHONES_SENT],
        }
        assert d.sent("POST", BULK) == (
            [],
            {
                "bug_fix_confirmations": [
                    {"bug_id": 88101, "additional_requirement": "With the code OLD10"} | same,
                    {"bug_id": 88107} | same,
                ]
            },
        )
        assert d.writes() == [f"POST {BULK}"]
        assert asked["done"] == "2 of 2 requested."
        assert [(one["bug_id"], one["status"]) for one in asked["results"]] == [(88101, "created"), (88107, "created")]
        listed = await d.answer("testio_list_bug_fix_confirmations", bug_id=88101)
        (check,) = listed["confirmations"]
        assert check["id"] == asked["results"][0]["confirmation"]["id"]
        assert check["status"] == "pending"


async def test_what_was_not_wished_is_not_sent() -> None:
    async with desk() as d:
        await d.answer(CHECK, **FIXES)
        _, body = d.sent("POST", BULK)
        assert body["bug_fix_confirmations"][0] == {"bug_id": 88101, "customer_test_environment": {"id": 31}}


@both_eras
async def test_the_question_lists_every_bug_with_its_note_and_that_each_is_paid(mode: str) -> None:
    async with desk(mode, person=DECLINE) as d:
        note = "n" * 1000
        await d.refusal(CHECK, bugs=[{"bug_id": 88101, "note": note}, {"bug_id": 88107}], environment_id=32)
        (question,) = d.asked
        for part in (
            "whether 2 bugs are fixed",
            f"88101 'Coupon field accepts expired code', with the note '{note}'",
            "88107 'Expired voucher OLD10 still gives 10 %'",
            "- Environment: 32 ",
            "those of each bug's test",
            "REAL ORDERS",
            "Each check is paid",
            "costs money",
        ):
            assert part in question, part


async def test_fifty_bugs_with_long_titles_fit_into_one_question_which_names_each() -> None:
    ids = range(880001, 880051)
    async with desk(person=DECLINE) as d:
        for number in ids:
            bug = {"id": number, "title": "t" * 400, "status": "accepted", "product": {"id": 71}}
            await d.fault(method="GET", path=f"/bugs/{number}", times=9, status=200, body={"bug": bug})
        await d.refusal(CHECK, bugs=[{"bug_id": number} for number in ids], environment_id=31)
        (question,) = d.asked
        assert len(question) <= consent.MOST_CHARACTERS
        assert all(f"- Bug: {number} 'ttt" in question for number in ids)


@pytest.mark.parametrize("count", [0, 51])
async def test_more_than_fifty_are_refused_with_the_limit_before_any_request(count: int) -> None:
    world = sandboxes()
    async with live_client(world) as api:
        with pytest.raises(Refused, match=f"From 1 to 50 bugs go in one request, not {count}"):
            await confirmed(request_bug_fix_confirmations(api, [FixToCheck(bug_id=n + 1) for n in range(count)], 31))
    async with desk(world=world) as d:
        bugs = [{"bug_id": number + 1} for number in range(51)]
        told = await d.refusal(CHECK, bugs=bugs, environment_id=31)
        assert "50" in told
        assert "Nothing was sent" in told
    assert len(world.journal) == 0


@both_eras
@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"bugs": [{"bug_id": 88101}, {"bug_id": 88101}]}, "Bug 88101 is named more than once"),
        ({"bugs": [{"bug_id": 88101}, {"bug_id": 999999}]}, "No bug 999999"),
        ({"environment_id": 999}, "no test environment 999"),
        ({"bugs": [{"bug_id": 88101, "notes": "x"}]}, "notes"),
        ({"bugs": []}, "bugs"),
    ],
)
async def test_what_cannot_be_checked_is_refused_before_anybody_is_asked(
    mode: str, arguments: dict[str, Any], sentence: str
) -> None:
    async with desk(mode) as d:
        assert sentence in await d.refusal(CHECK, **FIXES | arguments)
        assert d.asked == []
        assert d.writes() == []


async def test_bugs_of_several_products_share_no_environment() -> None:
    async with desk() as d:
        other = (await d.answer("testio_list_bugs", product_ids=[72], limit=1))["items"][0]["id"]
        told = await d.refusal(CHECK, bugs=[{"bug_id": 88101}, {"bug_id": other}], environment_id=31)
        assert told == "These bugs are of the products 71, 72; send one request for each. Nothing was sent."
        assert d.asked == []


async def test_a_partial_failure_is_told_entry_by_entry() -> None:
    async with desk() as d:
        body = {
            "results": [
                {"bug_id": 88101, "status": "created", "bug_fix_confirmation": {"id": 1}},
                {"bug_id": 88107, "status": "error", "error": "not possible"},
            ]
        }
        await d.fault(method="POST", path=BULK, times=1, status=201, body=body)
        asked = await d.answer(CHECK, **FIXES)
        assert asked["done"] == "1 of 2 requested; 1 not: see status and error."
        made, failed = asked["results"]
        assert (made["bug_id"], made["status"]) == (88101, "created")
        assert (failed["bug_id"], failed["status"]) == (88107, "error")
        assert "not possible" in failed["error"]
        assert "results[].error" in asked["written_by_others"]
        assert "confirmation" not in failed


async def test_nothing_but_failures_is_a_failure_though_the_platform_says_created() -> None:
    async with desk() as d:
        entries = [{"bug_id": number, "status": "error", "error": "not possible"} for number in (88101, 88107)]
        await d.fault(method="POST", path=BULK, times=1, status=201, body={"results": entries})
        told = await d.refusal(CHECK, **FIXES)
        assert told.startswith("No check was requested. 88101: ")
        assert "88107: " in told


@both_eras
async def test_a_bug_with_a_pending_check_is_neither_asked_about_nor_paid_again(mode: str) -> None:
    async with desk(mode) as d:
        first = await d.answer(CHECK, bugs=[{"bug_id": 88107}])
        pending = first["results"][0]["confirmation"]["id"]
        d.asked.clear()
        told = await d.refusal(CHECK, bugs=[{"bug_id": 88107}], another=True)
        assert told.startswith(f"already_pending: bug 88107 (check {pending}).")
        assert told.endswith("Nothing was sent.")
        assert d.asked == []
        assert d.writes() == [f"POST {BULK}"]
        asked = await d.answer(CHECK, **FIXES)
        made, left = asked["results"]
        assert (made["bug_id"], made["status"]) == (88101, "created")
        assert (left["bug_id"], left["status"], left["confirmation"]["id"]) == (88107, "already_pending", pending)
        assert "whether 1 bug is fixed" in d.asked[0]
        assert f"Left out, since a check of them is pending: 88107 (check {pending})" in d.asked[0]
        _, body = d.sent("POST", BULK)
        assert [entry["bug_id"] for entry in body["bug_fix_confirmations"]] == [88101]


async def test_a_check_whose_outcome_came_does_not_stand_in_the_way() -> None:
    async with desk() as d:
        await d.answer(CHECK, bugs=[{"bug_id": 88107}])
        await d.control("clock", advance="48h")
        again = await d.answer(CHECK, bugs=[{"bug_id": 88107}], another=True)
        assert again["results"][0]["status"] == "created"
        assert len(d.writes()) == 2


async def test_without_an_environment_each_bug_is_checked_where_it_was_found() -> None:
    world = sandboxes()
    async with desk(world=world) as d:
        for number, environment in ((880001, {"id": 31}), (880002, {"id": 32})):
            bug = {"id": number, "title": "x", "product": {"id": 71}, "test_environment": environment}
            await d.fault(method="GET", path=f"/bugs/{number}", times=9, status=200, body={"bug": bug})
        of_test = {"id": 880003, "title": "x", "product": {"id": 71}, "test": {"id": 5512}}
        await d.fault(method="GET", path="/bugs/880003", times=9, status=200, body={"bug": of_test})
        await d.fault(method="GET", path="/bug_fix_confirmations", times=9, status=200, body=[])
        await d.refusal(CHECK, bugs=[{"bug_id": number} for number in range(880001, 880004)])
        _, sent = d.sent("POST", BULK)
        used = [entry["customer_test_environment"]["id"] for entry in sent["bug_fix_confirmations"]]
        assert used == [31, 32, 31]
        for part in ("880002 'x', in environment 32", "Environment: 31 ", "Environment: 32 ", "REAL ORDERS"):
            assert part in d.asked[0]


async def test_a_bug_that_names_no_environment_needs_one_said() -> None:
    async with desk() as d:
        bug = {"id": 880001, "title": "x", "product": {"id": 71}}
        await d.fault(method="GET", path="/bugs/880001", times=9, status=200, body={"bug": bug})
        assert "give environment_id" in await d.refusal(CHECK, bugs=[{"bug_id": 880001}])
        assert d.asked == []


async def test_a_result_without_a_status_was_made_unless_it_has_an_error() -> None:
    async with desk() as d:
        body = {"results": [{"bug_id": 88101, "bug_fix_confirmation": {"id": 1}}, {"bug_id": 88107, "error": "No"}]}
        await d.fault(method="POST", path=BULK, times=1, status=201, body=body)
        asked = await d.answer(CHECK, **FIXES)
        assert [one["status"] for one in asked["results"]] == ["created", "error"]


async def test_a_bug_the_platform_does_not_mention_is_said_to_be_unmentioned() -> None:
    async with desk() as d:
        body = {"results": [{"bug_id": "88101", "status": "created", "bug_fix_confirmation": {"id": 1}}]}
        await d.fault(method="POST", path=BULK, times=1, status=201, body=body)
        asked = await d.answer(CHECK, **FIXES)
        assert asked["done"].startswith("1 of 2 requested; 1 not")
        assert [one["status"] for one in asked["results"]] == ["created", "not mentioned"]


@pytest.mark.parametrize("order", [{"status": 201, "body": {"results": []}}, {"status": 524, "applied": True}])
async def test_an_unclear_answer_is_settled_by_the_list(order: dict[str, Any]) -> None:
    async with desk() as d:
        await d.fault(method="POST", path=BULK, times=1, **order)
        told = await d.refusal(CHECK, **FIXES)
        assert "testio_list_bug_fix_confirmations shows whether it was done; check before trying again." in told
        assert d.writes() == [f"POST {BULK}"]


async def test_the_checks_of_one_bug_are_asked_for_by_its_id() -> None:
    async with desk() as d:
        listed = await d.answer("testio_list_bug_fix_confirmations", bug_id=88101)
        assert d.sent("GET", "/bug_fix_confirmations") == ([("bug_id", "88101")], None)
        assert listed["note"] == "None has been requested."
        told = await d.refusal("testio_list_bug_fix_confirmations", bug_id=999999)
        assert told == "No bug 999999. testio_list_bugs shows ids."


CHECKED = {"id": 640, "status": "passed"}


@pytest.mark.parametrize(
    "body",
    [
        [CHECKED],
        {"bug_fix_confirmations": [CHECKED]},
        {"results": [CHECKED]},
        {"results": [{"bug_id": 1, "status": "created", "bug_fix_confirmation": CHECKED}]},
        [{"bug_fix_confirmation": CHECKED}],
    ],
)
async def test_checks_are_read_however_they_are_wrapped(body: Any) -> None:
    async with desk() as d:
        await d.fault(method="GET", path="/bug_fix_confirmations", times=1, status=200, body=body)
        listed = await d.answer("testio_list_bug_fix_confirmations", bug_id=88101)
        assert listed["confirmations"] == [CHECKED]


@pytest.mark.parametrize("nothing", [[], {"bug_fix_confirmations": []}, {"results": []}, {"results": None}])
def test_no_checks_are_none(nothing: Any) -> None:
    assert FixConfirmations.model_validate(nothing).bug_fix_confirmations == []


@pytest.mark.parametrize("strange", [{}, {"error": "x"}, {"results": "x"}, "x", None])
def test_another_document_is_not_taken_for_no_checks(strange: Any) -> None:
    with pytest.raises(ValueError, match="FixConfirmations"):
        FixConfirmations.model_validate(strange)
