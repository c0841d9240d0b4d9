"""What tests of the kit share: a folder of builds."""

from pathlib import Path

import pytest


@pytest.fixture
def builds(tmp_path: Path) -> Path:
    """A directory that an operator allows, with one file."""
    folder = tmp_path / "builds"
    folder.mkdir()
    (folder / "shop.apk").write_bytes(b"PK\x03\x04 a shop")
    return folder
