"""What tests of the kit share: surroundings without proxies or certificates, and a folder of builds."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# A busy machine is no counterexample.
settings.register_profile("patient", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


@pytest.fixture
def bare_surroundings(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment that names no proxy and no certificates, to be changed by the test."""
    for name in list(os.environ):
        if name.lower() in {"http_proxy", "https_proxy", "all_proxy", "no_proxy", "ssl_cert_file", "ssl_cert_dir"}:
            monkeypatch.delenv(name)
    return monkeypatch


@pytest.fixture
def builds(tmp_path: Path) -> Path:
    """A directory that an operator allows, with one file."""
    folder = tmp_path / "builds"
    folder.mkdir()
    (folder / "shop.apk").write_bytes(b"PK\x03\x04 a shop")
    return folder
