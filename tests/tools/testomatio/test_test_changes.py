"""A test is made, changed, moved and deleted; what was written is read back, and what cannot work is never sent."""

from typing import Any

import pytest

from tests.desk import DECLINE, ERAS, desk
from tests.tools.testomatio.holding import SHOP, V2

pytestmark = pytest.mark.anyio

COUPONS, TEST = "c0ffee01", "c0de0010"


async def test_a_test_is_made_with_its_tags_in_the_title_and_its_labels_read_back() -> None:
    async with desk() as d:
        made = await d.answer(
            "testomatio_create_test",
            suite_id=f"@S{COUPONS}",
            title="A code is used twice @smoke",
            tags=["smoke", "@coupons"],
            labels=["severity:Major", "Automatable"],
            priority="high",
        )
        _, body = d.sent("POST", f"{V2}/tests")
        assert d.arrived(platform="testomatio")[-1] == f"GET {V2}/tests/{made['now']['id']}"
    assert body == {
        "suite_id": COUPONS,
        "title": "A code is used twice @smoke @coupons",
        "priority": "high",
        "link": [
            {"action": "add", "type": "custom_field", "value": "severity-f124r:Major"},
            {"action": "add", "type": "label", "value": "automatable-3e4f5"},
        ],
    }
    assert made["done"] == "Created."
    assert made["now"]["labels"] == ["Severity: Major", "Automatable"]


async def test_labels_that_the_platform_took_and_lost_are_told() -> None:
    async with desk() as d:
        await d.switch("testomatio", links_not_applied=True)
        made = await d.answer("testomatio_create_test", suite_id=COUPONS, title="Lost", labels=["Automatable"])
    assert made["not_applied"] == ["Automatable"]
    assert "did not apply" in made["done"]
    assert "testomatio_add_links" in made["next"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"suite_id": "f01de004"}, ("folder holds no tests", COUPONS, "7e911f66", "02fe4b89")),
        ({"suite_id": "00000000"}, ("no suite '00000000'", "testomatio_get_suite_tree")),
        ({"labels": ["Nope"]}, ("defines no label 'Nope'", "testomatio_create_label")),
        ({"labels": ["Severity:Huge"]}, ("takes no 'Huge'", "Major")),
        ({"assigned_to": "Iris Okafor"}, ("by e-mail address", "testomatio_list_users")),
        ({"branch": "nowhere"}, ("no branch 'nowhere'",)),
    ],
)
async def test_what_cannot_stand_there_is_refused_before_anything_is_written(
    arguments: dict[str, Any], words: tuple[str, ...]
) -> None:
    async with desk() as d:
        sentence = await d.refusal("testomatio_create_test", **({"suite_id": COUPONS, "title": "T"} | arguments))
        assert not d.writes("testomatio")
    for word in words:
        assert word in sentence


async def test_a_suite_deleted_meanwhile_is_told_in_a_sentence() -> None:
    async with desk() as d:
        await d.fault(
            platform="testomatio", method="POST", path=f"{V2}/tests", status=404, body={"error": "Suite is required"}
        )
        sentence = await d.refusal("testomatio_create_test", suite_id=COUPONS, title="T")
    assert "knows no suite 'c0ffee01'" in sentence
    assert "testomatio_get_suite_tree" in sentence


async def test_a_test_or_a_suite_that_goes_while_the_test_is_moved_is_told_apart() -> None:
    order: dict[str, Any] = {"platform": "testomatio", "method": "PUT", "path": f"{V2}/tests/*", "status": 404}
    async with desk() as d:
        await d.fault(**order, body={"error": "Suite is required"})
        suite = await d.refusal("testomatio_update_test", test_id=TEST, suite_id="7e911f66")
        await d.fault(**order, body={"error": "Test not found"})
        test = await d.refusal("testomatio_update_test", test_id=TEST, title="T")
    assert "knows no suite '7e911f66'" in suite
    assert f"has no test '{TEST}'" in test


