"""Pictures of one answer: originals within the limits, the others smaller, as thumbnails, or with the reason."""

from base64 import b64encode
from dataclasses import replace

import httpx
import pytest

from tests.tools.kit.drawn import claims, drawn, noise
from tests.tools.kit.wire import Answer, Poured, Wire, fails, says
from tools.kit.gallery import PictureRequest, fetch_pictures, how_to_scale
from tools.kit.other_files import MOST, describe_files
from tools.kit.picture import PICTURE_LIMIT, Pictures
from tools.kit.picture_header import sides_of
from tools.kit.sandbox.canvas import Canvas
from tools.kit.scaling import SIDE

pytestmark = pytest.mark.anyio

HOSTS = (".test.io", "files.example.com")
PNG = Canvas(8, 4, [(250, 250, 247)]).png()
GOOD = "https://bugs.test.io/1.png"
THUMBNAIL = "https://bugs.test.io/t.png"
LARGEST = PICTURE_LIMIT * 3 // 4


def behind(*answers: Answer, **settings: str) -> Pictures:
    return Pictures(replace(Wire(*answers).account(), settings=settings), hosts=HOSTS)


async def test_an_original_within_the_limits_goes_out_unchanged() -> None:
    for picture in (drawn(2000, 1500), drawn(1500, 2000, "JPEG"), noise(400, 300, "WEBP"), drawn(9, 9, "GIF")):
        (look,) = await fetch_pictures(behind(says(content=picture.data)), [PictureRequest(GOOD, THUMBNAIL)])
        assert look.picture == picture
        assert (look.why, how_to_scale([look])) == (None, None)


async def test_a_picture_with_too_many_bytes_is_shown_smaller() -> None:
    picture = noise(1200, 800)
    assert len(picture.data) > LARGEST
    (look,) = await fetch_pictures(behind(says(content=picture.data)), [PictureRequest(GOOD, THUMBNAIL)])
    assert look.picture is not None
    assert look.picture.mime == "image/jpeg"
    assert len(look.picture.data) <= LARGEST
    assert (look.mime, look.size) == ("image/png", len(picture.data))
    assert "shown smaller, 1,200 x 800: it has 2.5 MB" in (look.why or "")
    assert "TESTDESK_PICTURE_BYTES lets through 750 kB" in (look.why or "")


async def test_a_picture_with_too_long_a_side_is_shown_smaller() -> None:
    picture = drawn(1170, 2532)
    (look,) = await fetch_pictures(behind(says(content=picture.data)), [PictureRequest(GOOD)])
    assert look.picture is not None
    assert sides_of(look.picture.data) == (725, SIDE)
    assert look.why == "shown smaller, 725 x 1,568: it has 1,170 x 2,532 pixels"


async def test_the_largest_pictures_are_shown_smaller_until_all_have_room() -> None:
    large, small = PNG.ljust(700_000, b"\0"), noise(300, 200).data
    pictures = behind(*[says(content=large)] * 5, says(content=small))
    looks = await fetch_pictures(pictures, [PictureRequest(f"{GOOD}?{n}") for n in range(6)])
    shown = [look.picture.data for look in looks if look.picture is not None]
    assert len(shown) == 6
    assert sum(len(b64encode(data)) for data in shown) <= 4_000_000
    assert sum(data == large for data in shown) == 4, "no more than is needed"
    assert shown[5] == small
    assert any("TESTDESK_ANSWER_BYTES has no room for its 700 kB" in (look.why or "") for look in looks)


