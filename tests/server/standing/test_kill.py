"""Bugs that arrive become one issue each, though the worker is killed again and again and answers are lost."""

import os
import random
import re
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest
from anyio.abc import Process

from server.inbox.events import EventStore
from server.sandbox import serve_on_port
from server.store import ledger
from server.store.deliveries import Deliveries
from server.store.engine import Database
from server.store.reading import acts
from server.store.sqlite import SqliteEngine
from tests.server.standing.arriving import ORDER, TRACKER, arrive
from tools.kit.sandbox import composition
from tools.kit.sandbox.composition import Composition
from tools.kit.sandbox.faults import Fault, Faults
from tools.trackers.listed import load_sandbox

pytestmark = [pytest.mark.anyio, pytest.mark.skipif(os.name != "posix", reason="only there a process can be killed so")]

ROOT = Path(__file__).parent.parent.parent.parent
IS_SOAK = bool(os.environ.get("TESTDESK_SOAK"))
EVENTS, KILLS, PATIENCE = (300, 5, 240) if IS_SOAK else (40, 2, 60)
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


async def until(condition: Any, process: Process) -> None:
    while not await condition():
        assert process.returncode is None, "the worker ended by itself"
        await anyio.sleep(0.01)


async def test_kills_and_lost_answers_double_nothing_and_lose_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, configuration, chance = tmp_path / "store.sqlite3", tmp_path / "testdesk.toml", random.Random(SEED)
    configuration.write_text(f"{TRACKER}{ORDER}a_day = {EVENTS}\n", encoding="utf-8")
    engine = SqliteEngine(file)
    events, queue = EventStore(engine), Deliveries(engine)
    for item in range(1, EVENTS + 1):
        await arrive(events, item, title=f"Bug {item}")
    environment = {**os.environ, "TESTDESK_CONFIG": str(configuration), "TESTDESK_STORE": str(file)}
    marks = sorted(chance.sample(range(1, EVENTS), KILLS))
    interrupted = 0
    with anyio.fail_after(PATIENCE):
        async with fake_tracker(monkeypatch) as (origin, world, losing):
            for mark in [*marks, None]:
                command = [sys.executable, "-m", "tests.server.standing.child", origin]
                log = (tmp_path / f"log-{mark}").open("wb")
                async with await anyio.open_process(
                    command, cwd=ROOT, env=environment, stdout=log, stderr=log
                ) as process:
                    if mark is not None:

                        async def far_enough(mark: int = mark) -> bool:
                            return issues(world).total() >= mark

                        await until(far_enough, process)
                        await anyio.sleep(chance.random() / 50)
                        process.kill()
                        assert await process.wait() == -signal.SIGKILL
                        interrupted += await engine.run(taken)
                    else:

                        async def all_done() -> bool:
                            return (await queue.counts())["done"] == EVENTS

                        await until(all_done, process)
                        process.terminate()
                        assert await process.wait() == 128 + signal.SIGTERM
                log.close()
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
