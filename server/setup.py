"""The one tool of a server without credentials: it says what to set, since hosts hide stderr."""

import json
from collections.abc import Sequence
from typing import Final

from mcp.server.mcpserver.tools import Tool as McpTool
from mcp.types import CallToolResult, TextContent, ToolAnnotations

from server.clients import missing_credentials
from server.exposed_tool import SEARCH_HINT
from server.settings import Settings
from tools.kit.platform import Platform

SETUP: Final = "testdesk_setup"
UNCONFIGURED: Final = (
    "No test platform is configured, so nothing can be read or done yet. testdesk_setup says which variables to set; "
    "show the user its answer."
)
HINT: Final = (
    "how to connect or set up a platform, which token, api key, credentials or environment variables, not working"
)


def is_unconfigured(settings: Settings) -> bool:
    """Whether no platform is configured."""
    return not (settings.sandbox or settings.brought) and not any(
        configured.is_configured for configured in settings.platforms.values()
    )


def setup_tool(platforms: Sequence[Platform], settings: Settings) -> McpTool:
    """The tool that says what to set."""
    steps = [
        {"platform": platform.title, "set": missing_credentials(platform, settings.platforms[platform.key].missing)}
        for platform in platforms
    ]
    answer = {
        "configured": [],
        "platforms": steps,
        "next": "Run `testdesk setup` in a terminal: it asks for tokens without showing them, and writes this host's "
        "entry. Or set the variables in this host's configuration of the server (`env`). Then restart it; `testdesk "
        "doctor` in a terminal tests the variables.",
    }

    async def testdesk_setup() -> CallToolResult:
        line = json.dumps(answer, ensure_ascii=False, separators=(",", ":"))
        return CallToolResult(content=[TextContent(type="text", text=line)], structured_content=answer)

    tool = McpTool.from_function(
        testdesk_setup,
        title="Set up Testdesk",
        description="Say which variables connect the test platforms. None is yet, so nothing else is offered.",
        annotations=ToolAnnotations(
            read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
        ),
        meta={SEARCH_HINT: HINT},
        structured_output=False,
    )
    tool.parameters = {"type": "object", "properties": {}, "additionalProperties": False}
    return tool
