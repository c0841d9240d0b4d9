"""The text of a file of test cases: in UTF-8, or in UTF-16 with its mark, with line breaks of any kind."""

import codecs
from typing import Final

from tools.kit.errors import PlatformError, Refused
from tools.kit.text import quote
from tools.kit.upload import OpenFile

LARGEST: Final = 2 * 2**20
_WIDE: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


async def read_text(file: OpenFile) -> str:
    """Read a file of test cases as a text with plain line breaks.

    Raises:
        Refused: for another encoding, a file that is no text, and one that changes while it is read.
    """
    name = quote(file.name, at_most=200)
    try:
        raw = b"".join([piece async for piece in file.pieces()])
    except PlatformError as error:
        raise Refused(f"{name} was changed while it was read.") from error
    return decode(raw, name)


def decode(raw: bytes, name: str) -> str:
    """The text of a file's bytes."""
    try:
        text = raw.decode("utf-16") if raw.startswith(_WIDE) else raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise Refused(
            f"{name} is not in UTF-8: line {line} has the byte 0x{raw[error.start]:02X}. Save it as UTF-8 (in Excel: "
            "CSV UTF-8)."
        ) from None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    wrong = next((place for place, sign in enumerate(text) if sign < " " and sign not in "\t\n\f"), None)
    if wrong is not None:
        line = text.count("\n", 0, wrong) + 1
        raise Refused(f"{name} is no text: line {line} has the control character 0x{ord(text[wrong]):02X}.")
    return text
