"""Identifies the caller: the one client of a pipe, or a session over HTTP; and the program that it is."""

import getpass
from contextvars import ContextVar
from functools import cache
from typing import Any, Final

from mcp.server.apps import client_supports_apps
from mcp.server.context import CallNext, HandlerResult, ServerRequestContext

from server.guards.consent import MODERN
from server.team.authentication import KEY_HOLDER
from server.team.person import SCOPE_KEY, Person, person_of
from server.team.session import session_number
from tools.kit.caller import ONLY, current
from tools.kit.caller import person as in_tools

SESSION = "mcp-session-id"
PERSON: Final = SCOPE_KEY
OVER_HTTP: Final = KEY_HOLDER
"""The principal of a request over HTTP where one key is everybody's."""
program: Final[ContextVar[str]] = ContextVar("program", default="")
"""The name that the client of the current request gives itself, such as claude-code; empty if it gives none."""
shows_views: Final[ContextVar[bool]] = ContextVar("shows_views", default=False)
"""Whether the client of the current request shows the pages of tools."""
request: Final[ContextVar[str]] = ContextVar("request", default="")
"""The id that the client gave to the current request."""
principal: Final[ContextVar[str]] = ContextVar("principal", default="")
"""Who the current request acts for: the user of this machine on standard input; empty outside of a request."""
person: Final[ContextVar[Person | None]] = ContextVar("person", default=None)
"""The authenticated person of the current request; None on standard input and in the process itself."""


@cache
def local_user() -> str:
    """The user of this machine under whom this process runs."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # a container may run under a number without a name
        return "local"


async def name_caller(ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
    """Middleware: set the caller of a request, for state that is kept per caller, and its program's name.

    On 2026-07-28 a request over HTTP has no session, so nothing shows that two come from the same client.
    """
    params = ctx.session.client_params
    authenticated = person_of(ctx)
    token, named = (
        current.set(_caller(ctx, authenticated)),
        program.set(params.client_info.name if params is not None else ""),
    )
    showing = shows_views.set(client_supports_apps(ctx))
    numbered = request.set("" if ctx.request_id is None else str(ctx.request_id))
    whom = person.set(authenticated)
    known = principal.set(_principal(ctx, authenticated))
    served = in_tools.set(authenticated.name if authenticated is not None and authenticated.is_team else None)
    try:
        return await call_next(ctx)
    finally:
        current.reset(token)
        program.reset(named)
        shows_views.reset(showing)
        request.reset(numbered)
        principal.reset(known)
        person.reset(whom)
        in_tools.reset(served)


def _principal(ctx: ServerRequestContext[Any, Any], authenticated: Person | None) -> str:
    if authenticated is not None:
        return authenticated.name
    return local_user() if ctx.request is None else OVER_HTTP


def _caller(ctx: ServerRequestContext[Any, Any], authenticated: Person | None) -> str | None:
    if ctx.request is None:
        return ONLY
    if (ctx.protocol_version or MODERN) >= MODERN:
        # A session header proves nothing here: it could name somebody else's. A person proves it with each request.
        return f"person {authenticated.name}" if authenticated is not None and authenticated.is_team else None
    shared = session_number(ctx)
    if shared is not None:
        return f"session {shared}"
    session: str | None = ctx.request.headers.get(SESSION)
    return session
