"""`testdesk serve --http --workers N` and the sandbox as processes, on PostgreSQL, and calls without an SDK."""

import json
import os
import re
import secrets
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import DEVNULL, PIPE
from typing import Any

import anyio
import httpx2
import psycopg
from anyio.abc import Process
from anyio.streams.text import TextReceiveStream

from tests.server.served import ROOT, TLS

KEY = secrets.token_urlsafe(32)
STATE_KEY = secrets.token_urlsafe(32)
PATIENCE = 180.0
"""Seconds for processes to start: the machine may have much else to do."""
VERSION = "2026-07-28"
CAPABILITIES: dict[str, Any] = {"elicitation": {"form": {}}}
CLEAN = {name: value for name, value in os.environ.items() if not name.startswith(("TESTIO_", "TESTDESK_"))}


class Failed(Exception):
    """A call without an answer: the connection broke, or the server did not take the request."""


@dataclass
class Spoken:
    """A process, and what it prints."""

    process: Process
    text: str = ""
    _news: anyio.Event = field(default_factory=anyio.Event)

    async def follow(self) -> None:
        stream = self.process.stderr or self.process.stdout
        assert stream is not None
        async for piece in TextReceiveStream(stream):
            self.text += piece
            self._news.set()
            self._news = anyio.Event()
        self._news.set()

    async def until(self, pattern: str, *, times: int = 1) -> str:
        """Wait until it has printed this so often, and return the first group of the last."""
        with anyio.fail_after(PATIENCE):
            while len(found := re.findall(pattern, self.text)) < times:
                assert self.process.returncode is None, self.text
                news = self._news
                await news.wait()
        return str(found[-1])


@asynccontextmanager
async def process(*arguments: str, environment: Mapping[str, str]) -> AsyncIterator[Spoken]:
    """A process of our command line, which is gone afterwards."""
    command = [sys.executable, "-m", "server", *arguments]
    is_sandbox = arguments[0] == "sandbox"
    started = await anyio.open_process(
        command,
        cwd=ROOT,
        env={**CLEAN, **environment},
        stdin=DEVNULL,
        stdout=PIPE if is_sandbox else DEVNULL,
        stderr=None if is_sandbox else PIPE,
    )
    async with started, anyio.create_task_group() as tasks:
        spoken = Spoken(started)
        tasks.start_soon(spoken.follow)
        try:
            yield spoken
        finally:
            with anyio.CancelScope(shield=True):
                if started.returncode is None:
                    started.send_signal(signal.SIGTERM)
                with anyio.move_on_after(60):
                    await started.wait()
                if started.returncode is None:
                    started.kill()
            tasks.cancel_scope.cancel()


@dataclass
class Team:
    """A running server, its sandbox and its store."""

    supervisor: Spoken
    url: str
    sandbox: str
    store: str

    @property
    def workers(self) -> list[int]:
        """The process numbers of the workers."""
        number = self.supervisor.process.pid
        return [int(one) for one in Path(f"/proc/{number}/task/{number}/children").read_text().split()]

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.store, autocommit=True) as connection:
            return connection.execute(query).fetchall()

    async def created(self, path: str, name: str) -> Counter[str]:
        """How many things of each title there are in the sandbox's data."""
        async with httpx2.AsyncClient(base_url=self.sandbox, timeout=PATIENCE, verify=TLS) as wire:
            answer = await wire.get(f"/testio/customer/v2/products/71/{path}", headers={"Authorization": "Token any"})
            answer.raise_for_status()
            return Counter(one[name] for one in answer.json()[path])

    async def slow(self, method: str, path: str, seconds: float, times: int) -> None:
        """Let the sandbox take its time for so many requests."""
        async with httpx2.AsyncClient(base_url=self.sandbox, timeout=PATIENCE, verify=TLS) as wire:
            fault = {"platform": "testio", "method": method, "path": path, "delay": seconds, "times": times}
            (await wire.post("/_sandbox/faults", json=fault)).raise_for_status()


@asynccontextmanager
async def sandbox() -> AsyncIterator[str]:
    """The sandbox's origin, in a process of its own."""
    async with process("sandbox", "--port", "0", "--no-own-ports", environment={"PYTHONUNBUFFERED": "1"}) as spoken:
        yield await spoken.until(r"(http://127\.0\.0\.1:\d+)")


def environment(store: str) -> dict[str, str]:
    return {"TESTDESK_STORE": store, "TESTDESK_HTTP_KEY": KEY, "TESTDESK_STATE_KEYS": STATE_KEY}


@asynccontextmanager
async def team(store: str, workers: int) -> AsyncIterator[Team]:
    """So many workers, with a sandbox in a process of its own."""
    async with sandbox() as origin:
        serve = ("serve", "--http", "--port", "0", "--sandbox", "--sandbox-at", origin, "--workers", str(workers))
        async with process(*serve, environment=environment(store)) as supervisor:
            url = await supervisor.until(r"listens on (http://\S+)")
            yield Team(supervisor, url, origin, store)


@asynccontextmanager
async def client() -> AsyncIterator[httpx2.AsyncClient]:
    """A client that keeps its connection between calls."""
    headers = {
        "Authorization": f"Bearer {KEY}",
        "Accept": "application/json, text/event-stream",
        "MCP-Protocol-Version": VERSION,
        "Mcp-Method": "tools/call",
    }
    async with httpx2.AsyncClient(headers=headers, timeout=PATIENCE, verify=TLS) as wire:
        yield wire


async def call(wire: httpx2.AsyncClient, url: str, name: str, arguments: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The result of a tool's call.

    Raises:
        Failed: without one.
    """
    envelope = {
        "io.modelcontextprotocol/protocolVersion": VERSION,
        "io.modelcontextprotocol/clientCapabilities": CAPABILITIES,
    }
    params = {"name": name, "arguments": arguments, "_meta": envelope, **more}
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
    try:
        answer = await wire.post(url, json=body, headers={"Mcp-Name": name})
    except httpx2.HTTPError as error:
        raise Failed(f"{type(error).__name__}: {error}") from error
    lines = [line.removeprefix("data:") for line in answer.text.splitlines() if line.startswith("data:")]
    try:
        message = json.loads(lines[-1] if lines else answer.text)
        return dict(message["result"])
    except (ValueError, KeyError, TypeError) as error:
        raise Failed(f"{answer.status_code}: {answer.text[:300]}") from error


async def call_anew(url: str, name: str, arguments: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The same over a connection of its own."""
    async with client() as wire:
        return await call(wire, url, name, arguments, **more)


def yes(first: dict[str, Any]) -> dict[str, Any]:
    """The second round of a question: its state and a yes."""
    accepted = {"action": "accept", "content": {"answer": "yes"}}
    return {"requestState": first["requestState"], "inputResponses": dict.fromkeys(first["inputRequests"], accepted)}


def text(result: dict[str, Any]) -> str:
    return " ".join(block.get("text", "") for block in result.get("content", ()))
