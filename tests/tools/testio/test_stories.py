"""User stories are listed over all sections, and changed with the section the platform wants."""

import json
from typing import Any

import pytest

from tests.desk import DECLINE, ERAS, desk

pytestmark = pytest.mark.anyio
both_eras = pytest.mark.parametrize("mode", ERAS)

STORY = "As a guest, I can reset my PIN"
SAVED = {"id": 60, "path": STORY, "title": STORY}


async def test_a_sectioned_product_is_walked_and_a_shared_story_comes_once() -> None:
    async with desk() as d:
        page = await d.answer("testio_list_user_stories", product_id=72, limit=500)
        asked = [query for query in (e.query for e in d.sandboxes.journal.entries()) if query]
        parts = [
            await d.answer("testio_list_user_stories", product_id=72, section_id=s, limit=500) for s in (721, 722, 723)
        ]
    assert sorted(asked) == [[("section_id", "721")], [("section_id", "722")], [("section_id", "723")]]
    ids = [story["id"] for story in page["items"]]
    each = [story["id"] for part in parts for story in part["items"]]
    assert ids == sorted(set(each))
    assert len(each) > len(ids), "the story has shared ones"
    assert page["coverage"] == {"total": len(ids), "loaded": len(ids), "matched": len(ids), "complete": True}


async def test_an_unsectioned_product_is_read_without_a_section() -> None:
    async with desk() as d:
        page = await d.answer("testio_list_user_stories", product_id=71, limit=500)
        assert d.sent("GET", "/products/71/user_stories") == ([], None)
        assert page["coverage"]["total"] == 16


@pytest.mark.parametrize("status", [400, 422, 500])
async def test_a_list_that_wants_a_section_after_all_gets_the_hidden_one(status: int) -> None:
    async with desk() as d:
        await d.fault(method="GET", path="/products/71/user_stories", times=1, status=status)
        page = await d.answer("testio_list_user_stories", product_id=71, limit=500)
        assert d.sent("GET", "/products/71/user_stories") == ([("section_id", "710")], None)
        assert page["coverage"]["total"] == 16


async def test_stories_are_found_by_their_words_and_continued_by_a_cursor() -> None:
    async with desk() as d:
        found = await d.answer("testio_list_user_stories", product_id=71, text="SHOPPER", limit=2)
        rest = await d.answer(
            "testio_list_user_stories", product_id=71, text="SHOPPER", limit=500, cursor=found["next_cursor"]
        )
    rows = found["items"] + rest["items"]
    assert all("shopper" in row["path"] for row in rows)
    assert len({row["id"] for row in rows}) == len(rows) == found["coverage"]["matched"] < 16


@pytest.mark.parametrize(
    "body", [{"user_stories": [SAVED]}, [SAVED], {"user_stories": [{"id": 60, "path": STORY, "feature_id": 302}]}]
)
async def test_a_list_is_read_wrapped_and_bare(body: Any) -> None:
    async with desk() as d:
        await d.fault(method="GET", path="/products/71/user_stories", times=1, status=200, body=json.dumps(body))
        (row,) = (await d.answer("testio_list_user_stories", product_id=71))["items"]
    assert (row["id"], row["path"]) == (60, STORY)
    assert "title" not in row, "the same text is not said twice"


@pytest.mark.parametrize("body", [SAVED, {"user_story": SAVED}])
async def test_a_story_is_read_wrapped_and_bare(body: Any) -> None:
    async with desk() as d:
        await d.fault(method="GET", path="/user_stories/60", times=1, status=200, body=json.dumps(body))
        assert (await d.answer("testio_get_user_story", user_story_id=60))["path"] == STORY
        assert d.sent("GET", "/user_stories/60") == ([], None)
        await d.fault(method="PUT", path="/products/71/user_stories/60", times=1, status=200, body=json.dumps(body))
        changed = await d.answer("testio_update_user_story", product_id=71, user_story_id=60, path=STORY)
        assert changed["now"]["path"] == STORY


async def test_a_title_that_differs_from_the_story_is_kept_and_none_is_derived() -> None:
    async with desk() as d:
        for story in ({"id": 60, "path": STORY, "title": "Reset PIN"}, {"id": 60, "path": STORY}):
            await d.fault(method="GET", path="/user_stories/60", times=1, status=200, body=json.dumps(story))
            read = await d.answer("testio_get_user_story", user_story_id=60)
            assert read.get("title") == story.get("title")


