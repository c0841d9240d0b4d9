"""Programs that a test starts, and ends by their own number."""

import os
import queue
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
PATIENCE = 60.0
"""Seconds in which a program has to say where it listens."""


@contextmanager
def running(command: Sequence[str], listens: str, *, env: Mapping[str, str] | None = None) -> Iterator[str]:
    """A program, by what matches in the line that it prints when it listens."""
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, **(env or {})},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    lines = queue.Queue[str]()
    assert process.stdout is not None
    reader = threading.Thread(target=_copy, args=(process.stdout, lines), daemon=True)
    reader.start()
    printed = ""
    try:
        while not (found := re.search(listens, printed)):
            printed += lines.get(timeout=PATIENCE)
        yield found[0]
    except queue.Empty:
        raise AssertionError(f"{command[0]} did not listen: {printed}") from None
    finally:
        process.terminate()
        process.wait(PATIENCE)
        reader.join(PATIENCE)
        for pipe in (process.stdin, process.stdout):
            assert pipe is not None
            pipe.close()


def _copy(source: Iterable[str], to: "queue.Queue[str]") -> None:
    for line in source:
        to.put(line)


@contextmanager
def served_command(port: int, **env: str) -> Iterator[str]:
    """Testdesk over HTTP on the fake APIs, by its address."""
    command = [sys.executable, "-m", "testdesk", "serve", "--http", "--sandbox", "--port", str(port), "--drain", "0"]
    with running(command, r"http://\S+/mcp", env=env) as address:
        yield address


def free_port() -> int:
    """A port that nobody listens on now, for a server that has to know its address before it starts."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
