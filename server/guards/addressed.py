"""Finds strangers' texts that address an assistant, so that an answer names them first.

It is a warning and no guard: what it misses is still data, marked as others' words.
"""

import re
import unicodedata
from functools import cache
from typing import Final

from server.guards.addressing import groups
from server.guards.decoded import readings
from tools.platforms import PLATFORMS

LONGEST: Final = 20_000
"""Characters of one text that are searched."""

_BLANKS = re.compile(r"\s+")
_ACCENTS = re.compile("[\u0300-\u036f]")
_SHORTEST: Final = 8


@cache
def _patterns() -> tuple[tuple[tuple[str, ...], re.Pattern[str]], ...]:
    """The patterns of each group, with their hints; compiled on first use."""
    prefixes = "|".join([*(platform.key for platform in PLATFORMS), "across", "testdesk"])
    # White space is collapsed first; a line may end between any two words.
    return tuple((hints, re.compile("|".join(some).replace(" ", r"\s"))) for hints, some in groups(prefixes))


def addresses_reader(text: str) -> bool:
    """Whether a text addresses an assistant, ignoring accents and the width of letters, in plain words or encoded."""
    if len(text) < _SHORTEST:
        return False
    text = text[:LONGEST]
    return _is_addressed(text) or any(map(_is_addressed, readings(text)))


def _is_addressed(text: str) -> bool:
    text = text.casefold()
    if not text.isascii():
        text = _ACCENTS.sub("", unicodedata.normalize("NFKD", text))
    text = _BLANKS.sub(lambda match: "\n" if "\n" in match.group() else " ", text)
    is_latin = text.isascii()
    return any(
        pattern.search(text) is not None
        for hints, pattern in _patterns()
        if any(hint in text for hint in hints) or not (hints or is_latin)
    )
