"""What a text says once it is decoded: base64, percent signs, look-alike letters, and the like, one layer deep."""

import codecs
import html
import re
from base64 import b32decode, b64decode
from binascii import Error
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote

_MOST: Final = 20
"""Encoded pieces of one text that are decoded."""
_CODED = re.compile(
    r"%[2-7][0-9a-fA-F]|&#|\\[ux]|[A-Za-z0-9+/_-]{24}|\b\w(?: \w){7}\b|(?i:erongi|snoitcurtsni|vtaber|vafgehpgvba)"
    r"|[a-zA-Z][013457]+[a-zA-Z]"
)
"""What any of the encodings below needs; most texts have none of it."""
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{24,}={0,2}")
_HEX = re.compile(r"(?:\\x)?[0-9a-fA-F]{2}(?:(?:\\x)?[0-9a-fA-F]{2}){15,}")
_ESCAPE = re.compile(r"\\u00([2-7][0-9a-fA-F])|\\x([2-7][0-9a-fA-F])")
_APART = re.compile(r"\b\w(?: \w){7}\b")
_DIGITS_WITHIN = re.compile(r"[a-zA-Z][013457]+(?=[a-zA-Z])")
_MANY: Final = 3
_LETTERS_APART = re.compile(r"(?<=\b\w) (?=\w\b)")
_LEET = str.maketrans("013457", "oieast")
_LOOKALIKE = str.maketrans(
    "\u0430\u0441\u0435\u043e\u0440\u0445\u0443\u0456\u0458\u0455\u0501\u04bb\u043a\u043c\u0442\u043d\u0432"
    "\u03bf\u03b1\u03bd\u03b9\u03b5\u03ba\u03c1\u03c4\u03c5\u03b7\u0261\u0131",
    "aceopxyijsdhkmthboaviekptungi",
)
_OTHER_ALPHABETS = re.compile("[\u0370-\u03ff\u0400-\u052f\u0261\u0131]")
_LATIN = re.compile("[a-zA-Z]")


def readings(text: str) -> Iterator[str]:
    """The other readings of a text, none for most."""
    if not text.isascii() and _OTHER_ALPHABETS.search(text) and _LATIN.search(text):
        yield text.casefold().translate(_LOOKALIKE)
    if not _CODED.search(text):
        return
    if "%" in text:
        yield unquote(unquote(text))
    if "&#" in text:
        yield html.unescape(text)
    if "\\u" in text or "\\x" in text:
        yield _ESCAPE.sub(lambda match: chr(int(match[1] or match[2], 16)), text)
    if _APART.search(text):
        yield _LETTERS_APART.sub("", text)
    if len(_DIGITS_WITHIN.findall(text)) >= _MANY:
        yield text.translate(_LEET)
    lower = text.casefold()
    if "erongi" in lower or "snoitcurtsni" in lower:
        yield text[::-1]
    if "vtaber" in lower or "vafgehpgvba" in lower:
        yield codecs.encode(text, "rot13")
    yield from _decoded_pieces(text)


def _decoded_pieces(text: str) -> Iterator[str]:
    for number, match in enumerate(_BASE64.finditer(text)):
        if number == _MOST:
            break
        piece = match.group().rstrip("=")
        for decode in (_from_base64, _from_base32):
            if (found := decode(piece)) is not None:
                yield found
    for number, match in enumerate(_HEX.finditer(text)):
        if number == _MOST:
            break
        if (found := _as_text(bytes.fromhex(match.group().replace("\\x", "")))) is not None:
            yield found


def _from_base64(piece: str) -> str | None:
    try:
        return _as_text(b64decode(piece[: len(piece) - (len(piece) % 4 == 1)] + "==", altchars=b"-_", validate=False))
    except (Error, ValueError):
        return None


def _from_base32(piece: str) -> str | None:
    try:
        return _as_text(b32decode(piece + "=" * (-len(piece) % 8)))
    except (Error, ValueError):
        return None


def _as_text(raw: bytes) -> str | None:
    """Decoded bytes, if they are words: noise that decodes by chance has neither."""
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return None
    return text if " " in text and text.replace("\n", " ").isprintable() else None
