"""Pictures that tests make: of any kind, and hostile ones. Pillow makes them, which tests always have."""

import struct
import zlib
from io import BytesIO
from random import Random
from typing import Any

from PIL import Image, ImageDraw

from tools.kit.picture import Picture

MIMES = {"PNG": "image/png", "JPEG": "image/jpeg", "GIF": "image/gif", "WEBP": "image/webp"}


def drawn(width: int, height: int, kind: str = "PNG", mode: str = "RGB", **how: Any) -> Picture:
    """A picture with a red corner at the top left on blue."""
    image = Image.new("RGB", (width, height), (20, 40, 200))
    ImageDraw.Draw(image).rectangle((0, 0, width // 2, height // 2), fill=(220, 30, 30))
    return saved(image.convert("L").convert(mode) if mode == "I;16" else image.convert(mode), kind, **how)


def noise(width: int, height: int, kind: str = "PNG", **how: Any) -> Picture:
    """A picture that no encoder makes small."""
    grey = Image.frombytes("L", (width, height), Random(7).randbytes(width * height))
    return saved(grey.convert("RGB"), kind, **how)


def saved(image: Image.Image, kind: str, **how: Any) -> Picture:
    file = BytesIO()
    image.save(file, kind, **how)
    return Picture(file.getvalue(), MIMES[kind])


def claims(width: int, height: int, *, colour: int = 2) -> bytes:
    """A PNG of a few bytes that claims any size: a bomb."""
    header = struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(b"\0" * 1000)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )


def pixel(picture: Picture, x: float, y: float) -> tuple[int, ...]:
    """A pixel of a decoded picture, by fractions of its sides."""
    with Image.open(BytesIO(picture.data)) as image:
        found = image.convert("RGB").getpixel((int(x * image.width), int(y * image.height)))
    assert isinstance(found, tuple)
    return tuple(int(value) for value in found)
