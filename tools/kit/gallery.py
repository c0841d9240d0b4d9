"""Several pictures in one answer: as many as a host can take, and a reason for each of the others."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from tools.kit.errors import PlatformError
from tools.kit.picture import ANSWER_BYTES, NotFetched, Picture, Pictures, TooLarge, in_bytes
from tools.kit.together import gather


@dataclass(frozen=True)
class PictureRequest:
    """A picture to fetch, and the platform's thumbnail of it if there is one."""

    address: str
    thumbnail: str | None = None


@dataclass
class FetchedPicture:
    """A fetched picture, its thumbnail, or the reason why there is neither."""

    picture: Picture | None = None
    why: str | None = None
    """Why it is not shown, or only its thumbnail."""
    mime: str | None = None
    size: int | None = None


async def fetch_pictures(pictures: Pictures, wanted: Sequence[PictureRequest]) -> list[FetchedPicture]:
    """Fetch pictures within the limits for one and for all; beyond them, a thumbnail or the reason."""
    looks = await gather([partial(_look, pictures, one.address) for one in wanted], at_once=4)
    room = pictures.answer_limit
    for look in looks:
        if look.picture is not None and len(look.picture.data) > room:
            whole = f"it has {in_bytes(len(look.picture.data))}, and {ANSWER_BYTES} has no room for it in this answer"
            look.picture, look.why = None, f"{whole}; ask for fewer pictures"
        room -= len(look.picture.data) if look.picture is not None else 0
    for one, look in zip(wanted, looks, strict=True):
        if look.size is None or look.picture is not None or one.thumbnail is None:
            continue  # shown, or no picture at all
        smaller = await _look(pictures, one.thumbnail)
        if smaller.picture is not None and len(smaller.picture.data) <= room:
            look.picture, look.why = smaller.picture, f"only its thumbnail is shown: {look.why}"
            room -= len(smaller.picture.data)
    return looks


async def _look(pictures: Pictures, address: str) -> FetchedPicture:
    try:
        picture = await pictures.fetch(address)
    except TooLarge as error:
        return FetchedPicture(why=str(error), mime=error.mime, size=error.size or pictures.picture_limit + 1)
    except (NotFetched, PlatformError) as error:
        return FetchedPicture(why=str(error))
    return FetchedPicture(picture, mime=picture.mime, size=len(picture.data))
