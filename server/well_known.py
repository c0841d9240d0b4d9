"""The documents below /.well-known/: for clients that look for a token, without authentication."""

from typing import TYPE_CHECKING, Final

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import JSONResponse
from starlette.routing import Route

from server.http_app import MCP_PATH, NOTHING_HERE
from server.team.metadata import metadata, metadata_paths
from server.team.settings import TeamSettings

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import Receive, Scope, Send

PREFIX: Final = "/.well-known"
LASTS: Final = 300
"""Seconds for which a client may keep a document."""


class WellKnown:
    """Serves the metadata of this server, and 404 beside it."""

    def __init__(self, team: TeamSettings) -> None:
        document = metadata(team)

        async def get_metadata(_: "Request") -> JSONResponse:
            return JSONResponse(document, headers={"cache-control": f"public, max-age={LASTS}"})

        async def nothing(_: "Request", error: Exception) -> JSONResponse:
            return JSONResponse({"error": NOTHING_HERE}, status_code=404)

        self._app = Starlette(
            routes=[Route(path, get_metadata) for path in metadata_paths(team, MCP_PATH)],
            exception_handlers={404: nothing},
            # Clients in a browser read it from another origin; it is public and takes no cookies.
            middleware=[Middleware(CORSMiddleware, allow_origins=["*"], allow_methods=["GET"], allow_headers=["*"])],
        )
        self._app.router.redirect_slashes = False  # its address would come from the Host header

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        await self._app(scope, receive, send)

    async def close(self) -> None:
        """Nothing is open."""
