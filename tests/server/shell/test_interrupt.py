"""Ctrl-C while a call is under way: a write that has left is waited for and its outcome is on record."""

import os
import signal
from pathlib import Path

import anyio
import httpx
import pytest

from server.reference import ROOT
from server.store.ledger import entries
from server.store.sqlite import SqliteEngine
from tests.desk import sandboxes
from tests.forking import Forks
from tests.served_sandboxes import hold_delays, serve_on_port
from tests.server.test_serve import ENVIRONMENT, PATIENCE

pytestmark = [pytest.mark.anyio, pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")]


@pytest.mark.parametrize(
    ("method", "where", "words", "outcomes"),
    [
        ("PUT", "/bugs/*", ["testio_accept_bug", "bug_id=88101"], ["done"]),
        ("GET", "/bugs/*", ["testio_get_bug", "bug_id=88101"], []),
    ],
)
async def test_an_interrupt_cancels_a_read_and_leaves_the_outcome_of_a_write_on_record(
    method: str,
    where: str,
    words: list[str],
    outcomes: list[str],
    forks: Forks,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    has_left, go_on = hold_delays(monkeypatch)
    store = tmp_path / "store.sqlite3"
    # The host is trusted to have asked.
    environment = ENVIRONMENT | {"TESTDESK_CONSENT": "client", "TESTDESK_STORE": str(store)}
    with anyio.fail_after(PATIENCE):
        async with serve_on_port(sandboxes().sandboxes) as origin, httpx.AsyncClient(trust_env=False) as http:
            order = {"platform": "testio", "method": method, "path": where, "delay": 1}
            assert (await http.post(f"{origin}/_sandbox/faults", json=order)).is_success
            command = forks.command("server", "call", "--sandbox-at", origin, *words)
            async with await anyio.open_process(command, cwd=ROOT, env=environment) as process:
                await has_left.wait()
                process.send_signal(signal.SIGINT)
                if outcomes:
                    await anyio.sleep(0.2)  # the signal may come after the answer otherwise
                    go_on.set()
                assert await process.wait() == 130
                assert process.stderr is not None
                assert b"interrupted. `testdesk ledger` shows whether" in await process.stderr.receive()
            go_on.set()
    engine = SqliteEngine(store)
    try:
        found = [entry.record for entry in await engine.run(lambda db: list(entries(db)))] if engine.exists else []
    finally:
        await engine.close()
    assert [record["outcome"] for record in found if "outcome" in record] == outcomes
