"""The HTTP transport over a real port of this machine: who may come in, and by what name."""

import logging
import re
import socket
from typing import Any

import anyio
import pytest
from mcp.types import ElicitResult

from server import http_server as http
from server.http_server import new_key, run_http
from server.listening import listen
from tests.server.served import KEY, MODES, PING, PROMPTLY, bearer, client, raw, served, text
from tests.server.stub_server import build

pytestmark = pytest.mark.usefixtures("noted")


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
