"""A release: one version, a dated changelog, and what `make release` refuses."""

import re
import shutil
import subprocess
from itertools import pairwise
from pathlib import Path

import pytest

from tests.starts import ROOT, stated_version

MAKEFILE = "check wheel:\n\t@mkdir -p dist && touch dist/$@\n"
CHANGELOG = "# Changelog\n\n## [Unreleased]\n\n## [1.2.0] - 2026-11-29\n\n### Added\n\n- A tool.\n"


def git(checkout: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=checkout, capture_output=True, text=True, check=True).stdout


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A small repository with the release script, ready to be released."""
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "release", tmp_path / ".ci" / "release")
    (tmp_path / ".gitignore").write_text("/dist/\n", encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text('[project]\nversion = "1.2.0"\n', encoding="utf-8")
    (tmp_path / "Makefile").write_text(MAKEFILE, encoding="utf-8")
    (tmp_path / "CHANGELOG.md").write_text(CHANGELOG, encoding="utf-8")
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "config", "user.name", "A")
    git(tmp_path, "config", "user.email", "a@example.com")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message", "Begin")
    return tmp_path


def release(checkout: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([checkout / ".ci" / "release"], capture_output=True, text=True, timeout=60)


def refusal(checkout: Path) -> str:
    ran = release(checkout)
    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert not (checkout / "dist").exists(), "it was built all the same"
    return ran.stderr.strip()


def change(checkout: Path, old: str, new: str) -> None:
    """Commit another changelog."""
    text = CHANGELOG.replace(old, new)
    assert text != CHANGELOG
    (checkout / "CHANGELOG.md").write_text(text, encoding="utf-8")
    git(checkout, "commit", "--quiet", "--all", "--message", "Change")


def test_a_release_is_checked_built_and_tagged_with_its_changes(checkout: Path) -> None:
    ran = release(checkout)
    assert ran.returncode == 0, ran.stderr
    assert {file.name for file in (checkout / "dist").iterdir()} == {"check", "wheel"}
    message = git(checkout, "tag", "--list", "v1.2.0", "--format=%(contents)")
    assert message.strip() == "Testdesk 1.2.0\n\n### Added\n\n- A tool."


def test_a_dirty_tree_is_refused(checkout: Path) -> None:
    (checkout / "left.txt").touch()
    assert refusal(checkout) == "make release: the working tree has uncommitted changes. Commit them first."


def test_an_existing_tag_is_refused(checkout: Path) -> None:
    git(checkout, "tag", "v1.2.0")
    assert refusal(checkout) == "make release: the tag v1.2.0 exists. Raise the version in pyproject.toml."


@pytest.mark.parametrize("heading", ["## [1.2.0]", "## [1.2.0] - soon", "## [1.1.0] - 2026-11-29"])
def test_a_version_without_a_dated_section_is_refused(checkout: Path, heading: str) -> None:
    change(checkout, "## [1.2.0] - 2026-11-29", heading)
    assert 'has no section "## [1.2.0] - YYYY-MM-DD"' in refusal(checkout)


def test_an_empty_section_is_refused(checkout: Path) -> None:
    change(checkout, "### Added\n\n- A tool.\n", "")
    assert "the section of 1.2.0 in CHANGELOG.md is empty" in refusal(checkout)


def test_unreleased_lines_are_refused(checkout: Path) -> None:
    change(checkout, "## [Unreleased]\n", "## [Unreleased]\n\n- Another tool.\n")
    assert "CHANGELOG.md has unreleased lines" in refusal(checkout)


def test_a_failed_check_leaves_no_tag(checkout: Path) -> None:
    (checkout / "Makefile").write_text("check wheel:\n\t@exit 3\n", encoding="utf-8")
    git(checkout, "commit", "--quiet", "--all", "--message", "Break")
    assert release(checkout).returncode != 0
    assert git(checkout, "tag", "--list") == ""


def test_the_version_is_stated_once() -> None:
    """The changelog has it as a heading; constraints.txt has other projects' versions."""
    version = re.compile(rf"(?<![\d.]){re.escape(stated_version())}(?!\.?\d)")
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    named = {
        name
        for name in tracked.stdout.split("\0")
        if Path(name).suffix in {".py", ".toml", ".md", ".yml", ".yaml", ".sh", ""} and (ROOT / name).is_file()
        if version.search((ROOT / name).read_text(encoding="utf-8"))
    }
    assert named == {"pyproject.toml", "CHANGELOG.md"}


def test_the_changelog_is_dated_by_release_newest_first() -> None:
    headings = re.findall(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert headings[0] == "[Unreleased]"
    dated = [re.fullmatch(r"\[(\d+)\.(\d+)\.(\d+)\] - (\d{4}-\d{2}-\d{2})", heading) for heading in headings[1:]]
    releases = [(release[4], *map(int, release.group(1, 2, 3))) for release in dated if release]
    assert len(releases) == len(dated), headings
    assert all(newer > older for newer, older in pairwise(releases))
    assert ".".join(map(str, releases[0][1:])) == stated_version()
