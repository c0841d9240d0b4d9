"""Paths are built of pieces that stay in their places, whatever an id says."""

from urllib.parse import unquote

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tools.kit.wire import BASE, FOUND, Thing, Wire
from tools.kit.client import path
from tools.kit.errors import Refused

HTTP = httpx.AsyncClient(base_url=BASE, transport=httpx.MockTransport(lambda request: httpx.Response(200)))


@pytest.mark.parametrize(
    ("piece", "encoded"),
    [
        ("../../x", "..%2F..%2Fx"),
        ("a/b", "a%2Fb"),
        ("%2e%2e", "%252e%252e"),
        ("a b", "a%20b"),
        ("ü", "%C3%BC"),
        ("x?admin=1", "x%3Fadmin%3D1"),
        ("x#y", "x%23y"),
        ("a\\b", "a%5Cb"),
        ("a;b", "a%3Bb"),
        ("\r\nHost: evil.example", "%0D%0AHost%3A%20evil.example"),
        (7, "7"),
    ],
)
def test_a_piece_is_encoded_by_itself(piece: str | int, encoded: str) -> None:
    assert path("bugs", piece, "accept") == f"/bugs/{encoded}/accept"


@pytest.mark.parametrize("piece", ["", " ", "\n", ".", "..", " .. ", "\u00a0.", "\ud800"])
def test_a_piece_that_names_no_place_is_refused(piece: str) -> None:
    with pytest.raises(Refused, match="id"):
        path("bugs", piece)


@given(st.lists(st.text(st.characters(codec=None, exclude_categories=())), min_size=1, max_size=4))
def test_any_pieces_keep_their_number_their_text_and_the_base(pieces: list[str]) -> None:
    try:
        built = path(*pieces)
    except Refused:
        return
    joined = HTTP.build_request("GET", built).url
    assert str(joined).startswith(f"{BASE}/")
    assert not joined.query
    assert not joined.fragment
    segments = joined.raw_path.decode().removeprefix("/api/v2/").split("/")
    assert [unquote(segment) for segment in segments] == pieces


@pytest.mark.anyio
async def test_an_encoded_piece_arrives_as_it_was_sent() -> None:
    wire = Wire(FOUND)
    await wire.client().get(path("things", "../../x"), into=Thing)
    assert wire.arrived[0].url.raw_path == b"/api/v2/things/..%2F..%2Fx"
