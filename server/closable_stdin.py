"""Standard input that can be closed while a reader waits for a line."""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import TextIOWrapper

import anyio

PIECE = 64 * 1024
STDIN = 0


class ClosableStdin:
    """Passes standard input on until it ends or is closed here.

    A thread that waits in a read of a pipe cannot be woken: it kept a stopped server alive until its client closed
    the pipe. So a thread of ours waits there, one that does not keep the process alive, and what it reads
    goes through a pair of sockets, which can be shut.
    """

    def __init__(self) -> None:
        self._pipe = os.dup(STDIN)
        # Handlers and child processes get an empty input, not the client's messages.
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, STDIN)
        os.close(nothing)
        self._in, self._out = socket.socketpair()
        self._file = TextIOWrapper(self._out.makefile("rb"), encoding="utf-8", errors="replace")
        self.lines = anyio.wrap_file(self._file)
        threading.Thread(target=self._flow, name="stdin", daemon=True).start()

    def _flow(self) -> None:
        with suppress(OSError):  # closed, or the input failed: either way nothing more comes
            while piece := os.read(self._pipe, PIECE):
                self._in.sendall(piece)
        self.close()

    def close(self) -> None:
        """End the input after the lines already read; safe to call from a signal handler."""
        with suppress(OSError):  # closed before
            self._in.shutdown(socket.SHUT_WR)

    def dispose(self) -> None:
        """Close the sockets, once nobody reads; the thread may stay blocked, which cannot be avoided."""
        self._file.close()
        self._out.close()
        self._in.close()


@contextmanager
def closable_stdin() -> Iterator[ClosableStdin]:
    """Take over standard input as its only reader."""
    tap = ClosableStdin()
    try:
        yield tap
    finally:
        tap.close()
        tap.dispose()
