"""Commands in a terminal of their own: a pseudo-terminal, with the test as the person at its keys."""

import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
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
    keys, terminal = pty.openpty()
    os.write(keys, typed_before.encode())
    process = subprocess.Popen(
        [sys.executable, "-IS", "-c", TAKE, str(terminal), *command],
        cwd=ROOT,
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
            shown = _converse(keys, types)
        finally:
            process.kill()
            os.close(keys)
        return process.wait(), shown.decode().replace("\r\n", "\n")


def _converse(keys: int, types: str) -> bytes:
    """Read until the other end is closed, and type once at its prompt."""
    shown, until, has_typed = b"", time.monotonic() + PATIENCE, False
    while time.monotonic() < until:
        if not select.select([keys], [], [], 0.5)[0]:
            continue
        try:
            shown += os.read(keys, 65_536)
        except OSError:
            break
        if not has_typed and shown.endswith(PROMPT):
            os.write(keys, f"{types}\n".encode())
            has_typed = True
    return shown
