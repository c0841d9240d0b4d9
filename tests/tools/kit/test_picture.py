"""Pictures come from allowed hosts only, without a credential, of a bearable size, and are what they begin like."""

import gzip
from base64 import b64encode

import httpx
import pytest
import respx
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from tests.tools.kit.wire import Answer, Poured, Wire, fails, says
from tools.kit.errors import PlatformError, Unavailable
from tools.kit.network import Account, Network
from tools.kit.picture import (
    FILE_LIMIT,
    PICTURE_LIMIT,
    UNKNOWN_KIND,
    Album,
    LoadedFile,
    NotAPicture,
    NotFetched,
    Picture,
    Pictures,
    TooLarge,
    is_loopback,
)
from tools.kit.sandbox.canvas import Canvas

pytestmark = pytest.mark.anyio

HOSTS = (".test.io", "files.example.com")
PNG = Canvas(8, 4, [(250, 250, 247)]).png()
GOOD = "https://bugs.test.io/1.png"


def live(base_url: str = "https://api.test.io/v2", hosts: tuple[str, ...] = HOSTS) -> Pictures:
    account = Account("Platform", base_url, Network(), {"TOKEN": SecretStr("secret-1234")})
    return Pictures(account, hosts=hosts)


def behind(*answers: Answer) -> tuple[Pictures, Wire]:
    wire = Wire(*answers)
    return Pictures(wire.account(), hosts=HOSTS), wire


@pytest.mark.parametrize(
    "address",
    [
        GOOD,
        "https://test.io/1.png",
        "https://a.b.test.io/1.png?signature=abc#x",
        "https://TEST.io:443/1.png",
        "https://files.example.com/1.png",
    ],
)
def test_an_allowed_host_is_allowed(address: str) -> None:
    assert live().allowed(address)


@pytest.mark.parametrize(
    "address",
    [
        "http://bugs.test.io/1.png",
        "https://test.io.evil.example/1.png",
        "https://eviltest.io/1.png",
        "https://test.io.",
        "https://evil.example/.test.io",
        "https://evil.example?.test.io",
        "https://evil.example#.test.io",
        "https://evil.example/https://bugs.test.io/1.png",
        "https://bugs.test.io@evil.example/1.png",
        "https://bugs.test.io%40evil.example",
        "https://user@bugs.test.io/1.png",
        "https://user:word@bugs.test.io/1.png",
        "https://bugs.test.io:8443/1.png",
        "https://bugs.test.io:80/1.png",
        "https://a.files.example.com/1.png",
        "https://xfiles.example.com/1.png",
        "https://bugs.test.io\u3002evil.example/1.png",
        "https://bugs.te\u0455t.io/1.png",
        "https://xn--a.test.io/1.png",
        "https://xn--.test.io/1.png",
        "https://127.0.0.1/1.png",
        "https://[::1]/1.png",
        "https://[::1/1.png",
        "https://169.254.169.254/latest/meta-data",
        "ftp://bugs.test.io/1.png",
        "file:///etc/passwd",
        "data:image/png;base64,AAAA",
        "//bugs.test.io/1.png",
        "bugs.test.io/1.png",
        "/1.png",
        "https:///1.png",
        "https://bugs.test.io\n/1.png",
        "",
    ],
)
async def test_any_other_address_is_refused_without_a_request(address: str) -> None:
    with respx.mock() as network, pytest.raises(NotFetched, match="TESTDESK_ATTACHMENT_HOSTS"):
        await live().fetch(address)
    assert not network.calls


@given(st.text() | st.from_regex(r"https?://[a-z.@:/#?%\\-]{0,12}\.?test\.io[a-z.@:/#?%\\-]{0,12}", fullmatch=True))
def test_whatever_is_allowed_is_below_an_allowed_host(address: str) -> None:
    if PICTURES.allowed(address):
        url = httpx.URL(address)
        assert url.scheme == "https"
        assert (url.port, url.userinfo) == (None, b"")
        assert url.host in {"test.io", "files.example.com"} or url.host.endswith(".test.io")


