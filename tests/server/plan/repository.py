"""A git repository for a test, with a branch that changes something."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_AUTHOR_NAME": "Nobody",
    "GIT_AUTHOR_EMAIL": "nobody@example.test",
    "GIT_COMMITTER_NAME": "Nobody",
    "GIT_COMMITTER_EMAIL": "nobody@example.test",
}


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, env=ENVIRONMENT, check=True, capture_output=True)


def commit(folder: Path, message: str, files: Mapping[str, str]) -> None:
    """Write files and commit them."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", message)


def repository(folder: Path) -> Path:
    """A repository whose branch `topic` left `main`, which went on without it."""
    folder.mkdir(exist_ok=True)
    git(folder, "init", "--quiet", "--initial-branch", "main")
    commit(folder, "Begin", {"README": "shop"})
    git(folder, "checkout", "--quiet", "-b", "topic")
    message = (
        "Say why a voucher is refused\n\nExpired ones name their end.\n\nSigned-off-by: Zoltan Quux <z@example.test>"
    )
    commit(folder, message, {"src/checkout/CouponField.tsx": "a", "web/yarn.lock": "b"})
    git(folder, "checkout", "--quiet", "main")
    commit(folder, "Sort the search", {"src/search/sort.ts": "c"})
    git(folder, "checkout", "--quiet", "topic")
    return folder
