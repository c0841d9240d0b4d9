"""A test is saved as a template."""

import json

import pytest

from tests.desk import desk, settings

pytestmark = pytest.mark.anyio


async def test_a_template_reaches_the_wire_and_the_list() -> None:
    async with desk(person=None) as d:
        saved = await d.answer("testio_save_test_template", test_id=5512, title="Release, again")
        assert d.sent("POST", "/exploratory_tests/5512/templates") == (
            [],
            {"test_template": {"title": "Release, again"}},
        )
        assert "'Release 9'" in saved["done"]
        assert saved["now"]["title"] == "Release, again"
        listed = await d.answer("testio_list_test_templates", product_id=71)
        assert saved["now"]["id"] in [template["id"] for template in listed["items"]]


async def test_an_answer_without_its_envelope_is_taken() -> None:
    async with desk() as d:
        bare = json.dumps({"id": 9, "title": "T", "test_scenario_template": "ExploratoryTest"})
        await d.fault(method="POST", path="/exploratory_tests/5512/templates", times=1, status=201, body=bare)
        saved = await d.answer("testio_save_test_template", test_id=5512, title="T")
        assert saved["now"] == {"id": 9, "title": "T"}


async def test_an_unknown_test_is_refused_before_anything_is_saved() -> None:
    async with desk() as d:
        told = await d.refusal("testio_save_test_template", test_id=9999, title="T")
        assert "No test 9999. testio_list_exploratory_tests shows ids." in told
        assert d.writes() == []


async def test_it_says_that_there_is_no_way_to_remove_one() -> None:
    async with desk() as d:
        tools = {tool.name: tool for tool in (await d.client.list_tools()).tools}
        assert "cannot remove" in (tools["testio_save_test_template"].description or "")
    async with desk(told=settings(read_only=True)) as d:
        assert "testio_save_test_template" not in {tool.name for tool in (await d.client.list_tools()).tools}
