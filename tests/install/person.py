"""Types the page's lines in a scratch home: with a terminal or without one."""

import os
import subprocess
import time
from collections.abc import Sequence
from itertools import chain, repeat
from pathlib import Path
from typing import Final

from tests.terminals import converse

PATIENCE: Final = 120.0
PASSED_ON: Final = ("PIP_", "UV_", "SSL_CERT", "HTTP", "http", "NO_PROXY", "no_proxy", "ALL_PROXY")
"""What an installer needs to find the registry."""


class Failed(Exception):
    """A line did not do what the page says."""


class Person:
    """Somebody with a home of their own."""

    def __init__(self, home: Path, path: Sequence[Path | str]) -> None:
        self.home, self.folder = home, home / "work"
        self.folder.mkdir(parents=True)
        kept = {name: value for name, value in os.environ.items() if name.startswith(PASSED_ON)}
        places = [*map(str, path), str(home / ".local" / "bin"), "/usr/local/bin", "/usr/bin", "/bin"]
        self.environment = {
            **kept,
            "HOME": str(home),
            "PATH": os.pathsep.join(places),
            "LANG": "C.UTF-8",
            "TERM": "dumb",
        }

    def types(self, line: str, **variables: str) -> str:
        """Run a line of the page without a terminal, and return what it printed.

        Raises:
            Failed: it ended with another code than 0.
        """
        begun = time.monotonic()
        done = subprocess.run(
            ["sh", "-c", line],
            cwd=self.folder,
            env=self.environment | variables,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            start_new_session=True,
        )
        self._note(line, begun)
        if done.returncode:
            raise Failed(f"`{line}` ended with {done.returncode}:\n{done.stdout[-1500:]}\n{done.stderr[-1500:]}")
        return done.stdout + done.stderr

    def types_in_terminal(self, line: str, answers: Sequence[str]) -> str:
        """Run a line in a terminal of its own, answer its questions and then with Enter; what the terminal shows.

        Raises:
            Failed: it ended with another code than 0.
        """
        begun = time.monotonic()
        code, shown = converse(
            ["sh", "-c", line],
            cwd=self.folder,
            env=self.environment,
            answers=chain(answers, repeat("")),
            patience=PATIENCE,
        )
        self._note(line, begun)
        if code:
            raise Failed(f"`{line}` ended with {code}:\n{shown}")
        return shown

    def _note(self, line: str, begun: float) -> None:
        print(f"  {time.monotonic() - begun:5.1f} s  {line}", flush=True)
