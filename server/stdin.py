"""Standard input behind a tap, so that whoever waits for a line can be let go."""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import TextIOWrapper

import anyio

PIECE = 64 * 1024
STDIN = 0


class Tap:
    """Passes standard input on until it ends or the tap is closed.

    A thread that waits in a read of a pipe cannot be woken: it kept a stopped server alive until its client closed
    the pipe. So a thread of ours waits there, one that does not keep the process alive, and what it reads
    goes through a pair of sockets, which can be shut.
    """

    def __init__(self) -> None:
        self._pipe = os.dup(STDIN)
        # Handlers and child processes find an empty input; what the client writes is not theirs to read.
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, STDIN)
        os.close(nothing)
        self._in, self._out = socket.socketpair()
        self._file = TextIOWrapper(self._out.makefile("rb"), encoding="utf-8", errors="replace")
        self.lines = anyio.wrap_file(self._file)
        threading.Thread(target=self._flow, name="stdin", daemon=True).start()

    def _flow(self) -> None:
        with suppress(OSError):  # the tap is closed, or the input is broken: either way nothing more comes
            while piece := os.read(self._pipe, PIECE):
                self._in.sendall(piece)
        self.close()

    def close(self) -> None:
        """End the lines after what has already come through; a signal handler may call this."""
        with suppress(OSError):  # closed before
            self._in.shutdown(socket.SHUT_WR)

    def dispose(self) -> None:
        """Give the sockets back, once nobody reads; the thread may wait on, nothing can be done about it."""
        self._file.close()
        self._out.close()
        self._in.close()


@contextmanager
def tapped_stdin() -> Iterator[Tap]:
    """Take standard input for this process's only reader."""
    tap = Tap()
    try:
        yield tap
    finally:
        tap.close()
        tap.dispose()
