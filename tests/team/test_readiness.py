"""What probes are answered: `/healthz` while the process runs, `/readyz` while it should get requests."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
import pytest

from server.store.engine import Database
from server.store.sqlite import SqliteEngine
from server.team import readiness
from server.team.readiness import Readiness
from tests.server.served import KEY, PATIENCE, bearer, raw, served
from tests.server.stub_server import DIARY, build
from tests.server.test_http_stop import CALL_HEADERS, call_of
from tests.stores import IS_POSTGRES, store_at

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("noted")]


class Counting(SqliteEngine):
    """A store that counts how often it is asked."""

    asked = 0

    async def read(self, work: Callable[[Database], Any]) -> Any:
        self.asked += 1
        return await super().read(work)


@pytest.fixture
def noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(DIARY, str(tmp_path / "diary"))


async def test_probes_need_no_key_and_many_of_them_ask_the_store_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readiness, "FRESH_SECONDS", PATIENCE)
    engine = Counting(tmp_path / "store.sqlite3")
    async with served(monkeypatch, readiness=Readiness(engine)) as running, raw(running) as wire:
        answers = []

        async def probe() -> None:
            answers.append((await wire.get("/readyz")).json())

        async with anyio.create_task_group() as tasks:
            for _ in range(20):
                tasks.start_soon(probe)
        assert answers == [{"status": "ready"}] * 20
        assert engine.asked == 1
        assert (await wire.get("/healthz")).json() == {"status": "ok"}
        assert engine.asked == 1
    await engine.close()


async def test_a_store_that_does_not_answer_makes_it_unready_but_not_unhealthy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readiness, "FRESH_SECONDS", 0.0)
    monkeypatch.setattr(readiness, "PATIENCE_SECONDS", 0.2)
    engine = SqliteEngine(tmp_path / "store.sqlite3")
    await engine.read(lambda db: db.rows("SELECT 1"))
    blocking = sqlite3.connect(tmp_path / "store.sqlite3", isolation_level=None)
    blocking.execute("BEGIN IMMEDIATE")
    async with served(monkeypatch, readiness=Readiness(engine)) as running, raw(running) as wire:
        answer = await wire.get("/readyz")
        assert (answer.status_code, answer.json()) == (503, {"status": "not ready", "store": readiness.SILENT})
        assert str(tmp_path) not in answer.text
        assert (await wire.get("/healthz")).status_code == 200
        blocking.close()
        while (await wire.get("/readyz")).status_code != 200:  # noqa: ASYNC110 - a probe has no event
            await anyio.sleep(0.05)
    await engine.close()


@pytest.mark.skipif(IS_POSTGRES, reason="there a newer version may run beside this one: tests/postgres has it")
async def test_a_store_of_a_newer_version_is_not_ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "store.sqlite3"
    newer = sqlite3.connect(file)
    newer.execute("PRAGMA user_version = 9999")
    newer.close()
    async with served(monkeypatch, readiness=Readiness(SqliteEngine(file))) as running, raw(running) as wire:
        answer = await wire.get("/readyz")
        assert (answer.status_code, answer.json()["store"]) == (503, readiness.TOO_NEW)


async def test_a_store_that_is_away_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    engine = SqliteEngine(tmp_path / "file" / "store.sqlite3")
    async with served(monkeypatch, readiness=Readiness(engine)) as running, raw(running) as wire:
        answer = await wire.get("/readyz")
        assert answer.json() == {"status": "not ready", "store": readiness.AWAY}


async def test_a_process_that_stops_is_unready_at_once_while_its_calls_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    has_begun, go_on = anyio.Event(), anyio.Event()

    async def work() -> str:
        has_begun.set()
        await go_on.wait()
        return "worked"

    server, answers = build(), []
    server.add_tool(work)
    engine = store_at(None)
    async with (
        served(monkeypatch, server, drain=PATIENCE, readiness=Readiness(engine)) as running,
        raw(running, **bearer(KEY), **CALL_HEADERS) as wire,
        raw(running) as before,
    ):
        assert (await before.get("/readyz")).status_code == 200

        async def call() -> None:
            answers.append((await wire.post("/mcp", json=call_of("work"), headers={"Mcp-Name": "work"})).text)

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(call)
            await has_begun.wait()
            running.stop()
            answer = await before.get("/readyz")
            go_on.set()
        assert (answer.status_code, answer.json()) == (503, {"status": "not ready", "process": readiness.LEAVING})
        assert "worked" in answers[0]
        assert await running.exit() == 143
    await engine.close()