PICTURES = live()


async def test_no_hosts_allow_nothing() -> None:
    assert not live(hosts=()).allowed(GOOD)


async def test_a_picture_is_fetched_without_a_credential() -> None:
    with respx.mock() as network:
        network.get(GOOD).respond(content=PNG, headers={"set-cookie": "session=1; Domain=test.io"})
        pictures = live()
        assert await pictures.fetch(GOOD) == Picture(PNG, "image/png")
        await pictures.account.network.close()
        (call,) = network.calls
    assert not {"authorization", "cookie"} & set(call.request.headers)
    assert "secret-1234" not in str(call.request.headers)
    assert call.request.headers["accept"] == "image/*"


async def test_beside_a_sandbox_its_own_pictures_are_allowed() -> None:
    pictures, wire = behind(says(content=PNG))
    await pictures.fetch("http://platform.example/files/1.png")
    assert "authorization" not in wire.arrived[0].headers
    for other in ("http://other.example/1.png", "http://platform.example:81/1.png", "ftp://platform.example/1.png"):
        assert not pictures.allowed(other)


def test_a_user_in_an_address_is_refused_beside_a_sandbox_too() -> None:
    pictures, _ = behind(says(content=PNG))
    assert not pictures.allowed("http://user:word@platform.example/files/1.png")


def test_beside_a_platform_on_this_machine_only_its_own_port_is_allowed() -> None:
    pictures = live("http://127.0.0.1:8000/v2")
    assert pictures.allowed("http://127.0.0.1:8000/1.png")
    for other in ("http://127.0.0.1:8001/1.png", "http://127.0.0.2:8000/1.png", "http://localhost:8000/1.png"):
        assert not pictures.allowed(other)


