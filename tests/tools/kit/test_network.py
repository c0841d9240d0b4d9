"""The way out: proxies and company certificates as the environment names them, and one end for all clients."""

from pathlib import Path

import anyio
import httpx
import pytest
from anyio.abc import ByteStream
from pydantic import SecretStr

from tests.tools.kit.loopback import company_certificate, document, head, listening
from tests.tools.kit.wire import BASE, FOUND, Thing, Wire
from tools.kit.client import ApiClient
from tools.kit.errors import NotConfigured, Unavailable
from tools.kit.network import Account, Network

pytestmark = pytest.mark.anyio


class Line:
    """A server that gives each request the same document and keeps what it was asked."""

    def __init__(self) -> None:
        self.heads: list[str] = []

    async def talk(self, stream: ByteStream) -> None:
        self.heads.append(await head(stream))
        await stream.send(document(b'{"id": 7}'))

    @property
    def asked(self) -> list[str]:
        return [head.split("\r\n")[0] for head in self.heads]


async def get(base_url: str, network: Network | None = None) -> Thing:
    network = network or Network()
    try:
        with anyio.fail_after(10):
            return await ApiClient(Account("Platform", base_url, network), auth=None).get("/things/7", into=Thing)
    finally:
        await network.close()


async def test_a_company_certificate_named_by_the_environment_is_trusted(
    tmp_path: Path, bare_surroundings: pytest.MonkeyPatch
) -> None:
    tls, authority = company_certificate(tmp_path, "127.0.0.1")
    bare_surroundings.setenv("SSL_CERT_FILE", str(authority))
    async with listening(Line().talk, tls=tls) as port:
        assert await get(f"https://127.0.0.1:{port}") == Thing(id=7)


@pytest.mark.usefixtures("bare_surroundings", "pauses")
async def test_a_certificate_that_nobody_vouches_for_ends_the_connection(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("CRITICAL", "anyio")
    tls, _ = company_certificate(tmp_path, "127.0.0.1")
    line = Line()
    async with listening(line.talk, tls=tls) as port:
        with pytest.raises(Unavailable, match=r"cannot be reached .*\. Check the network"):
            await get(f"https://127.0.0.1:{port}")
    assert line.heads == []


async def test_a_certificate_for_another_name_ends_the_connection(
    tmp_path: Path, bare_surroundings: pytest.MonkeyPatch, pauses: list[float]
) -> None:
    tls, authority = company_certificate(tmp_path, "other.example")
    bare_surroundings.setenv("SSL_CERT_FILE", str(authority))
    line = Line()
    async with listening(line.talk, tls=tls) as port:
        with pytest.raises(Unavailable, match="cannot be reached"):
            await get(f"https://127.0.0.1:{port}")
    assert line.heads == []


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
async def test_a_proxy_for_plain_addresses_is_asked_for_the_whole_address(
    variable: str, bare_surroundings: pytest.MonkeyPatch
) -> None:
    proxy = Line()
    async with listening(proxy.talk) as port:
        bare_surroundings.setenv(variable, f"http://127.0.0.1:{port}")
        assert await get("http://platform.example/api") == Thing(id=7)
    assert proxy.asked == ["GET http://platform.example/api/things/7 HTTP/1.1"]


async def test_a_proxy_for_encrypted_addresses_carries_what_it_cannot_read(
    tmp_path: Path, bare_surroundings: pytest.MonkeyPatch
) -> None:
    tls, authority = company_certificate(tmp_path, "platform.example")
    bare_surroundings.setenv("SSL_CERT_FILE", str(authority))
    platform, carried = Line(), list[str]()

    async with listening(platform.talk, tls=tls) as platform_port:

        async def carry(stream: ByteStream) -> None:
            carried.append(await head(stream))
            await stream.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
            async with await anyio.connect_tcp("127.0.0.1", platform_port) as other, anyio.create_task_group() as both:

                async def pour(source: ByteStream, sink: ByteStream) -> None:
                    async for piece in source:
                        await sink.send(piece)
                    both.cancel_scope.cancel()

                both.start_soon(pour, stream, other)
                both.start_soon(pour, other, stream)

        async with listening(carry) as port:
            bare_surroundings.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
            assert await get("https://platform.example/api") == Thing(id=7)
    assert [line.split("\r\n")[0] for line in carried] == ["CONNECT platform.example:443 HTTP/1.1"]
    assert platform.asked == ["GET /api/things/7 HTTP/1.1"]


async def test_a_proxy_that_refuses_is_told_and_nothing_was_sent(
    bare_surroundings: pytest.MonkeyPatch,
) -> None:
    async def refuse(stream: ByteStream) -> None:
        await head(stream)
        await stream.send(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")

    network = Network()
    async with listening(refuse) as port:
        bare_surroundings.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
        api = ApiClient(Account("Platform", "https://platform.example", network), auth=None)
        with anyio.fail_after(10), pytest.raises(Unavailable, match=r"the proxy refused\)\. Nothing was sent"):
            await api.write("POST", "/things", into=Thing)
        await network.close()


async def test_a_host_without_a_proxy_is_reached_directly(bare_surroundings: pytest.MonkeyPatch) -> None:
    proxy, platform = Line(), Line()
    async with listening(proxy.talk) as proxy_port, listening(platform.talk) as port:
        bare_surroundings.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxy_port}")
        bare_surroundings.setenv("NO_PROXY", "127.0.0.1")
        await get(f"http://127.0.0.1:{port}")
    assert proxy.asked == []
    assert platform.asked == ["GET /things/7 HTTP/1.1"]


async def test_a_sandbox_on_a_port_takes_no_proxy(bare_surroundings: pytest.MonkeyPatch) -> None:
    proxy, sandbox = Line(), Line()
    async with listening(proxy.talk) as proxy_port, listening(sandbox.talk) as port:
        bare_surroundings.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxy_port}")
        await get(f"http://127.0.0.1:{port}", Network(is_sandbox=True))
    assert proxy.asked == []
    assert sandbox.asked == ["GET /things/7 HTTP/1.1"]


