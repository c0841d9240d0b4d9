"""`testdesk serve --http --workers N`: several processes on one port, replaced when they end; standard library only.

Each worker has a listening socket of its own, and the system spreads new connections over them: with one socket for
all, whoever wakes first accepts everything that waits.
"""

import argparse
import os
import select
import signal
import socket
import sys
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from functools import partial
from types import FrameType
from typing import Final

from server.listening import bound, listen, why_not
from server.team.running import Place, Running
from server.telemetry.workers import FOLDER, forget, new_folder, remove_folder

STEADY_SECONDS: Final = 10.0
"""A worker that ends sooner has failed, and the next one waits."""
PAUSES: Final = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
"""Seconds before the next start, after so many failures."""
MOST_FAILURES: Final = 5
"""Failed starts, one after another and while no worker is up, after which it ends."""
TURN_SECONDS: Final = 1.0


class Supervisor:
    """Keeps N workers running until a signal."""

    def __init__(
        self,
        host: str,
        port: int,
        count: int,
        command: Sequence[str],
        *,
        ended: Callable[[int], None] = lambda _: None,
    ) -> None:
        """`ended` is called with the process id of each worker that has ended."""
        self._ended = ended
        self._host, self._port, self._command = host, port, list(command)
        self._places = [Place() for _ in range(count)]
        self._to_restart: deque[Place] = deque()
        self._is_restarting = False
        self._signals: deque[int] = deque()
        self._stopped_by: int | None = None
        self._exit_code: int | None = None
        self._failures = 0
        self._is_announced = False
        self._terminals = [one for one in (0, 1, 2) if os.isatty(one)]

    def run(self) -> int:
        """Serve until SIGTERM (143) or SIGINT (130), or say why it cannot (1, or what the first worker ended with)."""
        try:
            if self._port:
                listen(self._host, self._port).close()  # a shared socket would join another server's
            self._bind(self._places[0])
        except OSError as error:
            say(why_not(self._host, self._port, error))
            return 1
        with ExitStack() as handled:
            wake, woken = socket.socketpair()
            for one in (wake, woken):
                handled.enter_context(one).setblocking(False)
            before = signal.set_wakeup_fd(wake.fileno(), warn_on_full_buffer=False)
            handled.callback(signal.set_wakeup_fd, before)
            for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD):
                handled.callback(signal.signal, signum, signal.signal(signum, self._note) or signal.SIG_DFL)
            while self._exit_code is None:
                self._turn()
                if self._exit_code is None:
                    self._wait(woken)
        return self._exit_code

    def _note(self, signum: int, _: FrameType | None) -> None:
        self._signals.append(signum)

    def _wait(self, woken: socket.socket) -> None:
        now = time.monotonic()
        due = [place.next_at - now for place in self._places if place.worker is None and self._stopped_by is None]
        reports = [one.connection for place in self._places for one in place.all if one.ended is None]
        select.select([woken, *reports], [], [], max(0.0, min([TURN_SECONDS, *due])))
        with suppress(OSError):
            while woken.recv(4096):
                pass

    def _turn(self) -> None:
        while self._signals:
            self._obey(self._signals.popleft())
        for place in self._places:
            for one in place.all:
                one.hear()
                if one.is_late:
                    one.process.kill()
                if one.ended is not None:
                    self._end(place, one)
        if self._stopped_by is not None:
            if not any(place.all for place in self._places):
                self._exit_code = 128 + self._stopped_by
            return
        if self._exit_code is None:
            self._hand_over()
            self._start()
            self._announce()

    def _obey(self, signum: int) -> None:
        if signum == signal.SIGCHLD:
            return
        if signum == signal.SIGHUP and all(map(os.isatty, self._terminals)):
            say("testdesk restarts its workers, one after another.")
            self._to_restart, self._is_restarting = deque(self._places), True
            for place in self._places:
                place.next_at = 0.0  # what kept a worker from starting may be mended
            return
        for one in (one for place in self._places for one in place.all):
            if self._stopped_by is None:
                one.ask_to_stop()
            else:
                one.process.kill()  # whoever signals twice does not want to wait
        self._stopped_by = self._stopped_by or (signal.SIGTERM if signum == signal.SIGHUP else signum)

    def _hand_over(self) -> None:
        """Do the next step of what was asked for: a successor starts, listens, and only then the worker is asked."""
        for place in self._places:
            if place.successor is not None and place.successor.address:
                old, place.worker, place.successor = place.worker, place.successor, None
                if old is not None:
                    old.ask_to_stop()
                    place.leaving.append(old)
            if place.worker is not None and place.worker.is_leaving and not place.leaving:
                # Somebody else has asked it to stop; what waits on its socket should not wait for its calls.
                place.leaving.append(place.worker)
                place.worker = None
        is_busy = any(place.successor or place.leaving or place.worker is None for place in self._places)
        if self._is_restarting and not (is_busy or self._to_restart):
            self._is_restarting = False
            say("testdesk has restarted its workers.")
        if self._to_restart and not is_busy:
            place = self._to_restart.popleft()
            assert place.listener is not None  # noqa: S101 - its worker has it
            place.successor = Running(place.listener, self._command, is_first=False)

    def _start(self) -> None:
        now = time.monotonic()
        for place in self._places:
            if place.worker is not None or place.successor is not None or place.next_at > now:
                continue
            if place is not self._places[0] and not (self._is_announced or self._is_any_up):
                return  # the first one prints what is wrong, and brings the store up to date
            try:
                self._bind(place)
            except OSError as error:
                say(why_not(self._host, self._port, error))
                place.next_at = now + PAUSES[-1]
                continue
            assert place.listener is not None  # noqa: S101 - it was bound
            is_first = place is self._places[0] and not self._is_announced and not self._failures
            place.worker = Running(place.listener, self._command, is_first=is_first)

    @property
    def _is_any_up(self) -> bool:
        return any(one.address for place in self._places for one in place.all if one.ended is None)

    def _bind(self, place: Place) -> None:
        if place.listener is None:
            place.listener = bound(self._host, self._port, is_shared=True)
            self._port = place.listener.getsockname()[1]

    def _announce(self) -> None:
        up = [place.worker.address for place in self._places if place.worker is not None and place.worker.address]
        failed = sum(bool(place.failures) for place in self._places)
        if up and not self._is_announced and len(up) + failed >= len(self._places):
            self._is_announced = True
            say(f"testdesk listens on {up[0]}")

    def _end(self, place: Place, one: Running) -> None:
        """Note that a worker has ended, and when the next one starts."""
        one.connection.close()
        self._ended(one.process.pid)
        code = one.ended
        if one in place.leaving:
            place.leaving.remove(one)
            return
        if one is place.successor:
            place.successor = None
            self._to_restart.clear()
            self._is_restarting = False
            if self._stopped_by is None:
                say(f"testdesk: a new worker did not start ({_describe(code)}), so no other one is restarted.")
        else:
            place.worker = None
            if self._stopped_by is None:
                self._replace(place, one, code)
        if place.listener is not None and not (place.worker or place.successor):
            place.listener.close()  # the others get at once what would wait here
            place.listener = None

    def _replace(self, place: Place, one: Running, code: int | None) -> None:
        is_steady = one.address and time.monotonic() - one.since >= STEADY_SECONDS
        place.failures = 0 if is_steady else place.failures + 1
        self._failures = 0 if one.address else self._failures + 1
        if not self._is_announced and not self._is_any_up:
            self._exit_code = code if code and code > 0 else 1
            if code not in {1, 2}:  # then it has printed why
                say(f"testdesk: the first worker ended before it listened ({_describe(code)}).")
            return
        if self._failures >= MOST_FAILURES and not self._is_any_up:
            self._exit_code = 1
            say(f"testdesk: {self._failures} workers, one after another, ended before they listened.")
            return
        pause = 0.0 if not place.failures else PAUSES[min(place.failures, len(PAUSES)) - 1]
        place.next_at = time.monotonic() + pause
        say(f"testdesk: worker {one.process.pid} ended ({_describe(code)}); another one takes its place.")


def _describe(code: int | None) -> str:
    return f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"


def say(sentence: str) -> None:
    """Print to standard error; without a reader the server goes on."""
    with suppress(OSError):
        sys.stderr.write(f"{sentence}\n")
        sys.stderr.flush()


def run_workers(given: argparse.Namespace) -> int:
    """`testdesk serve --http --workers N`; what the workers need besides, the first of them says."""
    if given.workers < 1 or not given.http:
        say("testdesk: --workers takes a number of at least 1, and goes with --http.")
        return 2
    if not sys.platform.startswith("linux"):
        say("testdesk: --workers above 1 needs Linux, which spreads connections over several sockets of one port.")
        return 2
    if given.metrics_port is None:
        return Supervisor(given.host, given.port, given.workers, sys.argv[1:]).run()
    if not given.metrics_port:
        say("testdesk: --metrics-port takes a number beside --workers: all workers answer on the same port.")
        return 2
    shared = new_folder()
    os.environ[FOLDER] = str(shared)
    try:
        return Supervisor(given.host, given.port, given.workers, sys.argv[1:], ended=partial(forget, shared)).run()
    finally:
        remove_folder(shared)
