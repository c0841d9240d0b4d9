"""Where a platform's answers may lead: listed hosts, public addresses, never with a credential, never a hop further."""

import socket
from collections.abc import Callable
from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from anyio.abc import ByteStream
from pydantic import SecretStr

from server.clients import Clients
from tests.desk import settings
from tests.tools.kit.files import open_in
from tests.tools.kit.loopback import company_certificate, head, listening
from tests.tools.kit.wire import Wire, says
from tools.kit import public
from tools.kit.client import ApiClient
from tools.kit.egress import allowed_hosts, is_internal, is_public
from tools.kit.errors import HostMoved, OutcomeUnknown, PlatformError
from tools.kit.form import Attached, Form
from tools.kit.network import Account, Network
from tools.kit.picture import NotFetched, Picture, Pictures
from tools.kit.upload import Storage
from tools.platforms import PLATFORMS

pytestmark = pytest.mark.anyio

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 8
PRIVATE = [
    "127.0.0.1",
    "127.8.8.8",
    "0.0.0.0",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.0.9",
    "100.64.0.1",
    "100.100.100.200",
    "169.254.169.254",
    "168.63.129.16",
    "192.0.0.192",
    "198.18.0.1",
    "224.0.0.1",
    "239.1.1.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:0:10.0.0.1",
    "64:ff9b::127.0.0.1",
    "64:ff9b::169.254.169.254",
    "64:ff9b:1::10.0.0.1",
    "2002:7f00:1::",
    "2002:a9fe:a9fe::1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "fc00::1",
    "fd00:ec2::254",
    "ff02::1",
    "2001:db8::1",
]
PUBLIC = ["8.8.8.8", "52.216.8.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1"]


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_of_a_private_network_is_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize("host", ["bucket.s3.amazonaws.com", "8.8.8.8", "::ffff:8.8.8.8", "storage.example"])
def test_a_public_host_is_not_internal(host: str) -> None:
    assert not is_internal(host)


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "0177.0.0.1", "127.1", "0xa9fea9fe", "[64:ff9b::7f00:1]"])
def test_every_spelling_of_a_private_address_is_internal(host: str) -> None:
    assert is_internal(host)


def test_hosts_are_the_vendors_own_unless_an_operator_lists_others() -> None:
    assert allowed_hosts(None, (".test.io",)) == allowed_hosts(" , ", (".test.io",)) == (".test.io",)
    assert allowed_hosts(" Files.Example.com,.b.example ", (".test.io",)) == ("files.example.com", ".b.example")


class Names:
    """The names of hosts as an attacker answers for them, and where was connected to."""

    def __init__(self, *answers: list[str]) -> None:
        self._answers = list(answers)
        self.asked: list[str] = []
        self.connected: list[str] = []

    def resolve(self, host: Any, port: Any, *more: Any, **options: Any) -> list[Any]:
        self.asked.append(host.decode() if isinstance(host, bytes) else host)
        addresses = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        kinds = [socket.AF_INET6 if ":" in address else socket.AF_INET for address in addresses]
        return [
            (kind, socket.SOCK_STREAM, 6, "", (address, port)) for kind, address in zip(kinds, addresses, strict=True)
        ]

    async def connect(self, remote_host: str, remote_port: int, **options: Any) -> Any:
        self.connected.append(remote_host)
        raise ConnectionRefusedError


@pytest.fixture
def names(bare_surroundings: pytest.MonkeyPatch) -> Callable[..., Names]:
    def answered(*answers: list[str]) -> Names:
        names = Names(*answers)
        bare_surroundings.setattr(socket, "getaddrinfo", names.resolve)
        bare_surroundings.setattr(anyio, "connect_tcp", names.connect)
        return names

    return answered


def account() -> Account:
    return Account("Platform", "https://api.example/v2", Network(), {"TOKEN": SecretStr("geheim-1")})


LISTED = (".files.example",)


async def fetch(address: str = "https://a.files.example/1.png") -> Picture:
    return await Pictures(account(), hosts=LISTED).fetch(address)


async def upload(builds: Path, address: str = "https://a.files.example/up", *, to: Account | None = None) -> None:
    async with open_in(builds) as file:
        await Storage(to or account(), hosts=LISTED).take(address, Form([Attached(file, "application/zip")]))


@pytest.mark.parametrize(
    "addresses", [["127.0.0.1"], ["::1"], ["169.254.169.254"], ["64:ff9b::a9fe:a9fe"], ["8.8.8.8", "10.0.0.1"]]
)
async def test_a_listed_name_that_leads_inside_is_not_connected_to(
    addresses: list[str], names: Callable[..., Names], builds: Path
) -> None:
    inside = names(addresses)
    with pytest.raises(NotFetched, match="inside a private network"):
        await fetch()
    with pytest.raises(PlatformError, match=r"inside a private network.* was not sent"):
        await upload(builds)
    assert inside.connected == []


async def test_a_listed_name_that_no_proxy_carries_is_checked_too(
    names: Callable[..., Names], monkeypatch: pytest.MonkeyPatch
) -> None:
    inside = names(["127.0.0.1"])
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:8080")
    monkeypatch.setenv("NO_PROXY", "files.example")
    with pytest.raises(NotFetched, match="inside a private network"):
        await fetch()
    assert inside.asked == ["a.files.example"]
    assert inside.connected == []


