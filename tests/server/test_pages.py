"""Resources, completion and prompts, as a client meets them on both eras."""

import pytest
from mcp import MCPError
from mcp.types import PromptReference, ResourceTemplateReference

from server.own_acts import ACTS
from tests.desk import ERAS, desk, settings
from tools.platforms import PLATFORMS

pytestmark = pytest.mark.anyio
both_eras = pytest.mark.parametrize("mode", ERAS)


async def page(d: object, uri: str) -> str:
    contents = await d.client.read_resource(uri)  # type: ignore[attr-defined]  # a Desk
    return str(contents.contents[0].text)


@both_eras
async def test_a_bug_is_a_readable_page(mode: str) -> None:
    async with desk(mode) as d:
        told = await page(d, "testio://bugs/88101")
    for part in ("# Bug 88101", "Coupon field accepts expired code", "## Steps", "## Expected", "- Severity: high"):
        assert part in told


@both_eras
async def test_a_test_and_a_product_are_readable_pages(mode: str) -> None:
    async with desk(mode) as d:
        assert "## Numbers" in await page(d, "testio://exploratory-tests/5512")
        assert "## Test environments" in await page(d, "testio://products/71")


@both_eras
async def test_every_page_declared_is_offered(mode: str) -> None:
    async with desk(mode) as d:
        offered = {t.uri_template for t in (await d.client.list_resource_templates()).resource_templates}
        offered |= {str(r.uri) for r in (await d.client.list_resources()).resources}
    assert offered == {ACTS, *(f"{p.key}://{r.template}" for p in PLATFORMS for r in p.resources)}


@both_eras
async def test_a_page_that_is_not_there_says_where_ids_come_from(mode: str) -> None:
    async with desk(mode) as d:
        with pytest.raises(MCPError, match=r"No bug 812\. testio_list_bugs shows ids"):
            await page(d, "testio://bugs/812")


@both_eras
async def test_an_id_on_a_page_that_is_no_number_is_a_sentence(mode: str) -> None:
    async with desk(mode) as d:
        with pytest.raises(MCPError, match="bug_id must be a whole number"):
            await page(d, "testio://bugs/zz")


@both_eras
async def test_ids_are_completed_from_what_was_typed(mode: str) -> None:
    async with desk(mode) as d:
        for template, name, typed in (
            ("testio://bugs/{bug_id}", "bug_id", "8813"),
            ("testio://exploratory-tests/{test_id}", "test_id", "55"),
            ("testio://products/{product_id}", "product_id", "7"),
        ):
            ref = ResourceTemplateReference(type="ref/resource", uri=template)
            done = (await d.client.complete(ref, {"name": name, "value": typed})).completion
            assert done.values
            assert all(value.startswith(typed) for value in done.values)
            assert len(done.values) <= 100


@both_eras
async def test_a_prompts_argument_is_completed_like_the_page_it_names(mode: str) -> None:
    async with desk(mode) as d:
        ref = PromptReference(type="ref/prompt", name="triage_bugs")
        done = (await d.client.complete(ref, {"name": "product_id", "value": "7"})).completion
        assert "71" in done.values


@both_eras
async def test_a_completion_that_cannot_be_had_is_empty_and_no_failure(mode: str) -> None:
    async with desk(mode) as d:
        await d.fault(method="GET", path="/*", times=9, status=500)
        ref = ResourceTemplateReference(type="ref/resource", uri="testio://bugs/{bug_id}")
        assert (await d.client.complete(ref, {"name": "bug_id", "value": "8"})).completion.values == []


@both_eras
async def test_a_prompt_is_filled_with_its_arguments(mode: str) -> None:
    async with desk(mode) as d:
        got = await d.client.get_prompt("plan_test", {"what": "The new basket"})
        told = got.messages[0].content.text  # type: ignore[union-attr]  # it is text
        assert "The new basket" in told
        assert "(not said)" in told
        assert "$" not in told


@both_eras
async def test_a_prompt_with_a_missing_or_unknown_argument_is_a_protocol_error(mode: str) -> None:
    async with desk(mode) as d:
        for arguments in ({}, {"what": "x", "whta": "y"}):
            with pytest.raises(MCPError) as raised:
                await d.client.get_prompt("plan_test", arguments)
            assert raised.value.error.code == -32602
        with pytest.raises(MCPError) as raised:
            await d.client.get_prompt("no_such_prompt", {})
        assert raised.value.error.code == -32602


async def test_a_read_only_session_offers_no_prompt_whose_tools_it_lacks() -> None:
    async with desk(told=settings(read_only=True)) as d:
        offered = {prompt.name for prompt in (await d.client.list_prompts()).prompts}
    assert "triage_bugs" not in offered, "it rejects"
    assert "release_report" in offered, "it only reads"


async def test_a_prompt_is_offered_without_the_tools_it_can_do_without() -> None:
    of_a_project = settings({"TESTOMATIO_API_TOKEN": "tstmt_of0one0project"}, sandbox=False)
    async with desk(told=of_a_project) as d:
        tools = {tool.name for tool in (await d.client.list_tools()).tools}
        offered = {prompt.name for prompt in (await d.client.list_prompts()).prompts}
    assert "testomatio_copy_run" not in tools
    assert offered == {"review_run", "write_test_cases"}


async def test_the_instructions_are_short() -> None:
    async with desk() as d:
        assert len((d.client.instructions or "").split()) < 200
