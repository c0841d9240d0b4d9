"""A shell for a test: our commands in this process, on fake APIs that last, with a person at the terminal or none."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from server.cli import parser
from server.sandbox import SandboxTransport
from server.shell.call import run_call
from server.shell.report import run_report
from server.terminal import NONE_HERE, NoTerminal
from tests.desk import sandboxes
from tools.kit.network import Network
from tools.kit.sandbox.composition import Composition


@dataclass
class Keys:
    """A person at the terminal: what is shown to them, and what they type; None is Ctrl-C."""

    types: str | None
    shown: str = ""

    def show(self, text: str) -> None:
        self.shown += f"{text}\n"

    def ask(self, question: str) -> str:
        self.shown += question
        if self.types is None:
            raise KeyboardInterrupt
        return self.types


@dataclass
class Shell:
    """What a test types into, and what it sees."""

    folder: Path
    capsys: pytest.CaptureFixture[str]
    world: Composition = field(default_factory=sandboxes)
    environment: dict[str, str] = field(default_factory=dict)
    person: Keys | None = None
    where: tuple[str, ...] = ("--sandbox",)

    def __post_init__(self) -> None:
        self.environment |= {"TESTDESK_CONFIG": "", "TESTDESK_STORE": str(self.folder / "store.sqlite3")}

    @contextmanager
    def terminal(self) -> Iterator[Keys]:
        if self.person is None:
            raise NoTerminal(NONE_HERE)
        yield self.person

    def call(self, *words: str) -> tuple[int, str, str]:
        """`testdesk call --sandbox WORDS`: its exit code, standard output and standard error."""
        given = parser().parse_args(["call", *self.where, *words])
        network = Network(SandboxTransport(self.world))
        code = run_call(given, self.environment, terminal=self.terminal, network=network)
        return (code, *self.capsys.readouterr())

    def report(self, *words: str) -> tuple[int, str, str]:
        """`testdesk report --sandbox WORDS`, likewise."""
        given = parser().parse_args(["report", *self.where, *words])
        code = run_report(given, self.environment, network=Network(SandboxTransport(self.world)))
        return (code, *self.capsys.readouterr())

    def writes(self, platform: str = "testio") -> list[str]:
        """Requests that changed something."""
        seen = [(one.method, one.path) for one in self.world.journal.entries(platform=platform)]
        mount = self.world.sandboxes[platform].mount
        reads = {"POST /bugs"}
        lines = [f"{method} {path.removeprefix(mount)}" for method, path in seen if method != "GET"]
        return [line for line in lines if line not in reads]
