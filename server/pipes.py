"""Standard input and output on the event loop, which spares each line two changes of thread. POSIX only."""

import asyncio
import errno
import os
import select
import selectors
import socket
import stat
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager, suppress

import anyio
from mcp.shared.message import SessionMessage
from mcp.types import jsonrpc_message_adapter

from server.streams import Item

PIECE = 64 * 1024
STDIN, STDOUT, STDERR = 0, 1, 2
AT_ONCE = getattr(os, "RWF_NOWAIT", None)
"""Linux writes with it what a blocking pipe takes without waiting."""
_UNKNOWN = frozenset({errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, errno.ESPIPE})
"""Errors of a kernel, or of a file, that does not know it."""


def can_be_awaited() -> bool:
    """Whether the event loop can wait for standard input; it cannot on Windows, for a file and for /dev/null."""
    if os.name != "posix":
        return False
    with selectors.DefaultSelector() as selector:
        try:
            selector.register(STDIN, selectors.EVENT_READ)
        except (OSError, ValueError):
            return False
    return True


def item_in(line: bytes) -> Item:
    """The message in a line, or the error in it."""
    try:
        # As text, so that a byte that is no UTF-8 is an error in its line and not in the stream.
        return SessionMessage(jsonrpc_message_adapter.validate_json(line.decode("utf-8", "replace"), by_name=False))
    except ValueError as error:
        return error


class Pipes:
    """The client's messages, and the answers to it.

    The descriptors stay blocking: their flags belong to the open file, so that they would change for the parent's
    terminal too, and stay changed after a crash. A read follows the news that there is something to read, and a write
    takes what fits; where the system cannot be asked for that, it is no longer than what a writable pipe takes at once.
    """

    def __init__(self, unread: bytes) -> None:
        self._buffer = bytearray(unread)
        self._loop = asyncio.get_running_loop()
        self._in, self._out = _take_over(STDIN, os.devnull), _take_over(STDOUT, None)
        is_socket = stat.S_ISSOCK(os.fstat(self._out).st_mode)
        self._socket = socket.socket(fileno=self._out) if is_socket else None
        self._takes_what_fits = AT_ONCE is not None
        self._writable = select.poll()
        self._writable.register(self._out, select.POLLOUT)
        self._turn = anyio.Lock(fast_acquire=True)
        self._waiting = anyio.CancelScope()
        self._is_closed = self._is_left = False

    async def items(self) -> AsyncGenerator[Item, None]:
        """The client's messages, until the input ends or is closed. Nothing is read before it is wanted."""
        async for line in self._lines():
            yield item_in(line)

    async def send(self, item: SessionMessage) -> None:
        """Write one message; to a client that has left, nothing."""
        await self.write(item.message.model_dump_json(by_alias=True, exclude_unset=True).encode() + b"\n")

    async def write(self, line: bytes) -> None:
        """Write one line; once begun, it is finished, since half a line would spoil the next one."""
        left = memoryview(line)
        async with self._turn:
            with anyio.CancelScope(shield=True):
                while left and not self._is_left:
                    try:
                        left = left[self._write_some(left) :]
                    except BlockingIOError:
                        await anyio.wait_writable(self._out)
                    except (BrokenPipeError, ConnectionError):
                        self._is_left = True
                        self.close()

    def close(self) -> None:
        """End the input after the lines already read; safe to call from a signal handler."""
        self._is_closed = True
        with suppress(RuntimeError):  # the loop is closed
            self._loop.call_soon_threadsafe(self._waiting.cancel)

    def restore(self) -> None:
        """Give the descriptors back."""
        os.dup2(self._out, STDOUT)
        os.close(self._in)
        if self._socket is not None:
            self._socket.close()
        else:
            os.close(self._out)

    async def _lines(self) -> AsyncIterator[bytes]:
        searched = 0
        while True:
            end = self._buffer.find(b"\n", searched)
            if end >= 0:
                line = bytes(self._buffer[: end + 1])
                del self._buffer[: end + 1]
                searched = 0
                yield line
                continue
            searched = len(self._buffer)
            piece = await self._more()
            if not piece:
                break
            self._buffer += piece
        if self._buffer:
            yield bytes(self._buffer)

    async def _more(self) -> bytes:
        """What the client wrote next; nothing at the end of the input."""
        while not self._is_closed:
            self._waiting = anyio.CancelScope()
            with self._waiting:
                await anyio.wait_readable(self._in)
            if self._waiting.cancelled_caught:
                break
            try:
                return os.read(self._in, PIECE)
            except BlockingIOError:
                continue  # the parent has made it non-blocking, and somebody else was faster
            except OSError:
                break  # a terminal hung up, or a socket was reset
        return b""

    def _write_some(self, left: memoryview) -> int:
        """Write what can be written without waiting.

        Raises:
            BlockingIOError: if that is nothing.
        """
        if self._socket is not None:
            return self._socket.send(left, socket.MSG_DONTWAIT)
        if self._takes_what_fits:
            try:
                return os.pwritev(self._out, [left], -1, AT_ONCE or 0)
            except OSError as error:
                if error.errno not in _UNKNOWN:
                    raise
                self._takes_what_fits = False
        if not self._writable.poll(0):
            raise BlockingIOError
        return os.write(self._out, left[: select.PIPE_BUF])


def _take_over(descriptor: int, instead: str | None) -> int:
    """A duplicate of a standard descriptor, which itself then leads elsewhere, for handlers and child processes.

    They get an empty input, not the client's messages; what they print goes to standard error, not among the answers.
    """
    import fcntl  # absent on Windows

    own = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, STDERR + 1)
    try:
        other = os.dup(STDERR) if instead is None else os.open(instead, os.O_RDONLY)
    except OSError:  # standard error is closed
        other = os.open(os.devnull, os.O_WRONLY)
    os.dup2(other, descriptor)
    os.close(other)
    return own


@asynccontextmanager
async def pipes(unread: bytes = b"") -> AsyncIterator[Pipes]:
    """Take over standard input and output; `unread` was read before."""
    wire = Pipes(unread)
    try:
        yield wire
    finally:
        wire.restore()
