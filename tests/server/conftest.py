"""What tests of the server share."""

import os
from pathlib import Path

import pytest

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
