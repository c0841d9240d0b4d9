"""The command line in this process, which has loaded already what a new one would load first."""

import gc
import os
from typing import NamedTuple, Protocol

import pytest

from server.cli import main


class Ended(NamedTuple):
    """A command that has ended."""

    returncode: int
    stdout: str
    stderr: str


class CommandLine(Protocol):
    """Runs a command that ends by itself, with none of our variables but those given."""

    def __call__(self, *arguments: str, **environment: str) -> Ended: ...


def command_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    def run(*arguments: str, **environment: str) -> Ended:
        with monkeypatch.context() as patch:
            for name in [name for name in os.environ if name.startswith(("TESTIO_", "TESTDESK_"))]:
                patch.delenv(name)
            for name, value in environment.items():
                patch.setenv(name, value)
            try:
                code = main(arguments)
            finally:
                gc.enable()  # a server switches it off while it starts
        return Ended(code, *capsys.readouterr())

    return run