async def test_a_new_story_goes_to_its_feature_and_section() -> None:
    async with desk() as d:
        made = await d.answer("testio_create_user_story", product_id=72, feature_id=311, section_id=721, path=STORY)
        assert d.sent("POST", "/products/72/user_stories") == (
            [("section_id", "721")],
            {"user_story": {"feature_id": 311, "path": STORY}},
        )
        read = await d.answer("testio_get_user_story", user_story_id=made["now"]["id"])
        assert read["path"] == STORY
        await d.answer("testio_create_user_story", product_id=71, feature_id=301, path=STORY)
        assert d.sent("POST", "/products/71/user_stories") == ([], {"user_story": {"feature_id": 301, "path": STORY}})


async def test_a_changed_story_is_told_before_and_after() -> None:
    async with desk() as d:
        told = await d.answer("testio_update_user_story", product_id=72, user_story_id=76, section_id=723, path=STORY)
        assert told["before"]["path"] == "As a shopper, I can swipe an article away"
        assert told["now"]["path"] == STORY
        assert d.sent("PUT", "/products/72/user_stories/76") == (
            [("section_id", "723")],
            {"user_story": {"path": STORY}},
        )


@both_eras
async def test_a_deletion_names_story_feature_and_product(mode: str) -> None:
    async with desk(mode) as d:
        gone = await d.answer("testio_delete_user_story", product_id=72, user_story_id=76, section_id=722)
        (question,) = d.asked
        for part in ("76 'As a shopper, I can swipe an article away'", "311 'Cart'", "72 'Harbour App'", "no undo"):
            assert part in question, part
        assert gone["before"]["id"] == 76
        assert d.sent("DELETE", "/products/72/user_stories/76") == ([("section_id", "722")], None)
        assert "No user story 76." in await d.refusal("testio_get_user_story", user_story_id=76)


@both_eras
async def test_a_story_stays_without_a_yes(mode: str) -> None:
    async with desk(mode, person=DECLINE) as d:
        await d.refusal("testio_delete_user_story", product_id=71, user_story_id=60)
        assert d.writes() == []
    async with desk(mode, person=None) as d:
        assert "needs the user's yes" in await d.refusal("testio_delete_user_story", product_id=71, user_story_id=60)
        assert d.arrived() == []


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("testio_create_user_story", {"feature_id": 311, "path": STORY}),
        ("testio_update_user_story", {"user_story_id": 76, "path": STORY}),
        ("testio_delete_user_story", {"user_story_id": 76}),
    ],
)
async def test_a_change_on_a_sectioned_product_is_refused_without_a_valid_section(
    tool: str, arguments: dict[str, Any]
) -> None:
    async with desk() as d:
        told = await d.refusal(tool, product_id=72, **arguments)
        assert "Product 72 has sections; give one as section_id: 721 " in told
        assert "has no section 9999. It has: 721 " in await d.refusal(tool, product_id=72, section_id=9999, **arguments)
        assert d.asked == d.writes() == []


@pytest.mark.parametrize(
    ("tool", "arguments", "sentence"),
    [
        ("testio_list_user_stories", {"product_id": 999}, "No product 999."),
        ("testio_list_user_stories", {"product_id": 72, "section_id": 9999}, "has no section 9999"),
        ("testio_get_user_story", {"user_story_id": 9999}, "testio_list_user_stories shows ids"),
        ("testio_create_user_story", {"product_id": 71, "feature_id": 9999, "path": "x"}, "has no feature 9999"),
        (
            "testio_create_user_story",
            {"product_id": 72, "section_id": 721, "feature_id": 301, "path": "x"},
            "Section 721 of product 72 has no feature 301",
        ),
        ("testio_update_user_story", {"product_id": 71, "user_story_id": 9999, "path": "x"}, "No user story 9999."),
        ("testio_delete_user_story", {"product_id": 71, "user_story_id": 9999}, "No user story 9999."),
        ("testio_delete_user_story", {"product_id": 73, "user_story_id": 60}, "Product 73 has no user story 60"),
    ],
)
async def test_what_does_not_exist_is_refused_with_the_tool_that_lists_it(
    tool: str, arguments: dict[str, Any], sentence: str
) -> None:
    async with desk() as d:
        assert sentence in await d.refusal(tool, **arguments)
        assert d.asked == d.writes() == []


async def test_a_story_of_another_product_is_not_changed_under_this_one() -> None:
    async with desk() as d:
        told = await d.refusal("testio_update_user_story", product_id=73, user_story_id=60, path="x")
        assert "Product 73 has no user story 60; it is another product's." in told
