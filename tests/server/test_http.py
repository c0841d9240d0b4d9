"""The HTTP transport over a real port of this machine, with the SDK's client and with raw requests."""

import json
import logging
import re
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest
from anyio.abc import Process
from mcp import Client, MCPError
from mcp.client.streamable_http import streamable_http_client
from mcp.server import MCPServer
from mcp.types import CallToolResult, ElicitResult, TextContent

from server import connections, door
from server import http_server as http
from server.http_server import listen, new_key, run_http
from tests.server.stub_server import DIARY, build

ROOT = Path(__file__).parent.parent.parent
PATIENCE = 30.0  # seconds for a whole test
PROMPTLY = 5.0  # seconds for a stop, whatever is open
MODES = ["legacy", "auto"]  # the handshake's era, and the modern one
KEY = new_key()
PING = {"jsonrpc": "2.0", "id": 1, "method": "ping"}


@pytest.fixture(autouse=True)
def diary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the stub writes down what it did."""
    monkeypatch.setenv(DIARY, str(tmp_path / "diary"))
    return tmp_path / "diary"


class Served:
    """A server that a test has started."""

    def __init__(self) -> None:
        self.origin = self.url = ""
        self.exit_code: int | None = None
        self.is_asked_to_stop = False
        self.has_stopped = anyio.Event()

    def hear(self, said: str) -> None:
        """Learn from what it says where it listens."""
        match = re.fullmatch(r"testdesk listens on (http://127\.0\.0\.1:\d+)/mcp", said)
        assert match, said
        self.origin = match[1]
        self.url = f"{self.origin}/mcp"

    def stop(self, signum: signal.Signals = signal.SIGTERM) -> None:
        """Ask it to stop as the operating system would; once, a second signal would end the tests."""
        self.is_asked_to_stop = True
        signal.raise_signal(signum)

    async def exit(self) -> int | None:
        with anyio.fail_after(PROMPTLY):
            await self.has_stopped.wait()
        return self.exit_code


@asynccontextmanager
async def served(
    monkeypatch: pytest.MonkeyPatch, server: MCPServer[Any] | None = None, **options: Any
) -> AsyncIterator[Served]:
    """The stub, or another server, behind `run_http` on a free port."""
    said, heard = anyio.create_memory_object_stream[str](1)
    monkeypatch.setattr(http, "say", said.send_nowait)

    async def run() -> None:
        try:
            running.exit_code = await run_http(server or build(), port=0, **{"key": KEY, "drain": 0, **options})
        finally:
            running.has_stopped.set()

    with said, heard, anyio.fail_after(PATIENCE):
        async with anyio.create_task_group() as tasks:
            running = Served()
            tasks.start_soon(run)
            running.hear(await heard.receive())
            try:
                yield running
            finally:
                if not (running.is_asked_to_stop or running.has_stopped.is_set()):
                    running.stop()


@asynccontextmanager
async def client(url: str, mode: str, *, key: str | None = KEY, **options: Any) -> AsyncIterator[Client]:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=PATIENCE) as wire,
        Client(streamable_http_client(url, http_client=wire), mode=mode, **options) as connected,
    ):
        yield connected


@asynccontextmanager
async def raw(served: Served, **headers: str) -> AsyncIterator[httpx2.AsyncClient]:
    """A client that sends what it is told, as an MCP client's POST by default."""
    accept = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}
    async with httpx2.AsyncClient(base_url=served.origin, headers={**accept, **headers}) as wire:
        yield wire


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def lines(file: Path) -> list[str]:
    return file.read_text().splitlines()


def text(result: CallToolResult) -> str:
    (block,) = result.content
    assert isinstance(block, TextContent)
    return block.text


# The key


@pytest.mark.anyio
async def test_whoever_lacks_the_key_is_told_so_and_let_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    attempts: list[Any] = [
        {},
        bearer(new_key()),
        bearer(KEY[:-1]),
        bearer(KEY + "x"),
        {"Authorization": "Bearer"},
        {"Authorization": KEY},
        {"Authorization": f"Basic {KEY}"},
        {"X-Api-Key": KEY},
        [*bearer(KEY).items(), *bearer(KEY).items()],  # of two, whoever stands before us may have looked at one only
    ]
    async with served(monkeypatch) as running, raw(running) as wire:
        for headers in attempts:
            for answer in (
                await wire.post("/mcp", json=PING, headers=headers),
                await wire.get("/mcp", headers=headers),
                await wire.delete("/mcp", headers=headers),
                await wire.get("/elsewhere", headers=headers),
                await wire.post("/healthz", headers=headers),
                await wire.get(f"/mcp?key={KEY}", headers=headers),
            ):
                assert answer.status_code == 401, headers
                assert answer.headers["WWW-Authenticate"] == "Bearer"
                assert "key" in answer.json()["error"]
            for path in ("oauth-protected-resource", "oauth-protected-resource/mcp", "oauth-authorization-server"):
                assert (await wire.get(f"/.well-known/{path}", headers=headers)).status_code == 404


