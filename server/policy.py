"""Protocol errors for requests with unknown names, and generic ones for crashes."""

from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from mcp import MCPError
from mcp.server.context import CallNext, HandlerResult, ServerMiddleware, ServerRequestContext
from mcp.types import INVALID_PARAMS


def protocol_errors(names: Sequence[str], may: Callable[[str], bool]) -> ServerMiddleware[Any]:
    """Middleware for a session whose tools have these names; one that its caller may not call is unknown."""
    known = frozenset(names)

    async def check(ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        params: Any = ctx.params
        if ctx.method == "tools/call" and isinstance(params, Mapping):
            name = params.get("name")
            if isinstance(name, str) and not (name in known and may(name)):
                close = get_close_matches(name[:64], filter(may, known), 1)
                hint = f"; did you mean {close[0]}?" if close else ""
                raise MCPError(code=INVALID_PARAMS, message=f"Unknown tool: {name[:64]!r}{hint}")
        if ctx.method == "prompts/get":
            try:
                return await call_next(ctx)
            except ValueError as error:
                raise MCPError(code=INVALID_PARAMS, message=str(error)[:300]) from error
        return await call_next(ctx)

    return check
