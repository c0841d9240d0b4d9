"""A body is read as far as it can be one of ours; what is wrong with it is told by the names of fields."""

import gzip
import json
import tracemalloc
import zlib
from collections.abc import Iterator
from typing import Any

import anyio
import pytest

from tests.tools.kit.loopback import head, listening
from tests.tools.kit.wire import Anything, Poured, Thing, Wire, says
from tools.kit.client import MAX_BODY, ApiClient
from tools.kit.errors import Unavailable, UnexpectedShape
from tools.kit.model import Many, Model
from tools.kit.network import Account, Network
from tools.kit.text import MARKED, quote

pytestmark = pytest.mark.anyio

MEGABYTE = 2**20


class Shelf(Model):
    things: Many[Thing]
    owner: Thing | None = None


class Note(Model):
    text: str | None = None


def bomb(megabytes: int, piece: int = 4096, wbits: int = 31) -> list[bytes]:
    """Many megabytes of blanks as a few kilobytes, of gzip unless it is told otherwise."""
    pack = zlib.compressobj(wbits=wbits)
    packed = b"".join(pack.compress(b" " * MEGABYTE) for _ in range(megabytes)) + pack.flush()
    return [packed[at : at + piece] for at in range(0, len(packed), piece)]


def bare_deflate(text: bytes) -> bytes:
    pack = zlib.compressobj(wbits=-15)
    return pack.compress(text) + pack.flush()


async def test_a_body_past_the_cap_is_not_read_to_its_end() -> None:
    body = Poured([b" " * MEGABYTE] * 100)
    with pytest.raises(
        UnexpectedShape, match=r"larger than 24 MB and was not read to its end\. Ask for less"
    ) as caught:
        await Wire(says(stream=body)).client().get("/things", into=Shelf)
    assert (caught.value.request, caught.value.status) == ("GET /things", 200)
    assert body.taken <= MAX_BODY + MEGABYTE
    assert body.is_closed


