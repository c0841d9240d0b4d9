"""Tools that exist but are not listed: `find_tools` finds them, `call_tool` calls them under the same guards.

A call through `call_tool` becomes the call of the tool itself before anything else looks at it: the same arguments are
checked, the same question is asked, the same answer comes back.
"""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from typing import Annotated, Any, Final

from mcp.server import MCPServer
from mcp.server.context import CallNext, HandlerResult, ServerMiddleware, ServerRequestContext
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.mcpserver.tools import Tool as McpTool
from mcp.types import CallToolResult, TextContent, ToolAnnotations
from mcp.types import Tool as ListedTool
from pydantic import Field

from server.arguments import Arguments, normalize
from server.callers import program
from server.exposed_tool import ExposedTool
from server.faces import CALL, FIND, Listing
from server.schemas import published, published_hints

MOST: Final = 10
ALWAYS_LOAD: Final = "anthropic/alwaysLoad"
"""Asks a host that defers tools to load this one at once."""
TAKES: Final[dict[str, Any]] = {
    "properties": {"name": {"type": "string"}, "arguments": {"type": "object", "properties": {}}},
    "required": ["name"],
}
"""The parameters of `call_tool`, for middleware that inspects a call."""


class CataloguedServer(MCPServer[Any]):
    """A server that lists to each host the tools that it needs."""

    listing: Listing

    async def list_tools(self) -> list[ListedTool]:
        """The tools listed to the host that asks; the schemas of the others are not built."""
        names, at_once = self.listing.for_host(program.get()), self.listing.at_once(program.get())
        return [
            ListedTool(
                name=tool.name,
                title=tool.title,
                description=tool.description,
                input_schema=published(tool.parameters),
                output_schema=tool.output_schema,
                annotations=published_hints(tool.annotations),
                icons=tool.icons,
                _meta={**(tool.meta or {}), ALWAYS_LOAD: True} if tool.name in at_once else tool.meta,
            )
            for tool in self._tool_manager.list_tools()
            if tool.name in names
        ]


def catalogue(tools: Sequence[McpTool], *, read_only: bool) -> list[McpTool]:
    """The two tools that find and call the others."""

    async def find_tools(
        text: Annotated[str, Field(max_length=200, description="What it should do, such as 'cancel a run'.")],
        limit: Annotated[int, Field(ge=1, le=MOST, description="Tools to show.")] = 5,
    ) -> CallToolResult:
        found = rank(tools, text)
        listed_tools = [
            {
                "name": tool.name,
                "description": tool.description,
                "asks_a_person": bool(tool.annotations and tool.annotations.destructive_hint),
                "inputSchema": published(tool.parameters),
            }
            for tool in found[:limit]
        ]
        answer = {"tools": listed_tools, "more": len(found) - len(listed_tools), "next": f"Call one with {CALL}."}
        if not found:
            answer = {
                "tools": [],
                "next": "Nothing fits these words. Try the name of a thing: bug, run, suite, environment.",
            }
        line = json.dumps(answer, ensure_ascii=False, separators=(",", ":"))
        return CallToolResult(content=[TextContent(type="text", text=line)], structured_content=answer)

    names = [tool.name for tool in tools]

    async def call_tool(
        name: Annotated[str, Field(description=f"Name, as {FIND} gives it.")],
        arguments: Annotated[dict[str, Any], Field(description="Its arguments, by its inputSchema.")] = {},  # noqa: B006
    ) -> CallToolResult:
        # A call of an existing tool never gets here: `unfolded` has replaced it by the call of that tool.
        close = get_close_matches(name[:64], names, 1)
        hint = f" Did you mean {close[0]}?" if close else f" {FIND} finds tools by what they do."
        raise ToolError(f"Nothing was sent. There is no tool {name[:64]!r} to call.{hint}")

    finding = _lazy_tool(
        find_tools,
        "Find tools",
        "Find tools that are not listed here, by what they do; answers their schemas.",
        ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False),
    )
    calling = _lazy_tool(
        call_tool,
        "Call a tool",
        f"Call a tool that {FIND} found. A person is asked exactly as if it were called directly.",
        # It may call any tool, so its hints are those of the worst case.
        ToolAnnotations(
            read_only_hint=read_only, destructive_hint=not read_only, idempotent_hint=False, open_world_hint=True
        ),
    )
    return [finding, calling]


def _lazy_tool(function: Any, title: str, description: str, annotations: ToolAnnotations) -> McpTool:
    """A tool of the server's own, with the same argument handling as all others."""

    def finish() -> McpTool:
        tool = McpTool.from_function(function, structured_output=False)
        tool.parameters = _without_titles(tool.parameters)
        model = tool.fn_metadata.arg_model
        tool.fn_metadata = Arguments(arg_model=model, takes=tool.parameters, filters=function.__name__ == FIND)
        return tool

    return ExposedTool.later(function.__name__, title, description, annotations, finish)


def _without_titles(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema without titles, strict at its top level."""
    properties = {name: {k: v for k, v in p.items() if k != "title"} for name, p in schema["properties"].items()}
    plain = {name: value for name, value in schema.items() if name != "title"}
    return plain | {"properties": properties, "additionalProperties": False}


def rank(tools: Sequence[McpTool], text: str) -> list[McpTool]:
    """The tools whose names and descriptions match the words, best first."""
    words = set(_words(text))
    scored = []
    for place, tool in enumerate(tools):
        name, sentence = set(_words(tool.name)), set(_words(tool.description))
        score = 3 * len(words & name) + len(words & (sentence - name))
        if score:
            scored.append((-score, len(name), place, tool))
    return [tool for *_, tool in sorted(scored, key=lambda one: one[:3])]


def _words(text: str) -> list[str]:
    """Words without their most common endings, so that "runs" matches "run"."""
    return [word[:-1] if len(word) > 3 and word.endswith("s") else word for word in re.findall(r"[a-z]+", text.lower())]


def unwrap_call_tool(names: Collection[str]) -> ServerMiddleware[Any]:
    """Outermost middleware: replaces a call of `call_tool` by the call of the tool it names.

    What means none of the tools with these names is left to `call_tool` itself, which says what is wrong.
    """
    known = frozenset(names)

    async def unfold(ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        params = ctx.params
        if ctx.method != "tools/call" or not isinstance(params, Mapping) or params.get("name") != CALL:
            return await call_next(ctx)
        given = params.get("arguments") or {}
        if not isinstance(given, Mapping):
            return await call_next(ctx)
        taken = normalize(given, TAKES, filters=False)
        name, arguments = taken.get("name"), taken.get("arguments", {})
        if taken.keys() - TAKES["properties"].keys() or name not in known or not isinstance(arguments, dict):
            return await call_next(ctx)
        return await call_next(replace(ctx, params={**params, "name": name, "arguments": arguments}))

    return unfold
