"""A worker process as the supervisor sees it, and the place that it has; standard library only."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

WORKER: Final = Path(__file__).with_name("worker.py")
START_SECONDS: Final = 120.0
"""After which a worker that does not listen has failed."""


class Running:
    """A worker process."""

    def __init__(self, listener: socket.socket, command: Sequence[str], *, is_first: bool) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            descriptors = (listener.fileno(), theirs.fileno())
            given = [str(descriptors[0]), str(descriptors[1]), "first" if is_first else "further", *command]
            signals = (signal.SIGINT, signal.SIGTERM)
            before = signal.pthread_sigmask(signal.SIG_BLOCK, signals)
            try:
                # A session of its own: Ctrl-C in a terminal reaches the supervisor only, which passes it on once.
                self.process = subprocess.Popen(  # noqa: S603 - our own program and its own arguments
                    [sys.executable, "-P", str(WORKER), *given],
                    stdin=subprocess.DEVNULL,
                    pass_fds=descriptors,
                    start_new_session=True,
                )
            finally:
                signal.pthread_sigmask(signal.SIG_SETMASK, before)
        ours.setblocking(False)
        self.connection, self.since = ours, time.monotonic()
        self.address = ""
        """Where it listens; empty until it does."""
        self.is_leaving = False
        self._heard = b""

    def hear(self) -> None:
        """Read what it reports."""
        with suppress(OSError):  # nothing to read, or it has ended
            while piece := self.connection.recv(4096):
                self._heard += piece
        *lines, self._heard = self._heard.split(b"\n")
        for line in lines:
            word, _, rest = line.decode().partition(" ")
            if word == "up":
                self.address, self.since = rest, time.monotonic()
            self.is_leaving |= word == "leaving"

    def ask_to_stop(self) -> None:
        """Let it finish its calls and end."""
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_WR)

    @property
    def ended(self) -> int | None:
        """The exit code; None while it runs."""
        return self.process.poll()

    @property
    def is_late(self) -> bool:
        """Whether it should listen by now and does not."""
        return not self.address and time.monotonic() - self.since > START_SECONDS


@dataclass(eq=False)
class Place:
    """One of the N places of workers."""

    listener: socket.socket | None = None
    worker: Running | None = None
    successor: Running | None = None
    """Takes over as soon as it listens, on the same socket: no connection that waits there is lost."""
    leaving: list[Running] = field(default_factory=list)
    failures: int = 0
    next_at: float = 0.0

    @property
    def all(self) -> list[Running]:
        """Its processes."""
        return [one for one in (self.worker, self.successor, *self.leaving) if one is not None]
