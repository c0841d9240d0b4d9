"""The stdio transport, from the client's end of the pipe: how it begins, what it carries, how it ends."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import anyio
import pytest

from server.stdio import run_stdio
from tests.forking import Forks
from tests.server.pipe import (
    INITIALIZED,
    MODERN,
    PATIENCE,
    PROMPTLY,
    ROOT,
    STUB,
    call,
    initialize,
    probe,
    request,
    served,
    started,
    text,
)
from tests.server.served import open_gate
from tests.server.stub_server import DIARY, GATE, build

# How a client may begin


@pytest.mark.anyio
async def test_a_probe_and_a_greeting_sent_at_once_are_both_answered(diary: Path, forks: Forks) -> None:
    async with served(diary, forks) as pipe:
        await pipe.send(probe(1), initialize(2), INITIALIZED, call(3, "greet", meta={}, name="Ada"), probe(4))
        assert "2026-07-28" in (await pipe.answer(1))["result"]["supportedVersions"]
        assert (await pipe.answer(2))["result"]["protocolVersion"] == "2025-11-25"
        assert text(await pipe.answer(3)) == "Hello, Ada"
        assert "error" in await pipe.answer(4)  # the era is settled


@pytest.mark.anyio
async def test_after_probes_a_client_may_still_greet_in_the_older_era(diary: Path, forks: Forks) -> None:
    async with served(diary, forks) as pipe:
        await pipe.send(request(1, "server/discover"))
        assert "error" in await pipe.answer(1)  # it lacks the envelope
        await pipe.send(probe(2))
        assert "result" in await pipe.answer(2)
        await pipe.greet("2025-06-18")
        await pipe.send(call(3, "greet", meta={}, name="Ada"))
        assert text(await pipe.answer(3)) == "Hello, Ada"


@pytest.mark.anyio
async def test_after_a_probe_a_modern_call_settles_the_era_and_later_probes_hear_the_same(
    diary: Path, forks: Forks
) -> None:
    async with served(diary, forks) as pipe:
        await pipe.send(probe(1))
        first = await pipe.answer(1)
        await pipe.send(call(2, "greet", meta=MODERN, name="Ada"), probe(3), initialize(4))
        assert text(await pipe.answer(2)) == "Hello, Ada"
        assert (await pipe.answer(3))["result"] == first["result"]
        assert (await pipe.answer(4))["error"]["code"] == -32022


@pytest.mark.anyio
async def test_a_modern_call_may_be_the_first_line(diary: Path, forks: Forks) -> None:
    async with served(diary, forks) as pipe:
        await pipe.send(call(1, "greet", meta=MODERN, name="Ada"))
        assert text(await pipe.answer(1)) == "Hello, Ada"


@pytest.mark.anyio
async def test_a_handshake_of_any_version_may_be_the_first_line(diary: Path, forks: Forks) -> None:
    async def shake_hands(version: str) -> None:
        async with served(diary.with_name(version), forks) as pipe:
            await pipe.greet(version)
            await pipe.send(call(1, "greet", meta={}, name="Ada"))
            assert text(await pipe.answer(1)) == "Hello, Ada"

    async with anyio.create_task_group() as tasks:
        for version in ("2025-11-25", "2025-06-18", "2024-11-05"):
            tasks.start_soon(shake_hands, version)


# What the wire carries


@pytest.mark.anyio
async def test_stray_output_stays_off_the_wire_and_the_clients_lines_are_not_a_tools_to_read(
    diary: Path, forks: Forks
) -> None:
    async with served(diary, forks) as pipe:
        await pipe.greet("2025-11-25")
        await pipe.send(call(1, "print_and_listen", meta={}))
        assert text(await pipe.answer(1)) == "heard ''"
        await pipe.hang_up()
        assert await pipe.rest() == []


@pytest.mark.anyio
async def test_junk_lines_are_survived_and_long_ones_arrive_whole(diary: Path, forks: Forks) -> None:
    name = "x" * 5_000_000
    async with served(diary, forks) as pipe:
        await pipe.greet("2025-11-25")
        await pipe.process.stdin.send(b"junk\n\n\xff\xfe\n")  # type: ignore[union-attr]  # it is a pipe
        await pipe.send(call(1, "greet", meta={}, name=name))
        assert text(await pipe.answer(1)) == f"Hello, {name}"


@pytest.mark.anyio
async def test_a_line_that_cannot_be_read_is_answered_with_its_id_where_it_has_one(diary: Path, forks: Forks) -> None:
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
    async with served(diary, forks) as pipe:
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
async def test_an_answer_that_the_client_does_not_read_yet_stops_no_other_call(diary: Path, forks: Forks) -> None:
    name = "x" * 5_000_000
    async with served(diary, forks) as pipe:
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
async def test_a_client_that_hangs_up_ends_the_server_in_good_order(diary: Path, forks: Forks) -> None:
    async with served(diary, forks) as pipe:
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
async def test_a_signal_ends_the_server_though_the_client_keeps_the_pipe_open(diary: Path, forks: Forks) -> None:
    async def end_by(signum: signal.Signals, code: int) -> None:
        async with served(diary.with_name(signum.name), forks) as pipe:
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
    async with started(diary, ["unshare", "--pid", "--fork", "--kill-child", *STUB]) as pipe:
        await pipe.greet("2025-11-25")
        os.kill(only_child_of(pipe.pid), signal.SIGTERM)
        assert await pipe.exit_code() == 143
        assert pipe.diary == ["open", "closed"]
