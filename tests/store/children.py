"""Child processes that wait for a word before they do something with a store."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

Child = subprocess.Popen[str]
ROOT = Path(__file__).parent.parent.parent


@contextmanager
def children(module: str, count: int, *arguments: str) -> Iterator[list[Child]]:
    """Processes that are ready to begin, killed at the end."""
    command = [sys.executable, "-m", module, *arguments]
    piped = subprocess.PIPE
    running = [subprocess.Popen(command, cwd=ROOT, stdin=piped, stdout=piped, text=True) for _ in range(count)]
    try:
        for process in running:
            assert line(process) == "ready"
        yield running
    finally:
        for process in running:
            process.kill()
            process.communicate()


def line(process: Child) -> str:
    """The next line that a process prints."""
    assert process.stdout is not None
    return process.stdout.readline().strip()


def go(process: Child) -> None:
    """Let a process begin."""
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()
