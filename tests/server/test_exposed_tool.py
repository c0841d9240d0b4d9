"""A tool is known by name at once, and its schema is made when somebody looks at it."""

import ast
import subprocess
import sys

import pytest

from server.app import build
from server.exposed_tool import LATER
from server.reference import ROOT
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


LOADED = """
import sys
from server.app import build
from server.settings import read_settings
from tools.platforms import PLATFORMS

build(read_settings(PLATFORMS, {environment}, sandbox={sandbox}))
print([name for name in sys.modules if name.startswith("tools.") and name.split(".")[2:3] in (["sandbox"], ["tools"])])
"""


@pytest.mark.parametrize(
    ("environment", "sandbox", "wanted"),
    [({"TESTERY_API_TOKEN": "x"}, False, {"tools.testery.tools"}), ({}, True, None)],
    ids=["one account", "sandbox"],
)
def test_a_start_loads_what_is_configured_and_no_imitation(
    environment: dict[str, str], sandbox: bool, wanted: set[str] | None
) -> None:
    code = LOADED.format(environment=environment, sandbox=sandbox)
    command = [sys.executable, "-P", "-c", code]
    told = subprocess.run(command, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True)
    assert told.returncode == 0, told.stderr
    loaded = set(ast.literal_eval(told.stdout))
    assert not {name for name in loaded if ".sandbox." in name and not name.startswith("tools.kit.")}
    if wanted is not None:
        assert {".".join(name.split(".")[:3]) for name in loaded} - {"tools.kit.sandbox"} == wanted
