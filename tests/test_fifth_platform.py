"""A fifth platform needs one folder and its name in the list: everything else walks it."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fifth import KEY, PARTS

ROOT = Path(__file__).parent.parent
COPIED = ("server", "tools", "prompts", "docs", "examples", "README.md")

LOOK = """
import anyio
from mcp import Client
from server.app import build
from server.settings import read_settings
from tools.platforms import PLATFORMS

async def look():
    server = build(read_settings(PLATFORMS, {}, sandbox=True))
    async with Client(server) as client:
        print("PAGE", (await client.read_resource("toyshelf://toys/1")).contents[0].text)
        listed = await client.call_tool("toyshelf_list_toys", {})
        print("LIST", [row["name"] for row in listed.structured_content["items"]])
        runs = await client.call_tool("across_list_runs", {"platforms": ["toyshelf"]})
        print("RUNS", [row["title"] for row in runs.structured_content["items"]])

anyio.run(look)
"""
COMMANDS = """
from server.cli import main

for command in ("doctor", "reference"):
    print("RUNNING", command, flush=True)
    assert main([command]) == 0, command
"""


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A copy of the tree with one folder more and one name more in the list."""
    tree = tmp_path_factory.mktemp("tree")
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tree / name)  # what is compiled too: it would be compiled anew three times
        else:
            shutil.copy(ROOT / name, tree / name)
    folder = tree / "tools" / KEY
    folder.mkdir()
    for name, text in PARTS.items():
        (folder / name).write_text(text, encoding="utf-8")
    names = tree / "tools" / "platforms.py"
    text = names.read_text(encoding="utf-8")
    text = text.replace("\n\nPLATFORMS", f"\nfrom tools.{KEY}.platform import {KEY}\n\nPLATFORMS", 1)
    names.write_text(text.rstrip().removesuffix(")").rstrip(",\n") + f", {KEY})\n", encoding="utf-8")
    yield tree
    shutil.rmtree(tree)


@pytest.fixture(scope="module")
def printed(copy: Path) -> dict[str, str]:
    """What a look at the copy prints, and two commands after it, by what is run; in one process for all of them.

    Nothing of the checkout is on its path, and no variable of a platform is set.
    """
    environment = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    done = subprocess.run(
        [sys.executable, "-P", "-c", LOOK + COMMANDS],
        cwd=copy,
        env={**environment, "PYTHONPATH": str(copy)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    look, *rest = re.split(r"^RUNNING (\w+)\n", done.stdout, flags=re.MULTILINE)
    return {"look": look, **dict(zip(rest[::2], rest[1::2], strict=True))}


def test_its_page_its_tools_and_its_part_across_platforms_are_there(printed: dict[str, str]) -> None:
    look = printed["look"]
    assert "PAGE > Sandbox: invented data." in look
    assert "# Toy 1: [" in look
    assert "|Bear|" in look
    assert "LIST ['Bear', 'Boat']" in look
    assert "RUNS ['Bear', 'Boat']" in look


def test_its_rows_stand_in_the_tables(copy: Path, printed: dict[str, str]) -> None:
    assert "reference" in printed
    readme = (copy / "README.md").read_text(encoding="utf-8")
    assert "| Toy Shelf | 2 | 2 |" in readme
    assert "| `toyshelf://toys/{toy_id}` | A toy as a page to read. |" in readme
    assert "| `TOYSHELF_API_TOKEN`, `TOYSHELF_API_TOKEN_FILE` | Credential, under the shelf |" in readme
    assert "| `toyshelf_get_toy` | `toyshelf:tools` | reads |" in (copy / "docs" / "tools.md").read_text(
        encoding="utf-8"
    )
    coverage = (copy / "docs" / "coverage.md").read_text(encoding="utf-8")
    assert "## Toy Shelf: 2 of 2" in coverage
    assert "| Toys | `GET /toys/{id}` | `toy` | `toyshelf_get_toy`" in coverage


def test_doctor_has_a_line_for_it(printed: dict[str, str]) -> None:
    told = printed["doctor"]
    assert "- Toy Shelf: listed, but each call says this" in told
    assert "set TOYSHELF_API_TOKEN (or TOYSHELF_API_TOKEN_FILE), to be found under the shelf" in told


def test_nothing_else_of_the_tree_knows_it() -> None:
    for folder in ("server", "tools", "prompts", "docs"):
        for file in (ROOT / folder).rglob("*"):
            if file.is_file() and file.suffix not in {".pyc", ".png"}:
                assert KEY not in file.read_text(encoding="utf-8"), file
