"""Approvals in the store: used once, whoever else tries at the same moment."""

import os
import stat
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import anyio.to_thread
import pytest

from server.store import approvals
from server.store.approvals import Approvals, NewApproval
from server.store.engine import EVENT, Database
from tests.stores import of_a_file, store_at

T = TypeVar("T")

pytestmark = pytest.mark.anyio
NEW = NewApproval("binding", "Delete it?", (), "mara", "tests", "a_tool", "default")
RACER = """
import sys, anyio
from pathlib import Path
from server.store.approvals import Approvals
from tests.stores import of_a_file, store_at
approvals = Approvals(store_at(Path(sys.argv[1])))
print("ready", flush=True)
sys.stdin.readline()
print(anyio.run(approvals.use, "binding", "mara"))
"""


async def test_processes_that_use_an_approval_at_the_same_moment_get_it_once(tmp_path: Path) -> None:
    file = tmp_path / "store.sqlite3"
    held = Approvals(store_at(file))
    asked = await held.ask(NEW)
    assert asked is not None
    assert await held.answer(asked.number, yes=True, by="mara")

    def race() -> list[str]:
        racers = [
            subprocess.Popen(
                [sys.executable, "-c", RACER, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
            for _ in range(2)
        ]
        for racer in racers:
            assert racer.stdout is not None
            assert racer.stdout.readline() == "ready\n"
        for racer in racers:
            assert racer.stdin is not None
            racer.stdin.write("\n")
            racer.stdin.flush()
        return sorted(racer.communicate(timeout=30)[0].strip() for racer in racers)

    assert await anyio.to_thread.run_sync(race) == ["None", "mara"]


class InStep:
    """An engine that goes on only when the other one has done as many transactions."""

    def __init__(self, file: Path, done: dict[int, int], me: int) -> None:
        self._engine = store_at(file)
        self._done, self._me = done, me
        self.place, self.exists, self.is_shared = self._engine.place, True, True

    async def read(self, work: Callable[[Database], T]) -> T:
        return await self._engine.read(work)

    async def quick(self, statement: str, **values: Any) -> list[Sequence[Any]]:
        return await self._engine.quick(statement, **values)

    async def heard(self, seconds: float, topic: str = EVENT) -> None:
        await self._engine.heard(seconds, topic)

    async def close(self) -> None:
        await self._engine.close()

    async def run(self, work: Callable[[Database], T]) -> T:
        result = await self._engine.run(work)
        self._done[self._me] += 1
        while self._done[1 - self._me] < self._done[self._me]:  # noqa: ASYNC110 - the other may have ended
            await anyio.sleep(0.001)
        return result


async def test_an_approval_is_used_in_one_transaction(tmp_path: Path) -> None:
    file = tmp_path / "store.sqlite3"
    held = Approvals(store_at(file))
    asked = await held.ask(NEW)
    assert asked is not None
    await held.answer(asked.number, yes=True, by="mara")
    done, used = {0: 0, 1: 0}, list[str | None]()

    async def use(me: int) -> None:
        used.append(await Approvals(InStep(file, done, me)).use("binding", "mara"))

    with anyio.fail_after(30):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(use, 0)
            tasks.start_soon(use, 1)
    assert sorted(used, key=str) == [None, "mara"]


async def test_an_approval_is_for_one_principal_and_one_binding() -> None:
    held = Approvals(store_at(None))
    asked = await held.ask(NEW)
    assert asked is not None
    assert await held.use("binding", "mara") is None, "nobody has answered"
    assert await held.answer(asked.number, yes=True, by="mara")
    assert await held.use("binding", "eve") is None
    assert await held.use("another", "mara") is None
    assert await held.use("binding", "mara") == "mara"


async def test_an_answer_is_taken_once() -> None:
    held = Approvals(store_at(None))
    asked = await held.ask(NEW)
    assert asked is not None
    assert await held.answer(asked.number, yes=False, by="mara")
    assert not await held.answer(asked.number, yes=True, by="eve")
    assert await held.use("binding", "mara") is None


async def test_expired_questions_are_deleted_with_their_words() -> None:
    engine = store_at(None)
    held = Approvals(engine)
    await held.ask(NEW)
    await engine.run(
        lambda db: db.change("UPDATE approval SET expires_at = expires_at - :past", past=approvals.KEPT_SECONDS + 700)
    )
    await held.ask(NEW)
    assert await engine.run(lambda db: db.rows("SELECT count(*) FROM approval")) == [(1,)]


@of_a_file
async def test_a_store_that_a_group_shares_stays_shared(tmp_path: Path) -> None:
    file = tmp_path / "store.sqlite3"
    file.touch()
    file.chmod(0o660)
    engine = store_at(file)
    before = os.umask(0o077)
    try:
        await Approvals(engine).ask(NEW)
        modes = {beside.name: stat.S_IMODE(beside.stat().st_mode) for beside in tmp_path.iterdir()}
    finally:
        os.umask(before)
        await engine.close()
    assert modes == dict.fromkeys(["store.sqlite3", "store.sqlite3-shm", "store.sqlite3-wal"], 0o660)
