"""What tests of the server share."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.forking import Forks
from tests.server.commands import CommandLine, command_line
from tests.server.stub_server import DIARY, GATE


@pytest.fixture
def diary(tmp_path: Path) -> Path:
    """Where the stub writes down what it did; beside it is the gate of its writes."""
    os.mkfifo(tmp_path / f"diary{GATE}")
    return tmp_path / "diary"


@pytest.fixture
def noted(diary: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same for a stub in this process."""
    monkeypatch.setenv(DIARY, str(diary))
    return diary


@pytest.fixture
def testdesk(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    """The command line, for commands that end by themselves."""
    return command_line(monkeypatch, capsys)


@pytest.fixture(scope="session")
def forks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forks]:
    """Starts the stub and our commands quickly."""
    programs = ("tests.server.stub_server", "tests.server.inbox.stalling")
    commands = ("cli", "serve_command", "app", "inbox_command", "inbox_parser", "shell.call", "shell.options")
    folder = tmp_path_factory.mktemp("forks")
    with Forks(folder, *programs, *(f"server.{name}" for name in commands), "tools.platforms") as made:
        yield made
