"""Prove that an installed testdesk starts: by both of its commands, from an empty folder and from one full of traps.

python tests/starts.py ENVIRONMENT                             what is installed there
python tests/starts.py ENVIRONMENT --wheel FILE                make the environment and install into it first
python tests/starts.py ENVIRONMENT --wheel FILE --offline      with the packages of this interpreter, no network
"""

import argparse
import json
import os
import subprocess
import sys
import sysconfig
import tempfile
import threading
import tomllib
import venv
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 60.0  # seconds for one start, far above what the slowest machine takes

LIST_TOOLS = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "tools/list",
    "params": {
        "_meta": {
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientInfo": {"name": "starts", "version": "1"},
            "io.modelcontextprotocol/clientCapabilities": {},
        }
    },
}


def stated_version() -> str:
    """The version that pyproject.toml states."""
    return str(tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"])


def install(wheel: Path, environment: Path, *, offline: bool) -> None:
    """Put the wheel into a new environment, with dependencies of its own or with those of this interpreter."""
    venv.create(environment, clear=True, symlinks=True)
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "--python", str(environment)]
    if offline:
        site = Path(sysconfig.get_path("purelib", "venv", vars={"base": str(environment)}))
        # A folder named in a .pth is searched last, and .pth files inside it are not read: a checkout stays unseen.
        (site / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
        how = ["--no-index", "--no-deps", "--force-reinstall"]
    else:
        how = ["--constraint", "constraints.txt"]
    subprocess.run([*pip, "install", *how, str(wheel.resolve())], check=True, cwd=ROOT)


def commands(environment: Path) -> dict[str, list[str]]:
    """The ways an installed testdesk is started."""
    programs = environment.resolve() / "bin"
    return {
        "testdesk": [str(programs / "testdesk")],
        "python -m testdesk": [str(programs / "python"), "-m", "testdesk"],
    }


@contextmanager
def folder(*, hostile: bool) -> Iterator[Path]:
    """An empty folder to start from, or one with packages that bear our names and end whoever imports them."""
    with tempfile.TemporaryDirectory(prefix="testdesk-") as name:
        if hostile:
            for package in ("server", "tools", "prompts"):
                (Path(name) / package).mkdir()
                trap = f"raise SystemExit('{package} was imported from the folder one stands in')\n"
                (Path(name) / package / "__init__.py").write_text(trap, encoding="utf-8")
        yield Path(name)


def surroundings(home: Path) -> dict[str, str]:
    """An environment without credentials, settings or a Python path."""
    return {"PATH": os.defpath, "HOME": str(home)}


def version_from(command: list[str], *, hostile: bool) -> str:
    """What `--version` prints."""
    with folder(hostile=hostile) as here:
        ran = subprocess.run(
            [*command, "--version"], cwd=here, env=surroundings(here), capture_output=True, text=True, timeout=PATIENCE
        )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout.strip()


def tools_from(command: list[str], *, hostile: bool) -> list[str]:
    """The names of the tools that `serve --sandbox` lists, asked once over stdio."""
    with folder(hostile=hostile) as here, tempfile.TemporaryFile("w+") as errors:
        server = subprocess.Popen(
            [*command, "serve", "--sandbox"],
            cwd=here,
            env=surroundings(here),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
        assert server.stdin
        assert server.stdout
        watchdog = threading.Timer(PATIENCE, server.kill)
        watchdog.start()
        try:
            server.stdin.write(json.dumps(LIST_TOOLS) + "\n")
            server.stdin.flush()
            line = server.stdout.readline()
            server.stdin.close()
            ended = server.wait()
        finally:
            watchdog.cancel()
            server.kill()
            server.stdout.close()
        errors.seek(0)
        assert line, f"no answer; it ended with {ended} and said: {errors.read()}"
    answer: dict[str, Any] = json.loads(line)
    assert "result" in answer, answer
    assert ended == 0, ended
    return [tool["name"] for tool in answer["result"]["tools"]]


def top_level(wheel: Path) -> set[str]:
    """What the wheel puts into a site-packages folder."""
    with zipfile.ZipFile(wheel) as archive:
        return {name.split("/")[0] for name in archive.namelist()}


def main() -> None:
    parser = argparse.ArgumentParser(description="Prove that an installed testdesk starts.")
    parser.add_argument("environment", type=Path)
    parser.add_argument("--wheel", type=Path)
    parser.add_argument("--offline", action="store_true")
    asked = parser.parse_args()
    version = stated_version()
    if asked.wheel:
        assert top_level(asked.wheel) == {"testdesk", f"testdesk-{version}.dist-info"}, top_level(asked.wheel)
        install(asked.wheel, asked.environment, offline=asked.offline)
    for name, command in commands(asked.environment).items():
        for hostile in (False, True):
            assert version in version_from(command, hostile=hostile)
            tools = tools_from(command, hostile=hostile)
            assert tools
            print(f"{name}: {version}, {len(tools)} tools, from {'a hostile' if hostile else 'an empty'} folder")


if __name__ == "__main__":
    main()
