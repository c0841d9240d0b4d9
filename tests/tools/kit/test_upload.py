"""A file leaves as a form, piece by piece: never twice, never half, and never with a credential it is not meant for."""

import os
import sys
from dataclasses import replace
from email import message_from_bytes
from pathlib import Path

import anyio
import anyio.abc
import httpx
import pytest
from pydantic import SecretStr

from tests.tools.kit.files import MOST, open_in
from tests.tools.kit.loopback import document, head, listening
from tests.tools.kit.wire import FOUND, Answer, Thing, Wire, fails, says
from tools.kit import upload
from tools.kit.client import ApiClient
from tools.kit.errors import HostMoved, Invalid, OutcomeUnknown, PlatformError, Unavailable
from tools.kit.form import Attached, Form
from tools.kit.network import Account, HeaderToken, Network
from tools.kit.upload import PIECE, Storage, is_private

pytestmark = pytest.mark.anyio
HOSTS = ("bucket.example", ".storage.example")
on_posix = pytest.mark.skipif(sys.platform == "win32", reason="links and pipes as POSIX has them")


def parts(request: httpx.Request) -> list[tuple[str | None, str | None, str, bytes]]:
    """The parts of a form that arrived: name, file name, content type, content."""
    whole = message_from_bytes(
        b"Content-Type: " + request.headers["content-type"].encode() + b"\r\n\r\n" + request.content
    )
    found: list[tuple[str | None, str | None, str, bytes]] = []
    for part in whole.walk():
        if not part.is_multipart():
            name = part.get_param("name", header="content-disposition")
            content = part.get_payload(decode=True)
            assert isinstance(content, bytes)
            found.append((str(name), part.get_filename(), part.get_content_type(), content))
    return found


async def post(wire: Wire, form: Form) -> Thing:
    return await wire.client().write("POST", "/files", content=form, into=Thing)


async def test_a_form_arrives_whole_with_its_file_last(builds: Path) -> None:
    wire = Wire(FOUND)
    async with open_in(builds) as file:
        assert await post(
            wire, Form([Attached(file, "application/zip")], fields={"key": "up/shop.apk", "policy": "abc=="})
        ) == Thing(id=7, name="mug")
    (request,) = wire.arrived
    assert parts(request) == [
        ("key", None, "text/plain", b"up/shop.apk"),
        ("policy", None, "text/plain", b"abc=="),
        ("file", "shop.apk", "application/zip", b"PK\x03\x04 a shop"),
    ]


async def test_the_length_is_said_beforehand_since_storages_take_no_chunks(builds: Path) -> None:
    wire = Wire(FOUND)
    async with open_in(builds) as file:
        await post(wire, Form([Attached(file, "application/zip")], fields={"käse": "ü"}))
    (request,) = wire.arrived
    assert int(request.headers["content-length"]) == len(request.content)
    assert "transfer-encoding" not in request.headers


async def test_a_file_is_read_and_told_piece_by_piece(builds: Path) -> None:
    size = 5 * PIECE + 3
    (builds / "large.zip").write_bytes(b"x" * size)
    told: list[tuple[float, float | None, str | None]] = []

    async def progress(done: float, total: float | None = None, message: str | None = None) -> None:
        told.append((done, total, message))

    async with open_in(builds, "large.zip") as file:
        lengths = [len(piece) async for piece in Form([Attached(file, "application/zip")], progress=progress).pieces()]
    assert max(lengths) == PIECE
    sent = [min(n * PIECE, size) for n in range(1, 7)]
    assert told == [(done, size, f"{done:,} of {size:,} bytes") for done in sent]


async def test_progress_is_told_a_hundred_times_at_most(builds: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload, "PIECE", 10)
    (builds / "large.zip").write_bytes(b"x" * 10_000)
    told: list[float] = []

    async def progress(done: float, total: float | None = None, message: str | None = None) -> None:
        told.append(done)

    async with open_in(builds, "large.zip") as file:
        async for _ in Form([Attached(file, "application/zip")], progress=progress).pieces():
            pass
    assert len(told) == 100
    assert told[-1] == 10_000


@on_posix
async def test_a_files_name_cannot_write_headers(builds: Path) -> None:
    name = 'a"; name="key"\r\nX-Amz-Evil: 1\r\n\r\n.apk'
    (builds / name).write_bytes(b"x")
    wire = Wire(FOUND)
    async with open_in(builds, name) as file:
        await post(wire, Form([Attached(file, "application/zip")], fields={'k"\r\n': "v"}))
    assert b"\r\nX-Amz-Evil" not in wire.arrived[0].content
    assert [(part, file) for part, file, _, _ in parts(wire.arrived[0])] == [
        ("k%22%0D%0A", None),
        ("file", "a%22; name=%22key%22%0D%0AX-Amz-Evil: 1%0D%0A%0D%0A.apk"),
    ]


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (says(503), OutcomeUnknown),
        (says(413), Invalid),
        (says(307, headers={"location": "https://elsewhere.example/"}), HostMoved),
        (fails(httpx.ConnectError), Unavailable),
    ],
)
async def test_a_file_is_never_sent_twice(builds: Path, failure: Answer, kind: type[PlatformError]) -> None:
    wire = Wire(failure, FOUND)
    async with open_in(builds) as file:
        with pytest.raises(kind):
            await post(wire, Form([Attached(file, "application/zip")]))
    assert len(wire.arrived) == 1


