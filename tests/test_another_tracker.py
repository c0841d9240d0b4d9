"""Another tracker needs one file, its fake API and one line: everything else walks it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.toy_tracker import KEY, SANDBOX, VENDOR

ROOT = Path(__file__).parent.parent
COPIED = ("server", "tools", "prompts", "tests/tools/trackers")
FILES = ("pyproject.toml", "tests/__init__.py", "tests/trackers.py", "tests/stores.py")
WALK = "tests/tools/trackers/test_every_tracker.py"
CONFTEST = """import pytest


@pytest.fixture
def anyio_backend():
    return "asyncio"
"""


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A copy of the tree with a tracker more."""
    tree = tmp_path_factory.mktemp("tree")
    for name in COPIED:
        shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in FILES:
        (tree / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tree / name)
    (tree / "tests" / "tools" / "__init__.py").touch()
    (tree / "tests" / "conftest.py").write_text(CONFTEST, encoding="utf-8")
    package = tree / "tools" / "trackers"
    (package / "vendors" / f"{KEY}.py").write_text(VENDOR, encoding="utf-8")
    (package / "sandbox" / f"{KEY}.py").write_text(SANDBOX, encoding="utf-8")
    listed = package / "listed.py"
    text = listed.read_text(encoding="utf-8")
    listed.write_text(text.replace("] = {\n", f'] = {{\n    "{KEY}": "Toy list",\n', 1), encoding="utf-8")
    yield tree
    shutil.rmtree(tree)


def run(tree: Path, *command: str) -> str:
    """Run Python in the copy, with nothing of the checkout on its path."""
    environment = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    done = subprocess.run(
        [sys.executable, *command],
        cwd=tree,
        env=environment | {"UPDATE_SNAPSHOTS": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_one_file_and_one_line_are_a_whole_tracker(copy: Path) -> None:
    walk = run(copy, "-m", "pytest", "-n0", "-q", "-p", "no:cacheprovider", WALK, "-k", KEY)
    assert walk.count(".") >= 14, walk
    report = run(copy, "-m", "server", "tracker", "check", "--sandbox", "--tracker", KEY)
    assert "'Toy maker'" in report
    assert "shelf: top" in report
