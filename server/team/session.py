"""The session number of a request whose session any process can serve."""

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from mcp.server.context import ServerRequestContext

SESSION_NUMBER: Final = "testdesk.session"
"""Where a request over HTTP, an ASGI scope, has its session's number; set only after the session was verified."""


def session_number(ctx: "ServerRequestContext[Any, Any]") -> str | None:
    """The verified session of a request; None where one process holds the sessions, or there is none."""
    scope: dict[str, Any] = getattr(ctx.request, "scope", {})
    number: str | None = scope.get(SESSION_NUMBER)
    return number