async def test_an_upload_whose_answer_is_lost_is_unknown(builds: Path) -> None:
    async def deaf(request: httpx.Request) -> httpx.Response:
        await request.aread()
        raise httpx.ReadTimeout("no luck", request=request)

    async with open_in(builds) as file:
        with pytest.raises(OutcomeUnknown, match="may or may not"):
            await post(Wire(deaf), Form([Attached(file, "application/zip")]))


@pytest.mark.usefixtures("bare_surroundings")
async def test_a_connection_lost_on_the_way_is_known_to_have_changed_nothing(builds: Path) -> None:
    (builds / "large.zip").write_bytes(b"x" * (MOST - 1))

    async def talk(stream: anyio.abc.ByteStream) -> None:
        await head(stream)

    network = Network()
    with anyio.fail_after(10):
        async with listening(talk) as port, open_in(builds, "large.zip") as file:
            api = ApiClient(Account("Platform", f"http://127.0.0.1:{port}", network), auth=None)
            with pytest.raises(Unavailable, match=r"before everything was sent .* was not processed"):
                await api.write("POST", "/files", content=Form([Attached(file, "application/zip")]), into=Thing)
            await network.close()


@pytest.mark.usefixtures("bare_surroundings")
async def test_an_upload_is_called_back_while_it_is_under_way(builds: Path) -> None:
    (builds / "large.zip").write_bytes(b"x" * (MOST - 1))
    ended = anyio.Event()
    received = b""

    async def talk(stream: anyio.abc.ByteStream) -> None:
        nonlocal received
        try:
            while True:
                received += await stream.receive()
        except (anyio.EndOfStream, anyio.BrokenResourceError):
            ended.set()

    network = Network()
    with anyio.fail_after(10):
        async with listening(talk) as port, open_in(builds, "large.zip") as file:
            api = ApiClient(Account("Platform", f"http://127.0.0.1:{port}", network), auth=None)
            with anyio.CancelScope() as caller:

                async def progress(done: float, total: float | None = None, message: str | None = None) -> None:
                    if done > MOST // 2:
                        caller.cancel()

                await api.write(
                    "POST", "/files", content=Form([Attached(file, "application/zip")], progress=progress), into=Thing
                )
            assert caller.cancelled_caught
            await ended.wait()
            await network.close()
    assert MOST // 4 < len(received) < MOST - 1


async def test_an_upload_that_has_left_is_waited_for_when_its_caller_has_gone(builds: Path) -> None:
    arrived, go = anyio.Event(), anyio.Event()
    answers: list[Thing] = []

    async def slow(request: httpx.Request) -> httpx.Response:
        await request.aread()
        arrived.set()
        await go.wait()
        return httpx.Response(200, json={"id": 7})

    with anyio.fail_after(10):
        async with open_in(builds) as file, anyio.create_task_group() as group:

            async def call() -> None:
                answers.append(await post(Wire(slow), Form([Attached(file, "application/zip")])))

            group.start_soon(call)
            await arrived.wait()
            group.cancel_scope.cancel()
            with anyio.CancelScope(shield=True):
                await anyio.wait_all_tasks_blocked()
                go.set()
    assert answers == [Thing(id=7)]


@pytest.mark.parametrize("change", ["shorter", "longer", "other"])
async def test_a_file_that_changes_while_it_is_sent_never_becomes_a_whole_request(builds: Path, change: str) -> None:
    path = builds / "large.zip"
    path.write_bytes(b"x" * 3 * PIECE)
    os.utime(path, (1, 1))
    wire = Wire(FOUND)
    changed = False

    async def progress(done: float, total: float | None = None, message: str | None = None) -> None:
        nonlocal changed
        if not changed:
            changed = True
            path.write_bytes(b"y" * {"shorter": PIECE, "longer": 4 * PIECE, "other": 3 * PIECE}[change])

    async with open_in(builds, "large.zip") as file:
        with pytest.raises(PlatformError, match="changed while it was sent"):
            await post(wire, Form([Attached(file, "application/zip")], progress=progress))
    assert wire.arrived == []


