"""Gets what proves the files of deploy/ and docs/operations.md, and runs their tests: `make test-deploy`.

Packages of Debian are unpacked below .scratch and not installed. What a registry does not give is named, and the tests
that need it are skipped.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from typing import Final

from tests.deploy.programs import (
    COMPOSE_SCHEMA,
    KUBERNETES_VALIDATE,
    NPM,
    PATIENCE,
    PROGRAMS,
    PYTHON,
    ROOT,
    RUNS,
    SCHEMA_FILE,
    UNPACKED,
    environment,
    found,
)
from tests.postgres.run import installed

PIP: Final = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", "--upgrade", "--target")
NPM_QUIET: Final = ("--no-audit", "--no-fund", "--no-save", "--no-package-lock", "--ignore-scripts", "--silent")


def debian() -> None:
    """Unpack the programs that are not on this machine."""
    packages = [name for one in PROGRAMS if found(one.name) is None for name in one.packages]
    if not packages:
        return
    folder = UNPACKED.parent / "archives"
    folder.mkdir(parents=True, exist_ok=True)
    if _quietly(["apt-get", "download", *packages], cwd=str(folder)):
        if os.geteuid() == 0:  # its lists may be old, or not there
            _checked(["apt-get", "update", "-qq"])
        _checked(["apt-get", "download", *packages], cwd=str(folder))
    for archive in folder.glob("*.deb"):
        _checked(["dpkg", "-x", str(archive), str(UNPACKED)])
    shutil.rmtree(folder)


def kubernetes() -> None:
    """The schemas of Kubernetes, which are in a package of PyPI."""
    if not (PYTHON / "kubernetes_validate").is_dir():
        _checked([sys.executable, *PIP, str(PYTHON), KUBERNETES_VALIDATE])


def compose() -> None:
    """The schema of compose files, which is in a package of npm."""
    if not SCHEMA_FILE.exists():
        NPM.mkdir(parents=True, exist_ok=True)
        (NPM / "package.json").write_text('{"private": true}\n')
        _checked(["npm", "install", *NPM_QUIET, "--prefix", str(NPM), COMPOSE_SCHEMA])


GETTING: Final[dict[str, Callable[[], None]]] = {
    "programs of Debian": debian,
    "the schemas of Kubernetes": kubernetes,
    "the schema of compose files": compose,
    "PostgreSQL": installed,
}


def _quietly(command: Sequence[str], cwd: str | None = None) -> int:
    return subprocess.run(command, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode


def _checked(command: Sequence[str], cwd: str | None = None) -> None:
    subprocess.run(command, cwd=cwd, check=True, capture_output=True, timeout=PATIENCE)


def main() -> int:
    """Run the tests; their exit code."""
    for what, get in GETTING.items():
        try:
            get()
        except Exception as error:  # noqa: BLE001 - the tests that need it are skipped, and say so
            print(f"make test-deploy: no {what}: {error}", file=sys.stderr)
    for one in PROGRAMS:
        path = found(one.name)
        ran = path and subprocess.run([path, *one.is_there], env=environment(), capture_output=True, text=True)
        first = (ran.stdout + ran.stderr).strip().partition("\n")[0] if ran else "could not be had"
        print(f"  {one.name:<16} {first}", flush=True)
    command = [sys.executable, "-m", "pytest", "-rs", *(sys.argv[1:] or ["-n0"]), "tests/deploy"]
    return subprocess.run(command, cwd=ROOT, env={**os.environ, RUNS: "1"}).returncode


if __name__ == "__main__":
    sys.exit(main())