@pytest.mark.anyio
@pytest.mark.parametrize("mode", MODES)
async def test_the_key_opens_the_server_to_clients_of_both_eras(mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with served(monkeypatch) as running, client(running.url, mode) as connected:
        assert text(await connected.call_tool("greet", {"name": "Ada"})) == "Hello, Ada"


@pytest.mark.anyio
async def test_on_loopback_a_server_may_do_without_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    async with served(monkeypatch, key=None) as running, client(running.url, "auto", key=None) as connected:
        assert text(await connected.call_tool("greet", {"name": "Ada"})) == "Hello, Ada"


@pytest.mark.anyio
@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "mcp.example.com", ""])
async def test_where_others_can_reach_it_a_server_without_a_key_does_not_start(host: str) -> None:
    with anyio.fail_after(PROMPTLY), pytest.raises(ValueError, match="Without a key"):
        await run_http(build(), host=host, port=0, key=None)


@pytest.mark.anyio
@pytest.mark.parametrize("key", ["", " ", "two words", "naïve", "line\n"])
async def test_a_key_that_no_header_can_carry_is_refused(key: str) -> None:
    with anyio.fail_after(PROMPTLY), pytest.raises(ValueError, match="visible ASCII"):
        await run_http(build(), port=0, key=key)


def test_a_new_key_has_256_bits_and_is_never_the_same() -> None:
    keys = {new_key() for _ in range(100)}
    assert len(keys) == 100
    assert all(re.fullmatch(r"[\w-]{43}", key) for key in keys)


@pytest.mark.anyio
async def test_the_key_is_in_no_log(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    wrong = new_key()
    async with served(monkeypatch, log_level="DEBUG") as running:
        async with client(running.url, "legacy") as connected:
            await connected.call_tool("greet", {"name": "Ada"})
        async with raw(running, **bearer(wrong)) as wire:
            await wire.post("/mcp", json=PING)
    assert "session" in caplog.text  # so something was logged
    assert KEY not in caplog.text
    assert wrong not in caplog.text


# The names it answers to


@pytest.mark.anyio
@pytest.mark.parametrize("version", ["2025-11-25", "2026-07-28"])
async def test_a_foreign_host_or_origin_is_refused_in_both_eras(version: str, monkeypatch: pytest.MonkeyPatch) -> None:
    headers = {**bearer(KEY), "MCP-Protocol-Version": version}
    async with served(monkeypatch, allowed_hosts=["mcp.example.com"]) as running, raw(running, **headers) as wire:

        async def status(**others: str) -> int:
            return (await wire.post("/mcp", json=PING, headers=others)).status_code

        assert await status(Host="evil.example") == 421
        assert await status(Host="evil.example:80") == 421
        assert await status(Origin="https://evil.example") == 403
        assert await status(Origin="null") == 403
        refused = {421, 403}
        for host in ("127.0.0.1:80@evil.example", "localhost:1:2", "localhost/", "local host", "127.0.0.1:999999"):
            assert await status(Host=host) == 421, host
        for host in (
            "localhost",
            "LOCALHOST:1",
            "Mcp.Example.com",
            "localhost:1",
            "[::1]:1",
            "mcp.example.com",
            "mcp.example.com:8443",
        ):
            assert await status(Host=host) not in refused
            assert await status(Origin=f"http://{host.lower()}") not in refused
            assert await status(Origin=f"https://{host.lower()}") not in refused


@pytest.mark.anyio
async def test_behind_a_wildcard_the_names_are_checked_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "as_host", lambda _: "127.0.0.1")  # in what it says, for the test to find it
    async with served(monkeypatch, host="0.0.0.0") as running, raw(running, **bearer(KEY)) as wire:
        assert (await wire.post("/mcp", json=PING, headers={"Host": "0.0.0.0:80"})).status_code == 421
        assert (await wire.post("/mcp", json=PING, headers={"Host": "evil.example"})).status_code == 421
        assert (await wire.post("/mcp", json=PING)).status_code == 400  # a ping outside of any session


