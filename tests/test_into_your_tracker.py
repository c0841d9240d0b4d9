"""README's section "Into your tracker", followed literally over the sandbox."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from server.settings import read_settings
from tests.desk import desk, sandboxes
from tools.platforms import PLATFORMS

ROOT = Path(__file__).parent.parent
SECTION = (
    (ROOT / "README.md").read_text(encoding="utf-8").partition("\n## Into your tracker\n")[2].partition("\n## ")[0]
)
TOML, SHELL = (re.findall(rf"```{kind}\n(.*?)```", SECTION, re.DOTALL)[0] for kind in ("toml", "sh"))


@pytest.fixture
def configured(tmp_path: Path) -> dict[str, str]:
    """The file as README has it, with its credentials beside it."""
    for section in tomllib.loads(TOML)["trackers"].values():
        (tmp_path / section["token_file"]).write_text("a-secret-of-mine-4711", encoding="utf-8")
        (tmp_path / section["token_file"]).chmod(0o600)
    file = tmp_path / "testdesk.toml"
    file.write_text(TOML, encoding="utf-8")
    file.chmod(0o600)
    return {"TESTDESK_CONFIG": str(file), "TESTDESK_TOOLSETS": "all"}


def run(command: str, environment: dict[str, str]) -> str:
    """Run a command of the section."""
    program, *options = command.split()
    assert program == "testdesk"
    done = subprocess.run(
        [sys.executable, "-m", "server", *options],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "HOME": environment["TESTDESK_CONFIG"]} | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_three_sections_are_whole(configured: dict[str, str]) -> None:
    settings = read_settings(PLATFORMS, configured)
    kinds = {name: one.setup.tracker.key for name, one in settings.trackers.items()}
    assert kinds == {"web": "jira", "app": "github", "backend": "azure"}
    assert settings.trackers["web"].setup.base_url == "https://harbour.atlassian.net/rest/api/3"
    assert settings.trackers["app"].setup.base_url == "https://api.github.com"
    assert settings.trackers["backend"].setup.base_url.startswith("https://dev.azure.com/harbour")
    assert all("a-secret-of-mine-4711" in one.secrets for one in settings.trackers.values())


def test_the_commands_do_what_the_section_says(configured: dict[str, str]) -> None:
    lines = [line.partition("#")[0].strip() for line in SHELL.splitlines()]
    check, offered, serve = lines
    report = run(f"{check} --sandbox", configured)
    assert report.count("works: the credential is that of") == 3
    assert "a-secret-of-mine" not in report
    assert "works" in run(offered, configured)
    assert serve.startswith("testdesk serve --sandbox")
    for kind in re.findall(r"`(testdesk tracker kinds[^`]*)`", SECTION):
        assert run(kind, configured)


@pytest.mark.anyio
async def test_each_of_the_three_gets_an_issue(configured: dict[str, str]) -> None:
    settings = read_settings(PLATFORMS, configured, sandbox=True)
    async with desk(told=settings, world=sandboxes("jira", "github", "azure")) as opened:
        tools = {tool.name for tool in (await opened.client.list_tools()).tools}
        assert set(re.findall(r"`(tracker_\w+)`", SECTION)) <= tools
        for name in ("web", "app", "backend"):
            done = await opened.answer("tracker_create_issue", item="testio:88101", tracker=name)
            assert (done["outcome"], done["issue"]["tracker"]) == ("created", name)
