"""Tools that exist but are not listed: `find_tools` finds them, two tools call them under the same guards.

`call_read_tool` calls those that only read, and its hints say so: a host need not ask for approval of each read.
`call_tool` calls any. A call through either becomes the call of the tool itself before anything else looks at it: the
same arguments are checked, the same question is asked, the same answer comes back.
"""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Final

from mcp.server.context import CallNext, HandlerResult, ServerMiddleware, ServerRequestContext
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.mcpserver.tools import Tool as McpTool
from mcp.types import CallToolResult, TextContent, ToolAnnotations
from pydantic import Field

from server.arguments import Arguments, normalize
from server.exposed_tool import ExposedTool, hint_meta
from server.faces import CALL, CALL_READ, FIND
from server.guards.mentions import permitted, permitted_schema
from server.schemas import published, slim
from tools.kit.errors import Refused
from tools.kit.page import Cursor, decode_cursor, digest, encode_cursor

if TYPE_CHECKING:
    from server.finding.index import Index

MOST: Final = 10
FULL: Final = 3
"""Tools that are shown with their schemas unless the caller asks for more or fewer."""
TAKES: Final[dict[str, Any]] = {
    "properties": {"name": {"type": "string"}, "arguments": {"type": "object", "properties": {}}},
    "required": ["name"],
}
"""The parameters of the two tools that call, for middleware that inspects a call."""


def catalogue(
    tools: Sequence[McpTool],
    listed: Sequence[McpTool],
    platforms: Mapping[str, str],
    why_unavailable: Callable[[str], str | None],
    *,
    may: Callable[[str], bool],
    finds: Callable[[str], bool],
    read_only: bool,
) -> list[McpTool]:
    """The tools that find and call the others: those that their caller `finds`, and those that it `may` call.

    `listed` are further tools to find, which are always listed; `platforms` has the title of each key;
    `why_unavailable` says why a tool is not among the tools, or None for one that does not exist.
    """

    @cache
    def index() -> "Index":
        from server.finding.index import Index  # no start pays for it

        return Index([*tools, *listed], platforms)

    def platform_named(name: str) -> str:
        """The key of a platform, from its key or title.

        Raises:
            ToolError: if there is none; names those that there are.
        """
        key = index().key_of(name)
        if key is not None:
            return key
        raise ToolError(f"Nothing was sent. There is no platform {name[:40]!r}; there are {', '.join(platforms)}.")

    async def find_tools(
        text: Annotated[str, Field(max_length=200, description="What you want, such as 'why did the run fail'.")],
        platform: Annotated[str | None, Field(description=f"Only of one: {', '.join(platforms)}.")] = None,
        limit: Annotated[int, Field(ge=1, le=MOST, description="Tools to show.")] = 8,
        cursor: Cursor = None,
        schemas: Annotated[int, Field(ge=0, le=MOST, description="How many of them to show with schemas.")] = FULL,
    ) -> CallToolResult:
        key = platform_named(platform) if platform else None
        asked = digest(text=text, platform=key)
        try:
            (start,) = decode_cursor(cursor, asked) if cursor else [0]
        except Refused as refused:
            raise ToolError(str(refused)) from refused
        found = index().search(text, key, finds)
        shown = found[start : start + limit]
        answer: dict[str, Any] = {"tools": [_row(tool, full=place < schemas) for place, tool in enumerate(shown)]}
        if more := max(0, len(found) - start - limit):
            answer |= {"more": more, "next_cursor": encode_cursor([start + limit], asked)}
        others = f", any other with {CALL}" if may(CALL) else ""
        answer["next"] = (
            f"Call one that reads with {CALL_READ}{others}. schemas={len(shown)} shows all schemas."
            if shown
            else "Nothing fits these words. Name a thing (bug, run, test, suite, environment), what to do with it, and "
            f"maybe a platform: {', '.join(platforms.values())}."
        )
        line = json.dumps(answer, ensure_ascii=False, separators=(",", ":"))
        return CallToolResult(content=[TextContent(type="text", text=line)], structured_content=answer)

    names = [tool.name for tool in tools]

    # A call of an existing tool never gets to these two: `unwrap_calls` has replaced it by the call of that tool.
    async def call_read_tool(
        name: Annotated[str, Field(description=f"From {FIND}.")],
        arguments: Annotated[dict[str, Any], Field(description="By its inputSchema.")] = {},  # noqa: B006
    ) -> CallToolResult:
        if name in names and may(name):
            raise ToolError(f"Nothing was sent. {name} does not only read: call it with {CALL}.")
        raise no_such_tool(name)

    async def call_tool(
        name: Annotated[str, Field(description=f"From {FIND}.")],
        arguments: Annotated[dict[str, Any], Field(description="By its inputSchema.")] = {},  # noqa: B006
    ) -> CallToolResult:
        raise no_such_tool(name)

    def no_such_tool(name: str) -> ToolError:
        near, *others = get_close_matches(name[:64], filter(may, names), 3) or [""]
        meant = f"Did you mean {near}?" if near else f"{FIND} finds tools by what they do."
        meant += f" Similar names: {', '.join(others)}." if others else ""
        return ToolError(f"Nothing was sent. There is no tool {name[:64]!r} to call. {why_unavailable(name) or meant}")

    return [
        own_tool(
            find_tools,
            "Find tools",
            "Find tools that are not listed, by the user's words; answers names, and schemas of the best.",
            ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False),
        ),
        own_tool(
            call_read_tool,
            "Call a tool that reads",
            f"Call a tool that {FIND} found and that only reads.",
            ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=True),
        ),
        own_tool(
            call_tool,
            "Call a tool",
            f"Call a tool that {FIND} found; it asks the user where that tool would.",
            # It may call any tool, so its hints are those of the worst case.
            ToolAnnotations(
                read_only_hint=read_only, destructive_hint=not read_only, idempotent_hint=False, open_world_hint=True
            ),
        ),
    ]


