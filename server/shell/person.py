"""The person at the controlling terminal, who answers the questions of a call in the shell."""

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Final

import anyio
from mcp.client import ClientRequestContext
from mcp.types import ElicitRequestFormParams, ElicitRequestParams, ElicitResult

from server.guards.consent import SOON
from server.terminal import NoTerminal, Person, printable

Terminals = Callable[[], AbstractContextManager[Person]]
YES, NO = "yes", "no"
CHOICE: Final = f"Type {YES} to do it, or {NO}:"
TYPED: Final = f"Type its name to do it, or {NO}:"


class TerminalPerson:
    """Asks in a terminal, and remembers how it ended.

    A client that has no terminal declares no forms, so the server refuses what asks, with the number of an approval.
    """

    def __init__(self, terminal: Terminals | None) -> None:
        self._terminal = terminal
        self.is_there = terminal is not None and _opens(terminal)
        self.said_no = False
        self.interrupted = False
        self.before: Callable[[], None] = lambda: None
        """Called before a question, such as to take a progress bar away."""

    async def answer(self, context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:
        """Ask a question of the server."""
        if self._terminal is None or not isinstance(params, ElicitRequestFormParams):
            return ElicitResult(action="cancel")
        self.before()
        fields: dict[str, Any] = params.requested_schema.get("properties", {})
        is_choice = "enum" in fields.get("answer", {})
        began = time.monotonic()
        try:
            # In this thread, since a thread that reads a terminal cannot be ended.
            with interruptible(), self._terminal() as person:
                person.show("\n".join(["", *(f"| {line}" for line in printable(params.message).splitlines()), ""]))
                typed = person.ask(CHOICE if is_choice else TYPED)
        except KeyboardInterrupt:
            self.interrupted = True
            await _wait_from(began)
            return ElicitResult(action="cancel")
        except NoTerminal:
            return ElicitResult(action="cancel")
        is_yes = typed.casefold() == YES if is_choice else typed not in ("", NO)
        if is_yes:
            return ElicitResult(action="accept", content={"answer": YES if is_choice else typed})
        self.said_no = True
        await _wait_from(began)
        return ElicitResult(action="decline")


async def _wait_from(began: float) -> None:
    """Wait as long as a person needs to read: a faster no would count as that of an unattended client."""
    await anyio.sleep(max(0.0, SOON * 1.1 - (time.monotonic() - began)))


def _opens(terminal: Terminals) -> bool:
    try:
        with terminal():
            return True
    except NoTerminal:
        return False


@contextmanager
def interruptible() -> Iterator[None]:
    """Let Ctrl-C end a blocking read; the event loop's own handler would wait for the read to return."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
