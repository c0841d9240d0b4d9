"""A process that is killed at any step of a hand-over leaves no second issue and loses none."""

import os
import re
import sys
from collections import Counter
from pathlib import Path

import anyio
import pytest

from server.store import ledger
from server.store.sqlite import SqliteEngine
from tests.fuzz.soak import IS_SOAK
from tests.served_sandboxes import serve_on_port
from tools.trackers.listed import load, load_sandbox

KINDS = ("redmine", "shortcut", "gitea", "zendesk") if IS_SOAK else ("redmine",)
ROOT = Path(__file__).parents[3]


@pytest.mark.anyio
@pytest.mark.skipif(os.name != "posix", reason="processes kill themselves by a signal")
@pytest.mark.parametrize("kind", KINDS)
async def test_a_kill_at_each_step_leaves_one_issue_with_its_files(kind: str, tmp_path: Path) -> None:
    sandbox, store = load_sandbox(kind), tmp_path / "store.sqlite3"
    async with serve_on_port({kind: sandbox}) as origin:
        command = [sys.executable, "-m", "tests.tools.trackers.killed", kind, origin + load(kind).mount, str(store)]
        done = await anyio.run_process(command, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr.decode()
    steps = int(done.stdout)
    assert steps >= 20, "there are that many steps to be killed at"
    bugs = Counter(word for issue in sandbox.world.issues for word in markers_in(issue))
    assert bugs == Counter({f"testio-bug-{step}": 1 for step in range(1, steps + 2)})
    without = [issue.number for issue in sandbox.world.issues if markers_in(issue) and not files_of(issue) >= FILES]
    assert not without, "files that were missing are uploaded by the next call"
    engine = SqliteEngine(store)
    verified = await engine.run(ledger.verify)
    await engine.close()
    assert verified.broken_at is None


FILES = {"screen.png", "video.mp4"}


def files_of(issue: object) -> set[str]:
    return {name for name, _ in issue.files}  # type: ignore[attr-defined]


def markers_in(issue: object) -> set[str]:
    """The markers in an issue, each once."""

    return set(re.findall(r"testio-bug-\d+", f"{issue.title} {issue.text} {issue.labels} {issue.fields}"))  # type: ignore[attr-defined]
