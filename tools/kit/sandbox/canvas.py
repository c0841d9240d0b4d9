"""Canvas: a small image of coloured boxes, written as PNG with zlib alone."""

import struct
import zlib
from collections.abc import Sequence

Colour = tuple[int, int, int]


class Canvas:
    """An image filled with the first colour of a palette; coordinates are fractions of its width and height."""

    def __init__(self, width: int, height: int, palette: Sequence[Colour]) -> None:
        self.width, self.height, self.palette = width, height, palette
        self._rows = [bytearray(width) for _ in range(height)]

    def box(self, left: float, top: float, right: float, bottom: float, colour: int) -> None:
        """Fill a box with a colour, by its index in the palette."""
        start, end = int(left * self.width), int(right * self.width)
        for row in self._rows[int(top * self.height) : int(bottom * self.height)]:
            row[start:end] = bytes([colour]) * (end - start)

    def png(self) -> bytes:
        header = struct.pack(">IIBBBBB", self.width, self.height, 8, 3, 0, 0, 0)
        palette = bytes(value for colour in self.palette for value in colour)
        pixels = zlib.compress(b"".join(b"\0" + row for row in self._rows), 9)
        chunks = ((b"IHDR", header), (b"PLTE", palette), (b"IDAT", pixels), (b"IEND", b""))
        return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
