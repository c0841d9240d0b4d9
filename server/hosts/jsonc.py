"""JSON with comments, read with its places, so that one value can be changed and every other character stays."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

_GAP: Final = re.compile(r"(?:[ \t\r\n\ufeff]+|//[^\r\n]*|/\*.*?\*/)*", re.DOTALL)
"""What may stand between values."""
_STRING: Final = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_PLAIN: Final = re.compile(r"-?\d[\d.eE+-]*|true|false|null")
_INDENT: Final = re.compile(r"[{\[][ \t]*\r?\n([ \t]+)")
DEEPEST: Final = 100


class NotJson(ValueError):
    """The text is not JSON with comments; the message says where."""


class Unplaceable(ValueError):
    """The value cannot be changed without touching others; the message says why."""


@dataclass
class Node:
    """A value and its place; an object or a list has its members, a member of an object its key."""

    start: int
    end: int = 0
    value: Any = None
    members: "list[Node]" = field(default_factory=list)
    key: str | None = None
    key_start: int = 0
    comma: int | None = None
    """Where the comma behind it is."""

    @property
    def first(self) -> int:
        """Where it begins, with its key."""
        return self.start if self.key is None else self.key_start


def read(text: str) -> Any:
    """The value of a text; an empty one is None.

    Raises:
        NotJson: the text cannot be read.
    """
    try:
        return json.loads(text)  # files of hosts have megabytes, and seldom comments
    except (ValueError, RecursionError):
        node = _parse(text)
    return None if node is None else node.value


def put(text: str, path: Sequence[str], value: Any) -> str:
    """The text with the value at a path of keys, whose objects are made where they do not exist.

    Raises:
        NotJson: the text cannot be read.
        Unplaceable: a key is there twice, or what is on the way is no object.
    """
    top = _parse(text)
    style = _Style.of(text)
    if top is None:
        before = text.strip()
        return f"{before}{style.newline if before else ''}{style.written(_wrapped(path, value), 0)}{style.newline}"
    node = top
    for depth, key in enumerate(path):
        found = _member(node, key)
        if found is None:
            return _appended(text, node, style, depth + 1, _wrapped(path[depth + 1 :], value), key)
        node = found
    return f"{text[: node.start]}{style.written(value, len(path))}{text[node.end :]}"


def drop(text: str, path: Sequence[str]) -> str:
    """The text without the value at a path; the same text if it has none.

    Raises:
        NotJson, Unplaceable: as for `put`.
    """
    node = _parse(text)
    parent = None
    for key in path:
        if node is None:
            return text
        parent, node = node, _member(node, key)
    return text if node is None or parent is None else _without(text, parent, node)


def append(text: str, path: Sequence[str], value: Any) -> str:
    """The text with a value at the end of the list at a path, which is made if it does not exist.

    Raises:
        NotJson, Unplaceable: as for `put`.
    """
    node = _parse(text)
    for key in path:
        node = None if node is None else _member(node, key)
    if node is None:
        return put(text, path, [value])
    if not isinstance(node.value, list):
        raise Unplaceable(f"{'.'.join(path)} is no list")
    return _appended(text, node, _Style.of(text), len(path) + 1, value, None)


def remove(text: str, path: Sequence[str], value: Any) -> str:
    """The text without this value in the list at a path.

    Raises:
        NotJson, Unplaceable: as for `put`.
    """
    node = _parse(text)
    for key in path:
        node = None if node is None else _member(node, key)
    if node is None or not isinstance(node.value, list):
        return text
    found = next((member for member in node.members if member.value == value), None)
    return text if found is None else _without(text, node, found)


def _wrapped(path: Sequence[str], value: Any) -> Any:
    for key in reversed(path):
        value = {key: value}
    return value


def _member(node: Node, key: str) -> Node | None:
    if not isinstance(node.value, dict):
        raise Unplaceable(f"what should hold {json.dumps(key)} is no object")
    found = [member for member in node.members if member.key == key]
    if len(found) > 1:
        raise Unplaceable(f"{json.dumps(key)} is there twice")
    return found[0] if found else None


@dataclass(frozen=True)
class _Style:
    """How a text is laid out."""

    indent: str
    newline: str

    @classmethod
    def of(cls, text: str) -> "_Style":
        found = _INDENT.search(text)
        return cls(found[1] if found else "  ", "\r\n" if "\r\n" in text else "\n")

    def written(self, value: Any, depth: int) -> str:
        lines = json.dumps(value, indent=self.indent, ensure_ascii=False).split("\n")
        return f"{self.newline}{self.indent * depth}".join(lines)


def _appended(text: str, node: Node, style: _Style, depth: int, value: Any, key: str | None) -> str:
    """The text with one more member at the end of an object or a list."""
    written = style.written(value, depth)
    if key is not None:
        written = f"{json.dumps(key, ensure_ascii=False)}: {written}"
    inner, outer = (f"{style.newline}{style.indent * level}" for level in (depth, depth - 1))
    closing = node.end - 1
    if not node.members:
        inside = text[node.start + 1 : closing].rstrip()
        return f"{text[: node.start + 1]}{inside}{inner}{written}{outer}{text[closing:]}"
    last = node.members[-1]
    after = last.end if last.comma is None else last.comma + 1
    has_comma = last.comma is not None
    inside = text[after:closing].rstrip()
    comma = "" if has_comma else ","
    return f"{text[:after]}{comma}{inside}{inner}{written}{',' if has_comma else ''}{outer}{text[closing:]}"


def _without(text: str, parent: Node, node: Node) -> str:
    """The text without a member, its comma, and the line that it leaves empty."""
    place = parent.members.index(node)
    begin = len(text[: node.first].rstrip(" \t\r\n"))
    end = node.end if node.comma is None else node.comma + 1
    if node.comma is None and place:
        comma = parent.members[place - 1].comma
        if comma is None:
            raise Unplaceable("a comma is missing")
        return f"{text[:comma]}{text[comma + 1 : begin]}{text[end:]}"
    rest = text[end:]
    if len(parent.members) == 1 and not text[end : parent.end - 1].strip() and begin == parent.start + 1:
        rest = text[parent.end - 1 :]
    return f"{text[:begin]}{rest}"


def _parse(text: str) -> Node | None:
    reader = _Reader(text)
    place = reader.gap(0)
    if place == len(text):
        return None
    node = reader.value(place, 0)
    if reader.gap(node.end) != len(text):
        raise reader.wrong(node.end)
    return node


class _Reader:
    """Reads values from left to right."""

    def __init__(self, text: str) -> None:
        self._text = text

    def wrong(self, place: int) -> NotJson:
        return NotJson(f"line {self._text.count(chr(10), 0, place) + 1} is not JSON")

    def gap(self, place: int) -> int:
        found = _GAP.match(self._text, place)
        return place if found is None else found.end()

    def value(self, place: int, depth: int) -> Node:
        if depth > DEEPEST:
            raise self.wrong(place)
        opening = self._text[place : place + 1]
        if opening in {"{", "["}:
            return self._members(place, depth, "}" if opening == "{" else "]")
        found = _STRING.match(self._text, place) or _PLAIN.match(self._text, place)
        if found is None:
            raise self.wrong(place)
        try:
            return Node(place, found.end(), json.loads(found[0], strict=False))
        except ValueError as error:
            raise self.wrong(place) from error

    def _members(self, place: int, depth: int, closing: str) -> Node:
        node = Node(place)
        at = self.gap(place + 1)
        while not self._text.startswith(closing, at):
            if node.members and node.members[-1].comma is None:
                raise self.wrong(at)
            member = self._keyed(at, depth) if closing == "}" else self.value(at, depth + 1)
            node.members.append(member)
            at = self.gap(member.end)
            if self._text.startswith(",", at):
                member.comma = at
                at = self.gap(at + 1)
        node.end = at + 1
        node.value = (
            {str(member.key): member.value for member in node.members}
            if closing == "}"
            else [member.value for member in node.members]
        )
        return node

    def _keyed(self, place: int, depth: int) -> Node:
        found = _STRING.match(self._text, place)
        if found is None:
            raise self.wrong(place)
        colon = self.gap(found.end())
        if not self._text.startswith(":", colon):
            raise self.wrong(colon)
        node = self.value(self.gap(colon + 1), depth + 1)
        try:
            node.key = str(json.loads(found[0], strict=False))
        except ValueError as error:
            raise self.wrong(place) from error
        node.key_start = place
        return node
