"""Follows each way of docs/install.md literally, from the wheel to a first triage: `make installs`.

Every way has a home of its own. One whose installer cannot be had from the registry is skipped with the reason.
"""

import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from server.hosts.places import Machine
from server.hosts.table import HOSTS
from tests.install.page import ROOT, block, first_steps, host_lines
from tests.install.person import Failed, Person
from tests.install.triage import tools_of, triage
from tests.publish.files import manifest, write_bundle

TOOLS: Final = ROOT / ".venv-install"
IN_TIME: Final = 120.0
"""Seconds that a new user has from the wheel to the first triage."""
TOKEN: Final = "made-up-0123456789abcdef"
PATIENCE: Final = 110

NO_ANSWER: Final = re.compile(
    r"NewConnectionError|ConnectTimeout|ReadTimeout|Temporary failure in name|dns error|error sending request"
)
"""What installers print where there is no network."""


class Skipped(Exception):
    """A way that cannot be tried here; the message says why."""


def installers() -> str:
    """Install pipx and uv beside the checkout; the reason why not, if so."""
    bin_folder = TOOLS / "bin"
    if (bin_folder / "pipx").exists() and (bin_folder / "uv").exists():
        return ""
    try:
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(TOOLS)], check=True, timeout=PATIENCE)
        pip = [str(bin_folder / "pip"), "--quiet", "--disable-pip-version-check", "--no-input", "install", "pipx", "uv"]
        subprocess.run(pip, check=True, timeout=PATIENCE, capture_output=True)
    except (subprocess.SubprocessError, OSError) as error:
        return f"the registry did not give pipx and uv ({type(error).__name__})"
    return ""


def new_person(home: Path) -> Person:
    """Somebody with pipx, uv, and an environment of their own for pip.

    Raises:
        Skipped: this Python makes no environments with pip.
    """
    environment = home / "environment"
    try:
        subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True, capture_output=True)
    except subprocess.CalledProcessError as error:
        raise Skipped("this Python makes no environment with pip") from error
    return Person(home, [*([environment / "bin"] if home.name == "pip" else []), TOOLS / "bin"])


def with_pipx(person: Person) -> None:
    """The way of a new user, then accounts, every host, and back."""
    begun = time.monotonic()
    for line in first_steps()[0].lines:
        person.types(line)
    print(f"         {triage(person.home / '.claude.json', person.environment)}")
    took = time.monotonic() - begun
    print(f"  {took:5.1f} s  from the wheel to the first triage")
    if took > IN_TIME:
        raise Failed(f"that took more than {IN_TIME:.0f} s")
    accounts(person)


def accounts(person: Person) -> None:
    """Store a token at a terminal, set up each host of the table, check, and take everything out again."""
    line = block("testdesk setup claude-code").lines[0]
    shown = person.types_in_terminal(line, [TOKEN])
    stored = [file for file in person.home.rglob("TESTIO_API_TOKEN") if file.is_file()]
    if len(stored) != 1 or stored[0].stat().st_mode & 0o077:
        raise Failed("the token is in no file that only its owner can read")
    rows = host_lines()
    if len(rows) != len(HOSTS):
        raise Failed(f"the table names {len(rows)} of {len(HOSTS)} hosts")
    for row in rows.values():
        shown += person.types(row)
    machine = Machine(person.environment, person.home)
    files = {host.key: machine.file_of(host) for host in HOSTS}
    for key, file in files.items():
        text = file.read_text(encoding="utf-8")
        if str(stored[0]) not in text or TOKEN in text + shown:
            raise Failed(f"the entry of {key} does not name the token's file, or shows the token")
    for line in block("testdesk setup --dry-run").lines:
        said = person.types(line)
        if line.endswith("--check") and said.count(" works: ") != len(HOSTS):
            raise Failed(f"not every entry works:\n{said}")
    if left := [str(file) for file in files.values() if file.exists()]:
        raise Failed(f"--undo left {left}")


def with_uv(person: Person) -> None:
    """The way with uv."""
    for line in block("uv").lines:
        person.types(line)
    print(f"         {triage(person.home / '.cursor/mcp.json', person.environment)}")


def with_pip(person: Person) -> None:
    """The way with pip, in an environment that the user made."""
    for line in block("pip ").lines:
        person.types(line)
    file = person.home / ".config/Code/User/mcp.json"
    print(f"         {triage(file, person.environment, section='servers')}")


def as_a_bundle(person: Person) -> None:
    """What a desktop host does with the bundle: its manifest's command, with nothing filled in."""
    folder = person.home / "extension"
    write_bundle(folder, next((person.folder / "dist").glob("*.whl")))
    start = manifest()["server"]["mcp_config"]
    words = [word.replace("${__dirname}", str(folder)) for word in (start["command"], *start["args"])]
    person.types(shlex.join([*words[:-1], "--version"]))  # which installs what it needs
    names = tools_of(words, person.environment | dict.fromkeys(start["env"], ""))
    print(f"         starts with {', '.join(names)}")
    if names != ["testdesk_setup"]:
        raise Failed("a bundle without a token offers more, or less, than how to set one")


WAYS: Final[dict[str, Callable[[Person], None]]] = {
    "pipx": with_pipx,
    "uv": with_uv,
    "bundle": as_a_bundle,
    "pip": with_pip,
}


def main() -> int:
    reason, failed, skipped = installers(), 0, 0
    scratch = Path(tempfile.mkdtemp(prefix="testdesk-install-"))
    try:
        build = [
            sys.executable,
            "-m",
            "build",
            "--quiet",
            "--no-isolation",
            "--wheel",
            "--outdir",
            str(scratch / "dist"),
        ]
        subprocess.run([*build, str(ROOT)], check=True, cwd=ROOT, capture_output=True)
        for name, way in WAYS.items():
            print(f"{name}:", flush=True)
            try:
                if reason:
                    raise Skipped(reason)
                person = new_person(scratch / name)
                shutil.copytree(scratch / "dist", person.folder / "dist")
                way(person)
            except Skipped as error:
                print(f"  skipped: {error}")
                skipped += 1
            except Exception as error:  # noqa: BLE001 - the other ways still have their turn
                is_gone = isinstance(error, Failed) and NO_ANSWER.search(str(error))
                print(f"  {'skipped: the registry does not answer' if is_gone else f'FAILED: {error!r}'}")
                skipped, failed = skipped + bool(is_gone), failed + (not is_gone)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    print(f"installs: {len(WAYS) - failed - skipped} ok, {skipped} skipped, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
