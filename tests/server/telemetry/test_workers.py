"""Several workers of one machine: whichever is asked answers for all, and what died is not in flight."""

import os
import subprocess
import sys
from pathlib import Path

from server.telemetry.workers import FOLDER, folder, forget, new_folder, remove_folder
from tests.server.telemetry.watched import samples
from tests.starts import ROOT

COUNTING = """
import sys
from server.telemetry.instruments import CALLS, CALL_SECONDS, IN_FLIGHT, READY
from server.telemetry.prometheus import PrometheusSink
sink = PrometheusSink()
sink.add(CALLS, 3, ("testio_get_bug", "done"))
sink.observe(CALL_SECONDS, 0.1, ("testio", "reads"))
sink.add(IN_FLIGHT, 2, ())
sink.put(READY, float(sys.argv[1]))
print("counted", flush=True)
sys.stdin.read()
print(sink.page().decode())
"""


def worker(shared: Path, ready: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", COUNTING, str(ready)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, FOLDER: str(shared)},
    )


def test_any_worker_answers_for_all_and_the_dead_are_not_in_flight() -> None:
    shared = new_folder()
    assert shared.stat().st_mode & 0o077 == 0
    assert folder({FOLDER: str(shared)}) == shared
    first, second, third = workers = [worker(shared, ready) for ready in (1, 1, 0)]
    try:
        for one in workers:
            assert one.stdout is not None
            assert one.stdout.readline() == "counted\n"
        third.kill()
        third.wait()
        page = samples(second.communicate(timeout=60)[0])
        calls = ("testdesk_calls_total", (("outcome", "done"), ("tool", "testio_get_bug")))
        assert page[calls] == 9
        assert page["testdesk_call_seconds_count", (("effect", "reads"), ("platform", "testio"))] == 3
        assert (page["testdesk_calls_in_flight", ()], page["testdesk_ready", ()]) == (6, 0)
        for dead in (second, third):
            forget(shared, dead.pid)
        page = samples(first.communicate(timeout=60)[0])
        assert page[calls] == 9, "what was counted stays"
        assert (page["testdesk_calls_in_flight", ()], page["testdesk_ready", ()]) == (2, 1)
    finally:
        for one in workers:
            one.kill()
            one.communicate()
        remove_folder(shared)
    assert not shared.exists()
