"""Serves what the conformance suite is run against: a server of ours with the suite's fixtures, on a free port.

Says its address on standard error, as `testdesk serve --http` does, and serves until it is ended by a signal.
"""

import argparse
import sys
import warnings
from typing import Any

import anyio
from mcp.server import MCPServer
from mcp.shared.exceptions import MCPDeprecationWarning
from mcp.types import Completion

from server.app import build
from server.catalogued_server import CataloguedServer
from server.faces import Listing
from server.http_server import run_http
from server.policy import protocol_errors
from server.settings import read_settings
from tests.conformance import fixtures, rounds
from tools.platforms import PLATFORMS


def ours() -> MCPServer[Any]:
    """The server that `testdesk serve --sandbox` serves."""
    return build(read_settings(PLATFORMS, {}, sandbox=True))


def bare() -> MCPServer[Any]:
    """The SDK alone: what the fixtures themselves score."""
    server: MCPServer[Any] = MCPServer("bare", version="1", log_level="WARNING")

    @server.completion()  # type: ignore[no-untyped-call, untyped-decorator]  # the SDK's decorator has no types
    async def complete(*_: Any) -> Completion:
        return Completion(values=[])

    return server


async def serve(server: MCPServer[Any]) -> int:
    """Put the fixtures in, make their names known to the guard that refuses unknown tools, and serve."""
    fixtures.furnish(server)
    rounds.furnish(server)
    names = frozenset(tool.name for tool in server._tool_manager.list_tools())
    if isinstance(server, CataloguedServer):
        server.listing = Listing(names, names, frozenset())
    server.middleware[:] = [
        protocol_errors([*names], lambda _: True) if m.__module__ == protocol_errors.__module__ else m
        for m in server.middleware
    ]
    return await run_http(server, port=0, key=None)


def main() -> int:
    parser = argparse.ArgumentParser(description="Serve a server of ours with the suite's fixtures.")
    parser.add_argument("--bare", action="store_true", help="serve the SDK alone instead")
    asked = parser.parse_args()
    # The suite asks for logging and sampling, which the newer revision gives up.
    warnings.filterwarnings("ignore", category=MCPDeprecationWarning)
    return anyio.run(serve, bare() if asked.bare else ours())


if __name__ == "__main__":
    sys.exit(main())
