"""Answers a client's opening from records while the server loads. Standard library only.

A thread reads standard input. While it knows the exact answer to a line, it writes that answer. At the first line that
it does not know, or when the server has loaded, it stops: the server gets that line and everything after it, behind
the requests that bring it to the same point of the conversation, whose answers are swallowed.
"""

from __future__ import annotations

import os
import select
import sys
from _thread import allocate_lock, start_new_thread

from server.opening import CAPABILITIES, LONGEST, MODERN, VERSION, Opening, Session, Step, parse
from server.records import SWITCH, Archive, Records, may_use_records

TYPE_CHECKING = False  # as of typing, whose import takes most of the time that an answer takes
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Final

STDIN, STDOUT = 0, 1
PATIENCE: Final = 0.05
"""Seconds that loading waits for the list to be asked for: the two slow each other down."""
PONG: Final = b'"result":{}}'
MARK: Final = "testdesk-opening"
MARKER: Final = b'{"jsonrpc":"2.0","id":"%b","method":"ping","params":{"_meta":{"%b":"%b","%b":{}}}}' % (
    *(part.encode() for part in (MARK, VERSION, MODERN, CAPABILITIES)),
)
"""A request that only decides the era: this method does not exist in it."""


class Greeter:
    """The opening of one conversation on standard input and output."""

    def __init__(self, records: Records, stdin: int = STDIN, stdout: int = STDOUT) -> None:
        self.records, self.opening = records, Opening()
        self._stdin, self._stdout = stdin, stdout
        self.answered: list[tuple[Session, str, bytes]] = []
        """What was answered from a record."""
        self.replayed: list[bytes] = []
        """Lines that bring a server to this point of the conversation."""
        self.swallowed: int | str | None = None
        """The id of the replayed request whose answer the client has."""
        self.unread = b""
        self._is_running = False
        self._may_load, self._has_stopped = allocate_lock(), allocate_lock()
        self._stop, self._stopping = os.pipe()

    def start(self) -> None:
        """Begin to answer, and return when the server should load."""
        self._may_load.acquire()
        self._has_stopped.acquire()
        self._is_running = True
        start_new_thread(self._run, ())
        self._may_load.acquire(timeout=PATIENCE)

    def stop(self) -> bytes:
        """Stop answering; the bytes that the server has to read before standard input."""
        if self._is_running:
            os.write(self._stopping, b".")
            self._has_stopped.acquire()
            self._is_running = False
        return b"".join(line + b"\n" for line in self.replayed) + self.unread

    def fail(self, reason: str) -> None:
        """Answer the requests at hand with the reason why there is no server, if others were answered."""
        self.stop()
        if not self.answered:
            return
        for session, method, _ in self.answered:
            self.records.forget(session, method)  # the next start fails before it answers anything
        words = "".join(c if c.isascii() and c.isprintable() and c not in '"\\' else "'" for c in reason)
        for line in self.unread.split(b"\n"):
            message = parse(line)
            identifier = message.get("id") if type(message) is dict and "method" in message else None
            if isinstance(identifier, int | str):
                error = b'"error":{"code":-32603,"message":"%b"}}' % words.encode()
                _write(self._stdout, _line(identifier, error))

    def _run(self) -> None:
        try:
            self._converse()
        except OSError:
            pass  # the client has left, which the server finds out too
        finally:
            self._let_load()
            self._has_stopped.release()

    def _let_load(self) -> None:
        if self._may_load.locked():
            self._may_load.release()

    def _converse(self) -> None:
        poll = select.poll()
        poll.register(self._stdin, select.POLLIN)
        poll.register(self._stop, select.POLLIN)
        while True:
            if any(descriptor == self._stop for descriptor, _ in poll.poll()):
                return
            piece = os.read(self._stdin, 4 * LONGEST)
            if not piece:
                return
            self.unread += piece
            while b"\n" in self.unread:
                line, _, rest = self.unread.partition(b"\n")
                if not self._answer(line):
                    return
                self.unread = rest
            if len(self.unread) > LONGEST:
                return

    def _answer(self, line: bytes) -> bool:
        """Answer a line, if the answer is known."""
        step = self.opening.recognize(parse(line))
        if step is None:
            return False
        if step.identifier is None:
            self.replayed.append(line)
            return True
        answer = PONG if step.method == "ping" else self.records.read(step.session, step.method)
        if answer is None:
            return False
        _write(self._stdout, _line(step.identifier, answer))
        self._go_on(step, line)
        if step.method != "ping":
            self.answered.append((step.session, step.method, answer))
        if step.method == "tools/list":
            self._let_load()
        return True

    def _go_on(self, step: Step, line: bytes) -> None:
        if step.method == "initialize":
            self.replayed, self.swallowed = [line], step.identifier
        elif not self.opening.era and step.era:
            # A request that no server has decides the era at no cost.
            self.replayed, self.swallowed = [MARKER], MARK
        self.opening.commit(step)


def _line(identifier: int | str, answer: bytes) -> bytes:
    written = str(identifier) if type(identifier) is int else f'"{identifier}"'
    return b'{"jsonrpc":"2.0","id":%b,%b\n' % (written.encode(), answer)


def _write(descriptor: int, line: bytes) -> None:
    """Write a line whole, to a descriptor that may be non-blocking."""
    writable = select.poll()
    writable.register(descriptor, select.POLLOUT)
    left = memoryview(line)
    while left:
        writable.poll()
        try:  # noqa: SIM105 - contextlib takes a millisecond to import
            left = left[os.write(descriptor, left) :]
        except BlockingIOError:
            pass


def greeter_for(arguments: Sequence[str], environment: Mapping[str, str]) -> Greeter | None:
    """The greeter of this start; None where there is none."""
    if (
        environment.get(SWITCH, "").strip() == "0"
        or os.name != "posix"
        or "serve" not in arguments
        or any(a.startswith("--h") for a in arguments)
    ):
        return None
    if not may_use_records(environment) or os.isatty(STDIN):
        return None
    return Greeter(Records(arguments, environment, Archive()))


def main() -> int:
    """Run the command line, with the opening of a conversation answered meanwhile."""
    try:
        greeter = greeter_for(sys.argv[1:], os.environ)
        if greeter is not None and greeter.records.are_any:
            greeter.start()
        from server.cli import main

        return main(greeter=greeter)
    except KeyboardInterrupt:
        return 130
