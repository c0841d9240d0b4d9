"""A server without a credential says so where a host shows it: in its tools and its instructions."""

import pytest

from server.app import build
from tests.desk import ERAS, desk, settings

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("mode", ERAS)
async def test_without_a_credential_one_tool_says_what_to_set(mode: str) -> None:
    told = settings({"TESTDESK_TOOLSETS": ""}, sandbox=False)
    async with desk(mode, told=told, server=build(told)) as d:
        assert [tool.name for tool in (await d.client.list_tools()).tools] == ["testdesk_setup"]
        answer = await d.answer("testdesk_setup")
        assert [one["platform"] for one in answer["platforms"]] == [
            *("test IO", "Testomat.io", "Testery", "Testsigma Test Management")
        ]
        for variable in ("TESTIO_API_TOKEN", "TESTOMATIO_API_TOKEN", "TESTERY_API_TOKEN", "TESTSIGMA_API_TOKEN"):
            assert variable in str(answer)
        assert "testdesk_setup" in (d.client.instructions or "")
        assert "TESTIO_API_TOKEN" in await d.refusal("testio_list_products"), "a call by name says the same"
        assert (await d.client.list_prompts()).prompts == []


async def test_a_catalogue_can_still_list_the_tools_without_a_credential() -> None:
    told = settings({"TESTDESK_TOOLSETS": "testio,testery"}, sandbox=False)
    async with desk(told=told, server=build(told)) as d:
        names = {tool.name for tool in (await d.client.list_tools()).tools}
        assert {"testdesk_setup", "testio_list_bugs", "testery_get_failures", "find_tools"} <= names


async def test_with_a_credential_there_is_nothing_to_set_up() -> None:
    told = settings({"TESTIO_API_TOKEN": "0123456789abcdef"}, sandbox=False)
    server = build(told)
    assert "testdesk_setup" not in {tool.name for tool in await server.list_tools()}
    assert "testdesk_setup" not in str(server.instructions)
