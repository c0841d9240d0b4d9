"""Testers are asked to reproduce a bug only after a yes, and the outcome of the request is reported."""

from typing import Any

import pytest
from mcp.types import ElicitResult

from tests.acts import confirmed
from tests.desk import CANCEL, DECLINE, ERAS, NO, NOT_CONFIRMED, YES, change_bug, desk, live_client, sandboxes
from tools.kit.errors import Refused
from tools.testio.tools.confirmations import request_bug_report_confirmation

pytestmark = pytest.mark.anyio
both_eras = pytest.mark.parametrize("mode", ERAS)

REPRODUCE = "testio_request_bug_report_confirmation"
CHECK = "testio_request_bug_fix_confirmations"
FIXES: dict[str, Any] = {"bugs": [{"bug_id": 88101}, {"bug_id": 88107}], "environment_id": 31}
IPHONES = {"category": "smartphone", "operating_system": "ios", "min_version": "17"}
IPHONES_SENT = {"category": {"id": 2}, "operating_system": {"id": 2}, "min_operating_system_version": {"id": 808}}


@both_eras
async def test_a_wish_to_reproduce_reaches_the_wire_as_the_reference_shows_it(mode: str) -> None:
    async with desk(mode) as d:
        asked = await d.answer(
            REPRODUCE,
            bug_id=88101,
            ask_for=["console", "screen_size"],
            question="Does it happen on a tablet?",
            allow_device_clouds=True,
            requirements=[IPHONES],
        )
        assert d.sent("POST", "/bug_report_confirmations") == (
            [],
            {
                "product_id": 71,
                "bug_id": 88101,
                "allow_device_clouds": True,
                "requirements": [IPHONES_SENT],
                "bug_report_confirmation_requirement_attributes": {
                    "screen_size_enabled": True,
                    "browser_version_enabled": False,
                    "internet_speed_enabled": False,
                    "console_enabled": True,
                    "camera_enabled": False,
                    "logs_enabled": False,
                    "question_enabled": True,
                    "question": "Does it happen on a tablet?",
                },
            },
        )
        assert d.writes() == ["POST /bug_report_confirmations"]
        assert asked["now"]["status"] == "pending"
        assert asked["now"]["id"]
        assert "88101 'Coupon field accepts expired code'" in asked["done"]


async def test_the_section_of_a_bug_goes_along_and_what_was_not_wished_does_not() -> None:
    async with desk() as d:
        bugs = await d.answer("testio_list_bugs", product_ids=[72], status=["forwarded"], limit=1)
        (row,) = bugs["items"]
        bug = await d.answer("testio_get_bug", bug_id=row["id"])
        await d.answer(REPRODUCE, bug_id=row["id"])
        _, body = d.sent("POST", "/bug_report_confirmations")
        assert body["section_id"] == bug["section"]["id"]
        assert set(body) == {"product_id", "bug_id", "section_id", "bug_report_confirmation_requirement_attributes"}
        assert not any(body["bug_report_confirmation_requirement_attributes"].values())


@both_eras
async def test_the_question_names_the_bug_what_is_asked_and_that_people_are_paid(mode: str) -> None:
    async with desk(mode, person=DECLINE) as d:
        long = "Why? " * 400
        await d.refusal(REPRODUCE, bug_id=88101, ask_for=["logs", "internet_speed"], question=long[:2000])
        (question,) = d.asked
        for part in (
            "reproduce bug 88101 'Coupon field accepts expired code' (high, reported by 'nightowl')",
            "71 'Harbour Web'",
            "internet speed, logs",
            "Why? Why?",
            "default choice",
            "The tester is paid",
            "costs money",
            "no price",
        ):
            assert part in question, part
        assert question.count("Why?") == 400
        assert d.writes() == []


@both_eras
@pytest.mark.parametrize("answer", [NO, DECLINE, CANCEL], ids=["no", "decline", "cancel"])
@pytest.mark.parametrize(("tool", "arguments"), [(REPRODUCE, {"bug_id": 88101}), (CHECK, FIXES)])
async def test_anything_but_a_yes_requests_nothing(
    mode: str, answer: ElicitResult, tool: str, arguments: dict[str, Any]
) -> None:
    async with desk(mode, person=answer) as d:
        assert (await d.refusal(tool, **arguments)).startswith(NOT_CONFIRMED)
        assert d.writes() == []


@both_eras
@pytest.mark.parametrize("status", ["accepted", "rejected", "question"])
async def test_only_an_open_bug_is_reproduced(mode: str, status: str) -> None:
    world = sandboxes()
    change_bug(world, 88101, status=status)
    async with desk(mode, world=world) as d:
        told = await d.refusal(REPRODUCE, bug_id=88101)
        assert told == (
            f"Bug 88101 is {status}; only an open one (forwarded) can be reproduced for you. Nothing was sent."
        )
        assert d.asked == []
    async with live_client(world) as api:
        with pytest.raises(Refused, match=status):
            await confirmed(request_bug_report_confirmation(api, 88101))


@both_eras
async def test_a_bug_that_was_decided_while_the_person_thought_is_not_reproduced(mode: str) -> None:
    world = sandboxes()

    def person(message: str) -> ElicitResult:
        change_bug(world, 88101, status="accepted")
        return YES

    async with desk(mode, person=person, world=world) as d:
        assert "is accepted" in await d.refusal(REPRODUCE, bug_id=88101)
        assert d.writes() == []


@both_eras
@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"bug_id": 999999}, "No bug 999999. testio_list_bugs shows ids."),
        ({"ask_for": ["passwords"]}, "ask_for"),
        ({"question": ""}, "question"),
        ({"question": "?" * 2001}, "question"),
    ],
)
async def test_what_cannot_be_reproduced_is_refused_before_anybody_is_asked(
    mode: str, arguments: dict[str, Any], sentence: str
) -> None:
    async with desk(mode) as d:
        assert sentence in await d.refusal(REPRODUCE, **{"bug_id": 88101} | arguments)
        assert d.asked == []
        assert d.writes() == []


async def test_a_bug_that_does_not_say_its_product_is_asked_through_its_test() -> None:
    async with desk() as d:
        body = {"bug": {"id": 88101, "title": "x", "status": "forwarded", "test": {"id": 5512}}}
        await d.fault(method="GET", path="/bugs/88101", times=9, status=200, body=body)
        await d.answer(REPRODUCE, bug_id=88101)
        assert d.sent("POST", "/bug_report_confirmations")[1]["product_id"] == 71


async def test_a_bug_of_no_known_product_is_refused() -> None:
    async with desk() as d:
        body = {"bug": {"id": 88101, "title": "x", "status": "forwarded"}}
        await d.fault(method="GET", path="/bugs/88101", times=9, status=200, body=body)
        assert "which product bug 88101 is of" in await d.refusal(REPRODUCE, bug_id=88101)
        assert d.asked == []


async def test_a_lost_answer_to_a_wish_nobody_can_read_back_says_so() -> None:
    async with desk() as d:
        await d.fault(method="POST", path="/bug_report_confirmations", times=1, status=502, applied=True)
        told = await d.refusal(REPRODUCE, bug_id=88101)
        assert "may or may not have happened" in told
        assert "The API does not show whether it was done: check in the platform's web app" in told
        assert d.writes() == ["POST /bug_report_confirmations"]
