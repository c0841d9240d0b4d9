"""The files of a defect: their names without their addresses, and their contents from a platform's hosts."""

import re
from typing import Final
from urllib.parse import unquote, urlsplit

from tools.kit.defect import Content, Defect
from tools.kit.errors import PlatformError, Refused
from tools.kit.picture import UNKNOWN_KIND, NotFetched, Pictures
from tools.kit.text import quote

_PLAIN: Final = re.compile(r"[^\W_][\w ().+-]{0,99}\.[A-Za-z0-9]{1,5}")


def file_name_of(address: object) -> str:
    """The name of a file by the last part of its address's path, if it is plain; the rest may be signed."""
    if not isinstance(address, str):
        return ""
    try:
        name = unquote(urlsplit(address).path.rpartition("/")[2], errors="strict")
    except ValueError:
        return ""
    return name if _PLAIN.fullmatch(name) else ""


async def load_file(pictures: Pictures, defect: Defect, number: int, address: str | None) -> Content:
    """Load a file of a defect from an address that was just read.

    Raises:
        Refused: for a file that is not there, from a host that is not allowed, or over the limit.
        PlatformError: where its host does not answer.
    """
    if not 0 <= number < len(defect.files) or not address:
        raise Refused(f"{_named(defect)} has no file number {number + 1} any more.")
    file = defect.files[number]
    try:
        loaded = await pictures.fetch_file(address, content_type=file.content_type)
    except NotFetched as error:
        raise Refused(f"File {quote(file.name)} of {_named(defect)} cannot be loaded: {error}.") from error
    except PlatformError as error:
        sentence = f"File {quote(file.name)} of {_named(defect)} cannot be loaded: {error.sentence}."
        raise type(error)(sentence, status=error.status) from error
    content_type = loaded.mime if loaded.mime != UNKNOWN_KIND else file.content_type or UNKNOWN_KIND
    return Content(file.name, content_type, loaded.data)


def _named(defect: Defect) -> str:
    return f"{'bug' if defect.kind == 'bug' else 'failing test'} {quote(defect.item)}"
