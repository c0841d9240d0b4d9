"""Places in a text: layers collect them over the same text, and their union is masked once.

So no layer can spoil what another would have found, and each can be left out alone.
"""

from collections.abc import Iterable
from typing import Final

from tools.kit.shortened import MASK

HIDDEN: Final = MASK
Span = tuple[int, int]
"""The start of a place and its end."""


def union(spans: Iterable[Span]) -> list[Span]:
    """The same places in order, those that touch or overlap as one."""
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(joined[-1][1], end)
        elif start < end:
            joined.append((start, end))
    return joined


def mask(text: str, spans: Iterable[Span]) -> str:
    """A text with the mark of a secret in place of each span of a union."""
    out, at = [], 0
    for start, end in spans:
        out += [text[at:start], HIDDEN]
        at = end
    return "".join([*out, text[at:]])
