"""A small document: what an issue says, before it is rendered in a tracker's format."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Link:
    """A link; its address begins with https:// or http://, its text is literal."""

    text: str
    address: str


Span = str | Link
"""A piece of a line. A text is literal: no format may read anything into it; a line break in it stays one."""
Line = Sequence[Span]


@dataclass(frozen=True)
class Paragraph:
    spans: Line


@dataclass(frozen=True)
class Heading:
    text: str


@dataclass(frozen=True)
class Numbered:
    """A numbered list."""

    items: Sequence[Line]


@dataclass(frozen=True)
class Bullets:
    items: Sequence[Line]


@dataclass(frozen=True)
class Table:
    """Two columns, a name and its value, without a head."""

    rows: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Code:
    """Lines in a fixed font."""

    text: str


@dataclass(frozen=True)
class Quote:
    """A passage that somebody else wrote."""

    text: str


Block = Paragraph | Heading | Numbered | Bullets | Table | Code | Quote
Document = Sequence[Block]
Render = Callable[[Document], Any]
"""Renders a document in one format: a text, or the JSON of a format that is no text."""
