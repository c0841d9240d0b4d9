"""Installs the hosts' programs from npm, each into a folder of its own; none runs a script while it is installed."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Final, NamedTuple

from tests.install.page import ROOT

PLACE: Final = ROOT / ".scratch" / "hosts"
PATIENCE: Final = 180
NATIVE: Final = {
    "claude-code": ("*/claude-code-*/claude", "claude"),
    "opencode": ("opencode-*/bin/opencode", "opencode"),
}
"""Programs that a script of their package would put in place: where they are, and their names."""


class Program(NamedTuple):
    """A published program."""

    host: str
    package: str
    version: str

    def __str__(self) -> str:
        return f"{self.package} {self.version}"


def programs() -> list[Program]:
    """The programs, in the order of the file."""
    lines = (Path(__file__).parent / "versions").read_text(encoding="utf-8").splitlines()
    return [Program(*line.split()) for line in lines if line and not line.startswith("#")]


def install(program: Program) -> tuple[Path | None, str]:
    """The folder of the program's commands; or none, and the reason."""
    npm, folder = shutil.which("npm"), PLACE / program.host
    commands = folder / "bin"
    stamp = folder / "installed"
    if npm is None:
        return None, "npm is not on this machine"
    if stamp.exists() and stamp.read_text() == str(program):
        return commands, ""
    shutil.rmtree(folder, ignore_errors=True)
    commands.mkdir(parents=True)
    (folder / "package.json").write_text('{"private": true}\n')
    quiet = ("--no-audit", "--no-fund", "--no-save", "--no-package-lock", "--ignore-scripts", "--loglevel", "error")
    command = [npm, "install", "--prefix", str(folder), *quiet, f"{program.package}@{program.version}"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, cwd=folder)
    except subprocess.TimeoutExpired:
        return None, f"it could not be installed within {PATIENCE} seconds"
    if done.returncode:
        found = re.search(r"npm error code (\w+)", done.stderr)
        return None, f"the registry did not give it ({found[1] if found else done.returncode})"
    _link(program, folder, commands)
    stamp.write_text(str(program))
    return commands, ""


def _link(program: Program, folder: Path, commands: Path) -> None:
    modules = folder / "node_modules"
    if program.host in NATIVE:
        pattern, name = NATIVE[program.host]
        (commands / name).symlink_to(next(found for found in sorted(modules.glob(pattern)) if _runs(found)))
        return
    for command in (modules / ".bin").iterdir():
        (commands / command.name).symlink_to(command)


def _runs(program: Path) -> bool:
    try:
        return subprocess.run([program, "--version"], capture_output=True, timeout=60).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False
