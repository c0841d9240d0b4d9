"""The SDK alone, as a measure: trivial tools in any number, and three plain ones around a pooled httpx client."""

import argparse
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from mcp.server import MCPServer

if TYPE_CHECKING:
    import httpx

PAGE = 500


async def trivial(number: int) -> str:
    """Answer a number as a text."""
    return str(number)


def build(tools: int) -> MCPServer[Any]:
    """A server with so many tools that do nothing."""
    server: MCPServer[Any] = MCPServer("bare", log_level="WARNING")
    _add_trivial(server, tools)
    return server


def build_with_platform(tools: int, http: "httpx.AsyncClient") -> MCPServer[Any]:
    """A server with so many tools, of which three ask a platform; it closes their client."""

    @asynccontextmanager
    async def lifespan(_: MCPServer[Any]) -> AsyncIterator[None]:
        async with http:
            yield

    async def get_bug(bug_id: int) -> dict[str, Any]:
        """Read one bug."""
        response = await http.get(f"/bugs/{bug_id}")
        response.raise_for_status()
        bug: dict[str, Any] = response.json()["bug"]
        return bug

    async def list_bugs(limit: int = 50) -> dict[str, Any]:
        """Read all bugs, one page after another, and answer the newest."""
        rows: list[dict[str, Any]] = []
        page, total = 1, 1
        while len(rows) < total:
            response = await http.get("/bugs", params={"page": page, "per_page": PAGE})
            response.raise_for_status()
            answer = response.json()
            total = answer["meta"]["record_count"]
            rows += [{name: bug[name] for name in ("id", "title", "status", "reported_at")} for bug in answer["bugs"]]
            page += 1
        rows.sort(key=lambda row: str(row["reported_at"]), reverse=True)
        return {"total": len(rows), "items": rows[:limit]}

    async def get_test(test_id: str) -> dict[str, Any]:
        """Read one test."""
        response = await http.get(f"/tests/{test_id}")
        response.raise_for_status()
        test: dict[str, Any] = response.json()
        return test

    plain = (get_bug, list_bugs, get_test)
    server: MCPServer[Any] = MCPServer("bare", log_level="WARNING", lifespan=lifespan)
    for tool in plain:
        server.add_tool(tool)
    _add_trivial(server, tools - len(plain))
    return server


def _add_trivial(server: MCPServer[Any], count: int) -> None:
    for number in range(count):
        server.add_tool(trivial, name=f"trivial_{number}")


def main() -> None:
    parser = argparse.ArgumentParser(description="Serve trivial tools on stdio.")
    parser.add_argument("--tools", type=int, default=20, help="how many")
    parser.add_argument("--platform", metavar="URL", help="let three of them ask this platform")
    parser.add_argument("--authorization", default="Token x", help="how they do so")
    asked = parser.parse_args()
    if asked.platform is None:
        build(asked.tools).run()
        return
    import httpx  # only a server that talks to a platform pays for it

    http = httpx.AsyncClient(base_url=asked.platform, headers={"Authorization": asked.authorization})
    build_with_platform(asked.tools, http).run()


if __name__ == "__main__":
    main()
