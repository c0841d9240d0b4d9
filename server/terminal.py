"""The controlling terminal: where a person is asked who no pipe can stand in for."""

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, Protocol, TextIO

from tools.kit.invisible import clean

CONSOLE: Final = ("CONIN$", "CONOUT$") if os.name == "nt" else ("/dev/tty", "/dev/tty")
NONE_HERE: Final = (
    "This command asks a person in a terminal, and there is none here. Run it yourself in a terminal window; a pipe "
    "or another program cannot answer it."
)
IN_BACKGROUND: Final = "This command asks a person in a terminal, and it runs in the background of this one."
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


class NoTerminal(Exception):
    """There is no controlling terminal; the text is for whoever ran the command."""


class Person(Protocol):
    """Where texts are shown and answers typed."""

    def show(self, text: str) -> None:
        """Print a text."""

    def ask(self, question: str) -> str:
        """One line that a person typed; empty at the end of input."""


class Terminal:
    """Reads a person's answer and shows what it is about."""

    def __init__(self, reader: TextIO, writer: TextIO) -> None:
        self._reader, self._writer = reader, writer

    def show(self, text: str) -> None:
        """Print a text without control characters, which could redraw the terminal."""
        self._writer.write(f"{printable(text)}\n")
        self._writer.flush()

    def ask(self, question: str) -> str:
        """One line that a person typed after the question was shown; empty at the end of input."""
        _discard_typed(self._reader)
        self._writer.write(f"{printable(question)} ")
        self._writer.flush()
        return self._reader.readline().strip()

    def ask_hidden(self, question: str) -> str:
        """One line that a person typed, which the terminal does not show; empty at the end of input."""
        with _no_echo(self._reader):  # before the question, or an early key would be shown
            _discard_typed(self._reader)
            self._writer.write(f"{printable(question)} ")
            self._writer.flush()
            answer = self._reader.readline().strip()
        self._writer.write("\n")
        self._writer.flush()
        return answer


def printable(text: str) -> str:
    """A text as a terminal may show it: no escapes, no hidden or reordering characters."""
    return _CONTROL.sub("", clean(text))


@contextmanager
def controlling_terminal() -> Iterator[Terminal]:
    """Open the terminal itself: standard input may be a pipe that a program fills.

    Raises:
        NoTerminal: when this process has none, or runs in its background.
    """
    try:
        reader = open(CONSOLE[0], encoding="utf-8", errors="replace")  # noqa: SIM115 - closed below
        writer = open(CONSOLE[1], "w", encoding="utf-8", errors="replace")  # noqa: SIM115
    except OSError as error:
        raise NoTerminal(NONE_HERE) from error
    with reader, writer:
        if not reader.isatty():
            raise NoTerminal(NONE_HERE)
        if os.name == "posix" and os.tcgetpgrp(reader.fileno()) != os.getpgrp():
            raise NoTerminal(IN_BACKGROUND)  # reading would stop the process
        yield Terminal(reader, writer)


@contextmanager
def _no_echo(reader: TextIO) -> Iterator[None]:
    """Keep what is typed from being shown."""
    if sys.platform == "win32":
        import ctypes
        import msvcrt

        kernel, handle = ctypes.windll.kernel32, msvcrt.get_osfhandle(reader.fileno())
        before = ctypes.c_ulong()
        kernel.GetConsoleMode(handle, ctypes.byref(before))
        kernel.SetConsoleMode(handle, before.value & ~0x0004)  # ENABLE_ECHO_INPUT
        try:
            yield
        finally:
            kernel.SetConsoleMode(handle, before.value)
    else:
        import termios

        before = termios.tcgetattr(reader)
        silent = [*before[:3], before[3] & ~termios.ECHO, *before[4:]]
        termios.tcsetattr(reader, termios.TCSADRAIN, silent)
        try:
            yield
        finally:
            termios.tcsetattr(reader, termios.TCSADRAIN, before)


def _discard_typed(reader: TextIO) -> None:
    """Throw away what was typed before the question could be read."""
    if sys.platform == "win32":
        import msvcrt

        while msvcrt.kbhit():
            msvcrt.getwch()
    else:
        import termios

        termios.tcflush(reader.fileno(), termios.TCIFLUSH)
