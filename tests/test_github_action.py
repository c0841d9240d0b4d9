"""The GitHub Action of the examples: its YAML is one, its scripts run, and no input can become a command."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

yaml: Any = pytest.importorskip("yaml", reason="no YAML reader is installed")

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "examples" / "github-action"
ACTION = yaml.safe_load((FOLDER / "action.yml").read_text(encoding="utf-8"))
WORKFLOW = yaml.safe_load((FOLDER / "workflow.yml").read_text(encoding="utf-8"))
EXPRESSION = re.compile(r"\$\{\{\s*(inputs|steps)\.([\w.-]+)")

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")


def step(name: str) -> dict[str, Any]:
    (found,) = [one for one in ACTION["runs"]["steps"] if one["name"] == name]
    return dict(found)


def run_step(name: str, folder: Path, inputs: dict[str, str], *, path: str = "") -> subprocess.CompletedProcess[str]:
    """Run the script of a step as the runner would: its expressions are variables, its files are in a folder."""
    defaults = {key: str(value.get("default", "")) for key, value in ACTION["inputs"].items()}
    values = {f"inputs.{key}": value for key, value in (defaults | inputs).items()}
    values |= {f"steps.report.outputs.{key}": value for key, value in outputs(folder).items()}
    given = {
        key: re.sub(r"\$\{\{\s*([\w.-]+)\s*\}\}", lambda found: values[found[1]], value)
        for key, value in step(name).get("env", {}).items()
    }
    own = {key: value for key, value in os.environ.items() if not key.startswith(("TEST", "PYTHON"))}
    files = {key: str(folder / key) for key in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_PATH")}
    places = {"GITHUB_ACTION_PATH": str(FOLDER), "RUNNER_TEMP": str(folder / "temp"), "TESTDESK_STORE": ""}
    search = os.pathsep.join([path, str(Path(sys.executable).parent), os.environ["PATH"]])
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step(name)["run"]],
        cwd=folder,
        env=own | files | places | {"PATH": search, "TESTDESK_CONFIG": ""} | given,
        capture_output=True,
        text=True,
        timeout=60,
    )


def outputs(folder: Path) -> dict[str, str]:
    file = folder / "GITHUB_OUTPUT"
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return dict(line.split("=", 1) for line in lines)


def test_every_input_and_output_that_a_step_names_exists() -> None:
    steps = {one["id"] for one in ACTION["runs"]["steps"] if "id" in one}
    for kind, name in EXPRESSION.findall((FOLDER / "action.yml").read_text(encoding="utf-8")):
        assert name in ACTION["inputs"] if kind == "inputs" else name.split(".")[0] in steps
    (used,) = [one for one in WORKFLOW["jobs"]["report"]["steps"] if "with" in one]
    assert set(used["with"]) <= set(ACTION["inputs"])
    required = {name for name, one in ACTION["inputs"].items() if one.get("required")}
    assert required <= set(used["with"])


def test_no_expression_stands_in_a_script_where_its_value_would_be_a_command() -> None:
    scripts = [one["run"] for one in ACTION["runs"]["steps"] if "run" in one]
    assert scripts
    assert not [script for script in scripts if "${{" in script]
    assert not [file for file in FOLDER.glob("*.sh") if "${{" in file.read_text(encoding="utf-8")]
    assert all("shell" in one for one in ACTION["runs"]["steps"] if "run" in one), "a composite step needs its shell"


def test_the_options_of_the_report_are_those_of_the_command() -> None:
    from server.cli import parser

    words = re.findall(r"(--[a-z-]+)", (FOLDER / "report.sh").read_text(encoding="utf-8"))
    for word in set(words) - {"--sandbox"}:
        parser().parse_args(["report", word, "x.md"])


def test_the_report_step_writes_the_summary_and_leaves_the_decision_to_the_last(tmp_path: Path) -> None:
    inputs = {"release": "9.0.1", "sandbox": "true", "fail-on": "against"}
    done = run_step("Report", tmp_path, inputs)
    assert done.returncode == 0, done.stderr
    assert outputs(tmp_path) == {"verdict": "against", "exit-code": "1"}
    folder = tmp_path / "testdesk-report"
    assert {file.name for file in folder.iterdir()} == {"report.html", "report.md", "report.json", "report.xml"}
    assert json.loads((folder / "report.json").read_text(encoding="utf-8"))["exit_code"] == 1
    summary = (tmp_path / "GITHUB_STEP_SUMMARY").read_text(encoding="utf-8")
    assert summary == (folder / "report.md").read_text(encoding="utf-8")
    assert run_step("Decide", tmp_path, inputs).returncode == 1


def test_an_input_is_a_word_whatever_is_in_it(tmp_path: Path) -> None:
    done = run_step("Report", tmp_path, {"release": "9.0.1; touch x $(touch y) `touch z`", "sandbox": "true"})
    assert done.returncode == 0, done.stderr
    assert not [name for name in "xyz" if (tmp_path / name).exists()]
    assert outputs(tmp_path) == {"verdict": "no-verdict", "exit-code": "3"}


def test_a_report_that_was_not_made_fails_with_its_code(tmp_path: Path) -> None:
    assert run_step("Report", tmp_path, {"sandbox": "true"}).returncode == 0
    assert outputs(tmp_path) == {"verdict": "", "exit-code": "2"}
    assert "No report was made" in (tmp_path / "GITHUB_STEP_SUMMARY").read_text(encoding="utf-8")
    assert run_step("Decide", tmp_path, {}).returncode == 2


def test_the_wheel_is_installed_into_its_own_environment(tmp_path: Path) -> None:
    """Python is played: it records what it is asked for, and its new environment has it too."""
    played = tmp_path / "bin" / "python"
    played.parent.mkdir()
    played.write_text(
        f'#!/usr/bin/env bash\necho "$*" >>"{tmp_path}/asked"\n'
        '[[ "$2" != venv ]] || { mkdir -p "$3/bin" && cp "$0" "$3/bin/python"; }\n',
        encoding="utf-8",
    )
    played.chmod(0o755)
    (tmp_path / "vendor").mkdir()
    for wheels, code in (([], 1), (["testdesk-1.whl"], 0), (["testdesk-2.whl"], 1)):
        for name in wheels:
            (tmp_path / "vendor" / name).touch()
        done = run_step("Install Testdesk", tmp_path, {"wheel": "vendor/testdesk-*.whl"}, path=str(played.parent))
        assert done.returncode == code, done.stderr
    place = tmp_path / "temp" / "testdesk"
    asked = (tmp_path / "asked").read_text(encoding="utf-8").splitlines()
    assert asked == [f"-m venv {place}", "-m pip install --quiet --disable-pip-version-check vendor/testdesk-1.whl"]
    assert (tmp_path / "GITHUB_PATH").read_text(encoding="utf-8") == f"{place / 'bin'}\n"