def _row(tool: McpTool, *, full: bool) -> dict[str, Any]:
    """A found tool: with all that a call needs, or only its name and a sentence."""
    if full:
        return {
            "name": tool.name,
            "description": permitted(tool.description),
            "only_reads": reads(tool),
            "asks_a_person": bool(tool.annotations and tool.annotations.destructive_hint),
            "inputSchema": permitted_schema(published(tool.parameters)),
        }
    from server.finding.rows import sentence  # loaded with the index

    return {"name": tool.name, "description": sentence(tool.name, permitted(tool.description))}


def reads(tool: McpTool) -> bool:
    """Whether a tool changes nothing."""
    return bool(tool.annotations and tool.annotations.read_only_hint)


def own_tool(
    function: Any, title: str, description: str, annotations: ToolAnnotations, *, hint: str = ""
) -> ExposedTool:
    """A tool of the server's own, with the same argument handling as all others."""

    def finish() -> McpTool:
        tool = McpTool.from_function(
            function,
            title=title,
            description=description,
            annotations=annotations,
            meta=hint_meta(hint),
            structured_output=False,
        )
        tool.parameters = slim({"additionalProperties": False} | tool.parameters)
        model, reads = tool.fn_metadata.arg_model, annotations.read_only_hint and function.__name__ != CALL_READ
        tool.fn_metadata = Arguments(arg_model=model, takes=tool.parameters, filters=bool(reads))
        return tool

    return ExposedTool.later(function.__name__, title, description, annotations, finish, hint=hint)


def unwrap_calls(tools: Sequence[McpTool], may: Callable[[str], bool]) -> ServerMiddleware[Any]:
    """Middleware: replaces a call of `call_tool` or `call_read_tool` by the call of the tool it names.

    What means none of these tools, or with `call_read_tool` none that reads, is left to them: they say what is wrong.
    So is one that the caller may not call.
    """
    callable_by: dict[object, Collection[str]] = {
        CALL: frozenset(tool.name for tool in tools),
        CALL_READ: frozenset(tool.name for tool in tools if reads(tool)),
    }

    async def unwrap(ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        params = ctx.params
        if ctx.method != "tools/call" or not isinstance(params, Mapping) or params.get("name") not in (CALL, CALL_READ):
            return await call_next(ctx)
        given = params.get("arguments") or {}
        if not isinstance(given, Mapping) or not may(params["name"]):
            return await call_next(ctx)
        taken = normalize(given, TAKES, filters=False)
        name, arguments = taken.get("name"), taken.get("arguments", {})
        is_right = isinstance(name, str) and isinstance(arguments, dict) and taken.keys() <= TAKES["properties"].keys()
        if not is_right or name not in callable_by[params["name"]] or not may(str(name)):
            return await call_next(ctx)
        return await call_next(replace(ctx, params={**params, "name": name, "arguments": arguments}))

    return unwrap
