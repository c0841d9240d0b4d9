"""Processes that a measurement starts: servers on stdio, spoken to in lines, and the platform behind them."""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 240.0  # seconds for all that one process does, above what the slowest machine takes for everything
MEBIBYTE = 1024 * 1024

META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": {"name": "bench", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}


class Broken(Exception):
    """A measurement could not be made."""


@dataclass(frozen=True)
class Way:
    """How a process is started: what follows the program, and its whole environment."""

    arguments: tuple[str, ...]
    environment: Mapping[str, str]
    program: tuple[str, ...] = (sys.executable, "-P")
    errors_are_read: bool = False
    """Whether its standard error is read as its output, where it says there what a measurement needs."""


def surroundings(scratch: Path, more: Mapping[str, str]) -> dict[str, str]:
    """The same environment for everybody: no settings, no proxies, and bytecode kept in a folder of our own.

    A first start writes the bytecode; whoever measures leaves that start out.
    """
    return {
        "PATH": os.defpath,
        "HOME": str(scratch),
        "PYTHONPATH": str(ROOT),
        "PYTHONPYCACHEPREFIX": str(scratch / "bytecode"),
        **more,
    }


def request(method: str, **params: Any) -> bytes:
    """A request as one line; there is never more than one in flight, so all have the same id."""
    told = {"jsonrpc": "2.0", "id": 1, "method": method, "params": {**params, "_meta": META}}
    return json.dumps(told).encode() + b"\n"


LIST_TOOLS = request("tools/list")


def call(tool: str, **arguments: Any) -> bytes:
    """A tool's call as one line."""
    return request("tools/call", name=tool, arguments=arguments)


def result(line: bytes) -> dict[str, Any]:
    """What a line answers.

    Raises:
        Broken: when it is an error.
    """
    answer = json.loads(line)
    told: dict[str, Any] | None = answer.get("result")
    if told is None or told.get("isError"):
        raise Broken(f"a server answered with an error: {line[:300].decode(errors='replace')}")
    return told


class Process:
    """A process of ours with a pipe at both ends; it is ended by the end of its input, or killed."""

    def __init__(self, way: Way) -> None:
        self.name = " ".join(way.arguments)
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the process
        self.started = time.perf_counter()
        self._process = subprocess.Popen(
            [*way.program, *way.arguments],
            cwd=way.environment["HOME"],
            env=dict(way.environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT if way.errors_are_read else self._errors,
        )
        self._watchdog = threading.Timer(PATIENCE, self._process.kill)
        self._watchdog.daemon = True
        self._watchdog.start()

    def read(self) -> bytes:
        """The next line it writes.

        Raises:
            Broken: when it ends instead.
        """
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            self._errors.seek(0)
            said = self._errors.read().decode(errors="replace").strip()[-2000:]
            raise Broken(f"{self.name} ended without an answer. It said:\n{said or '(nothing)'}")
        return line

    def ask(self, line: bytes) -> bytes:
        """Write a line and read the next one.

        Raises:
            Broken: when the process has ended.
        """
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(line)
            self._process.stdin.flush()
        except BrokenPipeError:
            pass  # reading says why
        return self.read()

    def say(self, line: bytes) -> None:
        """Write a line that nothing answers, or several before their answers are read."""
        assert self._process.stdin is not None
        self._process.stdin.write(line)
        self._process.stdin.flush()

    def elapsed(self) -> float:
        """Seconds since it was started."""
        return time.perf_counter() - self.started

    def timed(self, line: bytes) -> tuple[float, bytes]:
        """Seconds from asking to the answer, and the answer."""
        before = time.perf_counter()
        answer = self.ask(line)
        return time.perf_counter() - before, answer

    def peak_memory(self) -> float | None:
        """The most memory it has held so far, in MiB; None where the system does not say."""
        status = Path(f"/proc/{self._process.pid}/status")
        try:
            lines = status.read_text(encoding="ascii").splitlines()
        except OSError:
            return None
        kilobytes = next((line.split()[1] for line in lines if line.startswith("VmHWM:")), None)
        return None if kilobytes is None else int(kilobytes) * 1024 / MEBIBYTE

    def kill(self) -> None:
        """Let it do nothing more, where nobody waits for how it ends."""
        self._process.kill()

    def end(self) -> None:
        """Close its input and wait; what does not go then is killed."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.close()
            self._process.wait(timeout=5)
        except (subprocess.TimeoutExpired, BrokenPipeError):
            self._process.kill()
            self._process.wait()
        finally:
            self._watchdog.cancel()
            self._process.stdout.close()
            self._errors.close()


@contextmanager
def running(way: Way) -> Iterator[Process]:
    """Start a process, and end it whatever happens."""
    process = Process(way)
    try:
        yield process
    finally:
        process.end()
