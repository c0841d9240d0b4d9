"""Standard input and output read and written by threads, where the event loop cannot wait for them."""

import os
import socket
import threading
from collections.abc import AsyncIterable, AsyncIterator
from contextlib import asynccontextmanager, suppress
from io import TextIOWrapper

import anyio
from mcp.server.stdio import stdio_server

from server.streams import Item, Write

PIECE = 64 * 1024
STDIN = 0


class ClosableStdin:
    """Passes standard input on until it ends or is closed here.

    A thread that waits in a read of a pipe cannot be woken: it kept a stopped server alive until its client closed
    the pipe. So a thread of ours waits there, one that does not keep the process alive, and what it reads
    goes through a pair of sockets, which can be shut.
    """

    def __init__(self, unread: bytes) -> None:
        self._unread = unread
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
            self._in.sendall(self._unread)
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


class Threads:
    """The client's messages, and the answers to it."""

    def __init__(self, tap: ClosableStdin, read: AsyncIterable[Item], write: Write) -> None:
        self._read = read
        self.send, self.close = write, tap.close

    def items(self) -> AsyncIterable[Item]:
        """The client's messages, until the input ends or is closed."""
        return self._read


@asynccontextmanager
async def threads(unread: bytes = b"") -> AsyncIterator[Threads]:
    """Take over standard input and output; `unread` was read before."""
    tap = ClosableStdin(unread)
    try:
        async with stdio_server(stdin=tap.lines) as (read, write), read, write:
            yield Threads(tap, read, write.send)
    finally:
        tap.close()
        tap.dispose()
