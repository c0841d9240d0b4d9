"""Identifies the caller: the one client of a pipe, or a session over HTTP; and the program that it is."""

from contextvars import ContextVar
from typing import Any, Final

from mcp.server.context import CallNext, HandlerResult, ServerRequestContext

from server.guards.consent import MODERN
from tools.kit.caller import ONLY, current

SESSION = "mcp-session-id"
program: Final[ContextVar[str]] = ContextVar("program", default="")
"""The name that the client of the current request gives itself, such as claude-code; empty if it gives none."""


async def name_caller(ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
    """Middleware: set the caller of a request, for state that is kept per caller, and its program's name.

    On 2026-07-28 a request over HTTP has no session, so nothing shows that two come from the same client.
    """
    params = ctx.session.client_params
    token, named = current.set(_caller(ctx)), program.set(params.client_info.name if params is not None else "")
    try:
        return await call_next(ctx)
    finally:
        current.reset(token)
        program.reset(named)


def _caller(ctx: ServerRequestContext[Any, Any]) -> str | None:
    if ctx.request is None:
        return ONLY
    if (ctx.protocol_version or MODERN) >= MODERN:
        return None  # a session header proves nothing here: it could name somebody else's
    session: str | None = ctx.request.headers.get(SESSION)
    return session
