"""The client's end of a pipe: raw lines over a real process."""

import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
from anyio.abc import Process
from anyio.streams.buffered import BufferedByteReceiveStream

from tests.forking import Forks
from tests.server.stub_server import DIARY

ROOT = Path(__file__).parent.parent.parent
STUB = [sys.executable, "-W", "error", "-m", "tests.server.stub_server", "stdio"]
PATIENCE = 30.0  # seconds for a whole test, most of it the start of a process
PROMPTLY = 5.0  # seconds, far below those that a pending call would take
LINE = 64 * 1024 * 1024

MODERN = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}
INITIALIZED = {"jsonrpc": "2.0", "method": "notifications/initialized"}

Json = dict[str, Any]


def request(identifier: int, method: str, **params: Any) -> Json:
    return {"jsonrpc": "2.0", "id": identifier, "method": method, "params": params}


def probe(identifier: int) -> Json:
    return request(identifier, "server/discover", _meta=MODERN)


def initialize(identifier: int, version: str = "2025-11-25") -> Json:
    client = {"name": "test", "version": "1"}
    return request(identifier, "initialize", protocolVersion=version, capabilities={}, clientInfo=client)


def call(identifier: int, tool: str, *, meta: Mapping[str, Any], **arguments: Any) -> Json:
    meta = {**meta, "progressToken": identifier}
    return request(identifier, "tools/call", name=tool, arguments=arguments, _meta=meta)


def cancelled(identifier: int) -> Json:
    return {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": identifier}}


def text(answer: Json) -> str:
    return str(answer["result"]["content"][0]["text"])


class Pipe:
    """The client's end: lines go in, lines come out."""

    def __init__(self, process: Process, diary: Path) -> None:
        assert process.stdin
        assert process.stdout
        self.process, self.pid = process, process.pid
        self._in, self._out = process.stdin, BufferedByteReceiveStream(process.stdout)
        self._diary = diary
        self.meta: Json = {}

    async def send(self, *messages: Json) -> None:
        await self._in.send("".join(json.dumps(message) + "\n" for message in messages).encode())

    async def next(self) -> Json:
        line = await self._out.receive_until(b"\n", LINE)
        message: Json = json.loads(line)
        return message

    async def answer(self, identifier: int) -> Json:
        """The answer with this id; whatever else comes before it is passed over."""
        while (message := await self.next()).get("id") != identifier:
            pass
        return message

    async def has_begun(self, identifier: int) -> None:
        """Wait until the tool that this call runs has said so."""
        while (message := await self.next()).get("method") != "notifications/progress":
            assert message.get("id") != identifier, message

    async def greet(self, version: str) -> None:
        """Begin as a client of this version does."""
        if version == "2026-07-28":
            self.meta = MODERN
            return
        await self.send(initialize(0, version), INITIALIZED)
        assert (await self.answer(0))["result"]["protocolVersion"] == version

    async def hang_up(self) -> None:
        await self._in.aclose()

    async def rest(self) -> list[Json]:
        """What comes until the server's end is closed."""
        messages = []
        try:
            while True:
                messages.append(await self.next())
        except (anyio.EndOfStream, anyio.IncompleteRead):
            return messages

    async def exit_code(self) -> int:
        with anyio.fail_after(PROMPTLY):
            return await self.process.wait()

    @property
    def diary(self) -> list[str]:
        return self._diary.read_text().splitlines()


@asynccontextmanager
async def served(diary: Path, forks: Forks) -> AsyncIterator[Pipe]:
    """The stub server in a process of its own, which ends with the block at the latest."""
    async with started(diary, forks.command("tests.server.stub_server", "stdio")) as pipe:
        yield pipe


@asynccontextmanager
async def started(diary: Path, command: Sequence[str] = STUB) -> AsyncIterator[Pipe]:
    """A program in its place."""
    # Buffered, as it is where nobody sees to it: what is printed then waits for the moment the wire comes back.
    environment = {**os.environ, DIARY: str(diary), "PYTHONUNBUFFERED": ""}
    with anyio.fail_after(PATIENCE):
        # stderr is pytest's, to be read where a test fails
        async with await anyio.open_process(command, cwd=ROOT, env=environment, stderr=None) as process:
            try:
                yield Pipe(process, diary)
            finally:
                if process.returncode is None:
                    process.kill()


End = Callable[[Pipe, int, int], Any]
"""Ends the first call, and returns when the server has acted on it: the second call can be ended."""


async def by_hanging_up(pipe: Pipe, _: int, other: int) -> None:
    await pipe.hang_up()
    assert "before this call was done" in (await pipe.answer(other))["error"]["message"]


async def by_cancelling(pipe: Pipe, identifier: int, _: int) -> None:
    await pipe.send(cancelled(identifier), request(99, "tools/list", _meta=pipe.meta))
    await pipe.answer(99)


async def by_sigterm(pipe: Pipe, _: int, other: int, *, signum: signal.Signals = signal.SIGTERM) -> None:
    os.kill(pipe.pid, signum)
    assert "before this call was done" in (await pipe.answer(other))["error"]["message"]


async def by_sigint(pipe: Pipe, identifier: int, other: int) -> None:
    await by_sigterm(pipe, identifier, other, signum=signal.SIGINT)


WAYS_TO_END = [  # every way, and every era
    (by_hanging_up, "2026-07-28"),
    (by_cancelling, "2025-11-25"),
    (by_cancelling, "2026-07-28"),
    (by_sigterm, "2025-11-25"),
    (by_sigint, "2026-07-28"),
]
