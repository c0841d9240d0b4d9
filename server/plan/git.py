"""Reads a change from a git repository: the messages of its commits and the paths that they touch.

git is called with a list of arguments, never through a shell. Nothing that the repository configures is run: no
external diff, text conversion, signature check, file monitor or pager; and nothing is fetched.
"""

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from shutil import which
from typing import Final

from server.plan.change import Change, change_of
from server.settings import SettingsError
from tools.kit.errors import TestdeskError
from tools.kit.text import clean

SECONDS: Final = 60
MOST_COMMITS: Final = 200
WITH_BODIES: Final = 10
"""A range of so many commits gives their whole messages; a longer one only the subjects."""
OPTIONS: Final = ("--no-pager", "-c", "core.fsmonitor=false", "-c", "log.showSignature=false", "-c", "color.ui=false")
PASSED: Final = frozenset(
    {"PATH", "HOME", "USERPROFILE", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "XDG_CONFIG_HOME"}
    | {"GIT_DIR", "GIT_WORK_TREE", "GIT_CEILING_DIRECTORIES", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_NOSYSTEM"}
)
"""The variables that git gets: no credential of a platform is among them."""
_TRAILER: Final = re.compile(r"^[A-Z][\w-]+-[Bb]y: |^(?:Change-Id|Closes|Fixes|Refs|See-Also): ")
_LONGEST: Final = 300


class GitFailed(TestdeskError):
    """git could not be run to its end."""


def read_range(given: str, environment: Mapping[str, str], folder: Path) -> Change:
    """Read what a range changes since its two ends parted, as a pull request shows it.

    Raises:
        SettingsError: without git, without a repository, and for a range that git does not know.
        GitFailed: if git does not end in time.
    """
    old, new = _ends(given)
    program = _program(environment)
    commits = [
        *program,
        "log",
        "-z",
        "--no-merges",
        f"--max-count={MOST_COMMITS}",
        "--format=%s%n%b",
        f"{old}..{new}",
        "--",
    ]
    messages = [one.splitlines() for one in _run(commits, environment, folder).split("\0") if one.strip()]
    texts = [lines[0] for lines in messages]
    if len(messages) <= WITH_BODIES:
        texts += [line for lines in messages for line in lines[1:] if not _TRAILER.match(line)]
    names = ["diff", "--name-only", "-z", "--no-renames", "--no-ext-diff", "--no-textconv"]
    origin = f"{old}..{new}"
    try:
        paths = _run([*program, *names, f"{old}...{new}", "--"], environment, folder)
    except NoMergeBase:
        # A shallow clone may lack the commit where the two ends parted.
        paths = _run([*program, *names, f"{old}..{new}", "--"], environment, folder)
        origin += " (the clone has no commit where its ends parted, so all their differences count)"
    return change_of(texts, paths.split("\0"), origin)


def _ends(given: str) -> tuple[str, str]:
    """The two ends of a range; one revision alone is the old end.

    Raises:
        SettingsError: for what cannot be a range, such as an option of git.
    """
    text = given.strip()
    if (
        not text
        or text.startswith("-")
        or len(text) > _LONGEST
        or not text.isprintable()
        or any(map(str.isspace, text))
    ):
        raise SettingsError(
            f"--diff takes a git range such as main..HEAD, or - for a diff on standard input, not {given[:60]!r}."
        )
    old, dots, new = text.partition("...") if "..." in text else text.partition("..")
    return old or "HEAD", (new or "HEAD") if dots else "HEAD"


class NoMergeBase(Exception):
    """The two ends of a range have no common commit in this clone."""


def _program(environment: Mapping[str, str]) -> list[str]:
    """The beginning of every command line; what follows `--` at its end would be paths, of which there are none.

    Raises:
        SettingsError: where git is not installed.
    """
    program = which("git", path=environment.get("PATH"))
    if program is None:
        raise SettingsError("git is not installed or not on PATH. `--diff -` reads a diff from standard input instead.")
    return [program, *OPTIONS]


def _run(command: list[str], environment: Mapping[str, str], folder: Path) -> str:
    passed = {name: value for name, value in environment.items() if name.upper() in PASSED}
    quiet = {"LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1"}
    try:
        done = subprocess.run(  # noqa: S603 - a list of arguments, of which none can be an option
            command,
            cwd=folder,
            env=passed | quiet,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise GitFailed(f"git did not end within {SECONDS} s.") from error
    except OSError as error:
        raise GitFailed(f"git could not be started: {error.strerror}.") from error
    if done.returncode == 0:
        return done.stdout.decode("utf-8", "replace")
    raise _failure(done.stderr.decode("utf-8", "replace"))


def _failure(errors: str) -> Exception:
    """What git's error means here."""
    if "no merge base" in errors:
        return NoMergeBase()
    if "not a git repository" in errors:
        return SettingsError(
            "This folder is in no git repository. Run `testdesk plan` in one, or give it a diff on standard input with "
            "`--diff -`."
        )
    lines = [line.strip() for line in clean(errors).splitlines() if line.strip()]
    reason = lines[0][:200] if lines else "no reason given"
    return SettingsError(
        f"git cannot read this range: {reason}. In a CI job both ends have to be fetched, such as with fetch-depth: 0."
    )
