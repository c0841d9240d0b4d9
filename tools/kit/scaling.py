"""Pictures made smaller by Pillow, an optional package that is imported when a picture is too large."""

import struct
import warnings
import zlib
from importlib.util import find_spec
from io import BytesIO
from typing import TYPE_CHECKING, Final

from anyio import CapacityLimiter, to_thread
from anyio.lowlevel import RunVar

from tools.kit.errors import TestdeskError
from tools.kit.picture import Picture
from tools.kit.picture_header import count_scans, picture_kind, sides_of

if TYPE_CHECKING:
    from PIL.Image import Image

INSTALL: Final = "install Testdesk as testdesk[pictures]"
"""How to get Pillow, as the end of a sentence."""
SIDE: Final = 1568
"""Pixels of the longer side that models look at; what is larger they make smaller themselves."""
PIXELS: Final = 50_000_000
CLEAR_PIXELS: Final = 30_000_000
WEBP_PIXELS: Final = 16_000_000
"""Pixels of a picture that is decoded at most, of one with transparency and of a WebP, whose decoder keeps copies:
each takes about 300 MB of memory then. A few bytes can claim any size."""
MOST_SCANS: Final = 100
"""Times that a JPEG may go over its pixels; encoders use about ten."""
FORMATS: Final = ("PNG", "JPEG", "GIF", "WEBP")
"""Decoders that may run; others of the package start programs."""
ATTEMPTS: Final = ((SIDE, 80), (SIDE, 60), (1024, 70), (640, 60))
"""Sides and qualities that are tried until a picture fits."""
WHITE: Final = (255, 255, 255)
DAMAGED: Final = (
    OSError,
    ValueError,
    SyntaxError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    EOFError,
    struct.error,
    zlib.error,
)
"""What decoders raise on a picture that is cut off or wrong; the list is found by fuzzing."""
ORIENTATION: Final = 0x0112

_alone = RunVar[CapacityLimiter]("_alone")


class NotScaled(TestdeskError):
    """A picture that could not be made smaller; the text says why, as a clause."""


def can_scale() -> bool:
    """Whether Pillow is installed; this does not import it."""
    return find_spec("PIL") is not None


async def scale(picture: Picture, *, at_most: int) -> Picture:
    """Make a picture smaller: at most `SIDE` pixels long and `at_most` bytes large, upright, without metadata.

    It runs in a thread, one picture at a time, since a decoded one takes much memory.

    Raises:
        NotScaled: for a picture that is damaged, that would take too much memory, or that does not become small enough.
    """
    try:
        alone = _alone.get()
    except LookupError:
        alone = CapacityLimiter(1)
        _alone.set(alone)
    return await to_thread.run_sync(scale_now, picture, at_most, limiter=alone)


def scale_now(picture: Picture, at_most: int) -> Picture:
    """The same in this thread."""
    is_webp = picture_kind(picture.data) == "image/webp"
    check_pixels(sides_of(picture.data), WEBP_PIXELS if is_webp else PIXELS)
    if count_scans(picture.data) > MOST_SCANS:
        raise NotScaled("it is built to take very long to decode")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the package warns of damaged metadata, which is dropped anyway
            small = _decoded(picture.data)
    except DAMAGED as error:
        raise NotScaled("it is damaged") from error
    for side, quality in ATTEMPTS:
        small.thumbnail((side, side))
        data = BytesIO()
        small.save(data, "JPEG", quality=quality, optimize=True)
        if data.tell() <= at_most:
            return Picture(data.getvalue(), "image/jpeg")
    raise NotScaled("it does not become small enough")


def check_pixels(sides: tuple[int, int] | None, at_most: int = PIXELS) -> None:
    """Refuse a picture before it is decoded.

    Raises:
        NotScaled: if its header is damaged, or it has too many pixels.
    """
    if sides is None:
        raise NotScaled("it is damaged")
    width, height = sides
    if width * height > at_most:
        million = at_most // 1_000_000
        raise NotScaled(f"it has {width:,} x {height:,} pixels; of its kind at most {million} million are decoded")


def _decoded(data: bytes) -> "Image":
    """The first frame, made smaller, turned as its camera was held, on white, without metadata.

    Raises:
        NotScaled: if it has more pixels than its header says.
    """
    from PIL import Image, ImageOps  # only a picture that is too large pays for it

    try:
        opened = Image.open(BytesIO(data), formats=FORMATS)
    except Image.DecompressionBombError as error:
        raise NotScaled("it has more pixels than its header says") from error
    with opened as picture:
        # Of a GIF, a frame may be larger than the header says.
        check_pixels(picture.size, CLEAR_PIXELS if picture.has_transparency_data else PIXELS)
        turned = picture.getexif().get(ORIENTATION)
        if picture.mode.startswith("I;16"):
            image: Image.Image = picture.point(lambda value: value / 256).convert("L")
        elif picture.mode in {"RGB", "L", "CMYK", "RGBA", "LA"}:
            image = picture
        else:
            image = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
        image.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
        if image.has_transparency_data:
            image = image.convert("RGBA")
            ground = Image.new("RGB", image.size, WHITE)
            ground.paste(image, mask=image.getchannel("A"))
            image = ground
        image = image.convert("RGB")
        image.getexif().clear()
        image.getexif()[ORIENTATION] = turned if isinstance(turned, int) else 1
        upright = ImageOps.exif_transpose(image)
        plain = Image.new("RGB", upright.size)
        plain.paste(upright)  # nothing of `info`, which has profiles, comments and places
        return plain
