"""Bugs that arrive become one issue each, though the worker is killed again and again and answers are lost."""

import os
import random
import re
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest
from anyio.abc import Process
from anyio.streams.buffered import BufferedByteReceiveStream

from server.inbox.events import EventStore
from server.store import ledger
from server.store.deliveries import Deliveries
from server.store.engine import Database
from server.store.reading import acts
from tests.served_sandboxes import serve_on_port
from tests.server.standing.arriving import ORDER, TRACKER, arrive
from tests.stores import named, store_at
from tools.kit.sandbox import composition
from tools.kit.sandbox.composition import Composition
from tools.kit.sandbox.faults import Fault, Faults
from tools.trackers.listed import load_sandbox

pytestmark = [pytest.mark.anyio, pytest.mark.skipif(os.name != "posix", reason="only there a process can be killed so")]

ROOT = Path(__file__).parent.parent.parent.parent
IS_SOAK = bool(os.environ.get("TESTDESK_SOAK"))
EVENTS, KILLS, PATIENCE = (300, 5, 120) if IS_SOAK else (40, 2, 60)
SHARE = 0.05
"""Of creates whose answer is lost."""
SEED = 11


class Losing(Faults):
    """Loses the answers of some creates: the issue exists, and the connection breaks."""

    def __init__(self) -> None:
        super().__init__(["github"])
        self._lost = set(random.Random(SEED).sample(range(EVENTS), round(EVENTS * SHARE)))
        self.creates = self.lost = 0

    def take(self, platform: str, method: str, path: str) -> Fault | None:
        if method != "POST" or not path.endswith("/issues"):
            return None
        self.creates += 1
        if self.creates - 1 not in self._lost:
            return None
        self.lost += 1
        return Fault(platform, "cut", amount=0, applied=True)


@asynccontextmanager
async def fake_tracker(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[str, Composition, Losing]]:
    """The fake API on a port, its world, and what it loses."""
    losing, worlds = Losing(), list[Composition]()

    def compose(sandboxes: Any) -> Composition:
        world = composition.compose(sandboxes)
        world.faults = losing
        worlds.append(world)
        return world

    monkeypatch.setattr("server.sandbox.compose", compose)
    async with serve_on_port({"github": load_sandbox("github")}) as origin:
        yield origin, worlds[0], losing


def issues(world: Composition) -> Counter[str]:
    """How many issues there are of each bug."""
    found = (re.search(r"testio-bug-\d+", issue.text) for issue in world.sandboxes["github"].world.issues)
    return Counter(match[0] for match in found if match)


def taken(db: Database) -> int:
    """How many a worker had under way."""
    return len(db.rows("SELECT 1 FROM delivery WHERE state = 'waiting' AND process != ''"))


class Workers:
    """Workers, one after another."""

    def __init__(self, process: Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._input, self._lines = process.stdin, BufferedByteReceiveStream(process.stdout)

    async def until(self, condition: Callable[[], Awaitable[bool]], sends: signal.Signals, pause: float = 0.0) -> int:
        """Let one work until something holds, send it a signal after a pause, and return its exit code."""
        await self._input.send(b"start\n")
        number = await self._number()
        while not await condition():  # noqa: ASYNC110 - the fake API has no event for it
            await anyio.sleep(0.02)
        await anyio.sleep(pause)
        os.kill(number, sends)
        return await self._number()

    async def _number(self) -> int:
        return int(await self._lines.receive_until(b"\n", 20))


@asynccontextmanager
async def workers(origin: str, environment: Mapping[str, str], log: Path) -> AsyncIterator[Workers]:
    command = [sys.executable, "-m", "tests.server.standing.child", origin]
    with log.open("wb") as errors:
        async with await anyio.open_process(command, cwd=ROOT, env=environment, stderr=errors) as process:
            yield Workers(process)
            assert process.stdin is not None
            await process.stdin.aclose()


async def test_kills_and_lost_answers_double_nothing_and_lose_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, configuration, chance = tmp_path / "store.sqlite3", tmp_path / "testdesk.toml", random.Random(SEED)
    configuration.write_text(f"{TRACKER}{ORDER}a_day = {EVENTS}\n", encoding="utf-8")
    engine, interrupted = store_at(file), 0
    events, queue = EventStore(engine), Deliveries(engine)
    for item in range(1, EVENTS + 1):
        await arrive(events, item, title=f"Bug {item}")
    environment = {**os.environ, "TESTDESK_CONFIG": str(configuration), "TESTDESK_STORE": named(file)}
    with anyio.fail_after(PATIENCE):
        async with (
            fake_tracker(monkeypatch) as (origin, world, losing),
            workers(origin, environment, tmp_path / "log") as children,
        ):
            for mark in sorted(chance.sample(range(1, EVENTS), KILLS)):

                async def far_enough(mark: int = mark) -> bool:
                    return issues(world).total() >= mark

                code = await children.until(far_enough, signal.SIGKILL, chance.random() / 50)
                assert code == -signal.SIGKILL
                interrupted += await engine.run(taken)

            async def all_done() -> bool:
                return issues(world).total() >= EVENTS and (await queue.counts())["done"] == EVENTS

            assert await children.until(all_done, signal.SIGTERM) == 128 + signal.SIGTERM
            found = issues(world)
    assert interrupted, "some were under way"
    assert losing.lost == round(EVENTS * SHARE)
    assert found.total() == len(found) == EVENTS, "one issue each"
    counts = await queue.counts()
    assert (counts["done"], counts["waiting"], counts["dead"], counts["skipped"]) == (EVENTS, 0, 0, 0)
    assert (await events.counts("testio")).waiting == 0
    assert (await engine.run(ledger.verify)).broken_at is None
    recorded = await engine.run(acts)
    assert (len(recorded), {act.outcome for act in recorded}) == (EVENTS, {"done"})
    await engine.close()
