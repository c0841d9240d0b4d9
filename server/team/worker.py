"""One of several server processes on a port, as the supervisor runs it; the standard library only.

It is run by its path: signals have to be handled before anything else is imported.
"""

import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from types import FrameType

ENDED = 128 + signal.SIGTERM


class Worker:
    """What a worker has of its supervisor: a socket to listen on, and a connection whose end asks it to stop.

    The connection ends with the supervisor too, however that ends. A signal would not do: where the system signals all
    processes of a service at once, it would be the second one, which does not wait for calls.
    """

    def __init__(self, listener: int, supervisor: int, *, is_first: bool) -> None:
        self.listener = socket.socket(fileno=listener)
        self.is_first = is_first
        """Whether it prints what all of them would print."""
        self._supervisor = socket.socket(fileno=supervisor)
        self._stop: Callable[[], object] = _end_now
        threading.Thread(target=self._wait, daemon=True).start()

    def stop_by(self, stop: Callable[[], object]) -> None:
        """Call this when the supervisor asks for the end; until then the process ends at once."""
        self._stop = stop

    def report_up(self, address: str) -> None:
        """Report that connections are accepted."""
        self._send(f"up {address}\n")

    def report_leaving(self) -> None:
        """Report that none are accepted any more, so that another worker can take over."""
        self._send("leaving\n")

    def _send(self, line: str) -> None:
        with suppress(OSError):  # it has ended, so this process ends as well
            self._supervisor.sendall(line.encode())

    def _wait(self) -> None:
        with suppress(OSError):
            while self._supervisor.recv(64):
                pass
        with suppress(RuntimeError):  # its event loop has ended already
            self._stop()


def _end_now() -> None:
    os._exit(ENDED)


def _end(signum: int, _: FrameType | None) -> None:
    os._exit(128 + signum)  # nothing has begun yet


def main(arguments: list[str]) -> int:
    """Run the command line as a worker: its descriptors, whether it is the first, and the command."""
    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, _end)
    # The supervisor has blocked them, so that none arrives earlier.
    signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGINT, signal.SIGTERM))
    listener, supervisor, is_first, *command = arguments
    worker = Worker(int(listener), int(supervisor), is_first=is_first == "first")
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    sys.path.insert(0, root)
    from server.cli import main

    return main(command, worker=worker)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
