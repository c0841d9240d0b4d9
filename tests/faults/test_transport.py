"""Faults below HTTP: names, ports and encryption. Nothing is sent, and the error says so."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest

from tests.faults.proxy import LOOPBACK, PIECE
from tests.tools.kit.loopback import company_certificate, document, head, listening
from tests.tools.kit.wire import Thing
from tools.kit.client import ApiClient
from tools.kit.errors import OutcomeUnknown, PlatformError, Unavailable
from tools.kit.network import Account, Network

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("bare_surroundings", "pauses")]

NAME = "platform.example"


async def read(api: ApiClient) -> Thing:
    return await api.get("/things/7", into=Thing)


async def write(api: ApiClient) -> Thing:
    return await api.write("PUT", "/things/7", body={"name": "mug"}, into=Thing)


Ask = Callable[[ApiClient], Awaitable[Thing]]
both = pytest.mark.parametrize("ask", [read, write])


async def failure(base_url: str, ask: Ask, *, seconds: float = 30) -> PlatformError:
    network = Network(read_seconds=seconds)
    try:
        with anyio.fail_after(60):
            with pytest.raises(PlatformError) as caught:
                await ask(ApiClient(Account("Platform", base_url, network), auth=None))
        return caught.value
    finally:
        await network.close()


def never_left(error: PlatformError, ask: Ask) -> bool:
    says = "Nothing was sent." if ask is write else "Check the network"
    return isinstance(error, Unavailable) and "cannot be reached" in str(error) and says in str(error)


UNRESOLVED = {
    "an unknown name": socket.gaierror(socket.EAI_NONAME, "Name or service not known"),
    "a server of names that is away": socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution"),
    "a failure without a number": socket.gaierror("no name"),
    "no file descriptor left": OSError(24, "Too many open files"),
}


@both
@pytest.mark.parametrize("error", UNRESOLVED.values(), ids=UNRESOLVED)
async def test_a_name_that_is_not_resolved_sends_nothing(
    error: OSError, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unresolved(*_: Any, **__: Any) -> Any:
        raise error

    monkeypatch.setattr(socket, "getaddrinfo", unresolved)
    assert never_left(await failure(f"https://{NAME}", ask), ask)


@both
async def test_a_name_that_no_resolver_takes_sends_nothing(ask: Ask) -> None:
    error = await failure(f"https://{'a' * 64}.example", ask)
    assert isinstance(error, Unavailable | OutcomeUnknown)


@both
async def test_a_port_that_refuses_sends_nothing(ask: Ask) -> None:
    with socket.create_server((LOOPBACK, 0)) as server:
        port = server.getsockname()[1]
    assert never_left(await failure(f"http://{LOOPBACK}:{port}", ask), ask)


@both
async def test_a_certificate_that_nobody_vouches_for_sends_nothing(ask: Ask, tmp_path: Path) -> None:
    tls, _ = company_certificate(tmp_path, LOOPBACK)
    heads: list[str] = []

    async def talk(stream: anyio.abc.ByteStream) -> None:
        heads.append(await head(stream))

    async with listening(talk, tls=tls) as port:
        assert never_left(await failure(f"https://{LOOPBACK}:{port}", ask), ask)
    assert heads == []


@both
@pytest.mark.parametrize(
    "hello", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"SSH-2.0-server\r\n", b"\x15\x03\x01\x00\x02\x02\x28", b""]
)
async def test_a_port_without_tls_sends_nothing(hello: bytes, ask: Ask) -> None:
    async def talk(stream: anyio.abc.ByteStream) -> None:
        await stream.receive()
        await stream.send(hello) if hello else None

    async with listening(talk) as port:
        assert never_left(await failure(f"https://{LOOPBACK}:{port}", ask), ask)


async def test_a_port_with_tls_takes_no_plain_request(tmp_path: Path) -> None:
    tls, _ = company_certificate(tmp_path, LOOPBACK)

    async def talk(stream: anyio.abc.ByteStream) -> None:
        await head(stream)

    async with listening(talk, tls=tls) as port:
        assert isinstance(await failure(f"http://{LOOPBACK}:{port}", read), Unavailable)
        assert isinstance(await failure(f"http://{LOOPBACK}:{port}", write), OutcomeUnknown)


@asynccontextmanager
async def tampering(upstream: int, then: bytes | None, *, after: int) -> AsyncIterator[int]:
    """A wire in front of an encrypted port, which after some bytes of the answer sends others, or ends."""

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        behind, ahead = await asyncio.open_connection(LOOPBACK, upstream)

        async def forth() -> None:
            while piece := await reader.read(PIECE):
                ahead.write(piece)

        task, left = asyncio.create_task(forth()), after
        while left > 0 and (piece := await behind.read(left)):
            left -= len(piece)
            writer.write(piece)
        if then is not None:
            writer.write(then)
            await writer.drain()
        writer.close()
        ahead.close()
        task.cancel()

    server = await asyncio.start_server(carry, LOOPBACK, 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


@pytest.mark.parametrize(
    "then",
    [
        pytest.param(None, id="an end without notice"),
        pytest.param(b"\x17\x03\x03\x00\x20" + b"\0" * 32, id="a record that nobody signed"),
        pytest.param(b"plain text in the middle" * 9, id="plain text"),
        pytest.param(b"\x15\x03\x03\x00\x02\x02\x28", id="a forged alert"),
    ],
)
@pytest.mark.parametrize("ask", [read, write])
async def test_an_encrypted_answer_that_is_tampered_with_is_a_broken_one(
    then: bytes | None, ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("CRITICAL")
    tls, authority = company_certificate(tmp_path, LOOPBACK)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))

    async def talk(stream: anyio.abc.ByteStream) -> None:
        await head(stream)
        await stream.send(document(b'{"id": 7, "name": "' + b"x" * 200_000 + b'"}'))

    async with listening(talk, tls=tls) as behind, tampering(behind, then, after=60_000) as port:
        error = await failure(f"https://{LOOPBACK}:{port}", ask)
    assert isinstance(error, OutcomeUnknown if ask is write else Unavailable)