@pytest.mark.usefixtures("bare_surroundings")
async def test_a_server_that_sends_for_ever_is_hung_up_on() -> None:
    sent = 0
    ended = anyio.Event()

    async def talk(stream: anyio.abc.ByteStream) -> None:
        nonlocal sent
        await head(stream)
        await stream.send(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000000000\r\n\r\n")
        try:
            while True:
                await stream.send(b" " * MEGABYTE)
                sent += MEGABYTE
        except anyio.BrokenResourceError:
            ended.set()

    network = Network()
    with anyio.fail_after(10):
        async with listening(talk) as port:
            api = ApiClient(Account("Platform", f"http://127.0.0.1:{port}", network), auth=None)
            with pytest.raises(UnexpectedShape, match="was not read to its end"):
                await api.get("/things", into=Shelf)
            await ended.wait()
            await network.close()
    assert sent < 2 * MAX_BODY


async def test_a_small_packed_body_that_grows_past_the_cap_is_not_read_to_its_end() -> None:
    pieces = bomb(64)
    body = Poured(pieces)
    with pytest.raises(UnexpectedShape, match="was not read to its end"):
        await Wire(says(stream=body, headers={"content-encoding": "gzip"})).client().get("/things", into=Shelf)
    assert body.taken < sum(map(len, pieces)) / 2
    assert body.is_closed


@pytest.mark.parametrize(("packing", "wbits"), [("gzip", 31), ("deflate", 15), ("deflate", -15)])
async def test_memory_stays_bounded_however_much_one_piece_unpacks_to(packing: str, wbits: int) -> None:
    body = Poured([b"".join(bomb(64, wbits=wbits))])
    tracemalloc.start()
    try:
        with pytest.raises(UnexpectedShape, match="was not read to its end"):
            await Wire(says(stream=body, headers={"content-encoding": packing})).client().get("/things", into=Shelf)
        assert tracemalloc.get_traced_memory()[1] < 2 * MAX_BODY
    finally:
        tracemalloc.stop()


async def test_a_packed_body_that_is_cut_off_is_a_broken_answer(pauses: list[float]) -> None:
    packed = gzip.compress(b'{"things": []}')[:-9]
    with pytest.raises(Unavailable, match="broke off the answer"):
        await (
            Wire(says(stream=Poured([packed]), headers={"content-encoding": "gzip"}))
            .client()
            .get("/things", into=Shelf)
        )


@pytest.mark.parametrize("packing", ["gzip, gzip", "gzip,gzip,gzip", "deflate, gzip", "br", "zstd", "gzip, br"])
async def test_a_body_packed_twice_or_as_nobody_asked_is_not_unpacked(packing: str, pauses: list[float]) -> None:
    body = Poured([gzip.compress(gzip.compress(b'{"things": []}'))])
    with pytest.raises(Unavailable):
        await Wire(says(stream=body, headers={"content-encoding": packing})).client().get("/things", into=Shelf)
    assert body.taken == 0
    assert body.is_closed


@pytest.mark.parametrize("packing", ["gzip", "GZip", "deflate", "bare deflate", "identity"])
async def test_a_body_packed_as_asked_is_read(packing: str) -> None:
    text = json.dumps({"things": [{"id": 1}]}).encode()
    packed = {"gzip": gzip.compress(text), "deflate": zlib.compress(text), "bare deflate": bare_deflate(text)}
    whole, packing = packed.get(packing.lower(), text), packing.removeprefix("bare ")
    body = Poured([whole[:9], whole[9:]])
    wire = Wire(says(stream=body, headers={"content-encoding": packing}))
    shelf = await wire.client().get("/things", into=Shelf)
    assert [thing.id for thing in shelf.things] == [1]
    assert wire.arrived[0].headers["accept-encoding"] == "gzip, deflate"


async def test_a_body_that_cannot_be_unpacked_is_a_broken_answer(pauses: list[float]) -> None:
    wire = Wire(says(stream=Poured([b"no gzip at all"]), headers={"content-encoding": "gzip"}))
    with pytest.raises(Unavailable, match="broke off the answer"):
        await wire.client().get("/things", into=Shelf)


@pytest.mark.parametrize("body", [b"<a/>", b"{", b'{"id": 1} and more', b"\xff\xfe\x00", b"[" * 100_000])
@pytest.mark.parametrize("envelope", [None, "thing"])
async def test_a_body_that_is_no_json_is_said_to_be_none(body: bytes, envelope: str | None) -> None:
    with pytest.raises(UnexpectedShape, match="not JSON"):
        await Wire(says(content=body)).client().get("/things/7", into=Thing, envelope=envelope)


@pytest.mark.parametrize("body", [b"", b" \r\n", b"{}"])
@pytest.mark.parametrize("envelope", [None, "thing"])
async def test_an_empty_body_is_an_empty_document(body: bytes, envelope: str | None) -> None:
    answer = says(content=body)
    assert await Wire(answer).client().get("/note", into=Anything, envelope=envelope) == Anything()
    with pytest.raises(UnexpectedShape, match=r"\(.*id.*\)"):
        await Wire(answer).client().get("/things/7", into=Thing, envelope=envelope)


@pytest.mark.parametrize("body", [b"", b"{}", b'{"error": "maintenance"}', b'{"items": [], "count": 0}'])
async def test_an_answer_of_which_nothing_is_known_is_not_the_document(body: bytes) -> None:
    with pytest.raises(UnexpectedShape, match="nothing that is expected is in it"):
        await Wire(says(content=body)).client().get("/note", into=Note)
    assert await Wire(says(content=body)).client().write("PUT", "/note", into=Note) == Note()


@pytest.mark.parametrize(
    ("body", "places"),
    [
        ({"things": "hunter2"}, "(things)"),
        ({"things": {}}, "(things)"),
        ({}, "(things)"),
        ({"items": [{"id": 1}], "count": 1}, "(things)"),
        ({"things": [{"id": "hunter2"}, None], "owner": ["hunter2"]}, "(owner, things.0.id, things.1)"),
        (["hunter2"], "(the whole)"),
        ("hunter2", "(the whole)"),
        (None, "(the whole)"),
    ],
)
@pytest.mark.parametrize("envelope", [None, "shelf"])
async def test_a_wrong_shape_is_told_by_fields_and_never_by_values(
    body: Any, places: str, envelope: str | None
) -> None:
    wire = Wire(says(content=json.dumps(body).encode()))
    with pytest.raises(UnexpectedShape) as caught:
        await wire.client().get("/shelf", into=Shelf, envelope=envelope)
    told = MARKED.sub(lambda match: match[3], str(caught.value))
    assert f"Platform answered in a shape we do not know {places}." == told
    assert "hunter2" not in repr(caught.value)


async def test_a_wrong_shape_names_five_fields_at_most() -> None:
    wire = Wire(says(json={"things": [{"id": "x"}] * 1000}))
    with pytest.raises(UnexpectedShape) as caught:
        await wire.client().get("/shelf", into=Shelf)
    assert str(caught.value).count("things.") == 5


@pytest.mark.parametrize(
    ("page", "named"),
    [
        (
            b"<!DOCTYPE html><html><head><title>Sign in &amp;\n go on</title></head>",
            f" titled {quote('Sign in & go on', at_most=80)}",
        ),
        (b"\xef\xbb\xbf\n<html><body>Corporate proxy</body></html>", ""),
    ],
)
async def test_a_web_page_in_place_of_an_answer_gets_a_next_step(page: bytes, named: str) -> None:
    with pytest.raises(UnexpectedShape) as caught:
        await Wire(says(content=page)).client().get("/things/7", into=Thing)
    assert str(caught.value) == (
        f"Platform answered with a web page{named}, not with its API: a login page or a proxy may stand in between. "
        "Check the base address (PLATFORM_BASE_URL) and the proxy (HTTPS_PROXY, NO_PROXY)."
    )


@pytest.mark.parametrize("body", [{"thing": {"id": 7}}, {"id": 7}, {"id": 7, "thing": None}, {"id": 7, "thing": "x"}])
async def test_an_envelope_is_opened_where_there_is_one(body: dict[str, Any]) -> None:
    assert await Wire(says(json=body)).client().get("/things/7", into=Thing, envelope="thing") == Thing(id=7)


async def test_unknown_fields_are_let_through() -> None:
    def documents() -> Iterator[dict[str, Any]]:
        yield {"id": 7, "colour": "red"}
        yield {"id": 7, "maker": {"id": 1}}

    for document in documents():
        assert await Wire(says(json=document)).client().get("/things/7", into=Thing) == Thing(id=7)