async def test_a_test_is_moved_and_shown_before_and_after() -> None:
    async with desk() as d:
        changed = await d.answer("testomatio_update_test", test_id=f"@T{TEST}", suite_id="7e911f66", priority="low")
        assert d.writes("testomatio") == [f"PUT {V2}/tests/{TEST}"]
        assert "folder" in await d.refusal("testomatio_update_test", test_id=TEST, suite_id="f01de001")
        assert len(d.writes("testomatio")) == 1
    assert (changed["before"]["suite_id"], changed["now"]["suite_id"]) == (COUPONS, "7e911f66")
    assert (changed["before"]["priority"], changed["now"]["priority"]) == ("critical", "low")


async def test_a_person_is_taken_off_with_an_empty_address() -> None:
    async with desk() as d:
        changed = await d.answer("testomatio_update_test", test_id=TEST, assigned_to="")
        _, body = d.sent("PUT", f"{V2}/tests/{TEST}")
    assert body == {"assigned_to": None}
    assert "assigned_to" not in changed["now"]


async def test_a_change_that_the_platform_took_and_did_not_make_is_told() -> None:
    async with desk() as d:
        await d.fault(
            platform="testomatio", method="PUT", path=f"{V2}/tests/*", status=200, body={"data": {}}, applied=False
        )
        told = await d.answer("testomatio_update_test", test_id=TEST, title="Other", priority="critical")
    assert told["not_applied"] == ["title"]
    assert "not applied: title" in told["done"]


async def test_nothing_to_change_is_no_request() -> None:
    async with desk() as d:
        assert "at least one thing" in await d.refusal("testomatio_update_test", test_id=TEST)
        assert not d.arrived(platform="testomatio")


async def test_a_branch_gets_a_copy_and_main_stays() -> None:
    async with desk() as d:
        changed = await d.answer("testomatio_update_test", test_id=TEST, title="B", branch="checkout-10-1a2b3")
        main = await d.answer("testomatio_get_test", test_id=TEST)
    assert changed["done"] == "Changed, on branch checkout-10-1a2b3 only."
    assert changed["now"]["title"] == "B"
    assert main["test"]["title"].startswith("An expired code is refused")


@pytest.mark.parametrize("mode", ERAS)
async def test_deleting_asks_with_what_goes_along(mode: str) -> None:
    async with desk(mode) as d:
        await d.answer("testomatio_delete_test", test_id=TEST)
        assert d.writes("testomatio") == [f"DELETE {V2}/tests/{TEST}"]
        (asked,) = set(d.asked)
    for word in (TEST, "'An expired code is refused", COUPONS, "2 labels", "1 linked issue", SHOP, "no undo"):
        assert word in asked


async def test_a_no_deletes_nothing() -> None:
    async with desk(person=DECLINE) as d:
        await d.refusal("testomatio_delete_test", test_id=TEST)
        assert not d.writes("testomatio")
    async with desk(person=None) as d:
        assert "user's yes" in await d.refusal("testomatio_delete_test", test_id=TEST)
        assert not d.arrived(platform="testomatio")


async def test_an_unknown_test_is_refused_before_anybody_is_asked() -> None:
    async with desk() as d:
        assert "testomatio_list_tests shows ids" in await d.refusal("testomatio_delete_test", test_id="00000000")
        assert not d.asked


async def test_a_lost_answer_is_settled_by_the_list() -> None:
    async with desk() as d:
        await d.fault(platform="testomatio", method="POST", path=f"{V2}/tests", cut=1, applied=True)
        sentence = await d.refusal("testomatio_create_test", suite_id=COUPONS, title="T")
    assert "may or may not have happened" in sentence
    assert "testomatio_list_tests" in sentence


async def test_a_used_up_quota_is_told_and_not_tried_again() -> None:
    async with desk() as d:
        await d.switch("testomatio", quota_used_up=True)
        assert "quota" in await d.refusal("testomatio_update_test", test_id=TEST, title="T")
        assert len(d.writes("testomatio")) == 1
