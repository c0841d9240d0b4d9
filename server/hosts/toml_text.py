"""TOML, changed by whole tables of its text, so that comments and all other tables stay."""

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from server.hosts.jsonc import Unplaceable

_HEADER: Final = re.compile(r"^[ \t]*\[\[?([^\[\]\n]+)\]\]?[ \t]*(?:#.*)?$")
_PIECE: Final = re.compile(r'[ \t]*(?:"((?:[^"\\]|\\.)*)"|\'([^\']*)\'|([A-Za-z0-9_-]+))[ \t]*(?:\.|$)')
_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")


class NotToml(ValueError):
    """The text is not TOML; the message says where."""


def read(text: str) -> dict[str, Any]:
    """The value of a text."""
    try:
        return tomllib.loads(text.removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError as error:
        raise NotToml(str(error)) from error


def put(text: str, path: Sequence[str], value: Mapping[str, Any]) -> str:
    """The text with a table at a path: in place of the present one, else at the end.

    Raises:
        Unplaceable: the value has something that cannot be written.
    """
    newline = "\r\n" if "\r\n" in text else "\n"
    written = [*_table(path, value), ""]
    lines = text.splitlines()
    places = _lines_of(lines, path)
    if not places:
        kept = [*lines, "", *written] if lines and lines[-1].strip() else [*lines, *written]
        return newline.join(kept)
    kept = [line for place, line in enumerate(lines) if place not in places]
    at = places[0]
    if at < len(kept) and kept[at].strip() == "":
        written.pop()
    kept[at:at] = written
    return newline.join(kept).rstrip("\r\n") + newline


def drop(text: str, path: Sequence[str]) -> str:
    """The text without the table at a path, and without the empty line before it."""
    newline = "\r\n" if "\r\n" in text else "\n"
    lines = text.splitlines()
    places = _lines_of(lines, path)
    if not places:
        return text
    before = places[0] - 1
    if (
        before >= 0
        and not lines[before].strip()
        and (places[-1] + 1 == len(lines) or not lines[places[-1] + 1].strip())
    ):
        places = [before, *places]
    kept = [line for place, line in enumerate(lines) if place not in set(places)]
    return newline.join(kept) + newline if kept else ""


def _lines_of(lines: Sequence[str], path: Sequence[str]) -> list[int]:
    """The lines of the table at a path and of those below it, without the comments before the next table."""
    found: list[int] = []
    own: list[int] | None = None
    for place, line in enumerate(lines):
        header = _HEADER.match(line)
        if header is not None:
            is_own = _pieces(header[1])[: len(path)] == list(path)
            found += _trimmed(lines, own) if not is_own else own or []
            own = [] if is_own else None
        if own is not None:
            own.append(place)
    return found + _trimmed(lines, own)


def _trimmed(lines: Sequence[str], places: list[int] | None) -> list[int]:
    """A table's lines up to its last value: what follows belongs to the next table."""
    own = list(places or ())
    while len(own) > 1 and (not lines[own[-1]].strip() or lines[own[-1]].lstrip().startswith("#")):
        own.pop()
    return own


def _pieces(header: str) -> list[str]:
    """The keys of a table's header."""
    found, place = [], 0
    while place < len(header):
        piece = _PIECE.match(header, place)
        if piece is None:
            return []
        found.append(json.loads(f'"{piece[1]}"') if piece[1] is not None else piece[2] or piece[3])
        place = piece.end()
    return found


def _table(path: Sequence[str], value: Mapping[str, Any]) -> list[str]:
    lines = [f"[{'.'.join(map(_key, path))}]"]
    lines += [f"{_key(key)} = {_value(item)}" for key, item in value.items() if not isinstance(item, Mapping)]
    for key, item in value.items():
        if isinstance(item, Mapping):
            lines += ["", *_table([*path, key], item)]
    return lines


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _string(key)


def _string(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _value(value: Any) -> str:
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    raise Unplaceable(f"a {type(value).__name__} is not written")
