"""A write that has left is waited for and answered, whoever else goes meanwhile: shown on our own tools."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest

from server.reference import ROOT
from server.sandbox import serve_on_port
from tests.desk import sandboxes
from tests.server.test_serve import ENVIRONMENT, SERVE

pytestmark = pytest.mark.anyio

SLOW = 1.0
HELLO: list[dict[str, Any]] = [
    {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}},
    },
    {"jsonrpc": "2.0", "method": "notifications/initialized"},
]


def accept(bug_id: int) -> dict[str, Any]:
    params = {"name": "testio_accept_bug", "arguments": {"bug_id": bug_id}}
    return {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": params}


@contextmanager
def served(origin: str, log: Path) -> Iterator[subprocess.Popen[str]]:
    """Our server over stdio, on a sandbox at a port; its host is trusted to have asked."""
    environment = ENVIRONMENT | {"TESTDESK_CONSENT": "client"}
    command = [sys.executable, *SERVE, "--sandbox-at", origin]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "bufsize": 1}
    with (
        log.open("w") as stderr,
        subprocess.Popen(command, stderr=stderr, env=environment, cwd=ROOT, **pipes) as process,
    ):
        try:
            yield process
        finally:
            process.kill()


def leave(process: subprocess.Popen[str], how: str) -> None:
    assert process.stdin is not None
    if how == "closes":
        process.stdin.close()
    elif how == "cancels":
        cancel = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 2}}
        process.stdin.write(json.dumps(cancel) + "\n")
    else:
        os.kill(process.pid, signal.SIGTERM)


def has_left(origin: str) -> bool:
    """Whether the write has met the ordered delay, which is then no longer waiting."""
    told = httpx.get(f"{origin}/_sandbox/faults", trust_env=False).json()
    return not told["faults"]


def converse(origin: str, log: Path, how: str) -> dict[str, Any]:
    """Accept a bug, go away while the platform thinks, and see what is answered all the same."""
    with served(origin, log) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for message in HELLO:
            process.stdin.write(json.dumps(message) + "\n")
        assert "result" in json.loads(process.stdout.readline())
        process.stdin.write(json.dumps(accept(88101)) + "\n")
        until = time.monotonic() + 20
        while not has_left(origin):
            assert time.monotonic() < until, "the write never left"
            time.sleep(0.02)
        leave(process, how)
        patience = threading.Timer(15, process.kill)
        patience.daemon = True
        patience.start()
        for line in process.stdout:
            answer: dict[str, Any] = json.loads(line)
            if answer.get("id") == 2:
                return answer
    pytest.fail("no answer came")


@pytest.mark.parametrize("how", ["closes", "cancels", "is signalled"])
async def test_an_acceptance_under_way_is_answered_and_logged_though_its_client(how: str, tmp_path: Path) -> None:
    world = sandboxes()
    async with serve_on_port(world.sandboxes) as origin:
        order = {"platform": "testio", "method": "PUT", "path": "/bugs/*", "times": 1, "delay": SLOW}
        async with httpx.AsyncClient(trust_env=False) as http:
            assert (await http.post(f"{origin}/_sandbox/faults", json=order)).is_success

        answer = await anyio.to_thread.run_sync(converse, origin, log := tmp_path / "log", how)
    assert answer["result"]["structuredContent"]["now"]["status"] == "accepted"
    assert "testio_accept_bug was carried out, though its caller had gone by then" in log.read_text()
