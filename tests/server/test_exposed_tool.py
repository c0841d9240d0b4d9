"""A tool is known by name at once, and its schema is made when somebody looks at it."""

import pytest

from server.app import build
from server.exposed_tool import LATER
from tests.desk import desk, settings

pytestmark = pytest.mark.anyio


def test_a_server_starts_without_making_any_schema() -> None:
    tools = build(settings())._tool_manager.list_tools()
    assert tools
    assert not [tool.name for tool in tools if set(LATER) & set(tool.__dict__)]


async def test_a_call_makes_the_schema_of_the_tool_it_calls_and_no_other() -> None:
    server = build(settings())
    async with desk(server=server) as d:
        await d.client.call_tool("testio_list_products", {})
    made = [tool.name for tool in server._tool_manager.list_tools() if "parameters" in tool.__dict__]
    assert made == ["testio_list_products"]


async def test_what_was_put_off_is_there_when_asked_and_is_made_once() -> None:
    (tool,) = [tool for tool in build(settings())._tool_manager.list_tools() if tool.name == "testio_get_bug"]
    assert tool.parameters is tool.parameters
    assert list(tool.parameters["properties"]) == ["bug_id", "max_text", "text_from"]
    with pytest.raises(AttributeError):
        getattr(tool, "nothing_of_the_kind")  # noqa: B009 - type checkers know that there is none
