"""Kind, sides and end of a picture are read from its bytes without decoding it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tools.kit.drawn import MIMES, claims, drawn
from tools.kit.picture_header import count_scans, is_complete, picture_kind, sides_of

WAYS: list[tuple[str, dict[str, Any]]] = [
    ("PNG", {}),
    ("JPEG", {}),
    ("JPEG", {"progressive": True}),
    ("JPEG", {"exif": b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0"}),
    ("GIF", {}),
    ("WEBP", {}),
    ("WEBP", {"lossless": True}),
    ("WEBP", {"exif": b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0"}),
]
EACH = [drawn(53, 29, kind, **how).data for kind, how in WAYS]


@pytest.mark.parametrize(("kind", "how"), WAYS)
def test_the_sides_are_those_of_the_decoded_picture(kind: str, how: dict[str, Any]) -> None:
    for width, height in ((53, 29), (1, 1), (300, 2)):
        data = drawn(width, height, kind, **how).data
        assert picture_kind(data) == MIMES[kind]
        assert sides_of(data) == (width, height)
        assert is_complete(data)


@pytest.mark.parametrize("data", EACH)
def test_a_picture_that_is_cut_off_is_not_complete(data: bytes) -> None:
    for part in (1, 2, 4, 10):
        assert not is_complete(data[: len(data) * part // 11])
    assert is_complete(data + b"\0" * 50), "padding of a store"


def test_the_end_of_a_camera_s_own_small_picture_is_not_that_of_the_picture() -> None:
    inner, outer = drawn(8, 8, "JPEG").data, drawn(53, 29, "JPEG").data
    nested = b"\xff\xd8\xff\xe2" + (len(inner) + 2).to_bytes(2, "big") + inner + outer[2:]
    assert sides_of(nested) == (53, 29)
    assert is_complete(nested)
    assert not is_complete(nested[:-40])


def test_what_a_picture_claims_is_read_without_its_memory() -> None:
    assert sides_of(claims(60_000, 60_000)) == (60_000, 60_000)
    assert sides_of(claims(0, 10)) is None


def test_the_scans_of_a_jpeg_are_counted() -> None:
    assert count_scans(drawn(9, 9, "JPEG").data) == 1
    assert 2 < count_scans(drawn(90, 90, "JPEG", progressive=True).data) < 20
    assert count_scans(drawn(9, 9, "PNG").data) == 1


@given(st.sampled_from(EACH), st.binary(max_size=30), st.integers(0, 80), st.integers(0, 200))
def test_no_bytes_break_the_reader(data: bytes, other: bytes, at: int, end: int) -> None:
    spoiled = (data[:at] + other + data[at + len(other) :])[:end]
    sides = sides_of(spoiled)
    assert sides is None or min(sides) > 0
    assert is_complete(spoiled) in {True, False}
