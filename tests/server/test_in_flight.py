"""A write that has left is waited for and answered, whoever else goes meanwhile: shown on our own tools."""

from pathlib import Path

import anyio
import httpx
import pytest

from server.reference import ROOT
from tests.desk import sandboxes
from tests.forking import Forks
from tests.served_sandboxes import hold_delays, serve_on_port
from tests.server.pipe import End, Pipe, by_cancelling, by_hanging_up, by_sigterm, call
from tests.server.test_serve import ENVIRONMENT, PATIENCE

pytestmark = pytest.mark.anyio

ACCEPTED = "testio_accept_bug was carried out, though its caller had gone by then"


@pytest.mark.parametrize("end", [by_hanging_up, by_cancelling, by_sigterm])
async def test_an_acceptance_under_way_is_answered_and_logged_though_it_is_ended(
    end: End, forks: Forks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    has_left, go_on = hold_delays(monkeypatch)
    log = tmp_path / "log"
    with anyio.fail_after(PATIENCE), log.open("w") as stderr:
        async with serve_on_port(sandboxes().sandboxes) as origin, httpx.AsyncClient(trust_env=False) as http:
            order = {"platform": "testio", "method": "PUT", "path": "/bugs/*", "delay": 1}
            assert (await http.post(f"{origin}/_sandbox/faults", json=order)).is_success
            # The host is trusted to have asked.
            environment = ENVIRONMENT | {"TESTDESK_CONSENT": "client"}
            command = forks.command("server", "serve", "--sandbox", "--sandbox-at", origin)
            async with await anyio.open_process(command, cwd=ROOT, env=environment, stderr=stderr) as process:
                try:
                    pipe = Pipe(process, log)
                    await pipe.greet("2025-11-25")
                    waiting = {"test_id": 5519, "until": ["locked"], "minutes": 5}
                    await pipe.send(call(2, "testio_wait_for_test", meta={}, **waiting))
                    await pipe.has_begun(2)
                    await pipe.send(call(1, "testio_accept_bug", meta={}, bug_id=88101))
                    await has_left.wait()
                    await end(pipe, 1, 2)
                    go_on.set()
                    answer = await pipe.answer(1)
                finally:
                    process.kill()
    assert answer["result"]["structuredContent"]["now"]["status"] == "accepted"
    assert ACCEPTED in log.read_text()
