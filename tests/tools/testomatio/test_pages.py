"""Pages to read and their completion: a test, a suite, the query language."""

from typing import Any

import pytest
from mcp.types import ResourceTemplateReference

from tests.desk import desk
from tests.tools.testomatio.holding import GENERAL, OF_THE_PROJECT, SHOP, holding
from tools.testomatio.tools.pages import EXAMPLES, ids_of_suites, ids_of_tests, project_slugs
from tools.testomatio.tools.tql import checked_tql
from tools.testomatio.tools.tql_fields import FIELDS

pytestmark = pytest.mark.anyio


async def page(address: str) -> str:
    async with desk() as d:
        told: Any = await d.client.read_resource(address)
        return str(told.contents[0].text)


async def test_a_test_is_a_page_with_its_text_fenced_and_its_issues() -> None:
    told = await page(f"testomatio://{SHOP}/tests/@Tc0de0010")
    for words in ("# Test c0de0010", "- Priority: critical", "## Description", "Enter OLD10", "SHOP-398"):
        assert words in told
    assert "was written by others" in told


async def test_a_suite_is_a_page_with_everything_below_it_in_its_place() -> None:
    told = await page(f"testomatio://{SHOP}/suites/f01de004")
    lines = [line.split("[")[0].rstrip(" *") for line in told.splitlines()]
    assert "- c0ffee01" in lines
    assert "  - c0de0010" in lines
    assert "- Tests below it: 36" in told


async def test_the_query_language_is_a_page_with_every_field_and_examples_that_are_right() -> None:
    told = await page("testomatio://tql")
    for fields in FIELDS.values():
        for name in fields:
            assert f"`{name}`" in told
    for query, kind in EXAMPLES:
        assert query in told
        assert checked_tql(query, kind) == query


@pytest.mark.parametrize("address", ["nowhere/tests/c0de0010", f"{SHOP}/tests/00000000", f"{SHOP}/suites/.."])
async def test_what_is_not_there_is_no_page(address: str) -> None:
    async with desk() as d:
        with pytest.raises(Exception, match=r"No project|has no test|may not be|[Uu]nknown|not found"):
            await d.client.read_resource(f"testomatio://{address}")


async def test_projects_tests_and_suites_complete_themselves() -> None:
    async with desk() as d:
        for template, variable, typed, before, one in (
            ("{project}/tests/{test_id}", "project", "harbour-s", {}, SHOP),
            ("{project}/tests/{test_id}", "test_id", "", {"project": SHOP}, None),
            ("{project}/tests/{test_id}", "test_id", "@Tc0de0022", {"project": SHOP}, "c0de0022"),
            ("{project}/suites/{suite_id}", "suite_id", "c0ff", {"project": SHOP}, "c0ffee01"),
        ):
            ref = ResourceTemplateReference(type="ref/resource", uri=f"testomatio://{template}")
            told = await d.client.complete(ref, {"name": variable, "value": typed}, context_arguments=before)
            assert told.completion.values
            assert one is None or told.completion.values == [one]


async def test_projects_complete_from_the_account_or_from_the_default_alone() -> None:
    async with holding(GENERAL) as api:
        assert "harbour-app-2d41c" in await project_slugs(api, "harbour-a")
        assert await ids_of_tests(api, "project", "harbour-s", {}) == [SHOP]
    async with holding(OF_THE_PROJECT) as api:
        assert await project_slugs(api, "") == [SHOP]
        assert await ids_of_suites(api, "suite_id", "@Sc0ffee01", {"project": SHOP}) == ["c0ffee01"]
        assert len(await ids_of_tests(api, "test_id", "", {"project": SHOP})) == 100
