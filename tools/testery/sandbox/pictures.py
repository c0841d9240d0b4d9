"""Pictures: what the browser showed when a test failed, drawn with nothing but zlib."""

import struct
import zlib
from functools import lru_cache

_PALETTE = bytes((250, 250, 247, 22, 54, 86, 92, 104, 117, 34, 139, 94, 201, 52, 44))
_PAPER, _HEAD, _TEXT, _BUTTON, _ALARM = range(5)


@lru_cache(maxsize=32)
def png(width: int, height: int, number: int) -> bytes:
    """A valid PNG of this size: the checkout with an error in red; the number decides what else is seen."""
    rows = [bytearray([_PAPER]) * width for _ in range(height)]

    def box(left: float, top: float, right: float, bottom: float, colour: int) -> None:
        start, end = int(left * width), int(right * width)
        for row in rows[int(top * height) : int(bottom * height)]:
            row[start:end] = bytes([colour]) * (end - start)

    box(0, 0, 1, 0.12, _HEAD)
    for line in range(5):
        box(0.06, 0.20 + line * 0.09, 0.30 + (number >> line) % 5 * 0.1, 0.24 + line * 0.09, _TEXT)
    box(0.06, 0.68, 0.94, 0.78, _ALARM)
    box(0.66, 0.86, 0.94, 0.95, _BUTTON)
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + row for row in rows), 9)
    chunks = ((b"IHDR", header), (b"PLTE", _PALETTE), (b"IDAT", pixels), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
