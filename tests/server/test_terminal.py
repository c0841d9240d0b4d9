"""The terminal: what is typed in secret is not shown, from before the question appears."""

import os
from typing import TextIO, cast

import pytest

from server.terminal import Terminal

if os.name != "posix":
    pytest.skip("pseudo-terminals are POSIX's", allow_module_level=True)

import pty
import termios


def test_nothing_is_shown_from_before_the_question_until_the_answer_is_read() -> None:
    keys, terminal = pty.openpty()

    def is_shown() -> bool:
        return bool(termios.tcgetattr(terminal)[3] & termios.ECHO)

    class Screen:
        states: list[bool] = []  # noqa: RUF012 - of this one screen

        def write(self, text: str) -> None:
            self.states.append(is_shown())
            if ":" in text:
                os.write(keys, b"s3cret\n")

        def flush(self) -> None:
            """Nothing is held back."""

    with os.fdopen(terminal, encoding="utf-8") as reader:
        assert Terminal(reader, cast(TextIO, Screen())).ask_hidden("Token:") == "s3cret"
        assert Screen.states == [False, True]
        assert is_shown()
    os.close(keys)
