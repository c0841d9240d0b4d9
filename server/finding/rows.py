"""A tool as a row of `find_tools`: its name and the beginning of its description, in at most 25 tokens."""

import re
from typing import Final

PIECE: Final = re.compile(r"[^\W\d_]{1,9}|\d{1,3}|[^\w\s]")
"""What costs about one token."""
MOST_PIECES: Final = 13
"""Pieces of a name and its sentence; with the JSON around them they cost up to 25 tokens."""


def sentence(name: str, description: str) -> str:
    """The first sentence of a description, cut at a word where it is too long."""
    first = re.split(r"[.:;](?:\s|$)", description, maxsplit=1)[0]
    left = MOST_PIECES - _pieces(name)
    words: list[str] = []
    for word in first.split():
        left -= _pieces(word)
        if left < 0:
            return " ".join(words).rstrip(",(") + "\u2026"
        words.append(word)
    return first


def _pieces(text: str) -> int:
    return len(PIECE.findall(text))
