"""Pictures become small, upright JPEGs without metadata, and hostile ones a sentence."""

import subprocess
import sys
from contextlib import suppress
from io import BytesIO

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms

from tests.tools.kit.drawn import claims, drawn, noise, pixel, saved
from tools.kit.picture import Picture
from tools.kit.picture_header import sides_of
from tools.kit.scaling import MOST_SCANS, ORIENTATION, SIDE, NotScaled, can_scale, scale, scale_now

pytestmark = pytest.mark.anyio

LIMIT = 750_000
RED, BLUE = (220, 30, 30), (20, 40, 200)


def is_near(found: tuple[int, ...], wanted: tuple[int, int, int]) -> bool:
    return all(abs(one - other) < 12 for one, other in zip(found, wanted, strict=True))


@pytest.mark.parametrize(
    ("kind", "mode"),
    [
        *(("PNG", mode) for mode in ("RGB", "RGBA", "P", "L", "LA", "1", "I;16")),
        *(("JPEG", mode) for mode in ("RGB", "L", "CMYK")),
        *(("GIF", mode) for mode in ("P", "L")),
        *(("WEBP", mode) for mode in ("RGB", "RGBA")),
    ],
)
async def test_a_picture_of_any_kind_becomes_a_jpeg_of_the_side_that_models_look_at(kind: str, mode: str) -> None:
    smaller = await scale(drawn(900, 2700, kind, mode), at_most=LIMIT)
    assert smaller.mime == "image/jpeg"
    assert sides_of(smaller.data) == (523, SIDE)
    assert len(smaller.data) < LIMIT
    if mode not in {"L", "LA", "1", "I;16"}:
        assert is_near(pixel(smaller, 0.2, 0.2), RED)
        assert is_near(pixel(smaller, 0.8, 0.8), BLUE)


async def test_a_small_picture_does_not_become_larger() -> None:
    assert sides_of((await scale(drawn(300, 200), at_most=LIMIT)).data) == (300, 200)


async def test_what_is_transparent_becomes_white() -> None:
    image = Image.new("RGBA", (100, 100), (0, 0, 0, 0))
    assert pixel(await scale(saved(image, "PNG"), at_most=LIMIT), 0.5, 0.5) == (255, 255, 255)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
async def test_a_picture_is_turned_as_its_camera_was_held_and_loses_all_metadata(kind: str) -> None:
    exif = Image.Exif()
    exif[ORIENTATION], exif[0x010E] = 6, "home of the tester"
    exif.get_ifd(0x8825)[2] = (52.0, 31.0, 12.0)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    picture = drawn(200, 100, kind, exif=exif, icc_profile=profile)
    smaller = await scale(picture, at_most=LIMIT)
    assert sides_of(smaller.data) == (100, 200)
    assert is_near(pixel(smaller, 0.8, 0.2), RED)
    assert is_near(pixel(smaller, 0.2, 0.2), BLUE)
    assert b"home of the tester" in picture.data
    with Image.open(BytesIO(smaller.data)) as image:
        assert not image.getexif()
        assert not {"exif", "icc_profile", "comment", "xmp"} & image.info.keys()
    assert b"home of the tester" not in smaller.data


async def test_a_picture_is_made_smaller_until_it_fits() -> None:
    wild, limits = noise(1100, 900), (LIMIT, 500_000, 400_000, 150_000)
    sizes = [len((await scale(wild, at_most=limit)).data) for limit in limits]
    assert sizes == sorted({*sizes}, reverse=True)
    assert all(size <= limit for size, limit in zip(sizes, limits, strict=True))
    with pytest.raises(NotScaled, match="does not become small enough"):
        await scale(wild, at_most=50_000)


async def test_the_same_picture_gives_the_same_bytes() -> None:
    picture = drawn(3000, 2000)
    assert await scale(picture, at_most=LIMIT) == await scale(picture, at_most=LIMIT)


async def test_a_bomb_is_refused_before_it_is_decoded() -> None:
    for sides in ((60_000, 60_000), (7_100, 7_100)):
        with pytest.raises(NotScaled, match="50 million"):
            await scale(Picture(claims(*sides), "image/png"), at_most=LIMIT)


