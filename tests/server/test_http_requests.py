"""Requests over HTTP that do not come whole."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import anyio
import pytest

from server import connections
from tests.server.served import KEY, PROMPTLY, Served, served

pytestmark = pytest.mark.usefixtures("noted")


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
