"""A process that is killed at any step of a write leaves a record of what it sent, and nothing is sent twice."""

import os
import random
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import httpx
import pytest
from anyio.abc import Process
from anyio.streams.buffered import BufferedByteReceiveStream

from server.app import build
from server.store import ledger
from server.store.reading import acts
from server.store.sqlite import SqliteEngine
from tests.desk import Desk, desk, sandboxes, settings
from tests.served_sandboxes import serve_on_port
from tests.server.orders import ORDER
from tests.stores import of_a_file
from tools.kit.network import Network

pytestmark = [pytest.mark.anyio, of_a_file, pytest.mark.skipif(not hasattr(os, "fork"), reason="children are forked")]

ROOT = Path(__file__).parent.parent.parent
IS_SOAK = bool(os.environ.get("TESTDESK_SOAK"))
KILLS = 200 if IS_SOAK else 10
PATIENCE = 600 if IS_SOAK else 60
POST = "/products/71/exploratory_tests"


async def test_a_kill_at_any_step_of_a_write_doubles_nothing_and_loses_no_record(tmp_path: Path) -> None:
    world = sandboxes()
    async with serve_on_port(world.sandboxes) as origin, httpx.AsyncClient(trust_env=False) as http:
        outcomes, engine = set[str](), SqliteEngine(None)
        server = build(settings(sandbox_at=origin), network=Network(is_sandbox=True), engine=engine)
        with anyio.fail_after(PATIENCE):
            async with forks(origin) as children, desk(server=server, world=world) as d:
                steps = await children.killed_at(1_000, tmp_path / "whole.sqlite3")
                assert steps >= 12, "transactions, statements and the request"
                chosen = [place % steps + 1 for place in range(KILLS)] if IS_SOAK else spread(steps)
                for place, step in enumerate(chosen):
                    assert (await http.post(f"{origin}/_sandbox/reset")).is_success
                    file = tmp_path / f"{place}.sqlite3"
                    assert not await children.killed_at(step, file), "each of them has as many steps"
                    await engine.close()
                    engine.file = file
                    outcomes |= await found_after(d, engine, http, origin, step)
    assert {"done", "unknown"} <= outcomes, "some were killed before and some after the request had left"


def spread(steps: int) -> list[int]:
    """Steps over the whole write, with its first and last."""
    between = random.Random(7).sample(range(2, steps), KILLS - 2)
    return [1, *sorted(between), steps]


class Forks:
    """Children that carry out the same order, each killed at a step."""

    def __init__(self, process: Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._input, self._lines = process.stdin, BufferedByteReceiveStream(process.stdout)

    async def killed_at(self, step: int, file: Path) -> int:
        """Let a child stay at a step and kill it; the number of steps when it has fewer, else 0."""
        await self._input.send(f"{step} {file}\n".encode())
        word, number = await self._line()
        if word == "stays":
            os.kill(int(number), signal.SIGKILL)
        assert await self._line() == ["over"]
        return int(number) if word == "done" else 0

    async def _line(self) -> list[str]:
        return (await self._lines.receive_until(b"\n", 200)).decode().split()


@asynccontextmanager
async def forks(origin: str) -> AsyncIterator[Forks]:
    command = [sys.executable, "-m", "tests.store.forking", origin]
    async with await anyio.open_process(command, cwd=ROOT, stderr=None) as process:
        yield Forks(process)
        assert process.stdin is not None
        await process.stdin.aclose()


async def found_after(d: Desk, engine: SqliteEngine, http: httpx.AsyncClient, origin: str, step: int) -> set[str]:
    """What the same call finds after the kill, checked against what reached the platform."""
    again = await d.call("testio_create_exploratory_test", **ORDER)
    recorded = await engine.run(acts)
    seen = (await http.get(f"{origin}/_sandbox/requests")).json()["requests"]
    orders = sum(one["method"] == "POST" and one["path"].endswith(POST) for one in seen)
    assert orders <= 1, f"doubled at step {step}"
    assert len(recorded) >= orders, f"sent without a record at step {step}"
    assert (await engine.run(ledger.verify)).broken_at is None
    if again.is_error:
        assert [act.outcome for act in recorded] == ["unknown"], step
    else:
        assert orders == 1
    return {act.outcome for act in recorded}
