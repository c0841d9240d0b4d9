"""A change from a git range: what the branch changes, nothing of the repository run, and sentences for failures."""

import os
from pathlib import Path

import pytest

from server.plan.git import read_range
from server.settings import SettingsError
from tests.server.plan.repository import ENVIRONMENT, commit, git, repository


def test_a_range_gives_the_messages_and_paths_of_the_branch_alone(tmp_path: Path) -> None:
    change = read_range("main..HEAD", ENVIRONMENT, repository(tmp_path / "shop"))
    assert change.text == "Say why a voucher is refused\nExpired ones name their end."
    assert change.paths == ("src/checkout/CouponField.tsx", "web/yarn.lock")
    assert change.origin == "main..HEAD"


def test_three_dots_and_one_revision_mean_the_same(tmp_path: Path) -> None:
    folder = repository(tmp_path / "shop")
    assert read_range("main...HEAD", ENVIRONMENT, folder) == read_range("main", ENVIRONMENT, folder)
    assert read_range("main..", ENVIRONMENT, folder).paths == read_range("main", ENVIRONMENT, folder).paths


def test_a_range_without_a_change_is_empty(tmp_path: Path) -> None:
    assert read_range("HEAD..HEAD", ENVIRONMENT, repository(tmp_path / "shop")).is_empty


@pytest.mark.skipif(os.name == "nt", reason="such names cannot be on Windows")
def test_hostile_names_of_files_are_paths_and_nothing_else(tmp_path: Path) -> None:
    folder = repository(tmp_path / "shop")
    names = [
        "--output=x",
        "a\nb.ts",
        '"quoted".ts',
        "$(touch pwned)",
        "; rm -rf x",
        "\u202etxt.exe",
        "r\u00e9sum\u00e9.md",
    ]
    commit(folder, "$(touch pwned) `touch pwned`", dict.fromkeys(names, "x"))
    change = read_range("HEAD~1", ENVIRONMENT, folder)
    assert set(change.paths) == {
        "--output=x",
        "a\nb.ts",
        '"quoted".ts',
        "$(touch pwned)",
        "; rm -rf x",
        "txt.exe",
        names[-1],
    }
    assert not (folder / "pwned").exists()


@pytest.mark.skipif(os.name == "nt", reason="a script as the program")
def test_nothing_that_the_repository_configures_is_run(tmp_path: Path) -> None:
    folder = repository(tmp_path / "shop")
    trap = tmp_path / "trap"
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path}/sprung\n", encoding="utf-8")
    trap.chmod(0o755)
    for name in ("diff.external", "core.fsmonitor", "core.pager", "diff.x.textconv", "gpg.program"):
        git(folder, "config", name, str(trap))
    git(folder, "config", "log.showSignature", "true")
    (folder / ".git" / "info" / "attributes").write_text("* diff=x\n", encoding="utf-8")
    assert read_range("main..HEAD", ENVIRONMENT, folder).paths
    assert not (tmp_path / "sprung").exists()


def test_git_gets_no_credential(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import subprocess

    seen: list[dict[str, str]] = []
    real = subprocess.run

    def run(command: list[str], **options: object) -> object:
        seen.append(dict(options["env"]))  # type: ignore[call-overload]  # it is a mapping
        return real(command, **options)  # type: ignore[call-overload]  # handed on

    folder = repository(tmp_path / "shop")
    monkeypatch.setattr("server.plan.git.subprocess.run", run)
    read_range("main..HEAD", {**ENVIRONMENT, "TESTIO_API_TOKEN": "0123456789abcdef"}, folder)
    assert seen
    assert not [name for one in seen for name in one if "TOKEN" in name]


@pytest.mark.parametrize("given", ["--output=/tmp/x", "", " ", "a b", "main..HEAD\n", "x" * 400])
def test_what_cannot_be_a_range_is_refused_without_git(given: str, tmp_path: Path) -> None:
    if given == "main..HEAD\n":
        assert read_range(given, ENVIRONMENT, repository(tmp_path / "shop")).paths, "a line break at its end is no harm"
        return
    with pytest.raises(SettingsError, match="--diff takes a git range"):
        read_range(given, {}, tmp_path)


def test_a_range_that_git_does_not_know_is_refused_with_gits_words(tmp_path: Path) -> None:
    folder = repository(tmp_path / "shop")
    for given in ("nope..HEAD", "main..--output=x"):
        with pytest.raises(SettingsError, match=r"bad revision.*fetch-depth: 0"):
            read_range(given, ENVIRONMENT, folder)
    assert not (folder / "x").exists()


def test_without_a_repository_or_git_it_says_what_else_can_be_done(tmp_path: Path) -> None:
    environment = {**ENVIRONMENT, "GIT_CEILING_DIRECTORIES": str(tmp_path.parent)}
    with pytest.raises(SettingsError, match=r"in no git repository.*--diff -"):
        read_range("main..HEAD", environment, tmp_path)
    with pytest.raises(SettingsError, match=r"not installed.*--diff -"):
        read_range("main..HEAD", {"PATH": str(tmp_path)}, tmp_path)


def test_a_shallow_clone_without_the_common_commit_says_so(tmp_path: Path) -> None:
    folder = repository(tmp_path / "shop")
    git(folder, "checkout", "--quiet", "--orphan", "apart")
    commit(folder, "Apart", {"src/login.ts": "d"})
    change = read_range("main..apart", ENVIRONMENT, folder)
    assert "src/login.ts" in change.paths
    assert "no commit where its ends parted" in change.origin
