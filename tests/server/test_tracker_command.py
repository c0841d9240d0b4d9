"""`testdesk tracker`: what it prints is a section that works, and its report names whose credential it is."""

import re
from pathlib import Path

import pytest

from server.cli import parser
from server.settings import SettingsError, read_settings
from server.tracker_command import run_tracker
from tests.trackers import LIVE
from tools.platforms import PLATFORMS

pytestmark = pytest.mark.anyio
SECRET = "a-secret-of-mine-4711"


@pytest.mark.parametrize("kind", LIVE)
async def test_the_section_that_it_prints_is_one(kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert await run_tracker(parser().parse_args(["tracker", "kinds", kind])) == 0
    text = capsys.readouterr().out.replace("[trackers.NAME]", "[trackers.web]").replace("/path/to/", "")
    for name in re.findall(r'^(?:# )?(\w+)_file = "', text, re.MULTILINE):
        (tmp_path / name).write_text(SECRET, encoding="utf-8")
    file = tmp_path / "testdesk.toml"
    for whole in (text, re.sub(r"^# (\w+ = )", r"\1", text, flags=re.MULTILINE)):
        lines = [line for line in whole.splitlines() if not re.match(r'\w+ = ""', line)]
        file.write_text("\n".join(lines), encoding="utf-8")
        settings = read_settings(PLATFORMS, {"TESTDESK_CONFIG": str(file)})
        assert settings.trackers["web"].setup.tracker.key == kind
        assert settings.trackers["web"].setup.base_url.startswith("https://")
        assert SECRET in settings.secrets


@pytest.mark.parametrize("kind", LIVE)
async def test_it_says_whose_credential_it_is_and_prints_none(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    given = parser().parse_args(["tracker", "check", "--sandbox", "--tracker", kind])
    assert await run_tracker(given, {}) == 0
    report = capsys.readouterr().out
    assert "works: the credential is that of '" in report
    assert f"sandbox-{kind}-credential" not in report


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["check"], "No tracker is configured"),
        (["check", "shop", "--sandbox", "--tracker", "github"], "No tracker is named 'shop'; there is github"),
        (["check", "--tracker", "github"], "--tracker goes with --sandbox"),
        (["check", "--sandbox", "--tracker", "jirra"], "--tracker is one of"),
        (["kinds", "jirra"], "There is no kind 'jirra'"),
    ],
)
async def test_what_it_cannot_do_is_a_sentence(words: list[str], sentence: str) -> None:
    with pytest.raises(SettingsError, match=re.escape(sentence)):
        await run_tracker(parser().parse_args(["tracker", *words]), {})
