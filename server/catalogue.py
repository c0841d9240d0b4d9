"""Tools that exist but are not listed: `find_tools` finds them, two tools call them under the same guards.

`call_read_tool` calls those that only read, and its hints say so: a host need not ask for approval of each read.
`call_tool` calls any. A call through either becomes the call of the tool itself before anything else looks at it: the
same arguments are checked, the same question is asked, the same answer comes back.
"""

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Final

from anyio.lowlevel import checkpoint
from mcp.server import MCPServer
from mcp.server.context import CallNext, HandlerResult, ServerMiddleware, ServerRequestContext
from mcp.server.mcpserver.exceptions import ResourceNotFoundError, ToolError
from mcp.server.mcpserver.tools import Tool as McpTool
from mcp.types import (
    CallToolResult,
    GetPromptResult,
    InputRequiredResult,
    Prompt,
    Resource,
    ResourceTemplate,
    TextContent,
    ToolAnnotations,
)
from mcp.types import Tool as ListedTool
from pydantic import Field

from server.arguments import Arguments, normalize
from server.callers import program, shows_views
from server.exposed_tool import SEARCH_HINT, ExposedTool, hint_meta
from server.faces import CALL, CALL_READ, DEFERRING, FIND, Listing
from server.guards.mentions import permitted, permitted_schema
from server.guards.rights import Rights, may_read
from server.schemas import published, published_hints, slim
from server.views.listed import UI, Views
from tools.kit.errors import Refused
from tools.kit.page import Cursor, decode_cursor, digest, encode_cursor

if TYPE_CHECKING:
    from server.finding.index import Index
    from server.team.fairness import Fairness
    from server.team.shared_sessions import SharedSessions

ALWAYS_LOAD: Final = "anthropic/alwaysLoad"
"""Asks a host that defers tools to load this one at once."""
MOST: Final = 10
FULL: Final = 3
"""Tools that are shown with their schemas unless the caller asks for more or fewer."""
TAKES: Final[dict[str, Any]] = {
    "properties": {"name": {"type": "string"}, "arguments": {"type": "object", "properties": {}}},
    "required": ["name"],
}
"""The parameters of the two tools that call, for middleware that inspects a call."""


class CataloguedServer(MCPServer[Any]):
    """A server that lists to each host the tools that it needs."""

    listing: Listing
    views: Views = Views()
    shared_sessions: "SharedSessions | None" = None
    """The handshake sessions that this process serves together with others; None where it keeps them itself."""
    rights: Rights
    prompt_tools: Mapping[str, Collection[str]] = {}
    """The tools that each prompt needs."""
    fairness: "Fairness | None" = None
    """What each person may have under way, where several share the server."""
    trusts_records: bool = True
    """Whether to list schemas that are known from records as they are."""

    def every_tool(self) -> list[McpTool]:
        """All tools that can be called, whatever is listed."""
        return list(self._tool_manager.list_tools())

    async def list_tools(self) -> list[ListedTool]:
        """The tools listed to the host that asks; the schemas of the others are not built."""
        for_model = self.listing.for_host(program.get())
        names = self.views.listed(for_model, are_shown=shows_views.get()) - self.rights.hidden()
        if not self.trusts_records:
            for tool in self._tool_manager.list_tools():
                if isinstance(tool, ExposedTool) and tool.name in names:
                    tool.build()
                    await checkpoint()  # nobody waits for this list, but others may wait meanwhile
        return [
            as_listed(tool, self.listing, program.get(), self.views.meta(tool.name, for_model))
            for tool in self._tool_manager.list_tools()
            if tool.name in names
        ]

    async def list_resources(self) -> list[Resource]:
        """The resources; the pages of views are listed to hosts that show them."""
        if not may_read():
            return []
        pages = set() if shows_views.get() else {shown.address for shown in self.views.shown.values()}
        return [resource for resource in await super().list_resources() if resource.uri not in pages]

    async def list_resource_templates(self) -> list[ResourceTemplate]:
        """The templates of resources, for those who may read."""
        return await super().list_resource_templates() if may_read() else []

    async def read_resource(self, uri: Any, context: Any = None) -> Iterable[Any] | InputRequiredResult:
        """Read a resource; for somebody who may not read there is none.

        Raises:
            ResourceNotFoundError: as for an address that means nothing.
        """
        if not may_read():
            raise ResourceNotFoundError(f"Unknown resource: {uri}")
        return await super().read_resource(uri, context)

    async def list_prompts(self) -> list[Prompt]:
        """The prompts whose tools the caller may call."""
        return [prompt for prompt in await super().list_prompts() if self.offers(prompt.name)]

    async def get_prompt(
        self, name: str, arguments: dict[str, Any] | None = None, context: Any = None
    ) -> GetPromptResult | InputRequiredResult:
        """Fill in a prompt.

        Raises:
            ValueError: for one that is unknown, or whose tools the caller may not call.
        """
        if not self.offers(name):
            raise ValueError(f"Unknown prompt: {name}")
        return await super().get_prompt(name, arguments, context)

    def offers(self, prompt: str) -> bool:
        """Whether the caller may call the tools that a prompt needs."""
        return may_read() and self.rights.hidden().isdisjoint(self.prompt_tools.get(prompt, ()))


def as_listed(tool: McpTool, listing: Listing, client: str, ui: dict[str, Any] | None = None) -> ListedTool:
    """A tool as a host is listed it; one that searches the list gets the words that people ask with.

    `ui` is what the extension of views says of it.
    """
    host = DEFERRING.get(client)
    meta = dict(tool.meta or {})
    hint, description = meta.pop(SEARCH_HINT, None), tool.description
    if hint and host is not None:
        if host.reads_hints:
            meta[SEARCH_HINT] = hint
        else:
            description = f"{description} For: {hint}."
    if tool.name in listing.at_once(client):
        meta[ALWAYS_LOAD] = True
    if ui is not None:
        meta[UI] = ui
    return ListedTool(
        name=tool.name,
        title=tool.title,
        description=permitted(description),
        input_schema=permitted_schema(published(tool.parameters)),
        output_schema=tool.output_schema,
        annotations=published_hints(tool.annotations),
        icons=tool.icons,
        _meta=meta or None,
    )


def catalogue(
    tools: Sequence[McpTool],
    listed: Sequence[McpTool],
    platforms: Mapping[str, str],
    why_unavailable: Callable[[str], str | None],
    *,
    may: Callable[[str], bool],
    read_only: bool,
) -> list[McpTool]:
    """The tools that find and call the others, of those that their caller `may` call.

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
        found = index().search(text, key, may)
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
