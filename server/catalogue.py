"""Tools that are not listed and still there: `find_tools` finds them, `call_tool` calls them under the same guards.

A call through `call_tool` becomes the call of the tool itself before anything else looks at it: the same arguments are
checked, the same question is asked, the same answer comes back.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any, Final

from mcp import MCPError
from mcp.server import MCPServer
from mcp.server.context import CallNext, HandlerResult, ServerMiddleware, ServerRequestContext
from mcp.server.mcpserver.tools import Tool as McpTool
from mcp.types import INVALID_PARAMS, CallToolResult, TextContent, ToolAnnotations
from mcp.types import Tool as ListedTool
from pydantic import Field

FIND: Final = "find_tools"
CALL: Final = "call_tool"
MOST: Final = 10


class CataloguedServer(MCPServer[Any]):
    """A server that lists some of its tools and has them all."""

    listed: frozenset[str] | None = None
    """Names of the tools to list; None: every one."""

    async def list_tools(self) -> list[ListedTool]:
        """The tools that are listed; the schemas of the others are not even made."""
        manager = self._tool_manager
        tools = [tool for tool in manager.list_tools() if self.listed is None or tool.name in self.listed]
        return [
            ListedTool(
                name=tool.name,
                title=tool.title,
                description=tool.description,
                input_schema=tool.parameters,
                output_schema=tool.output_schema,
                annotations=tool.annotations,
            )
            for tool in tools
        ]


def catalogue(tools: Sequence[McpTool], *, read_only: bool) -> list[McpTool]:
    """The two tools of the catalogue, over all others."""

    async def find_tools(
        text: Annotated[str, Field(max_length=200, description="What it should do, such as 'cancel a run'.")],
        limit: Annotated[int, Field(ge=1, le=MOST)] = 5,
    ) -> CallToolResult:
        found = best(tools, text)
        shown = [
            {
                "name": tool.name,
                "description": tool.description,
                "asks_a_person": bool(tool.annotations and tool.annotations.destructive_hint),
                "inputSchema": tool.parameters,
            }
            for tool in found[:limit]
        ]
        told = {"tools": shown, "more": len(found) - len(shown), "next": f"Call one with {CALL}."}
        if not found:
            told = {
                "tools": [],
                "next": "Nothing fits these words. Try the name of a thing: bug, run, suite, environment.",
            }
        line = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
        return CallToolResult(content=[TextContent(type="text", text=line)], structured_content=told)

    async def call_tool(
        name: Annotated[str, Field(max_length=64, description=f"Name, as {FIND} gives it.")],
        arguments: Annotated[dict[str, Any], Field(description="Its arguments, by its inputSchema.")] = {},  # noqa: B006
    ) -> CallToolResult:
        raise RuntimeError("the middleware calls the tool itself")  # pragma: no cover - never reached

    finding = McpTool.from_function(
        find_tools,
        title="Find tools",
        description="Find tools that are not listed here, by what they do; answers their schemas.",
        annotations=ToolAnnotations(
            read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
        ),
        structured_output=False,
    )
    calling = McpTool.from_function(
        call_tool,
        title="Call a tool",
        description=f"Call a tool that {FIND} found. A person is asked exactly as if it were called directly.",
        # What it calls may be any tool: the hints are those of the worst.
        annotations=ToolAnnotations(
            read_only_hint=read_only, destructive_hint=not read_only, idempotent_hint=False, open_world_hint=True
        ),
        structured_output=False,
    )
    for tool in (finding, calling):
        tool.parameters = _plain(tool.parameters)
    return [finding, calling]


def _plain(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema without the titles that say names again, strict at its top."""
    properties = {name: {k: v for k, v in p.items() if k != "title"} for name, p in schema["properties"].items()}
    kept = {name: value for name, value in schema.items() if name != "title"}
    return kept | {"properties": properties, "additionalProperties": False}


def best(tools: Sequence[McpTool], text: str) -> list[McpTool]:
    """The tools whose names and sentences have the words, best first; one that has none of them is not there."""
    words = set(_words(text))
    scored = []
    for place, tool in enumerate(tools):
        name, sentence = set(_words(tool.name)), set(_words(tool.description))
        score = 3 * len(words & name) + len(words & (sentence - name))
        if score:
            scored.append((-score, len(name), place, tool))
    return [tool for *_, tool in sorted(scored, key=lambda one: one[:3])]


def _words(text: str) -> list[str]:
    """Words without their commonest endings, so that runs are found by run."""
    return [word[:-1] if len(word) > 3 and word.endswith("s") else word for word in re.findall(r"[a-z]+", text.lower())]


def unfolded() -> ServerMiddleware[Any]:
    """Middleware, to stand first, that turns a call through the catalogue into the call it means."""

    async def unfold(ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        params = ctx.params
        if ctx.method != "tools/call" or not isinstance(params, Mapping) or params.get("name") != CALL:
            return await call_next(ctx)
        given = params.get("arguments") or {}
        name = given.get("name") if isinstance(given, Mapping) else None
        arguments = given.get("arguments") or {} if isinstance(given, Mapping) else {}
        if isinstance(arguments, str):
            try:
                arguments = json.loads(arguments)  # some hosts send an object as its text
            except ValueError:
                arguments = None
        if not isinstance(name, str) or name in {CALL, FIND} or not isinstance(arguments, dict):
            raise MCPError(
                code=INVALID_PARAMS,
                message=f"{CALL} takes the name of a tool, as {FIND} gives it, and its arguments as an object.",
            )
        return await call_next(replace(ctx, params={**params, "name": name, "arguments": arguments}))

    return unfold