async def test_a_storage_is_sent_the_form_and_never_the_credential(builds: Path) -> None:
    wire = Wire(says(201, content=b"<PostResponse/>"))
    account = replace(wire.account(), credentials={"TOKEN": SecretStr("geheim-1")})
    ApiClient(account, auth=HeaderToken("Authorization", "Token geheim-1"))
    storage = Storage(account, hosts=HOSTS)
    assert storage.account.credentials == {}
    async with open_in(builds) as file:
        await storage.take("https://bucket.example/up?x=1", Form([Attached(file, "application/zip")]))
    (request,) = wire.arrived
    assert str(request.url) == "https://bucket.example/up?x=1"
    assert b"PK\x03\x04 a shop" in request.content
    assert "authorization" not in request.headers


@pytest.mark.parametrize(
    "address",
    [
        "http://bucket.example/up",
        "http://127.0.0.1:9/up",
        "https://user:pass@bucket.example/up",
        "ftp://bucket.example/up",
        "/up",
        "",
        "https://",
        "http://[",
    ],
)
async def test_a_storage_that_could_be_listened_to_is_sent_nothing(builds: Path, address: str) -> None:
    wire = Wire(says(201))
    account = replace(wire.account(), network=Network())
    async with open_in(builds) as file:
        with pytest.raises(PlatformError, match="without TLS"):
            await Storage(account, hosts=HOSTS).take(address, Form([Attached(file, "application/zip")]))
    assert wire.arrived == []


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "169.254.169.254",
        "10.1.2.3",
        "192.168.0.9",
        "172.16.0.1",
        "[::1]",
        "[fd00::1]",
        "[::ffff:10.0.0.1]",
        "localhost",
        "localhost.",
        "intranet",
        "files.internal",
        "nas.local",
        "nas.HOME.arpa",
        "shop.localhost",
        "2130706433",
        "0x7f.1",
        "0.0.0.0",
    ],
)
async def test_a_storage_inside_a_private_network_is_sent_nothing(builds: Path, host: str) -> None:
    wire = Wire(says(201))
    account = replace(wire.account(), network=Network())
    async with open_in(builds) as file:
        with pytest.raises(PlatformError, match="private network"):
            await Storage(account, hosts=HOSTS).take(f"https://{host}/up", Form([Attached(file, "application/zip")]))
    assert wire.arrived == []


async def test_a_storage_says_why_in_its_own_xml(builds: Path) -> None:
    xml = b"<?xml version='1.0'?><Error><Code>AccessDenied</Code><Message>Policy expired.</Message><Id>s3</Id></Error>"
    async with open_in(builds) as file:
        with pytest.raises(PlatformError, match=r"The storage of Platform .*Policy expired\.") as caught:
            await Storage(Wire(says(403, content=xml)).account(), hosts=HOSTS).take(
                "https://b.example/", Form([Attached(file, "a/b")])
            )
    assert caught.value.words == "Policy expired."


def test_a_storages_words_are_looked_for_in_the_first_64_kib() -> None:
    storage, message = Storage(Wire(FOUND).account(), hosts=HOSTS), b"<Message>No.</Message>"
    assert storage.words(message.rjust(64 * 1024)) == "No."
    assert storage.words(message.rjust(64 * 1024 + 1)) == ""


@pytest.mark.parametrize(
    ("own", "address", "expected"),
    [
        ("https://api.example/v2", "https://s3.example/", True),
        ("https://api.example/v2", "https://api.example/v2", True),
        ("http://api.example/v2", "http://api.example/v2", False),
        ("https://api.example/v2", "http://localhost:1/", False),
        ("http://127.0.0.1:8/v2", "http://127.0.0.1:9/", True),
        ("http://127.0.0.1:8/v2", "http://[::1]:9/", True),
        ("http://localhost:8/v2", "http://s3.example/", False),
    ],
)
def test_plain_http_is_for_this_machine_only(own: str, address: str, expected: bool) -> None:
    assert is_private(address, Account("Platform", own, Network())) is expected


async def test_a_plain_answer_of_a_real_server_is_read(builds: Path, bare_surroundings: pytest.MonkeyPatch) -> None:
    received = b""

    async def talk(stream: anyio.abc.ByteStream) -> None:
        nonlocal received
        while not received.endswith(b"--\r\n"):
            received += await stream.receive()
        await stream.send(document(b'{"id": 7}'))

    network = Network()
    with anyio.fail_after(10):
        async with listening(talk) as port, open_in(builds) as file:
            api = ApiClient(Account("Platform", f"http://127.0.0.1:{port}", network), auth=None)
            assert await api.write(
                "POST", "/files", content=Form([Attached(file, "application/zip")]), into=Thing
            ) == Thing(id=7)
            await network.close()
    assert b"PK\x03\x04 a shop" in received
