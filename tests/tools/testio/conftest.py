"""What tests of test IO share."""

from pathlib import Path

import pytest


@pytest.fixture
def builds(tmp_path: Path) -> Path:
    folder = tmp_path / "builds"
    folder.mkdir()
    (folder / "shop 4.2.apk").write_bytes(b"PK\x03\x04" + b"x" * 3000)
    return folder
