"""The stub behind a real port of this machine, and clients of it; for tests over HTTP."""

import re
import signal
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.server import MCPServer
from mcp.types import CallToolResult, TextContent

from server import http_server as http
from server.http_server import new_key, run_http
from tests.server.stub_server import GATE, build

ROOT = Path(__file__).parent.parent.parent
PATIENCE = 30.0  # seconds for a whole test
PROMPTLY = 5.0  # seconds for a stop, whatever is open
MODES = ["legacy", "auto"]  # the handshake's era, and the modern one
KEY = new_key()
TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Trusts nobody: servers here are plain, and reading the system's authorities takes longer than a call."""
PING = {"jsonrpc": "2.0", "id": 1, "method": "ping"}


class Served:
    """A server that a test has started."""

    def __init__(self) -> None:
        self.origin = self.url = ""
        self.exit_code: int | None = None
        self.is_asked_to_stop = False
        self.has_stopped = anyio.Event()

    def hear(self, said: str) -> None:
        """Learn from what it says where it listens."""
        match = re.fullmatch(r"testdesk listens on (http://127\.0\.0\.1:\d+)/mcp", said)
        assert match, said
        self.origin = match[1]
        self.url = f"{self.origin}/mcp"

    def stop(self, signum: signal.Signals = signal.SIGTERM) -> None:
        """Ask it to stop as the operating system would; once, a second signal would end the tests."""
        self.is_asked_to_stop = True
        signal.raise_signal(signum)

    async def exit(self) -> int | None:
        with anyio.fail_after(PROMPTLY):
            await self.has_stopped.wait()
        return self.exit_code


@asynccontextmanager
async def served(
    monkeypatch: pytest.MonkeyPatch, server: MCPServer[Any] | None = None, **options: Any
) -> AsyncIterator[Served]:
    """The stub, or another server, behind `run_http` on a free port."""
    said, heard = anyio.create_memory_object_stream[str](1)
    monkeypatch.setattr(http, "say", said.send_nowait)

    async def run() -> None:
        try:
            running.exit_code = await run_http(server or build(), port=0, **{"key": KEY, "drain": 0, **options})
        finally:
            running.has_stopped.set()

    with said, heard, anyio.fail_after(PATIENCE):
        async with anyio.create_task_group() as tasks:
            running = Served()
            tasks.start_soon(run)
            running.hear(await heard.receive())
            try:
                yield running
            finally:
                if not (running.is_asked_to_stop or running.has_stopped.is_set()):
                    running.stop()


@asynccontextmanager
async def client(url: str, mode: str, *, key: str | None = KEY, **options: Any) -> AsyncIterator[Client]:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=PATIENCE, verify=TLS) as wire,
        Client(streamable_http_client(url, http_client=wire), mode=mode, **options) as connected,
    ):
        yield connected


@asynccontextmanager
async def raw(served: Served, **headers: str) -> AsyncIterator[httpx2.AsyncClient]:
    """A client that sends what it is told, as an MCP client's POST by default."""
    accept = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}
    async with httpx2.AsyncClient(base_url=served.origin, headers={**accept, **headers}, verify=TLS) as wire:
        yield wire


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


async def open_gate(diary: Path) -> None:
    """Let the stub's write go on that has begun."""
    await anyio.to_thread.run_sync(lambda: Path(f"{diary}{GATE}").write_bytes(b""))


def lines(file: Path) -> list[str]:
    return file.read_text().splitlines()


def text(result: CallToolResult) -> str:
    (block,) = result.content
    assert isinstance(block, TextContent)
    return block.text