@pytest.mark.anyio
@pytest.mark.parametrize("name", ["", "*", "https://mcp.example.com", "mcp.example.com/mcp", "two words", "a@b"])
async def test_an_allowed_host_that_is_no_name_is_refused(name: str) -> None:
    with anyio.fail_after(PROMPTLY), pytest.raises(ValueError, match="An allowed host is a name"):
        await run_http(build(), port=0, key=KEY, allowed_hosts=[name])


def test_a_listener_names_its_protocol_or_asyncio_would_delay_each_answer() -> None:
    with listen("127.0.0.1", 0) as listener:
        assert listener.proto == socket.IPPROTO_TCP


# What else is there


@pytest.mark.anyio
async def test_anybody_may_ask_whether_the_server_is_well_and_hears_nothing_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with served(monkeypatch) as running, raw(running) as wire:
        answer = await wire.get("/healthz")
        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
        assert set(answer.headers) == {"date", "content-type", "content-length"}


@pytest.mark.anyio
async def test_elsewhere_there_is_nothing_in_json(monkeypatch: pytest.MonkeyPatch) -> None:
    async with served(monkeypatch) as running, raw(running, **bearer(KEY)) as wire:
        for path in ("/", "/mcp/", "/mcpx", "/.well-known/oauth-protected-resource"):
            answer = await wire.get(path)
            assert answer.status_code == 404, path
            assert "/mcp" in answer.json()["error"]


