"""Secrets inside of encoded text: percent encoding and base64 are read once, never what is encoded within them."""

import base64
import binascii
from collections.abc import Callable
from typing import Final

from server.guards.redaction.source import Pattern, Source
from server.guards.redaction.spans import Span

_PERCENT = Pattern(r"(?:[\w.~+*!'()-]{0,200}%[0-9A-Fa-f]{2}){3,1000}[\w.~+*!'()-]{0,200}")
_BASE64 = Pattern(r"(?<![A-Za-z0-9+/_=-])[A-Za-z0-9+/_-]{24,20000}={0,2}")
_SAMPLE: Final = 16


def search(source: Source, find: Callable[..., list[Span]]) -> None:
    """Mask what a search finds in the decoded text."""
    if "%22" in source.text or "%3D" in source.text:
        for match in _PERCENT().finditer(source.text):
            _search_percent(source, *match.span(), find)
    for match in _BASE64().finditer(source.text):
        inside = _decoded(match[0])
        if inside is not None and find(inside, is_decoded=True):
            source.add(*match.span())


def _search_percent(source: Source, start: int, end: int, find: Callable[..., list[Span]]) -> None:
    raw, origins, at = bytearray(), list[int](), start
    text = source.text
    while at < end:
        origins.append(at)
        if text[at] == "%":
            raw.append(int(text[at + 1 : at + 3], 16))
            at += 3
        else:
            raw.append(ord(text[at]) if text[at].isascii() else 63)
            at += 1
    origins.append(end)
    for first, last in find(raw.decode("latin-1"), is_decoded=True):
        source.add(origins[first], origins[last])


def _decoded(blob: str) -> str | None:
    """The text in a base64 blob; None if there is none, which a first sample mostly shows."""
    sample = _bytes(blob[:_SAMPLE])
    if sample is None or not _is_text(sample):
        return None
    inside = _bytes(blob)
    return inside.decode("ascii") if inside is not None and _is_text(inside) else None


def _bytes(blob: str) -> bytes | None:
    bare = blob.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(bare + "=" * (-len(bare) % 4))
    except (binascii.Error, ValueError):
        return None


def _is_text(inside: bytes) -> bool:
    return inside.isascii() and all(byte >= 32 or byte in b"\t\r\n" for byte in inside)
