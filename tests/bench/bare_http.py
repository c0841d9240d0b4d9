"""The SDK alone over HTTP, one worker on a shared port: as many tools, of which two ask the platform."""

import argparse
import asyncio
import socket
from typing import Any

import httpx
import uvicorn
from mcp.server import MCPServer

from tests.bench.bare_server import build_with_platform


class Waiting(httpx.AsyncClient):
    """A client whose requests wait for their turn outside of the pool, which looks at all that wait in it each time."""

    def __init__(self, at_once: int, **given: Any) -> None:
        limits = httpx.Limits(max_connections=at_once, max_keepalive_connections=at_once)
        super().__init__(limits=limits, **given)
        self._turns = asyncio.Semaphore(at_once)

    async def send(self, request: httpx.Request, **given: Any) -> httpx.Response:
        async with self._turns:
            return await super().send(request, **given)


def build(tools: int, address: str, at_once: int) -> MCPServer[Any]:
    """The server; its write reads the product first, as ours does."""
    http = Waiting(at_once, base_url=address, headers={"Authorization": "Token x"}, timeout=60)
    server = build_with_platform(tools - 1, http)

    async def create_feature(product_id: int, title: str, description: str) -> dict[str, Any]:
        """Add a feature to a product."""
        (await http.get(f"/products/{product_id}")).raise_for_status()
        body = {"product_id": product_id, "feature": {"title": title, "description": description}}
        response = await http.post("/features", json=body)
        response.raise_for_status()
        feature: dict[str, Any] = response.json()["feature"]
        return feature

    server.add_tool(create_feature)
    return server


def main() -> None:
    parser = argparse.ArgumentParser(description="Serve tools of the SDK alone over HTTP.")
    parser.add_argument("--tools", type=int, default=20, help="how many")
    parser.add_argument("--platform", required=True, metavar="URL", help="what two of them ask")
    parser.add_argument("--at-once", type=int, default=8, help="requests to the platform")
    parser.add_argument("--fd", type=int, required=True, help="the listening socket")
    asked = parser.parse_args()
    app = build(asked.tools, asked.platform, asked.at_once).streamable_http_app(stateless_http=True)
    listener = socket.socket(fileno=asked.fd)
    config = uvicorn.Config(app, http="h11", log_level="warning", access_log=False, ws="none")
    asyncio.run(uvicorn.Server(config).serve([listener]))


if __name__ == "__main__":
    main()
