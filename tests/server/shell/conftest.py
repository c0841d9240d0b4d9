"""What the tests of the shell share."""

from pathlib import Path

import pytest

from tests.server.shell.shell import Shell


@pytest.fixture
def shell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(tmp_path, capsys)
