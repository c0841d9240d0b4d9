"""The Makefile does what it and CONTRIBUTING.md say: what is checked, and that everything made can be removed."""

import re
import subprocess

from tests.starts import ROOT

MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `make ([a-z-]+)` \| (.+) \|$", re.MULTILINE)


def test_clean_removes_what_the_targets_install_and_write() -> None:
    recipe = subprocess.run(
        ["make", "--dry-run", "clean"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    ignored = {line.strip("/") for line in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()}
    kept = {"deploy/secrets", "deploy/people"}  # what an operator wrote
    not_made = {"*.pyc", "server/first_answers.bin", "node_modules"}  # beside __pycache__; in wheels; named below
    assert ignored - kept - not_made <= set(recipe)
    assert not kept & set(recipe)
    folders = {prefix for prefix in re.findall(r"--prefix (\S+)", MAKEFILE) if prefix not in recipe}
    assert {f"{folder}/node_modules" for folder in folders} <= set(recipe)


def test_ci_runs_every_check_that_the_guide_lists_but_those_that_it_excepts() -> None:
    rows = dict(ROW.findall((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")))
    script = "\n".join(
        line for line in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines() if not line.startswith("#")
    )
    run = set(re.findall(r"^\s*within \S+ ([a-z-]+)", script, re.MULTILINE))
    run |= {target for line in re.findall(r"^make ([a-z ]+)$", script, re.MULTILINE) for target in line.split()}
    excepted = {target for target, what in rows.items() if "not in CI" in what}
    assert excepted
    assert rows.keys() - excepted - {"check"} == run - {"browser"}
