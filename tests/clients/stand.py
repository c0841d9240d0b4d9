"""What an exchange stands on: a sandbox on free ports of this machine, the lines it prints, and what arrived there."""

import json
import os
import re
import shlex
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, Request, build_opener

from tests.clients.install import MODULES, ROOT, python

SOON = 60.0  # seconds for one command of a program, far above what the slowest machine takes
NOWHERE = "http://127.0.0.1:9"
"""A proxy that is not there: what a program wants to ask outside of this machine ends here."""

_direct = build_opener(ProxyHandler({}))


class Wrong(AssertionError):
    """Something did not arrive, or did not come back, as it should."""


def claim(holds: object, what: str) -> None:
    """State what has to be so."""
    if not holds:
        raise Wrong(what)


@dataclass(frozen=True)
class Line:
    """A line as the start prints it: variables, then the words of the command."""

    variables: dict[str, str]
    words: list[str]


@dataclass(frozen=True)
class Stand:
    """The sandbox of one exchange."""

    origin: str
    own: Mapping[str, str]
    lines: Mapping[str, Line]
    scratch: Path

    def run(
        self, line: Line, *more: str, words: Sequence[str] = (), status: int = 0, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a printed line with more words behind it, or other words with its variables.

        Raises:
            Wrong: when it ends with another status; what it said comes along.
        """
        command = [*(words or line.words), *more]
        told = subprocess.run(
            [*_found(command[:2]), *command[len(command[:2]) :]],
            env={**_bare(self.scratch), **line.variables, **variables},
            cwd=self.scratch,
            capture_output=True,
            text=True,
            timeout=SOON,
            stdin=subprocess.DEVNULL,
        )
        said = f"{told.stdout}\n{told.stderr}"[-3000:]
        claim(told.returncode == status, f"{' '.join(command[:4])}... ended with {told.returncode}:\n{said}")
        return told

    def arrived(self, platform: str, since: int = 0) -> list[dict[str, Any]]:
        """The requests that reached a platform after one of this number."""
        rows = self.read(f"{self.origin}/_sandbox/requests?platform={platform}&since={since}")["requests"]
        return list(rows)

    def sent(self, platform: str, method: str, path: str) -> list[dict[str, Any]]:
        """The requests of a method to paths of this form, each of which was answered with success."""
        rows = [row for row in self.arrived(platform) if row["method"] == method and re.fullmatch(path, row["path"])]
        claim(rows, f"no {method} {path} arrived")
        for row in rows:
            claim(row["status"] < 300, f"{method} {row['path']} was answered with {row['status']}: {row['body']}")
        return rows

    def read(self, address: str, token: str = "") -> Any:
        """JSON from an address of the sandbox."""
        return json.loads(self.fetch(address, token))

    def fetch(self, address: str, token: str = "") -> str:
        """The text at an address of the sandbox."""
        request = Request(address, headers={"Authorization": f"Bearer {token}"} if token else {})
        with _direct.open(request, timeout=SOON) as answer:
            return str(answer.read().decode())


def _found(words: Sequence[str]) -> list[str]:
    """What the first words of a line name: `npx` runs what was installed here, and nothing it would have to fetch."""
    if words[0] == "npx":
        name = words[1]
        manifest = json.loads((MODULES / "node_modules" / name / "package.json").read_text(encoding="utf-8"))
        binary = manifest["bin"] if isinstance(manifest["bin"], str) else next(iter(manifest["bin"].values()))
        return ["node", str(MODULES / "node_modules" / name / binary)]
    if words[0] == "pytest":
        return [str(python()), "-m", "pytest", *words[1:]]
    return [str(python()) if words[0] == "python" else words[0], *words[1:]]


def _bare(scratch: Path) -> dict[str, str]:
    """Variables of a program: none of the person's own, a home of its own, and a way to this machine only."""
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "LANG") if name in os.environ}
    here = {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}
    proxies = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), NOWHERE)
    return {**kept, **proxies, **here, "HOME": str(scratch), "TMPDIR": str(scratch), "DO_NOT_TRACK": "1"}


@contextmanager
def served(scratch: Path) -> Iterator[Stand]:
    """A sandbox of its own while the exchange lasts."""
    scratch.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "server", "sandbox", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL) as process:
        watch = threading.Timer(SOON, process.kill)
        watch.start()
        try:
            assert process.stdout is not None
            yield _read(process.stdout, scratch)
        finally:
            watch.cancel()
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=10)
            process.kill()


def _read(output: Iterator[str], scratch: Path) -> Stand:
    """The addresses and the lines that a start prints, in the form in which a person would copy them."""
    origin, platform, name = "", "", ""
    own: dict[str, str] = {}
    lines: dict[str, Line] = {}
    for row in output:
        if found := re.match(r"Sandboxes on (\S+),", row):
            origin = found[1]
        elif found := re.match(r"  own port  (\S+)", row):
            own[platform] = found[1]
        elif row.startswith(" " * 12):
            words = shlex.split(row)
            first = next(place for place, word in enumerate(words) if not re.match(r"[A-Z0-9_]+=", word))
            variables = dict(word.split("=", 1) for word in words[:first])
            lines[name] = Line(variables, words[first:])
        elif found := re.fullmatch(r"(\w+)\n", row):
            platform = found[1]
        elif found := re.fullmatch(r"  (\S+)\n", row):
            name = found[1]
        elif row.startswith("controls"):
            return Stand(origin, own, lines, scratch)
    raise Wrong("the sandbox did not start")
