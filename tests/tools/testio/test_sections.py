"""A product whose sections stand only in `sections_with_default` is sectioned everywhere."""

from typing import Any

import pytest

from tests.desk import ERAS, Desk, desk
from tools.testio.models.products import Product

pytestmark = pytest.mark.anyio

DEFAULT, WEB, APP = SECTIONS = [
    {"id": 900 + place, "name": name} for place, name in enumerate(("default-section", "Web", "App"))
]


async def sectioned_otherwise(d: Desk, product_id: int) -> None:
    """Let a product of the sandbox list its sections beside the default one only."""
    (product,) = [
        row for row in (await d.answer("testio_list_products"))["items"] if row["id"] == product_id
    ]  # its own name stays
    body = {
        "product": {
            "id": product_id,
            "name": product["name"],
            "default_section_id": 900,
            "sections": [],
            "sections_with_default": [DEFAULT, WEB, APP],
        }
    }
    await d.fault(method="GET", path=f"/products/{product_id}", times=99, status=200, body=body)


@pytest.mark.parametrize("mode", ERAS)
@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("testio_create_feature", {"title": "x", "description": "x"}),
        ("testio_create_user_story", {"feature_id": 302, "path": "x"}),
        ("testio_update_user_story", {"user_story_id": 63, "path": "x"}),
        ("testio_delete_user_story", {"user_story_id": 63}),
        ("testio_create_exploratory_test", {"test_environment": {"id": 31}, "features": [{"id": 302}]}),
    ],
)
async def test_what_needs_a_section_names_those_there_are(mode: str, tool: str, arguments: dict[str, Any]) -> None:
    async with desk(mode) as d:
        await sectioned_otherwise(d, 71)
        said = await d.refusal(tool, product_id=71, **arguments)
        assert "has sections; give one" in said
        assert all(f"{section['id']} " in said and str(section["name"]) in said for section in SECTIONS)
        assert d.asked == []
        assert d.writes() == []


async def test_reads_show_such_sections_and_take_them_by_name() -> None:
    async with desk() as d:
        await sectioned_otherwise(d, 71)
        product = await d.answer("testio_get_product", product_id=71)
        assert [section["id"] for section in product["sections"]] == [900, 901, 902]
        page = (await d.client.read_resource("testio://products/71")).contents[0].text  # type: ignore[union-attr]
        assert "901 " in page
        assert "Web" in page
        await d.answer("testio_list_exploratory_tests", product_id=71, section_id="web")
        said = await d.refusal("testio_list_user_stories", product_id=71, section_id=12)
        assert "902 " in said


def test_a_hidden_default_section_alone_makes_no_product_sectioned() -> None:
    alone = Product.model_validate({"id": 1, "sections": [], "sections_with_default": [DEFAULT]})
    both = Product.model_validate({"id": 1, "sections": [WEB], "sections_with_default": [DEFAULT, WEB]})
    assert not alone.is_sectioned
    assert alone.section_ids == [900]
    assert both.section_ids == [901]
