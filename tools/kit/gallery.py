"""Several pictures in one answer: as many as a host can take, the others smaller, and a reason for what is left."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from tools.kit.errors import PlatformError
from tools.kit.picture import (
    ANSWER_BYTES,
    FILE_LIMIT,
    NotAPicture,
    NotFetched,
    Picture,
    Pictures,
    TooLarge,
    in_bytes,
)
from tools.kit.picture_header import is_complete, sides_of
from tools.kit.scaling import INSTALL, NotScaled, can_scale, check_pixels, scale
from tools.kit.together import gather

SIDE_LIMIT: Final = 2_000
"""Pixels of a side: models refuse a request with many pictures if one is larger."""
HARD_LIMIT: Final = 8_000
"""Pixels of a side of any picture: models refuse a request with a larger one."""


@dataclass(frozen=True)
class PictureRequest:
    """A picture to fetch, and the platform's thumbnail of it if there is one."""

    address: str
    thumbnail: str | None = None


@dataclass
class FetchedPicture:
    """A fetched picture, a smaller one, or the reason why there is neither."""

    picture: Picture | None = None
    why: str | None = None
    """Why it is not shown, or only smaller."""
    mime: str | None = None
    size: int | None = None
    is_picture: bool = False
    """Whether there is a picture at the address, shown or not."""
    wants_pillow: bool = False
    """Whether it would be shown smaller if Pillow were installed."""

    def replace(self, picture: Picture | None, why: str) -> None:
        self.picture, self.why = picture, why


async def fetch_pictures(pictures: Pictures, wanted: Sequence[PictureRequest]) -> list[FetchedPicture]:
    """Fetch pictures within the limits for one and for all; beyond them a smaller one, a thumbnail or the reason."""
    scales = can_scale()
    at_most = FILE_LIMIT if scales else pictures.picture_limit
    looks = await gather([partial(_look, pictures, one.address, at_most) for one in wanted], at_once=4)
    for look in looks:
        await _within_limits(look, pictures.picture_limit, scales=scales)
    if scales:
        await _scale_largest(looks, pictures)
    room = pictures.answer_limit
    for look in looks:
        if look.picture is not None and len(look.picture.data) > room:
            whole = f"it has {in_bytes(len(look.picture.data))}, and {ANSWER_BYTES} has no room for it in this answer"
            look.replace(None, f"{whole}; ask for fewer pictures")
            look.wants_pillow = not scales
        room -= len(look.picture.data) if look.picture is not None else 0
    for one, look in zip(wanted, looks, strict=True):
        if not look.is_picture or look.picture is not None or one.thumbnail is None:
            continue
        smaller = await _look(pictures, one.thumbnail, pictures.picture_limit)
        if smaller.picture is not None and len(smaller.picture.data) <= room:
            look.replace(smaller.picture, f"only its thumbnail is shown: {look.why}")
            room -= len(smaller.picture.data)
    return looks


def how_to_scale(looks: Sequence[FetchedPicture]) -> str | None:
    """What to install so that large pictures are shown smaller; None where nothing would change."""
    if not any(look.wants_pillow for look in looks):
        return None
    return f"Pictures are not made smaller here. To have that, {INSTALL}."


async def fetch_thumbnails(pictures: Pictures, addresses: Sequence[str | None]) -> list[FetchedPicture]:
    """Fetch the platform's thumbnails, and nothing of the pictures that they stand for."""
    looks = await gather([partial(_thumbnail, pictures, address) for address in addresses], at_once=4)
    room = pictures.answer_limit
    for look in looks:
        size = 0 if look.picture is None else len(look.picture.data)
        if size > room:
            look.picture, look.why = None, f"{ANSWER_BYTES} has no room for it in this answer; ask for fewer pictures"
        else:
            room -= size
    return looks


async def _thumbnail(pictures: Pictures, address: str | None) -> FetchedPicture:
    if address is None:
        return FetchedPicture(why="it has no thumbnail; leave out small to see it")
    look = await _look(pictures, address, pictures.picture_limit)
    await _within_limits(look, pictures.picture_limit, scales=False)
    # Its kind and size are those of the thumbnail, and said of the file they would be wrong.
    return FetchedPicture(look.picture, why=look.why)


async def _look(pictures: Pictures, address: str, at_most: int) -> FetchedPicture:
    try:
        picture = await pictures.fetch(address, at_most=at_most)
    except TooLarge as error:
        size = error.size or at_most + 1
        needs_pillow = at_most < FILE_LIMIT and size <= FILE_LIMIT
        return FetchedPicture(why=str(error), mime=error.mime, size=size, is_picture=True, wants_pillow=needs_pillow)
    except NotAPicture as error:
        return FetchedPicture(why=str(error), mime=error.mime, size=error.size)
    except (NotFetched, PlatformError) as error:
        return FetchedPicture(why=str(error))
    return FetchedPicture(picture, mime=picture.mime, size=len(picture.data), is_picture=True)


async def _within_limits(look: FetchedPicture, at_most: int, *, scales: bool) -> None:
    """Replace a picture that is too large in bytes or pixels, or damaged, which a client or a model would refuse."""
    if look.picture is None:
        return
    data, sides = look.picture.data, sides_of(look.picture.data)
    if sides is None or not is_complete(data):
        look.replace(None, "it is damaged")
        return
    try:
        check_pixels(sides)
    except NotScaled as error:
        look.replace(None, str(error))
        return
    longest = f"{sides[0]:,} x {sides[1]:,} pixels"
    if max(sides) <= SIDE_LIMIT and len(data) <= at_most:
        return
    why = str(TooLarge(at_most, mime=look.picture.mime, size=len(data))) if len(data) > at_most else f"it has {longest}"
    if scales:
        await _scale(look, look.picture, at_most, why)
        return
    look.wants_pillow = True
    if max(sides) > HARD_LIMIT:
        look.replace(None, f"{why}; models take {HARD_LIMIT:,} at most")


async def _scale(look: FetchedPicture, picture: Picture, at_most: int, why: str) -> bool:
    """Show a picture smaller, or say why not."""
    try:
        smaller = await scale(picture, at_most=at_most)
    except NotScaled as error:
        look.replace(None, f"{why}; {error}")
        return False
    width, height = sides_of(smaller.data) or (0, 0)
    look.replace(smaller, f"shown smaller, {width:,} x {height:,}: {why}")
    return True


async def _scale_largest(looks: Sequence[FetchedPicture], pictures: Pictures) -> None:
    """Make the largest originals smaller until all pictures fit into one answer; those that grow stay as they are."""
    total = sum(len(look.picture.data) for look in looks if look.picture is not None)
    originals = [(look, look.picture) for look in looks if look.picture is not None and look.why is None]
    for look, original in sorted(originals, key=lambda pair: -len(pair[1].data)):
        if total <= pictures.answer_limit:
            return
        size = len(original.data)
        why = f"{ANSWER_BYTES} has no room for its {in_bytes(size)} in this answer"
        if await _scale(look, original, min(pictures.picture_limit, size - 1), why) and look.picture is not None:
            total -= size - len(look.picture.data)
        else:
            look.picture, look.why = original, None
