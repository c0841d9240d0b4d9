"""Products, sections, features and environments of test IO by name, wherever a tool takes their id."""

import json
import re
from importlib import import_module
from typing import Any

import pytest

from server.app import build
from tests.desk import ERAS, desk, settings

pytestmark = pytest.mark.anyio

NAMED = {"product", "destination_product", "section", "feature", "environment"}
NAMES = {71: "harbour web", 72: "Harbour App", 73: "Harbour Kiosk", 31: "staging", 721: "iphone"}


async def test_every_id_of_something_with_a_name_is_published_as_id_or_name() -> None:
    found = 0
    for tool in await build(settings()).list_tools():
        if not tool.name.startswith("testio_"):
            continue
        for name, schema in tool.input_schema["properties"].items():
            if name.removesuffix("s").removesuffix("_id") in NAMED and "_id" in name:
                found += 1
                assert schema.get("items", schema)["type"] == ["integer", "string"], f"{tool.name}.{name}"
    assert found > 30


CALLS: list[tuple[str, dict[str, Any]]] = [
    (name, arguments)
    for name, arguments in import_module("tests.tools.testio.calls").CALLS
    if {"product_id", "environment_id", "section_id"} & set(arguments)
]


def without_times(answer: dict[str, Any]) -> str:
    return re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+", "", json.dumps(answer))


async def test_a_call_by_name_is_the_call_by_id() -> None:
    assert len(CALLS) > 15
    async with desk() as d:
        for name, arguments in CALLS:
            d.sandboxes.controls.reset()
            by_id = await d.answer(name, **arguments)
            asked = list(d.asked)
            d.sandboxes.controls.reset()
            d.asked.clear()
            called = {
                key: NAMES[value] if key in {"product_id", "environment_id", "section_id"} else value
                for key, value in arguments.items()
            }
            assert without_times(await d.answer(name, **called)) == without_times(by_id), name
            assert d.asked == asked, f"{name}: the question names the id's own thing"
            d.asked.clear()


@pytest.mark.parametrize("mode", ERAS)
async def test_a_name_that_fits_none_or_several_is_answered_with_those_there_are(mode: str) -> None:
    async with desk(mode) as d:
        none = await d.refusal("testio_get_product", product_id="Harbor Web")
        assert "No product has the name or id 'Harbor Web'" in none
        assert none.index("71") < none.index("73"), "the nearest first"
        several = await d.refusal("testio_list_bugs", product_ids=["Harbour"])
        assert "more than one product" in several
        assert d.arrived() == ["GET /products", "GET /products"]


async def test_ids_and_names_may_be_mixed_and_come_as_one() -> None:
    async with desk() as d:
        for given in ([71, "Harbour App"], "71,72", ["71, 72"], ["harbour web", "72"]):
            await d.answer("testio_list_bugs", product_ids=given, limit=1)
            assert d.sent("GET", "/bugs")[0][0] == ("filter_product_ids", "71,72")
        wrongs: list[Any] = ["", [], 0]
        for wrong in wrongs:
            assert "give an id (a number above 0) or a name" in await d.refusal("testio_get_product", product_id=wrong)


@pytest.mark.parametrize("mode", ERAS)
async def test_an_act_is_not_done_on_a_part_of_a_name_and_nobody_is_asked(mode: str) -> None:
    async with desk(mode) as d:
        said = await d.refusal("testio_delete_product", product_id="Kiosk")
        assert "whole name" in said
        await d.refusal("testio_update_product", product_id="Kiosk", description="x")
        assert d.asked == []
        assert d.writes() == []
        await d.answer("testio_delete_product", product_id="harbour kiosk")
        assert "Delete product 73" in d.asked[0]
        assert d.writes() == ["DELETE /products/73"]


async def test_what_an_order_names_is_found_by_name_too() -> None:
    async with desk() as d:
        await d.answer(
            "testio_create_exploratory_test",
            product_id="Harbour Web",
            test_environment={"title": "production"},
            features=[{"title": "Cart"}],
        )
        await d.answer("testio_update_exploratory_test", test_id=5521, test_environment={"title": "Production"})
        bodies: list[Any] = [e.body for e in d.sandboxes.journal.entries() if e.method in {"POST", "PUT"}]
        assert [body["exploratory_test"]["test_environment"] for body in bodies] == [{"id": 32}, {"id": 32}]
        assert "32 'Production'" in d.asked[0].replace("\u201c", "'").replace("\u201d", "'").replace('"', "'")
        case: dict[str, Any] = {"title": "A", "feature_id": "Coupons", "steps": ["Look"]}
        made = await d.answer("testio_create_test_cases", product_id=71, test_cases=[case])
        assert made["test_cases"][0]["feature_id"] == 302