async def test_a_picture_that_would_grow_stays_as_it_is() -> None:
    tiny = drawn(40, 30, "GIF")
    pictures = behind(says(content=tiny.data), TESTDESK_ANSWER_BYTES=str(len(tiny.data) * 4 // 3 + 4))
    looks = await fetch_pictures(pictures, [PictureRequest(GOOD), PictureRequest(f"{GOOD}?2")])
    assert [look.picture and look.picture.data for look in looks] == [tiny.data, None]


async def test_what_cannot_be_shown_smaller_becomes_the_platform_s_thumbnail_or_says_why() -> None:
    bomb = says(content=claims(60_000, 60_000))
    (look,) = await fetch_pictures(behind(bomb, says(content=PNG)), [PictureRequest(GOOD, THUMBNAIL)])
    assert look.picture is not None
    assert look.picture.data == PNG
    assert (look.why or "").startswith("only its thumbnail is shown: it has 60,000 x 60,000 pixels")
    (look,) = await fetch_pictures(behind(bomb), [PictureRequest(GOOD)])
    assert look.picture is None
    assert "50 million" in (look.why or "")


@pytest.mark.parametrize("pillow", [True, False])
async def test_a_damaged_picture_never_reaches_a_model(pillow: bool, request: pytest.FixtureRequest) -> None:
    whole = noise(200, 100, "JPEG").data
    broken = (whole[: len(whole) // 2], PNG[:20], b"\x89PNG\r\n\x1a\n" + b"\0" * 90, claims(0, 5))
    if not pillow:
        request.getfixturevalue("without_pillow")
    for data in broken:
        (look,) = await fetch_pictures(behind(says(content=data)), [PictureRequest(GOOD)])
        assert (look.picture, look.why) == (None, "it is damaged")


LONG = drawn(1170, 2532)


@pytest.mark.usefixtures("without_pillow")
async def test_without_pillow_a_long_picture_goes_out_as_it_is_with_what_to_install() -> None:
    picture = LONG
    (look,) = await fetch_pictures(behind(says(content=picture.data)), [PictureRequest(GOOD)])
    assert (look.picture, look.why) == (picture, None)
    note = how_to_scale([look])
    assert note == "Pictures are not made smaller here. To have that, install Testdesk as testdesk[pictures]."


@pytest.mark.usefixtures("without_pillow")
async def test_without_pillow_no_picture_goes_out_that_every_model_refuses() -> None:
    for data, why in ((claims(9_000, 10), "models take 8,000 at most"), (claims(60_000, 60_000), "50 million")):
        (look,) = await fetch_pictures(behind(says(content=data)), [PictureRequest(GOOD)])
        assert look.picture is None
        assert why in (look.why or "")


@pytest.mark.usefixtures("without_pillow")
async def test_without_pillow_a_large_picture_is_a_thumbnail_with_what_to_install() -> None:
    large = says(stream=Poured([PNG.ljust(LARGEST + 1, b"\0")]))
    (look,) = await fetch_pictures(behind(large, says(content=PNG)), [PictureRequest(GOOD, THUMBNAIL)])
    assert look.picture is not None
    assert (look.why or "").startswith("only its thumbnail is shown: it has more than 750 kB")
    assert "testdesk[pictures]" in (how_to_scale([look]) or "")


async def test_a_video_among_pictures_has_its_kind_and_size() -> None:
    video = says(content=b"\x1aE\xdf\xa3".ljust(5000, b"\0"), headers={"content-type": "video/webm"})
    (look,) = await fetch_pictures(behind(video), [PictureRequest(GOOD, THUMBNAIL)])
    assert (look.picture, look.mime, look.size) == (None, "video/webm", 5000)
    assert look.why == "it is not a PNG, JPEG, GIF or WebP picture"


async def test_other_files_are_named_with_kind_and_size_and_no_address() -> None:
    log = says(content=b"a log", headers={"content-type": "text/plain"})
    described = await describe_files(
        behind(log, says(403)),
        [
            "https://bugs.test.io/a/run.log?X-Amz-Signature=0123",
            "https://bugs.test.io/b/video.mp4?X-Amz-Signature=0123",
            "https://evil.example/trace.zip?X-Amz-Signature=0123",
        ],
    )
    assert {(file.file, file.kind, file.size) for file in described} >= {("trace.zip", None, None)}
    assert {file.file for file in described} == {"run.log", "video.mp4", "trace.zip"}
    assert sum(file.kind == "text/plain" for file in described) == 1
    assert "TESTDESK_ATTACHMENT_HOSTS" in (described[2].why or "")
    assert "0123" not in str(described)
    many = await describe_files(behind(log), [f"https://bugs.test.io/{n}.log" for n in range(MOST + 2)])
    assert [file.kind for file in many].count(None) == 2


@pytest.mark.usefixtures("without_pillow")
async def test_without_pillow_an_answer_holds_what_it_has_room_for_and_thumbnails_and_words_for_the_rest() -> None:
    large, small = PNG.ljust(700_000, b"\0"), PNG
    wire = Wire(*[says(content=large)] * 6, says(content=small), fails(httpx.ConnectError))
    pictures = Pictures(wire.account(), hosts=HOSTS)
    looks = await fetch_pictures(
        pictures, [PictureRequest(f"https://bugs.test.io/{n}.png", f"{GOOD}?{n}") for n in range(6)]
    )
    shown = [look.picture for look in looks if look.picture is not None]
    assert sum(len(b64encode(picture.data)) for picture in shown) <= 4_000_000
    assert [look.why is None for look in looks] == [True] * 4 + [False] * 2
    assert "only its thumbnail is shown: it has 700 kB, and TESTDESK_ANSWER_BYTES" in str(looks[4].why) + str(
        looks[5].why
    )
    assert all(look.size == 700_000 and look.mime == "image/png" for look in looks)


@pytest.mark.usefixtures("without_pillow")
async def test_limits_are_those_an_operator_sets() -> None:
    wire = Wire(says(content=PNG.ljust(4000, b"\0")))
    account = replace(wire.account(), settings={"TESTDESK_PICTURE_BYTES": "4000"})
    (look,) = await fetch_pictures(Pictures(account, hosts=HOSTS), [PictureRequest(GOOD)])
    assert "TESTDESK_PICTURE_BYTES lets through 3 kB" in (look.why or "")
    wire = Wire(says(content=PNG.ljust(3000, b"\0")))
    for limit, count in (("4000", 1), ("8000", 2), ("7999", 1)):
        pictures = Pictures(replace(wire.account(), settings={"TESTDESK_ANSWER_BYTES": limit}), hosts=HOSTS)
        looks = await fetch_pictures(pictures, [PictureRequest(GOOD)] * 3)
        assert [look.picture is not None for look in looks].count(True) == count


@pytest.mark.usefixtures("without_pillow")
async def test_a_picture_without_room_keeps_its_kind_and_size_and_one_that_failed_has_neither() -> None:
    large = PNG.ljust(LARGEST + 1, b"\0")
    wire = Wire(says(stream=Poured([large])), fails(httpx.ConnectError))
    limit = Pictures(wire.account(), hosts=HOSTS).picture_limit
    large_look, broken = await fetch_pictures(
        Pictures(wire.account(), hosts=HOSTS),
        [PictureRequest(GOOD), PictureRequest(GOOD, "https://bugs.test.io/t.png")],
    )
    assert (large_look.picture, large_look.mime, large_look.size) == (None, "image/png", limit + 1)
    assert (broken.picture, broken.mime, broken.size) == (None, None, None)
    assert "could not be reached" in (broken.why or "")
    assert len(wire.arrived) == 2, "no thumbnail of what is no picture"


@pytest.mark.usefixtures("without_pillow")
async def test_a_thumbnail_that_cannot_be_fetched_leaves_the_reason_of_its_picture() -> None:
    wire = Wire(says(stream=Poured([PNG.ljust(LARGEST + 1, b"\0")])), fails(httpx.ConnectError))
    (look,) = await fetch_pictures(
        Pictures(wire.account(), hosts=HOSTS), [PictureRequest(GOOD, "https://bugs.test.io/t.png")]
    )
    assert look.picture is None
    assert (look.why or "").startswith("it has more than 750 kB")