@pytest.mark.usefixtures("pauses")
async def test_a_name_that_leads_elsewhere_when_it_is_resolved_again_is_resolved_once(
    names: Callable[..., Names],
) -> None:
    rebound = names(["8.8.8.8", "2606:4700::1111"], ["127.0.0.1"])
    with pytest.raises(PlatformError, match="could not be reached"):
        await fetch()
    assert rebound.asked == ["a.files.example"]
    assert rebound.connected == ["8.8.8.8", "2606:4700::1111"], "numbers, which nobody resolves again"


async def test_nothing_arrives_at_a_listener_on_this_machine(
    bare_surroundings: pytest.MonkeyPatch, builds: Path
) -> None:
    arrived: list[str] = []

    async def note(stream: ByteStream) -> None:
        arrived.append("a connection")

    async with listening(note) as port:
        inside = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]
        bare_surroundings.setattr(socket, "getaddrinfo", lambda *a, **k: inside)
        with pytest.raises(NotFetched, match="private network"):
            await fetch()
        with pytest.raises(PlatformError, match="private network"):
            await upload(builds)
    assert arrived == []


@pytest.mark.parametrize("name", ["a.files.example", "other.example"])
async def test_a_connection_to_a_checked_address_still_needs_a_certificate_for_the_name(
    name: str, tmp_path: Path, bare_surroundings: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("CRITICAL", "anyio")
    tls, authority = company_certificate(tmp_path, name)
    bare_surroundings.setenv("SSL_CERT_FILE", str(authority))
    bare_surroundings.setattr(public, "is_public", lambda address: True)
    original = socket.getaddrinfo
    bare_surroundings.setattr(socket, "getaddrinfo", lambda host, port, *a, **k: original("127.0.0.1", port, *a, **k))

    async def serve(stream: ByteStream) -> None:
        await head(stream)
        await stream.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(PNG), PNG))

    async with listening(serve, tls=tls) as port:
        pictures = Pictures(replace(account(), base_url="https://127.0.0.1/"), hosts=LISTED)
        bare_surroundings.setattr(pictures, "allowed", lambda address: True)
        if name == "a.files.example":
            assert await pictures.fetch(f"https://a.files.example:{port}/1.png") == Picture(PNG, "image/png")
        else:
            with pytest.raises(PlatformError, match="could not be reached"):
                await pictures.fetch(f"https://a.files.example:{port}/1.png")
        await pictures.account.network.close()


async def test_pictures_beside_a_platform_that_the_operator_put_on_this_machine_are_fetched(
    bare_surroundings: pytest.MonkeyPatch,
) -> None:
    async def serve(stream: ByteStream) -> None:
        await head(stream)
        await stream.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(PNG), PNG))

    async with listening(serve) as port:
        own = f"http://127.0.0.1:{port}"
        pictures = Pictures(replace(account(), base_url=f"{own}/api"), hosts=LISTED)
        assert await pictures.fetch(f"{own}/1.png") == Picture(PNG, "image/png")
        await pictures.account.network.close()


async def test_a_file_goes_to_no_host_that_is_not_listed(names: Callable[..., Names], builds: Path) -> None:
    elsewhere = names(["8.8.8.8"])
    for host in ("evil.example", "files.example.evil.example", "xfiles.example", "8.8.8.8"):
        with pytest.raises(PlatformError, match=r"TESTDESK_ATTACHMENT_HOSTS does not list.* was not sent") as caught:
            await upload(builds, f"https://{host}/up")
        assert f".files.example,{host}" in str(caught.value), "what to set"
    assert elsewhere.asked == elsewhere.connected == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("location", ["https://evil.example/up", "http://169.254.169.254/", "/elsewhere"])
async def test_a_storage_that_redirects_is_not_followed(status: int, location: str, builds: Path) -> None:
    wire = Wire(says(status, headers={"location": location}))
    with pytest.raises(HostMoved if status in {307, 308} else OutcomeUnknown, match="not followed"):
        await upload(builds, to=wire.account())
    assert [request.url.host for request in wire.arrived] == ["a.files.example"]


async def test_no_client_for_another_host_holds_a_credential_or_connects_inside() -> None:
    """A rule over all clients: what lies beside a platform's API goes without its credential."""
    names = [credential.variable for platform in PLATFORMS for credential in platform.credentials]
    live = settings({name: f"eyJ{name}.geheim.1" for name in names}, sandbox=False)
    clients = Clients(PLATFORMS, live, Network())
    beside = [
        (platform.key, part)
        for platform in PLATFORMS
        for part in vars(clients[platform.key]).values()
        if isinstance(part, ApiClient)
    ]
    assert {key for key, _ in beside} >= {"testio", "testery"}
    for key, part in beside:
        own = httpx.URL(clients[key].base_url).host
        if httpx.URL(part.base_url).host != own or part._limit is not None:
            assert part._auth is None, (key, type(part))
        if isinstance(part, Pictures | Storage):
            assert part._limit is not None, (key, type(part))
    await clients.close()