async def test_a_way_out_knows_whether_it_is_a_sandbox() -> None:
    assert not Network().is_sandbox
    assert not ApiClient(Account("Platform", BASE, Network()), auth=None).is_sandbox
    assert Wire(FOUND).client().is_sandbox


async def test_closing_the_way_out_closes_every_client() -> None:
    network = Network(httpx.MockTransport(lambda request: httpx.Response(200)))
    clients = [network.client(BASE, None), network.client("", None)]
    await network.close()
    assert all(client.is_closed for client in clients)


async def test_a_credential_that_is_not_set_is_named() -> None:
    account = Account("Platform", BASE, Network(), {"PLATFORM_TOKEN": SecretStr("secret-1234")})
    assert account.secret("PLATFORM_TOKEN") == "secret-1234"
    with pytest.raises(NotConfigured, match="PLATFORM_KEY is not set"):
        account.secret("PLATFORM_KEY")


@pytest.mark.parametrize(("seconds", "read"), [(None, 60), (5, 5)])
async def test_a_client_says_who_it_is_and_how_long_it_waits(seconds: float | None, read: float) -> None:
    network = Network(httpx.MockTransport(lambda request: httpx.Response(200)), read_seconds=seconds)
    client = network.client("https://platform.example", None)
    assert client.timeout == httpx.Timeout(read, connect=8, pool=60)
    assert {name: client.headers[name] for name in ("accept", "accept-encoding", "user-agent")} == {
        "accept": "application/json",
        "accept-encoding": "gzip, deflate",
        "user-agent": "testdesk",
    }
    assert not client.follow_redirects
    await network.close()
    assert client.is_closed


@pytest.mark.parametrize(
    "base", ["https://platform.example", "https://platform.example/api/v2/", "http://[::1]:81/a%20b"]
)
@pytest.mark.parametrize(
    "path",
    ["", "/", "/things/7", "/a%2Fb%20c", "/a b/\u00fc", "/../x", "/./x", "//other.example/x", "/x?a=1&b=%20", "x/y"],
)
async def test_a_path_is_joined_to_the_base_address_as_httpx_does(base: str, path: str) -> None:
    network = Network(httpx.MockTransport(lambda request: httpx.Response(200)))
    ours, plain = network.client(base, None), httpx.AsyncClient(base_url=base)
    for query in (None, "page=2&title=a%26b"):
        assert ours.build_request("GET", path, params=query).url == plain.build_request("GET", path, params=query).url
    await network.close()
    await plain.aclose()


async def test_no_request_has_the_cookies_of_an_earlier_response() -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json={"id": 7}, headers={"Set-Cookie": "session=4711; Path=/"})

    network = Network(httpx.MockTransport(answer))
    api = ApiClient(Account("Platform", BASE, network), auth=None)
    for _ in range(2):
        await api.get("/things/7", into=Thing)
    await network.close()
    assert ["cookie" in request.headers for request in asked] == [False, False]
