"""The server that lists what its caller may use: tools, resources and prompts."""

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from anyio.lowlevel import checkpoint
from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ResourceNotFoundError
from mcp.server.mcpserver.tools import Tool as McpTool
from mcp.types import GetPromptResult, InputRequiredResult, Prompt, Resource, ResourceTemplate
from mcp.types import Tool as ListedTool

from server.callers import program, shows_views
from server.exposed_tool import SEARCH_HINT, ExposedTool
from server.faces import DEFERRING, Listing
from server.guards.mentions import permitted, permitted_schema
from server.guards.rights import Rights, may_read
from server.schemas import published, published_hints
from server.views.listed import UI, Views

if TYPE_CHECKING:
    from server.team.fairness import Fairness
    from server.team.shared_sessions import SharedSessions

ALWAYS_LOAD: Final = "anthropic/alwaysLoad"
"""Asks a host that defers tools to load this one at once."""


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
        names = self.views.listed(for_model, are_shown=shows_views.get()) - self.rights.unlisted()
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
        return [one for one in await super().list_resources() if one.uri not in pages and self._lists(one.uri)]

    async def list_resource_templates(self) -> list[ResourceTemplate]:
        """The templates of resources, for those who may read."""
        templates = await super().list_resource_templates() if may_read() else []
        return [template for template in templates if self._lists(template.uri_template)]

    def _lists(self, uri: str) -> bool:
        """Whether the caller has a credential for the platform of a resource, as far as it is one's."""
        return uri.partition("://")[0] not in self.rights.lacking()

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
        """Whether the caller may call the tools that a prompt needs, and has what they take."""
        return may_read() and self.rights.unlisted().isdisjoint(self.prompt_tools.get(prompt, ()))


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
