"""The command line: its words, its exit codes, and the demonstration."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from server.cli import main
from server.reference import PARTS, ROOT, regenerate, write
from tests.server.commands import CommandLine

ENVIRONMENT = {k: v for k, v in os.environ.items() if not k.startswith(("TESTIO_", "TESTDESK_"))}


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "server", *arguments],
        cwd=ROOT,
        env=ENVIRONMENT | environment,
        input="",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_version_is_the_projects(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    version = capsys.readouterr().out.split()[1]
    assert f'version = "{version}"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


def test_no_command_shows_the_help_and_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "serve" in capsys.readouterr().out


def test_a_setting_that_cannot_be_ends_with_2_and_a_sentence(testdesk: CommandLine) -> None:
    done = testdesk("serve", TESTDESK_CONSENT="maybe")
    assert done.returncode == 2
    assert done.stderr.strip() == "testdesk: TESTDESK_CONSENT is 'maybe'; it can be 'ask' (the default) or 'client'."


def test_serving_without_an_account_says_so_once_on_stderr_and_ends_with_the_input() -> None:
    done = run("serve")
    assert done.returncode == 0
    assert done.stdout == ""
    assert done.stderr.count("no platform is configured") == 1
    assert "TESTIO_API_TOKEN" in done.stderr


def test_no_key_beyond_this_machine_is_refused(testdesk: CommandLine) -> None:
    done = testdesk("serve", "--sandbox", "--http", "--no-key", "--host", "0.0.0.0", "--port", "0")
    assert done.returncode == 2
    assert "loopback" in done.stderr


def test_the_demonstration_does_what_it_claims() -> None:
    done = run("demo")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "the user declined, and bug 88107 is still open" in done.stdout
    assert "the user confirmed: bug 88107 went from forwarded to rejected" in done.stdout
    assert "the approved call passed: bug 88124 is rejected" in done.stdout
    assert "-> running" in done.stdout


def test_the_generated_tables_are_up_to_date() -> None:
    assert write(check=True) == 0


def test_a_stale_table_is_noticed() -> None:
    page = (ROOT / "README.md").read_text(encoding="utf-8")
    assert all(f"<!-- begin {name} (generated) -->" in page for name in PARTS)
    stale = page.replace("| `triage_bugs` |", "| `sort_bugs` |")
    assert regenerate(stale) == page != stale


def test_each_command_has_help() -> None:
    for command in ("serve", "setup", "approve", "sandbox", "doctor", "demo", "reference"):
        with pytest.raises(SystemExit) as ended:
            main([command, "--help"])
        assert ended.value.code == 0


def test_the_server_starts_from_a_folder_with_its_own_tools(tmp_path: Path) -> None:
    for name in ("tools", "server"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise SystemExit('the wrong one')\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(ROOT / "server" / "__main__.py"), "--version"],
        cwd=tmp_path,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
