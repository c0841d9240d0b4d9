"""Features are added to a product, one by one or as copies of another product's."""

from typing import Any

import pytest

from tests.desk import DECLINE, ERAS, desk

pytestmark = pytest.mark.anyio
both_eras = pytest.mark.parametrize("mode", ERAS)

FEATURE = {"title": "Wish list", "description": "Things for later."}
COPY = {"product_id": 71, "destination_product_id": 73}


async def test_the_ids_of_a_new_feature_stand_outside_of_it_on_the_wire() -> None:
    async with desk() as d:
        made = await d.answer(
            "testio_create_feature",
            product_id=72,
            section_ids=[721, 722],
            howtofind="The heart",
            user_stories=["As a guest, I can keep an article"],
            target_idx="WISH-1",
            use_markdown=True,
            **FEATURE,
        )
        assert d.sent("POST", "/features") == (
            [],
            {
                "product_id": 72,
                "section_ids": [721, 722],
                "feature": {
                    **FEATURE,
                    "howtofind": "The heart",
                    "user_stories": ["As a guest, I can keep an article"],
                    "target_idx": "WISH-1",
                    "use_markdown": True,
                },
            },
        )
        for section in (721, 722):
            listed = await d.answer("testio_list_features", product_id=72, section_id=section, limit=500)
            assert made["now"]["id"] in [feature["id"] for feature in listed["items"]]


async def test_a_feature_that_comes_back_without_stories_is_taken() -> None:
    async with desk() as d:
        body = '{"feature": {"id": 7, "title": "Wish list", "description": null}}'
        await d.fault(method="POST", path="/features", times=1, status=201, body=body)
        made = await d.answer("testio_create_feature", product_id=71, **FEATURE)
        assert made["now"] == {"id": 7, "title": "Wish list"}


@pytest.mark.parametrize(
    ("product_id", "section_ids", "sentence"),
    [
        (72, None, "Product 72 has sections; give one as section_ids: 721 "),
        (72, [721, 9999], "Product 72 has no section 9999. It has: 721 "),
        (71, [721], "Product 71 has no section 721. It has: none."),
        (999, None, "No product 999. testio_list_products shows ids."),
    ],
)
async def test_a_wrong_or_missing_section_is_refused_with_those_there_are(
    product_id: int, section_ids: list[int] | None, sentence: str
) -> None:
    async with desk() as d:
        told = await d.refusal("testio_create_feature", product_id=product_id, section_ids=section_ids, **FEATURE)
        assert sentence in told
        assert d.writes() == []


@both_eras
async def test_a_copy_names_both_products_and_how_much_goes(mode: str) -> None:
    async with desk(mode) as d:
        copied = await d.answer("testio_copy_features", **COPY)
        (question,) = d.asked
        for part in (
            "all 7 features with 16 user stories",
            "from product 71 'Harbour Web'",
            "into product 73 'Harbour Kiosk', which has 2 now",
            "no undo",
            "duplicates",
        ):
            assert part in question, part
        assert (copied["features_before"], copied["features_after"]) == (2, 9)
        assert d.writes() == ["PUT /products/71/features/copy"]
        query, body = d.sent("PUT", "/products/71/features/copy")
        assert body == {"destination_product_id": 73}
        assert query == [("includes[]", "user_stories")]


@both_eras
async def test_nothing_is_copied_without_a_yes(mode: str) -> None:
    async with desk(mode, person=DECLINE) as d:
        await d.refusal("testio_copy_features", **COPY)
        assert d.writes() == []
    async with desk(mode, person=None) as d:
        assert "needs the user's yes" in await d.refusal("testio_copy_features", **COPY)
        assert d.arrived() == []


async def test_a_second_copy_is_asked_with_the_duplicates_it_makes() -> None:
    async with desk() as d:
        await d.answer("testio_copy_features", **COPY)
        await d.answer("testio_copy_features", **COPY)
        assert "7 of them may be copied a second time" in d.asked[1]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"product_id": 71, "destination_product_id": 71}, "the same product"),
        ({"product_id": 71, "destination_product_id": 999}, "No product 999."),
        ({"product_id": 999, "destination_product_id": 71}, "No product 999."),
    ],
)
async def test_a_copy_that_cannot_work_is_refused_before_anybody_is_asked(
    arguments: dict[str, Any], sentence: str
) -> None:
    async with desk() as d:
        assert sentence in await d.refusal("testio_copy_features", **arguments)
        assert d.asked == d.writes() == []


async def test_a_product_without_features_has_nothing_to_copy() -> None:
    async with desk() as d:
        made = await d.answer("testio_create_product", title="New", product_type="website", industry="retail")
        empty = made["now"]["id"]
        told = await d.refusal("testio_copy_features", product_id=empty, destination_product_id=73)
        assert "no features to copy" in told
        assert d.asked == []
