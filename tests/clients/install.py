"""Installs the programs at their versions: those of PyPI into an environment, those of npm into a folder of scratch."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
ENVIRONMENT = ROOT / ".venv-clients"
MODULES = ROOT / ".scratch" / "clients"
PATIENCE = 110.0
"""Seconds that an installation may take, in which a registry that does not answer is given up as well."""
OLDEST_NODE = 18

GONE = re.compile(r"ETARGET|from versions: (?!none)|notarget")
"""What an installer says where the registry answers and does not have the version: no reason to skip."""


class Missing(Exception):
    """A registry answered that it does not have a version that is asked for."""


@dataclass(frozen=True)
class Program:
    """One published program."""

    registry: str
    name: str
    version: str

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


def programs() -> list[Program]:
    """The programs in the order they are run in."""
    lines = (Path(__file__).parent / "versions").read_text(encoding="utf-8").splitlines()
    return [Program(*line.split()) for line in lines if line and not line.startswith("#")]


def python() -> Path:
    """The interpreter of the environment that the programs of PyPI are in."""
    return ENVIRONMENT / ("Scripts" if os.name == "nt" else "bin") / "python"


def install() -> dict[str, str]:
    """Install what is not there yet, both registries at a time; by the registry the reason why it could not be done.

    Raises:
        Missing: when a registry does not have a version.
    """
    makers = {"pypi": _from_pypi, "npm": _from_npm}
    with ThreadPoolExecutor(len(makers)) as pool:
        told = {
            registry: pool.submit(make, [one for one in programs() if one.registry == registry])
            for registry, make in makers.items()
        }
    return {registry: reason for registry, future in told.items() if (reason := future.result())}


def _from_pypi(wanted: Sequence[Program]) -> str:
    if _is_stamped(ENVIRONMENT, wanted):
        return ""
    try:
        subprocess.run([sys.executable, "-m", "venv", "--clear", "--without-pip", ENVIRONMENT], check=True)
    except (subprocess.CalledProcessError, OSError) as error:
        return f"no environment could be made: {error}"
    names = [f"{one.name}=={one.version}" for one in wanted]
    quiet = ("--quiet", "--disable-pip-version-check", "--no-input", "--retries", "1")
    return _done(
        ENVIRONMENT, wanted, [sys.executable, "-m", "pip", *quiet, "--python", str(python()), "install", *names]
    )


def _from_npm(wanted: Sequence[Program]) -> str:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return "node and npm are not on this machine"
    version = subprocess.run([node, "--version"], capture_output=True, text=True).stdout.strip()
    if not version.startswith("v") or int(version[1:].split(".")[0]) < OLDEST_NODE:
        return f"node is {version}, and the programs need {OLDEST_NODE} or newer"
    if _is_stamped(MODULES, wanted):
        return ""
    MODULES.mkdir(parents=True, exist_ok=True)
    (MODULES / "package.json").write_text('{"private": true}\n', encoding="utf-8")
    names = [f"{one.name}@{one.version}" for one in wanted]
    # No scripts: what is installed runs here once, and against the sandbox only. No lock: it would name the registry.
    quiet = ("--no-audit", "--no-fund", "--no-save", "--no-package-lock", "--ignore-scripts", "--prefer-offline")
    retries = ("--fetch-retries", "1", "--fetch-timeout", "20000", "--loglevel", "error")
    return _done(MODULES, wanted, [npm, "install", "--prefix", str(MODULES), *quiet, *retries, *names])


def _done(folder: Path, wanted: Sequence[Program], command: Sequence[str]) -> str:
    """Run an installer and leave the stamp of what it installed; the reason when it did not."""
    what = " and ".join(map(str, wanted))
    try:
        told = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, cwd=folder)
    except subprocess.TimeoutExpired:
        return f"{what} could not be installed within {PATIENCE:.0f} seconds"
    if told.returncode == 0:
        _stamp(folder).write_text(_written(wanted), encoding="utf-8")
        return ""
    if GONE.search(told.stdout + told.stderr):
        raise Missing(f"The registry does not have {what}: tests/clients/versions names a version that is gone.")
    # What the installer said names the registry; whoever wants to see it runs the installer.
    return f"the registry did not give {what} (the installer ended with {told.returncode})"


def _stamp(folder: Path) -> Path:
    return folder / "installed"


def _written(wanted: Sequence[Program]) -> str:
    return "".join(f"{one}\n" for one in wanted)


def _is_stamped(folder: Path, wanted: Sequence[Program]) -> bool:
    try:
        return _stamp(folder).read_text(encoding="utf-8") == _written(wanted)
    except OSError:
        return False
