"""Sets up each host that a registry has by docs/install.md, and asks the host's program about it: `make hosts`.

No account, no network but the registry's: a program that shows a connection only with an account says less.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from server.hosts.table import HOSTS
from tests.install.page import ROOT, block
from tests.install.person import Failed, Person
from tests.install.programs import Program, install, programs
from tests.starts import install as install_wheel

NAME: Final = "testdesk-sandbox"
NOWHERE: Final = "http://127.0.0.1:9"
"""A proxy that is not there: what a program asks outside of this machine ends here."""
SOON: Final = 60


def claude_code(person: Person) -> str:
    """Its list starts each server; so does that of a session with the plugin."""
    _claim(person, "claude mcp list", f"{NAME}:", "Connected")
    shutil.copytree(ROOT / "examples", person.folder / "examples")
    for line in block("claude plugin").lines:
        person.types(line)
    _claim(person, "claude mcp list", "plugin:testdesk:testdesk:", "Connected")
    person.types("claude plugin validate --strict examples/claude-plugin")
    return "listed as connected, and so is the plugin's server"


def codex(person: Person) -> str:
    """Its list starts nothing, its app server does."""
    _claim(person, "codex mcp list", NAME, "enabled")
    requests = [
        {"id": 1, "method": "initialize", "params": {"clientInfo": {"name": "testdesk", "version": "1"}}},
        {"method": "initialized"},
        {"id": 2, "method": "mcpServerStatus/list", "params": {}},
    ]
    command = ["sh", "-c", "codex app-server"]
    with subprocess.Popen(
        command,
        cwd=person.folder,
        env=person.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        try:
            for request in requests:
                server.stdin.write(json.dumps(request) + "\n")
            server.stdin.flush()
            answers = (json.loads(line) for line in server.stdout)
            status = next(answer["result"]["data"] for answer in answers if answer.get("id") == 2)
        finally:
            server.stdin.close()
            server.kill()
    tools = next(len(one["tools"]) for one in status if one["name"] == NAME)
    if not tools:
        raise Failed("the app server lists no tools")
    return f"connected by its app server, with {tools} tools"


def gemini(person: Person) -> str:
    """Its list starts servers in a folder that it trusts."""
    _claim(person, "gemini mcp list", NAME, "Connected", GEMINI_CLI_TRUST_WORKSPACE="true")
    return "listed as connected"


def copilot(person: Person) -> str:
    """It starts servers only in a session, which needs an account."""
    _claim(person, f"copilot mcp get {NAME}", "Status: Enabled")
    return "listed as enabled; it shows a connection only in a session, which needs an account"


def opencode(person: Person) -> str:
    """Its list starts each server."""
    _claim(person, "opencode mcp list", NAME, "connected")
    return "listed as connected"


def inspector(person: Person) -> str:
    """It reads a file as Cursor, Claude Desktop and Windsurf do."""
    said = ""
    for host in (one for one in HOSTS if one.key in {"cursor", "claude-desktop", "windsurf"}):
        person.types(f"testdesk setup --sandbox {host.key}")
        file = next(person.home.rglob(host.names[0]))
        line = f"mcp-inspector --cli --config '{file}' --server {NAME} --method tools/list"
        tools = json.loads(person.types(line))["tools"]
        said += f"{', ' if said else ''}{host.title} ({len(tools)} tools)"
    return f"starts the servers of the files of {said}"


CHECKS: Final[dict[str, Callable[[Person], str]]] = {
    "claude-code": claude_code,
    "codex": codex,
    "gemini": gemini,
    "copilot": copilot,
    "opencode": opencode,
    "inspector": inspector,
}
NOT_TO_BE_HAD: Final = "no registry has the program; `make installs` starts its entry"


def _claim(person: Person, line: str, *words: str, **variables: str) -> None:
    """A line of what a command prints has all of these words."""
    said = person.types(line, **variables)
    rows = said.splitlines() if len(words) > 1 else [said]
    if not any(all(word in row for word in words) for row in rows):
        raise Failed(f"`{line}` does not say {' '.join(words)}:\n{said}")


def try_out(program: Program, commands: Path, environment: Path, home: Path) -> str:
    """Set one host up as the page says, look, and take it out again."""
    person = Person(home, [commands, environment / "bin"])
    person.environment |= dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), NOWHERE)
    if program.host != "inspector":
        line = block("pipx").lines[1]
        person.types(line.replace("claude-code", program.host))
    result = CHECKS[program.host](person)
    person.types("testdesk setup --undo")
    if left := [file for file in person.home.glob(".*") if file.is_file() and NAME in file.read_text(errors="replace")]:
        raise Failed(f"--undo left an entry in {left}")
    return result


def main() -> int:
    scratch = Path(tempfile.mkdtemp(prefix="testdesk-hosts-"))
    counts = dict.fromkeys(("ok", "skipped", "FAILED"), 0)
    try:
        build = [sys.executable, "-m", "build", "--quiet", "--no-isolation", "--wheel", "--outdir", str(scratch)]
        subprocess.run([*build, str(ROOT)], check=True, cwd=ROOT, capture_output=True)
        environment = scratch / "environment"
        install_wheel(next(scratch.glob("*.whl")), environment, offline=True)
        for program in programs():
            commands, reason = install(program)
            word, result = "skipped", reason
            if commands is not None:
                try:
                    result = try_out(program, commands, environment, scratch / program.host)
                    word = "ok"
                except Exception as error:  # noqa: BLE001 - the other programs still have their turn
                    word, result = "FAILED", f"{type(error).__name__}: {error}"
            counts[word] += 1
            print(f"{word:<8} {program}: {result}", flush=True)
        for host in HOSTS:
            if host.key not in CHECKS:
                print(f"-        {host.title}: {NOT_TO_BE_HAD}")
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    print(f"hosts: {', '.join(f'{count} {word}' for word, count in counts.items())}")
    return 1 if counts["FAILED"] else 0


if __name__ == "__main__":
    sys.exit(main())
