"""List the latest test runs of all platforms, over HTTP: python examples/http_client.py [URL]

Start the server first, with the same TESTDESK_HTTP_KEY: testdesk serve --sandbox --http
"""

import os
import sys

import anyio
import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

URL = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8765/mcp"
HEADERS = {"Authorization": f"Bearer {os.environ['TESTDESK_HTTP_KEY']}"}


async def main() -> None:
    async with (
        httpx2.AsyncClient(headers=HEADERS) as http,
        Client(streamable_http_client(URL, http_client=http)) as client,
    ):
        runs = await client.call_tool("across_list_runs", {})
        for run in (runs.structured_content or {})["items"]:
            print(run["platform"], run["run_id"], run["status"], run["title"])


if __name__ == "__main__":
    anyio.run(main)
