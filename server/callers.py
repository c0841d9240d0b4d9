"""Identifies the caller: the one client of a pipe, or a session over HTTP."""

from typing import Any

from mcp.server.context import CallNext, HandlerResult, ServerRequestContext

from server.guards.consent import MODERN
from tools.kit.caller import ONLY, current

SESSION = "mcp-session-id"


async def name_caller(ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
    """Middleware: set the caller of a request, for state that is kept per caller.

    On 2026-07-28 a request over HTTP has no session, so nothing shows that two come from the same client.
    """
    token = current.set(_caller(ctx))
    try:
        return await call_next(ctx)
    finally:
        current.reset(token)


def _caller(ctx: ServerRequestContext[Any, Any]) -> str | None:
    if ctx.request is None:
        return ONLY
    if (ctx.protocol_version or MODERN) >= MODERN:
        return None  # a session header proves nothing here: it could name somebody else's
    session: str | None = ctx.request.headers.get(SESSION)
    return session