@pytest.mark.anyio
@pytest.mark.parametrize("mode", MODES)
async def test_a_person_can_be_asked_in_both_eras(mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def say_yes(*_: Any) -> ElicitResult:
        return ElicitResult(action="accept", content={"sure": True})

    async with served(monkeypatch) as running, client(running.url, mode, elicitation_callback=say_yes) as connected:
        assert text(await connected.call_tool("decide", {})) == "agreed"


@pytest.mark.anyio
async def test_a_port_that_is_taken_is_a_sentence_and_exit_code_1(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, anyio.fail_after(PROMPTLY):
        port = taken.getsockname()[1]
        assert await run_http(build(), port=port, key=None) == 1
        assert await run_http(build(), port=99999, key=None) == 1
    first, second = capsys.readouterr().err.splitlines()
    assert first == f"testdesk cannot listen on 127.0.0.1:{port}: another program does so already."
    assert second == "testdesk cannot listen on 127.0.0.1:99999: there is no such port."


# How it ends


@pytest.mark.anyio
@pytest.mark.parametrize(("signum", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
@pytest.mark.parametrize("mode", MODES)
async def test_a_signal_ends_the_server_in_good_order_though_clients_listen(
    mode: str, signum: signal.Signals, code: int, diary: Path, monkeypatch: pytest.MonkeyPatch
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
        assert lines(diary) == ["open", "closed"]
    assert signal.getsignal(signum) is before


@pytest.mark.anyio
@pytest.mark.parametrize("mode", MODES)
async def test_a_stop_waits_for_a_write_that_has_left_and_its_answer_arrives(
    mode: str, diary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "LAST_BYTES", 0.2)  # bounds the answer's way, not the write
    begun = anyio.Event()
    answers: list[str] = []

    async def write(connected: Client) -> None:
        async def progress(progress: float, total: float | None, message: str | None) -> None:
            begun.set()

        answers.append(text(await connected.call_tool("write", {"seconds": 0.4}, progress_callback=progress)))

    async with served(monkeypatch) as running, client(running.url, mode) as connected, raw(running) as wire:
        await connected.list_tools()  # or it would, to check the answer
        await wire.get("/healthz")  # a connection that is open before the listener closes
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(write, connected)
            await begun.wait()
            running.stop()
            late = await wire.post("/mcp", json=PING, headers=bearer(KEY))
            assert (late.status_code, late.json()) == (503, {"error": "The server is stopping."})
        assert answers == ["written"]
        assert await running.exit() == 143
        assert lines(diary) == ["open", "written", "closed"]


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
    diary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    envelope = {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
    }
    params = {"name": "write", "arguments": {"seconds": 0}, "_meta": envelope}
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
    assert lines(diary) == ["open", "closed"]


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
    monkeypatch.setattr(door, "QUIET", 0.1)
    answers: list[httpx2.Response] = []
    async with (
        served(monkeypatch, drain=5) as running,
        raw(running, **bearer(KEY), **CALL_HEADERS) as wire,
        raw(running) as before,
    ):
        await before.get("/healthz")

        async def call(seconds: float) -> None:
            headers = {"Mcp-Name": "work"}
            answers.append(await wire.post("/mcp", json=call_of("work", seconds=seconds), headers=headers))

        async with anyio.create_task_group() as tasks:
            for number in range(20):
                tasks.start_soon(call, 0.1 + number / 100)
            await anyio.sleep(0.05)
            running.stop()
            late = await before.post("/mcp", json=call_of("greet", name="Ada"), headers={**bearer(KEY), **CALL_HEADERS})
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


# Requests that do not come whole


@asynccontextmanager
async def connection(running: Served) -> AsyncIterator[anyio.abc.SocketStream]:
    host, _, port = running.origin.removeprefix("http://").partition(":")
    async with await anyio.connect_tcp(host, int(port)) as stream:
        yield stream


async def rest(stream: anyio.abc.SocketStream) -> bytes:
    """What still comes until the other side hangs up."""
    got = b""
    with anyio.fail_after(PROMPTLY), suppress(anyio.EndOfStream, anyio.BrokenResourceError):
        while True:
            got += await stream.receive()
    return got


HALF_A_HEAD = b"POST /mcp HTTP/1.1\r\nhost: localhost\r\n"
HALF_A_BODY = HALF_A_HEAD + b"authorization: Bearer " + KEY.encode() + b"\r\ncontent-length: 900\r\n\r\n{"


@pytest.mark.anyio
@pytest.mark.parametrize("sent", [b"", HALF_A_HEAD, HALF_A_BODY], ids=["nothing", "half a head", "half a body"])
async def test_whoever_sends_too_slowly_is_hung_up_on(sent: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.1)
    monkeypatch.setattr(connections, "BODY_SECONDS", 0.1)
    async with served(monkeypatch) as running, connection(running) as stream:
        await stream.send(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n")  # arrives whole, and is answered
        assert b"200 OK" in await stream.receive()
        if sent:
            await stream.send(sent)
            assert b"408 Request Timeout" in await rest(stream)
    async with served(monkeypatch) as running, connection(running) as stream:
        if sent:
            await stream.send(sent)
        assert b"408 Request Timeout" in await rest(stream)


@pytest.mark.anyio
async def test_a_request_with_two_lengths_is_refused_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    lengths = b"authorization: Bearer " + KEY.encode() + b"\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n"
    async with served(monkeypatch) as running, connection(running) as stream:
        await stream.send(HALF_A_HEAD + lengths)
        told = await rest(stream)
    assert b"400 Bad Request" in told
    assert b"not both" in told


@asynccontextmanager
async def process() -> AsyncIterator[tuple[Process, Served]]:
    """The stub in a process of its own, for what must not happen to ours."""
    command = [sys.executable, "-W", "error", "-m", "tests.server.stub_server", "http", f"key={KEY}"]
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
async def test_a_process_of_its_own_ends_with_the_signals_exit_code(diary: Path) -> None:
    async with process() as (started, running), client(running.url, "legacy") as connected:
        assert text(await connected.call_tool("greet", {"name": "Ada"})) == "Hello, Ada"
        started.terminate()
        with anyio.fail_after(PROMPTLY):
            assert await started.wait() == 143
    assert lines(diary) == ["open", "closed"]


@pytest.mark.anyio
async def test_a_second_signal_does_not_wait_for_the_write(diary: Path) -> None:
    begun, ended = anyio.Event(), anyio.Event()

    async def progress(progress: float, total: float | None, message: str | None) -> None:
        begun.set()

    async def write(connected: Client) -> None:
        with pytest.raises(MCPError):
            await connected.call_tool("write", {"seconds": 60}, progress_callback=progress)

    async def linger(connected: Client) -> None:
        with pytest.raises(MCPError):
            await connected.call_tool("linger", {})
        ended.set()

    async with (
        process() as (started, running),
        client(running.url, "auto") as connected,
        anyio.create_task_group() as tasks,
    ):
        tasks.start_soon(write, connected)
        tasks.start_soon(linger, connected)
        await begun.wait()
        started.terminate()
        await ended.wait()  # so the first signal has arrived
        started.terminate()
        with anyio.fail_after(PROMPTLY):
            assert await started.wait() == 143
    assert lines(diary) == ["open"]
