"""How a server over HTTP ends: calls end by themselves, the rest is told, and a write is waited for."""

import json
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest
from anyio.abc import Process
from mcp import Client, MCPError
from mcp.types import ElicitResult

from server import http_app
from tests.forking import Forks
from tests.server.served import (
    KEY,
    MODES,
    PATIENCE,
    PING,
    PROMPTLY,
    ROOT,
    Served,
    bearer,
    client,
    lines,
    open_gate,
    raw,
    served,
    text,
)
from tests.server.stub_server import build

pytestmark = pytest.mark.usefixtures("noted")


@pytest.mark.anyio
@pytest.mark.parametrize(("signum", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
@pytest.mark.parametrize("mode", MODES)
async def test_a_signal_ends_the_server_in_good_order_though_clients_listen(
    mode: str, signum: signal.Signals, code: int, noted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = signal.getsignal(signum)
    async with (
        served(monkeypatch) as running,
        client(running.url, mode) as connected,
        AsyncExitStack() as listening,
    ):
        if mode == "auto":  # the handshake's clients listen anyway
            await listening.enter_async_context(connected.listen(tools_list_changed=True))
        running.stop(signum)
        assert await running.exit() == code
        assert lines(noted) == ["open", "closed"]
    assert signal.getsignal(signum) is before


@pytest.mark.anyio
@pytest.mark.parametrize("mode", MODES)
async def test_a_stop_waits_for_a_write_that_has_left_and_its_answer_arrives(
    mode: str, noted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_app, "LAST_BYTES", 0.2)  # bounds the answer's way, not the write
    begun = anyio.Event()
    answers: list[str] = []

    async def write(connected: Client) -> None:
        async def progress(progress: float, total: float | None, message: str | None) -> None:
            begun.set()

        answers.append(text(await connected.call_tool("write", {}, progress_callback=progress)))

    async with served(monkeypatch) as running, client(running.url, mode) as connected, raw(running) as wire:
        await connected.list_tools()  # or it would, to check the answer
        await wire.get("/healthz")  # a connection that is open before the listener closes
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(write, connected)
            await begun.wait()
            running.stop()
            late = await wire.post("/mcp", json=PING, headers=bearer(KEY))
            assert (late.status_code, late.json()) == (503, {"error": "The server is stopping."})
            await open_gate(noted)
        assert answers == ["written"]
        assert await running.exit() == 143
        assert lines(noted) == ["open", "written", "closed"]


@pytest.mark.anyio
@pytest.mark.parametrize("mode", MODES)
async def test_a_stop_ends_a_call_that_can_be_ended_and_the_client_hears_of_it(
    mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = anyio.Event()

    async def progress(progress: float, total: float | None, message: str | None) -> None:
        begun.set()

    async def linger(connected: Client) -> None:
        with pytest.raises(MCPError, match="before this call was done"):
            await connected.call_tool("linger", {}, progress_callback=progress)

    async with served(monkeypatch) as running, client(running.url, mode) as connected:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(linger, connected)
            await begun.wait()
            running.stop()
        assert await running.exit() == 143


@pytest.mark.anyio
async def test_a_call_that_arrives_while_the_server_stops_is_not_carried_out(
    noted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    envelope = {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
    }
    params = {"name": "write", "arguments": {}, "_meta": envelope}
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}).encode()
    headers = {"MCP-Protocol-Version": "2026-07-28", "Mcp-Method": "tools/call", "Mcp-Name": "write"}
    async with served(monkeypatch) as running, raw(running, **bearer(KEY), **headers) as wire:

        async def in_two_pieces() -> AsyncIterator[bytes]:
            yield body[:20]
            await wire.get("/healthz")  # by its answer the first piece has been read
            running.stop()
            assert (await wire.get("/mcp")).status_code == 503  # and by this one the signal
            yield body[20:]

        answer = await wire.post("/mcp", content=in_two_pieces())
        assert "before this call was done" in answer.json()["error"]["message"]
    assert lines(noted) == ["open", "closed"]


CALL_HEADERS = {"MCP-Protocol-Version": "2026-07-28", "Mcp-Method": "tools/call", "Mcp-Name": "greet"}


def call_of(name: str, /, **arguments: Any) -> dict[str, Any]:
    envelope = {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
    }
    params = {"name": name, "arguments": arguments, "_meta": envelope}
    return {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}


@pytest.mark.anyio
async def test_calls_under_way_end_by_themselves_and_each_answer_closes_its_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(http_app, "QUIET", 0.1)
    answers: list[httpx2.Response] = []
    at_work, have_begun, go_on = 0, anyio.Event(), anyio.Event()

    async def work() -> str:
        nonlocal at_work
        at_work += 1
        if at_work == 20:
            have_begun.set()
        await go_on.wait()
        return "worked"

    server = build()
    server.add_tool(work)
    async with (
        served(monkeypatch, server, drain=PATIENCE) as running,
        raw(running, **bearer(KEY), **CALL_HEADERS) as wire,
        raw(running) as before,
    ):
        await before.get("/healthz")

        async def call() -> None:
            answers.append(await wire.post("/mcp", json=call_of("work"), headers={"Mcp-Name": "work"}))

        async with anyio.create_task_group() as tasks:
            for _ in range(20):
                tasks.start_soon(call)
            await have_begun.wait()
            running.stop()
            late = await before.post("/mcp", json=call_of("greet", name="Ada"), headers={**bearer(KEY), **CALL_HEADERS})
            go_on.set()
        assert late.status_code == 200
        assert late.headers["connection"] == "close"
        assert "Hello, Ada" in late.text
        assert [answer.status_code for answer in answers] == [200] * 20
        assert all("worked" in answer.text for answer in answers)
        with pytest.raises(httpx2.ConnectError):
            async with raw(running) as new:
                await new.get("/healthz")
        assert await running.exit() == 143


@pytest.mark.anyio
async def test_a_connection_without_a_request_is_closed_before_any_call_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(http_app, "QUIET", 0.1)
    has_stopped, go_on = anyio.Event(), anyio.Event()

    class Slow:
        """Takes its time to close, as a store may that is catching up."""

        async def __call__(self, scope: Any, receive: Any, send: Any) -> None: ...

        async def close(self) -> None:
            has_stopped.set()
            await go_on.wait()

    async with (
        served(monkeypatch, drain=PATIENCE, beside={"/slow": Slow()}) as running,
        raw(running, **bearer(KEY), **CALL_HEADERS) as wire,
    ):
        assert (await wire.post("/mcp", json=call_of("greet", name="Ada"))).status_code == 200
        running.stop()
        await has_stopped.wait()
        with pytest.raises(httpx2.ConnectError):  # behind a balancer it would reach another process
            await wire.post("/mcp", json=call_of("greet", name="Ada"))
        go_on.set()
        assert await running.exit() == 143


@pytest.mark.anyio
async def test_a_stop_does_not_wait_for_a_person(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = anyio.Event()

    async def never(*_: Any) -> ElicitResult:
        asked.set()
        await anyio.sleep_forever()
        return ElicitResult(action="cancel")

    async def decide(connected: Client) -> None:
        with pytest.raises(MCPError, match="before this call was done"):
            await connected.call_tool("decide", {})

    async with (
        served(monkeypatch, drain=60) as running,
        client(running.url, "legacy", elicitation_callback=never) as connected,
    ):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(decide, connected)
            await asked.wait()
            running.stop()
        assert await running.exit() == 143


@asynccontextmanager
async def process(forks: Forks) -> AsyncIterator[tuple[Process, Served]]:
    """The stub in a process of its own, for what must not happen to ours."""
    command = forks.command("tests.server.stub_server", "http", f"key={KEY}")
    with anyio.fail_after(PATIENCE):
        async with await anyio.open_process(command, cwd=ROOT, stdout=None) as started:
            try:
                assert started.stderr
                running = Served()
                running.hear((await started.stderr.receive()).decode().strip())
                yield started, running
            finally:
                if started.returncode is None:
                    started.kill()


@pytest.mark.anyio
async def test_a_process_of_its_own_ends_with_the_signals_exit_code(noted: Path, forks: Forks) -> None:
    async with process(forks) as (started, running), client(running.url, "legacy") as connected:
        assert text(await connected.call_tool("greet", {"name": "Ada"})) == "Hello, Ada"
        started.terminate()
        with anyio.fail_after(PROMPTLY):
            assert await started.wait() == 143
    assert lines(noted) == ["open", "closed"]


@pytest.mark.anyio
async def test_a_second_signal_does_not_wait_for_the_write(noted: Path, forks: Forks) -> None:
    begun, lingers, ended = anyio.Event(), anyio.Event(), anyio.Event()

    async def progress(progress: float, total: float | None, message: str | None) -> None:
        begun.set()

    async def lingering(progress: float, total: float | None, message: str | None) -> None:
        lingers.set()

    async def write(connected: Client) -> None:
        with pytest.raises(MCPError):
            await connected.call_tool("write", {}, progress_callback=progress)

    async def linger(connected: Client) -> None:
        with pytest.raises(MCPError):
            await connected.call_tool("linger", {}, progress_callback=lingering)
        ended.set()

    async with (
        process(forks) as (started, running),
        client(running.url, "auto") as connected,
        anyio.create_task_group() as tasks,
    ):
        tasks.start_soon(write, connected)
        tasks.start_soon(linger, connected)
        await begun.wait()
        await lingers.wait()
        started.terminate()
        await ended.wait()  # so the first signal has arrived
        started.terminate()
        with anyio.fail_after(PROMPTLY):
            assert await started.wait() == 143
    assert lines(noted) == ["open"]
