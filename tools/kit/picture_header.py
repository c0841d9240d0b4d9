"""What the first bytes of a file say: its kind, and the sides of a picture, read without decoding anything."""

from struct import Struct
from struct import error as StructError  # noqa: N812 - a class
from typing import Final

SIGNATURES: Final = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif"}
OTHERS: Final = {
    b"\x1aE\xdf\xa3": "video/webm",
    b"PK\x03\x04": "application/zip",
    b"\x1f\x8b": "application/gzip",
    b"%PDF-": "application/pdf",
}
"""Files that tests leave behind and that are no pictures."""
ENOUGH: Final = 16
"""Bytes that tell the kind of a picture."""
_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""Markers of a JPEG that begin a frame, which has the sides; the other three are tables."""
_BARE: Final = frozenset({0x01, *range(0xD0, 0xD8)})
"""Markers of a JPEG without a length."""
_U16, _2U16, _2U32, _2U16_LITTLE = Struct(">H"), Struct(">HH"), Struct(">II"), Struct("<HH")


def picture_kind(data: bytes | bytearray) -> str | None:
    """The kind of a picture that a model takes, by its first bytes; None if it is none."""
    for start, mime in SIGNATURES.items():
        if data.startswith(start):
            return mime
    return "image/webp" if data[:4] == b"RIFF" and data[8:12] == b"WEBP" else None


def other_kind(data: bytes | bytearray) -> str | None:
    """The kind of a file that is no such picture, by its first bytes; None if they do not tell."""
    for start, mime in OTHERS.items():
        if data.startswith(start):
            return mime
    if data[4:8] == b"ftyp":
        return "image/avif" if data[8:12] == b"avif" else "image/heic" if data[8:11] == b"hei" else "video/mp4"
    return "image/svg+xml" if b"<svg" in data[:1000].lower() else None


def sides_of(data: bytes) -> tuple[int, int] | None:
    """Width and height of a picture as its header says; None where the header is incomplete or wrong."""
    try:
        match picture_kind(data):
            case "image/png":
                sides = _2U32.unpack_from(data, 16) if data[12:16] == b"IHDR" else (0, 0)
            case "image/gif":
                sides = _2U16_LITTLE.unpack_from(data, 6)
            case "image/webp":
                sides = _sides_of_webp(data)
            case "image/jpeg":
                sides = _sides_of_jpeg(data)
            case _:
                return None
    except StructError:
        return None
    return (sides[0], sides[1]) if min(sides) > 0 else None


def is_complete(data: bytes) -> bool:
    """Whether a picture has its end; models refuse one that was cut off, and with it the whole request."""
    match picture_kind(data):
        case "image/png":
            return b"IEND" in data
        case "image/gif":
            return data.rstrip(b"\0").endswith(b";")
        case "image/webp":
            return len(data) >= 8 + int.from_bytes(data[4:8], "little")
        case "image/jpeg":
            frame = _frame_of_jpeg(data)
            return 0 < frame < data.rfind(b"\xff\xd9")
        case _:
            return False


def count_scans(data: bytes) -> int:
    """How many times a JPEG goes over its pixels at most; each takes as long to decode as the picture is large."""
    return data.count(b"\xff\xda") if data.startswith(b"\xff\xd8") else 1


def _frame_of_jpeg(data: bytes) -> int:
    """Where the first frame begins, or 0; what stands before it is skipped, such as a camera's own small picture."""
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker in _FRAMES:
            return at
        if marker == 0xFF:  # padding
            at += 1
        else:
            at += 2 if marker in _BARE else 2 + max(2, _U16.unpack_from(data, at + 2)[0])
    return 0


def _sides_of_jpeg(data: bytes) -> tuple[int, int]:
    frame = _frame_of_jpeg(data)
    height, width = _2U16.unpack_from(data, frame + 5) if frame else (0, 0)
    return width, height


def _sides_of_webp(data: bytes) -> tuple[int, int]:
    kind, packed = data[12:16], data[20:30]
    if len(packed) < 10:
        return 0, 0
    if kind == b"VP8X":
        return int.from_bytes(packed[4:7], "little") + 1, int.from_bytes(packed[7:10], "little") + 1
    if kind == b"VP8L" and packed[0] == 0x2F:
        bits = int.from_bytes(packed[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 " and packed[3:6] == b"\x9d\x01\x2a":
        width, height = _2U16_LITTLE.unpack_from(packed, 6)
        return width & 0x3FFF, height & 0x3FFF
    return 0, 0