def resized(picture: Picture, at: int, width: bytes, height: bytes) -> Picture:
    """A picture whose header claims other sides."""
    return Picture(picture.data[:at] + width + height + picture.data[at + len(width + height) :], picture.mime)


@pytest.mark.parametrize(
    ("picture", "million"),
    [
        (resized(drawn(9, 9, "WEBP", icc_profile=b"x"), 24, b"\xff\x1f\0", b"\xff\x1f\0"), 16),
        (Picture(claims(6_000, 6_000, colour=4), "image/png"), 30),
        (resized(drawn(9, 9, "GIF"), 6, b"\xff\x1f", b"\xff\x1f"), 50),
    ],
)
async def test_a_kind_whose_decoder_takes_more_memory_may_have_fewer_pixels(picture: Picture, million: int) -> None:
    with pytest.raises(NotScaled, match=f"of its kind at most {million} million"):
        await scale(picture, at_most=LIMIT)


async def test_a_gif_whose_frame_is_larger_than_its_header_says_is_refused() -> None:
    for side in (20_000, 8_000):
        data = bytearray(saved(Image.new("P", (side, 1)), "GIF").data)
        data[6:10] = b"\x0a\0\x0a\0"
        at = data.index(b",")
        data[at + 5 : at + 9] = (side.to_bytes(2, "little")) * 2
        assert sides_of(bytes(data)) == (10, 10)
        with pytest.raises(NotScaled, match="pixels"):
            await scale(Picture(bytes(data), "image/gif"), at_most=LIMIT)


async def test_a_jpeg_that_goes_over_its_pixels_too_often_is_refused() -> None:
    picture = drawn(90, 90, "JPEG", progressive=True)
    slow = picture.data[:-2] + b"\xff\xda\0\x08\x01\x01\0\0\x3f\0" * (MOST_SCANS + 1) + picture.data[-2:]
    with pytest.raises(NotScaled, match="very long"):
        await scale(Picture(slow, "image/jpeg"), at_most=LIMIT)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
async def test_a_picture_that_is_cut_off_or_another_kind_is_damaged(kind: str) -> None:
    whole = noise(200, 100, kind).data
    with pytest.raises(NotScaled, match="damaged"):
        await scale(Picture(whole[: len(whole) // 2], kind), at_most=LIMIT)
    with pytest.raises(NotScaled, match="damaged"):
        await scale(Picture(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n", kind), at_most=LIMIT)


SEEDS = [
    drawn(60, 40, kind, mode).data for kind, mode in (("PNG", "P"), ("JPEG", "RGB"), ("GIF", "P"), ("WEBP", "RGB"))
]


@given(st.sampled_from(SEEDS), st.integers(8, 700), st.binary(min_size=1, max_size=8))
def test_no_bytes_break_it(data: bytes, at: int, other: bytes) -> None:
    spoiled = data[:at] + other + data[at + len(other) :]
    with suppress(NotScaled):
        assert sides_of(scale_now(Picture(spoiled, "image/png"), LIMIT).data)


async def test_pictures_are_made_smaller_one_at_a_time_and_the_server_goes_on_meanwhile() -> None:
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            ticks += 1
            await anyio.sleep(0.001)

    async with anyio.create_task_group() as group:
        group.start_soon(tick)
        async with anyio.create_task_group() as both:
            for _ in range(2):
                both.start_soon(lambda: scale(drawn(2500, 2500), at_most=LIMIT))
        group.cancel_scope.cancel()
    assert ticks > 10


def test_the_package_is_imported_only_when_a_picture_is_made_smaller_or_a_chart_is_drawn() -> None:
    program = (
        "import sys; import tools.across, tools.kit.drawing, tools.platforms, tools.kit.scaling as s; s.can_scale();"
        "print([name for name in sys.modules if name.split('.')[0] == 'PIL'])"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert ran.stdout.strip() == "[]", ran.stderr


@pytest.mark.usefixtures("without_pillow")
def test_without_the_package_nothing_is_made_smaller() -> None:
    assert not can_scale()
