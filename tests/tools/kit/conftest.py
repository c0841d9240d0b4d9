"""What tests of the kit share: patience with a busy machine, and a folder of builds."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# A busy machine is no counterexample.
settings.register_profile("patient", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


@pytest.fixture
def builds(tmp_path: Path) -> Path:
    """A directory that an operator allows, with one file."""
    folder = tmp_path / "builds"
    folder.mkdir()
    (folder / "shop.apk").write_bytes(b"PK\x03\x04 a shop")
    return folder