def test_beside_a_platform_elsewhere_plain_addresses_are_not_allowed() -> None:
    assert not live("http://api.test.io/v2").allowed("http://api.test.io/1.png")
    assert not live("http://127.evil.example/v2").allowed("http://127.evil.example/1.png")


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("127.evil.example", False),
        ("127.0.0.1.evil.example", False),
        ("localhost.evil.example", False),
        ("10.0.0.1", False),
        ("", False),
    ],
)
def test_this_machine_has_few_names(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


@pytest.mark.parametrize(
    ("data", "mime"),
    [
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0 JFIF", "image/jpeg"),
        (b"GIF89a...", "image/gif"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "image/webp"),
    ],
)
async def test_a_picture_is_what_its_first_bytes_say(data: bytes, mime: str) -> None:
    pictures, _ = behind(says(content=data, headers={"content-type": "text/html"}))
    assert await pictures.fetch(GOOD) == Picture(data, mime)


@pytest.mark.parametrize(
    ("data", "why", "mime"),
    [
        (b"", "not a PNG, JPEG, GIF or WebP", UNKNOWN_KIND),
        (b"BM", "not a PNG, JPEG, GIF or WebP", UNKNOWN_KIND),
        (b" \x89PNG\r\n\x1a\n", "not a PNG, JPEG, GIF or WebP", UNKNOWN_KIND),
        (b"RIFF\x10\0\0\0WAVE", "not a PNG, JPEG, GIF or WebP", UNKNOWN_KIND),
        (b"%PDF-1.7", "not a PNG, JPEG, GIF or WebP", "application/pdf"),
        (b"\0\0\0\x20ftypisom", "not a PNG, JPEG, GIF or WebP", "video/mp4"),
        (b"\0\0\0\x20ftypheic", "not a PNG, JPEG, GIF or WebP", "image/heic"),
        (b"\x1aE\xdf\xa3 webm", "not a PNG, JPEG, GIF or WebP", "video/webm"),
        (b"PK\x03\x04 trace.zip", "not a PNG, JPEG, GIF or WebP", "application/zip"),
        (b"<svg xmlns='x'/>", "an SVG, which can hold programs", "image/svg+xml"),
        (b"<?xml version='1.0'?><!-- x --><SVG onload='x'>", "an SVG, which can hold programs", "image/svg+xml"),
        (b"<html>", "a web page in its place", "text/html"),
    ],
)
async def test_what_is_no_picture_is_refused_with_its_kind_whatever_its_host_says(
    data: bytes, why: str, mime: str
) -> None:
    pictures, _ = behind(says(content=data, headers={"content-type": "image/png"}))
    with pytest.raises(NotAPicture, match=why) as caught:
        await pictures.fetch(GOOD)
    assert (caught.value.mime, caught.value.size) == (mime, len(data))


async def test_a_video_is_left_at_its_beginning_and_keeps_the_size_that_it_announces() -> None:
    body = Poured([b"\0\0\0\x20ftypisom mp42"] + [b"\0" * 2**16] * 1000)
    pictures, _ = behind(says(stream=body, headers={"content-type": "video/mp4", "content-length": "700000"}))
    with pytest.raises(NotAPicture) as caught:
        await pictures.fetch(GOOD)
    assert (caught.value.mime, caught.value.size) == ("video/mp4", 700_000)
    assert body.taken <= 2**17
    assert body.is_closed


async def test_a_file_is_described_without_being_read() -> None:
    body = Poured([b"a log of many lines\n"] * 100_000)
    headers = {"content-type": "text/plain; charset=utf-8", "content-length": "2000000"}
    pictures, wire = behind(says(stream=body, headers=headers))
    facts = await pictures.look_at_file(GOOD)
    assert (facts.mime, facts.size) == ("text/plain", 2_000_000)
    assert body.taken < 100
    assert "authorization" not in wire.arrived[0].headers
    with pytest.raises(NotFetched, match="TESTDESK_ATTACHMENT_HOSTS"):
        await pictures.look_at_file("https://evil.example/log.txt")


LARGEST = PICTURE_LIMIT * 3 // 4


async def test_a_picture_of_the_largest_size_is_taken() -> None:
    data = PNG.ljust(LARGEST, b"\0")
    pictures, _ = behind(says(stream=Poured([data])))
    assert len(b64encode((await pictures.fetch(GOOD)).data)) <= PICTURE_LIMIT == 1_000_000


async def test_a_larger_picture_is_not_read_to_its_end() -> None:
    body = Poured([PNG] + [b"\0" * 2**16] * 1000)
    pictures, _ = behind(says(stream=body))
    with pytest.raises(TooLarge, match="more than 750 kB; TESTDESK_PICTURE_BYTES") as caught:
        await pictures.fetch(GOOD)
    assert (caught.value.mime, caught.value.size) == ("image/png", None)
    assert body.taken <= LARGEST + 2**17
    assert body.is_closed


async def test_a_picture_that_announces_its_size_is_left_at_once() -> None:
    body = Poured([PNG] + [b"\0" * 2**16] * 1000)
    pictures, _ = behind(says(stream=body, headers={"content-length": "4900000"}))
    with pytest.raises(TooLarge, match=r"it has 4\.9 MB"):
        await pictures.fetch(GOOD)
    assert body.taken <= 2**17


async def test_what_a_packed_picture_announces_is_not_its_size() -> None:
    packed = gzip.compress(PNG.ljust(LARGEST + 1, b"\0"))
    headers = {"content-encoding": "gzip", "content-length": str(len(packed))}
    pictures, _ = behind(says(stream=Poured([packed]), headers=headers))
    with pytest.raises(TooLarge, match="it has more than 750 kB") as caught:
        await pictures.fetch(GOOD)
    assert caught.value.size is None


async def test_a_picture_packed_twice_is_not_unpacked() -> None:
    body = Poured([gzip.compress(gzip.compress(PNG))])
    pictures, _ = behind(says(stream=body, headers={"content-encoding": "gzip, gzip"}))
    with pytest.raises(PlatformError):
        await pictures.fetch(GOOD)
    assert body.taken == 0


@pytest.mark.parametrize("location", ["https://evil.example/1.png", "https://other.test.io/1.png", "/2.png"])
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_refused(location: str, status: int) -> None:
    pictures, wire = behind(says(status, headers={"location": location}))
    with pytest.raises(NotFetched, match="redirect, which is not followed"):
        await pictures.fetch(GOOD)
    assert len(wire.arrived) == 1


@pytest.mark.parametrize("failure", [says(302, headers={"location": "https://xn--a/"}), fails(httpx.ConnectError)])
async def test_a_host_that_cannot_be_reached_is_said_to_be_so(failure: Answer) -> None:
    pictures, _ = behind(failure)
    with pytest.raises(PlatformError, match="could not be reached"):
        await pictures.fetch(GOOD)


async def test_a_host_that_answers_otherwise_is_told_by_its_status() -> None:
    pictures, _ = behind(says(403, content=PNG))
    with pytest.raises(Unavailable, match="answered 403") as caught:
        await pictures.fetch(GOOD)
    assert caught.value.status == 403


def test_the_pictures_of_an_album_never_become_text() -> None:
    album = Album(pictures=[Picture(PNG, "image/png")])
    assert album.model_dump() == {}
    assert "PNG" not in repr(album)


@pytest.mark.parametrize(
    ("data", "header", "mime"),
    [
        (b"\0\0\0 ftypisom", "video/mp4", "video/mp4"),
        (b"a log", "Text/Plain; charset=utf-8", "text/plain"),
        (PNG, "text/html", "image/png"),
        (b"bytes", "no kind\x01", UNKNOWN_KIND),
        (b"", "", UNKNOWN_KIND),
    ],
)
async def test_a_file_of_any_kind_is_fetched_without_a_credential(data: bytes, header: str, mime: str) -> None:
    pictures, wire = behind(says(content=data, headers={"content-type": header}))
    assert await pictures.fetch_file(GOOD) == LoadedFile(data, mime)
    assert not {"authorization", "cookie"} & set(wire.arrived[0].headers)


async def test_a_file_that_is_too_large_is_not_read_to_its_end() -> None:
    body = Poured([b"\0" * 2**20] * 40)
    pictures, _ = behind(says(stream=body))
    with pytest.raises(NotFetched, match=r"it has more than 20\.0 MB; files up to 20\.0 MB"):
        await pictures.fetch_file(GOOD)
    assert body.taken <= FILE_LIMIT + 2**21
    assert body.is_closed
    announced, _ = behind(says(stream=Poured([b"x"]), headers={"content-length": "21000000"}))
    with pytest.raises(NotFetched, match=r"it has 21\.0 MB"):
        await announced.fetch_file(GOOD)


@pytest.mark.parametrize(
    ("data", "header"), [(b"\n<!DOCTYPE html><p>Log in", "image/png"), (b"<p>Log in", "text/html")]
)
async def test_a_web_page_in_place_of_a_file_is_refused(data: bytes, header: str) -> None:
    pictures, _ = behind(says(content=data, headers={"content-type": header}))
    with pytest.raises(NotFetched, match="web page in its place"):
        await pictures.fetch_file(GOOD, content_type="video/mp4")
    assert (await pictures.fetch_file(GOOD, content_type="text/html")).data == data


async def test_a_file_is_fetched_from_allowed_hosts_only_and_without_a_redirect() -> None:
    pictures, wire = behind(says(302, headers={"location": "https://evil.example/1.mp4"}))
    with pytest.raises(NotFetched, match="TESTDESK_ATTACHMENT_HOSTS"):
        await pictures.fetch_file("https://evil.example/1.mp4")
    assert wire.arrived == []
    with pytest.raises(NotFetched, match="redirect"):
        await pictures.fetch_file(GOOD)
