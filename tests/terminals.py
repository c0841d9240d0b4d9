"""Commands in a terminal of their own: a pseudo-terminal, with the test as the person at its keys."""

import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tests.stores import named

ROOT = Path(__file__).parent.parent
PATIENCE = 60.0
PROMPT = b": "
"""What a question on a terminal ends with."""
TAKE = """
import fcntl, os, sys, termios
fcntl.ioctl(int(sys.argv[1]), termios.TIOCSCTTY, 0)
os.execvp(sys.argv[2], sys.argv[2:])
"""
"""Makes a terminal the controlling one of a new session, and becomes the command."""


def environment(store: Path, **more: str) -> dict[str, str]:
    """The environment of a command on this store, without a setting of this process."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("TESTDESK_")}
    return own | {"TESTDESK_STORE": named(store)} | more


def ours(*arguments: str) -> list[str]:
    """One of our commands."""
    return [sys.executable, "-m", "server", *arguments]


def in_terminal(
    command: Sequence[str], *, env: Mapping[str, str], types: str, typed_before: str = "", piped: str | None = None
) -> tuple[int, str]:
    """Run a command in a terminal, and type a line once it asks; its exit code and what the terminal shows.

    `typed_before` is typed before the command starts; `piped` is its standard input instead of the terminal.
    """
    return converse(command, cwd=ROOT, env=env, answers=iter([types]), typed_before=typed_before, piped=piped)


def converse(
    command: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str],
    answers: Iterator[str],
    typed_before: str = "",
    piped: str | None = None,
    patience: float = PATIENCE,
) -> tuple[int, str]:
    """Run a command in a terminal of its own, and answer each prompt as long as there are answers."""
    keys, terminal = pty.openpty()
    os.write(keys, typed_before.encode())
    process = subprocess.Popen(
        [sys.executable, "-IS", "-c", TAKE, str(terminal), *command],
        cwd=cwd,
        env=dict(env),
        stdin=terminal if piped is None else subprocess.PIPE,
        stdout=terminal,
        stderr=terminal,
        pass_fds=(terminal,),
        start_new_session=True,
    )
    os.close(terminal)
    with process:
        if piped is not None and process.stdin is not None:
            process.stdin.write(piped.encode())
            process.stdin.close()
        try:
            shown = _answer_prompts(keys, answers, time.monotonic() + patience)
        finally:
            process.kill()
            os.close(keys)
        return process.wait(), shown.decode(errors="replace").replace("\r\n", "\n")


def _answer_prompts(keys: int, answers: Iterator[str], until: float) -> bytes:
    """Read until the other end is closed, and answer each prompt."""
    shown, answered = b"", 0
    while time.monotonic() < until:
        if not select.select([keys], [], [], 0.5)[0]:
            continue
        try:
            shown += os.read(keys, 65_536)
        except OSError:
            break
        if shown.endswith(PROMPT) and len(shown) > answered and (answer := next(answers, None)) is not None:
            answered = len(shown)
            os.write(keys, f"{answer}\n".encode())
    return shown
