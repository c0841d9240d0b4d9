"""The stdio transport, from the client's end of the pipe: raw lines over a real process."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest
from anyio.abc import Process
from anyio.streams.buffered import BufferedByteReceiveStream
from mcp import MCPError
from mcp.server.context import HandlerResult

from server.calls import Call
from server.stdio import run_stdio
from tests.server.served import open_gate
from tests.server.stub_server import DIARY, GATE, build

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
async def served(diary: Path, *, before: tuple[str, ...] = ()) -> AsyncIterator[Pipe]:
    """The stub server in a process of its own, which ends with the block at the latest."""
    # Buffered, as it is where nobody sees to it: what is printed then waits for the moment the wire comes back.
    environment = {**os.environ, DIARY: str(diary), "PYTHONUNBUFFERED": ""}
    with anyio.fail_after(PATIENCE):
        # stderr is pytest's, to be read where a test fails
        async with await anyio.open_process([*before, *STUB], cwd=ROOT, env=environment, stderr=None) as process:
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


# How a client may begin


@pytest.mark.anyio
async def test_a_probe_and_a_greeting_sent_at_once_are_both_answered(diary: Path) -> None:
    async with served(diary) as pipe:
        await pipe.send(probe(1), initialize(2), INITIALIZED, call(3, "greet", meta={}, name="Ada"), probe(4))
        assert "2026-07-28" in (await pipe.answer(1))["result"]["supportedVersions"]
        assert (await pipe.answer(2))["result"]["protocolVersion"] == "2025-11-25"
        assert text(await pipe.answer(3)) == "Hello, Ada"
        assert "error" in await pipe.answer(4)  # the era is settled


@pytest.mark.anyio
async def test_after_probes_a_client_may_still_greet_in_the_older_era(diary: Path) -> None:
    async with served(diary) as pipe:
        await pipe.send(request(1, "server/discover"))
        assert "error" in await pipe.answer(1)  # it lacks the envelope
        await pipe.send(probe(2))
        assert "result" in await pipe.answer(2)
        await pipe.greet("2025-06-18")
        await pipe.send(call(3, "greet", meta={}, name="Ada"))
        assert text(await pipe.answer(3)) == "Hello, Ada"


@pytest.mark.anyio
async def test_after_a_probe_a_modern_call_settles_the_era_and_later_probes_hear_the_same(diary: Path) -> None:
    async with served(diary) as pipe:
        await pipe.send(probe(1))
        first = await pipe.answer(1)
        await pipe.send(call(2, "greet", meta=MODERN, name="Ada"), probe(3), initialize(4))
        assert text(await pipe.answer(2)) == "Hello, Ada"
        assert (await pipe.answer(3))["result"] == first["result"]
        assert (await pipe.answer(4))["error"]["code"] == -32022


@pytest.mark.anyio
async def test_a_modern_call_may_be_the_first_line(diary: Path) -> None:
    async with served(diary) as pipe:
        await pipe.send(call(1, "greet", meta=MODERN, name="Ada"))
        assert text(await pipe.answer(1)) == "Hello, Ada"


@pytest.mark.anyio
async def test_a_handshake_of_any_version_may_be_the_first_line(diary: Path) -> None:
    async def shake_hands(version: str) -> None:
        async with served(diary.with_name(version)) as pipe:
            await pipe.greet(version)
            await pipe.send(call(1, "greet", meta={}, name="Ada"))
            assert text(await pipe.answer(1)) == "Hello, Ada"

    async with anyio.create_task_group() as tasks:
        for version in ("2025-11-25", "2025-06-18", "2024-11-05"):
            tasks.start_soon(shake_hands, version)


# What the wire carries


@pytest.mark.anyio
async def test_stray_output_stays_off_the_wire_and_the_clients_lines_are_not_a_tools_to_read(diary: Path) -> None:
    async with served(diary) as pipe:
        await pipe.greet("2025-11-25")
        await pipe.send(call(1, "print_and_listen", meta={}))
        assert text(await pipe.answer(1)) == "heard ''"
        await pipe.hang_up()
        assert await pipe.rest() == []


@pytest.mark.anyio
async def test_junk_lines_are_survived_and_long_ones_arrive_whole(diary: Path) -> None:
    name = "x" * 5_000_000
    async with served(diary) as pipe:
        await pipe.greet("2025-11-25")
        await pipe.process.stdin.send(b"junk\n\n\xff\xfe\n")  # type: ignore[union-attr]  # it is a pipe
        await pipe.send(call(1, "greet", meta={}, name=name))
        assert text(await pipe.answer(1)) == f"Hello, {name}"


@pytest.mark.anyio
async def test_a_line_that_cannot_be_read_is_answered_with_its_id_where_it_has_one(diary: Path) -> None:
    lines: list[tuple[bytes, Any, int]] = [
        (b"junk", None, -32700),
        (b"\xff\xfe", None, -32700),
        (b'{"jsonrpc":"2.0","id":41,"method":"tools/call","params":{"na', 41, -32700),
        (rb'{"jsonrpc":"2.0","id":"a-1","method":"ping","params":{"x":"\ud83d"}}', "a-1", -32700),
        (b'{"params":{"id":5},', None, -32700),
        (b'{"jsonrpc":"2.0","id":42,"params":{}}', 42, -32600),
        (b'{"jsonrpc":"2.0","id":43,"method":7}', 43, -32600),
        (b'[{"jsonrpc":"2.0","id":44,"method":"ping"}]', None, -32600),
    ]
    async with served(diary) as pipe:
        await pipe.greet("2025-11-25")
        for line, identifier, code in lines:
            await pipe.process.stdin.send(line + b"\n")  # type: ignore[union-attr]  # it is a pipe
            told = await pipe.next()
            assert (told["id"], told["error"]["code"]) == (identifier, code), line
        await pipe.process.stdin.send(b'\n{"jsonrpc":"2.0","id":1,"result":7}\n')  # type: ignore[union-attr]  # it is a pipe
        await pipe.send(call(1, "greet", meta={}, name="Ada"))
        assert (await pipe.next())["id"] == 1, "neither an empty line nor a broken answer of theirs is answered"


def open_from_inside(diary: Path) -> None:
    """Let whoever waits at the gate go, where the stub never comes to it."""
    os.close(os.open(f"{diary}{GATE}", os.O_RDONLY | os.O_NONBLOCK))


@pytest.mark.anyio
async def test_an_answer_that_the_client_does_not_read_yet_stops_no_other_call(diary: Path) -> None:
    name = "x" * 5_000_000
    async with served(diary) as pipe:
        await pipe.send(request(1, "tools/call", name="greet", arguments={"name": name}, _meta=MODERN))
        await pipe.send(request(2, "tools/call", name="write", arguments={}, _meta=MODERN))
        late = threading.Timer(PROMPTLY, open_from_inside, [diary])
        late.start()
        await open_gate(diary)  # the second call waits there
        assert not late.finished.is_set()
        late.cancel()
        assert text(await pipe.answer(1)) == f"Hello, {name}"
        assert text(await pipe.answer(2)) == "written"


def test_a_socket_serves_as_well_as_a_pipe_and_stays_as_it_was(diary: Path) -> None:
    name = "x" * 5_000_000
    ours, theirs = socket.socketpair()
    environment = {**os.environ, DIARY: str(diary)}
    with (
        ours,
        theirs,
        subprocess.Popen(STUB, cwd=ROOT, env=environment, stdin=theirs.fileno(), stdout=theirs.fileno()) as process,
    ):
        try:
            ours.settimeout(PATIENCE)
            ours.sendall(json.dumps(call(1, "greet", meta=MODERN, name=name)).encode() + b"\n")
            assert text(json.loads(ours.makefile("rb").readline())) == f"Hello, {name}"
            assert os.get_blocking(theirs.fileno()), "the parent shares this flag"
            ours.shutdown(socket.SHUT_WR)
            assert process.wait(PATIENCE) == 0
        finally:
            process.kill()


def test_a_file_is_read_to_its_end(diary: Path, tmp_path: Path) -> None:
    lines = tmp_path / "lines"
    lines.write_text(json.dumps(call(1, "greet", meta=MODERN, name="Ada")) + "\n")
    with lines.open() as given:
        ran = subprocess.run(
            STUB, cwd=ROOT, env={**os.environ, DIARY: str(diary)}, stdin=given, capture_output=True, timeout=PATIENCE
        )
    assert text(json.loads(ran.stdout)) == "Hello, Ada"
    assert ran.returncode == 0


@pytest.mark.anyio
async def test_without_an_input_there_is_a_sentence_and_exit_code_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    assert await run_stdio(build()) == 1
    assert "one of them is closed" in capsys.readouterr().err


# How it ends


@pytest.mark.anyio
async def test_a_client_that_hangs_up_ends_the_server_in_good_order(diary: Path) -> None:
    async with served(diary) as pipe:
        await pipe.greet("2025-11-25")
        await pipe.hang_up()
        assert await pipe.exit_code() == 0
        assert pipe.diary == ["open", "closed"]


def test_a_client_that_stops_reading_ends_the_server_though_it_keeps_its_own_end_open(diary: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    environment = {**os.environ, DIARY: str(diary)}
    with subprocess.Popen(STUB, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=write, text=True) as process:
        os.close(write)
        assert process.stdin
        process.stdin.write(json.dumps(initialize(1)) + "\n")
        process.stdin.flush()
        try:
            assert process.wait(PATIENCE) == 0
        finally:
            process.kill()
    assert diary.read_text().splitlines() == ["open", "closed"]


@pytest.mark.anyio
async def test_a_signal_ends_the_server_though_the_client_keeps_the_pipe_open(diary: Path) -> None:
    async def end_by(signum: signal.Signals, code: int) -> None:
        async with served(diary.with_name(signum.name)) as pipe:
            await pipe.greet("2025-11-25")
            os.kill(pipe.pid, signum)
            assert await pipe.exit_code() == code
            assert pipe.diary == ["open", "closed"]

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(end_by, signal.SIGTERM, 143)
        tasks.start_soon(end_by, signal.SIGINT, 130)


def only_child_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/task/{pid}/children").read_text())


def may_make_namespaces() -> bool:
    """Whether this machine lets us start a process that believes it is the first."""
    if not shutil.which("unshare"):
        return False
    return subprocess.run(["unshare", "--pid", "--fork", "true"], capture_output=True).returncode == 0


@pytest.mark.anyio
@pytest.mark.skipif(not may_make_namespaces(), reason="needs the right to make a process namespace")
async def test_sigterm_ends_the_server_where_it_is_the_first_process_of_a_container(diary: Path) -> None:
    async with served(diary, before=("unshare", "--pid", "--fork", "--kill-child")) as pipe:
        await pipe.greet("2025-11-25")
        os.kill(only_child_of(pipe.pid), signal.SIGTERM)
        assert await pipe.exit_code() == 143
        assert pipe.diary == ["open", "closed"]


# Calls in flight


@pytest.mark.anyio
@pytest.mark.parametrize(("end", "era"), WAYS_TO_END)
async def test_a_write_that_has_left_is_finished_and_answered(end: End, era: str, diary: Path) -> None:
    async with served(diary) as pipe:
        await pipe.greet(era)
        await pipe.send(call(1, "write", meta=pipe.meta))
        await pipe.has_begun(1)
        await pipe.send(call(2, "linger", meta=pipe.meta))
        await pipe.has_begun(2)
        await end(pipe, 1, 2)
        await open_gate(diary)
        assert text(await pipe.answer(1)) == "written"
        if end is by_cancelling:
            await pipe.hang_up()
        assert await pipe.exit_code() in {0, 143, 130}
        assert pipe.diary == ["open", "written", "closed"]


@pytest.mark.anyio
async def test_a_call_that_can_be_ended_is_ended_and_the_client_hears_of_it(diary: Path) -> None:
    async with served(diary) as pipe:
        await pipe.greet("2025-11-25")
        await pipe.send(call(1, "linger", meta={}))
        await pipe.has_begun(1)
        await pipe.hang_up()
        assert "before this call was done" in (await pipe.answer(1))["error"]["message"]
        assert await pipe.exit_code() == 0
        assert pipe.diary == ["open", "closed"]


@pytest.mark.anyio
async def test_a_call_that_the_client_cancels_in_time_is_not_answered(diary: Path) -> None:
    async with served(diary) as pipe:
        await pipe.greet("2026-07-28")
        await pipe.send(call(1, "linger", meta=pipe.meta))
        await pipe.has_begun(1)
        await pipe.send(cancelled(1), call(2, "greet", meta=pipe.meta, name="Ada"))
        assert text(await pipe.next()) == "Hello, Ada"
        await pipe.hang_up()
        assert await pipe.rest() == []


@pytest.mark.anyio
async def test_a_call_ended_before_it_began_is_not_carried_out() -> None:
    async def carry_out(_: Any) -> HandlerResult:
        raise AssertionError("carried out")

    ended = Call()
    ended.scope.cancel()
    with pytest.raises(MCPError, match="before this call was done"):
        await ended.run(None, carry_out)  # type: ignore[arg-type]  # it never gets to see its context
    assert ended.has_given_way


@pytest.mark.anyio
async def test_a_second_signal_does_not_wait_for_the_write(diary: Path) -> None:
    async with served(diary) as pipe:
        await pipe.greet("2025-11-25")
        await pipe.send(call(1, "write", meta={}), call(2, "linger", meta={}))
        await pipe.has_begun(1)
        await pipe.has_begun(2)
        os.kill(pipe.pid, signal.SIGTERM)
        assert "error" in await pipe.answer(2)  # so the first signal has arrived
        os.kill(pipe.pid, signal.SIGTERM)
        assert await pipe.exit_code() == 143
        assert pipe.diary == ["open"]
