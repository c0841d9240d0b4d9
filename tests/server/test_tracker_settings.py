"""Trackers in the configuration file: the address that requests go to."""

from pathlib import Path

import pytest

from server.settings import read_settings
from tools.platforms import PLATFORMS


@pytest.mark.parametrize("site", ["https://acme.youtrack.cloud", "https://acme.youtrack.cloud/"])
def test_an_address_may_end_with_a_slash(tmp_path: Path, site: str) -> None:
    (tmp_path / "token").write_text("a-secret-of-mine-4711", encoding="utf-8")
    (tmp_path / "token").chmod(0o600)
    file = tmp_path / "testdesk.toml"
    lines = ["[trackers.web]", 'kind = "youtrack"', f'site = "{site}"', 'project = "SHOP"', 'token_file = "token"']
    file.write_text("\n".join(lines), encoding="utf-8")
    file.chmod(0o600)
    settings = read_settings(PLATFORMS, {"TESTDESK_CONFIG": str(file), "TESTDESK_TOOLSETS": "all"})
    assert settings.trackers["web"].setup.base_url == "https://acme.youtrack.cloud/api"
