"""How workers are kept: replaced, restarted one after another, asked once, and ended with their supervisor."""

import os
import pty
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from server.listening import listen
from tests.server.served import PATIENCE, ROOT

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="several sockets of one port need Linux")


class Supervised:
    """A supervisor over stub workers, and what it has printed."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        self.process, self._log = process, log

    @property
    def text(self) -> str:
        return self._log.read_text()

    @property
    def workers(self) -> set[int]:
        number = self.process.pid
        return {int(one) for one in Path(f"/proc/{number}/task/{number}/children").read_text().split()}

    @property
    def port(self) -> int:
        found = re.search(r"listens on http://127\.0\.0\.1:(\d+)", self.text)
        assert found, self.text
        return int(found[1])

    def answers(self) -> int:
        """The process number of whoever answers a new connection."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE) as connection:
            return int(connection.recv(64))


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def is_running(number: int) -> bool:
    with suppress(ProcessLookupError):
        os.kill(number, 0)
        return Path(f"/proc/{number}/stat").read_text().split(")")[1].split()[0] != "Z"
    return False


@contextmanager
def supervised(log: Path, mode: str = "well", port: int = 0, **options: int | bool) -> Iterator[Supervised]:
    command = [sys.executable, "-m", "tests.team.supervised", mode, str(port)]
    with log.open("wb") as output, subprocess.Popen(command, cwd=ROOT, stderr=output, **options) as process:  # type: ignore[call-overload]
        running = Supervised(process, log)
        try:
            yield running
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                process.wait(PATIENCE)


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Supervised]:
    with supervised(tmp_path / "log") as one:
        until(lambda: "listens" in one.text)
        yield one


def test_a_worker_that_was_killed_is_replaced_and_the_others_answer_meanwhile(running: Supervised) -> None:
    before = running.workers
    assert len(before) == 3
    killed = min(before)
    os.kill(killed, signal.SIGKILL)
    until(lambda: not is_running(killed))
    for _ in range(30):
        with suppress(ConnectionResetError):  # it waited at the killed one, whose socket has closed since
            assert running.answers() != killed
    until(lambda: len(running.workers) == 3)
    assert f"worker {killed} ended (signal 9); another one takes its place." in running.text
    assert running.text.count("listens on") == 1


def test_a_rolling_restart_replaces_all_and_refuses_no_connection(running: Supervised) -> None:
    before, answered = running.workers, set[int]()
    running.process.send_signal(signal.SIGHUP)
    while "has restarted" not in running.text:
        answered.add(running.answers())
        assert len(running.workers) <= 5, "one after another"
    assert not running.workers & before
    assert len(running.workers) == 3
    assert running.text.count("asked to end") == 3
    assert answered & before


def test_a_restart_whose_new_worker_does_not_start_leaves_the_others(tmp_path: Path) -> None:
    with supervised(tmp_path / "log", "once") as running:
        until(lambda: "listens" in running.text)
        (first,) = {one for one in running.workers if one == running.answers()}
        running.process.send_signal(signal.SIGHUP)
        until(lambda: "a new worker did not start (exit code 3)" in running.text)
        assert running.answers() == first


@pytest.mark.parametrize(("signum", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_asks_each_worker_once_and_is_the_exit_code(
    running: Supervised, signum: signal.Signals, code: int
) -> None:
    workers = running.workers
    running.process.send_signal(signum)
    assert running.process.wait(PATIENCE) == code
    assert running.text.count("asked to end") == 3
    assert not any(map(is_running, workers))


def test_workers_end_with_a_supervisor_that_was_killed(running: Supervised) -> None:
    workers = running.workers
    running.process.kill()
    until(lambda: not any(map(is_running, workers)))


def test_workers_that_cannot_start_end_the_supervisor_with_a_sentence(tmp_path: Path) -> None:
    with supervised(tmp_path / "log", "exits") as running:
        assert running.process.wait(PATIENCE) == 3
        assert "the first worker ended before it listened (exit code 3)" in running.text
    with supervised(tmp_path / "later", "once") as running:
        until(lambda: "listens" in running.text)
        os.kill(running.answers(), signal.SIGKILL)
        assert running.process.wait(PATIENCE) == 1
        assert "one after another, ended before they listened." in running.text


def test_a_port_of_another_server_is_not_joined(running: Supervised, tmp_path: Path) -> None:
    with supervised(tmp_path / "second", port=running.port) as second:
        assert second.process.wait(PATIENCE) == 1
        assert "another program does so already" in second.text
    with listen("127.0.0.1", 0) as taken, supervised(tmp_path / "third", port=taken.getsockname()[1]) as third:
        assert third.process.wait(PATIENCE) == 1


def test_a_terminal_that_closes_ends_it_instead_of_restarting(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    with supervised(tmp_path / "log", stdin=theirs) as running:
        os.close(theirs)
        until(lambda: "listens" in running.text)
        os.close(ours)
        running.process.send_signal(signal.SIGHUP)
        assert running.process.wait(PATIENCE) == 143
