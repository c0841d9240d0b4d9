"""Finds strangers' texts that address an assistant, so that an answer names them first.

It is a warning and no guard: what it misses is still data, marked as others' words.
"""

import re
import unicodedata
from functools import cache, lru_cache
from typing import Final

from server.guards.addressing import groups
from server.guards.decoded import readings
from tools.platforms import PLATFORMS

LONGEST: Final = 20_000
"""Characters of one text that are searched."""

_BLANKS = re.compile(r"\s+")
_ACCENTS = re.compile("[\u0300-\u036f]")
_SHORTEST: Final = 8
_SHORT: Final = 1_000


@cache
def _groups() -> tuple[tuple[tuple[str, ...], str], ...]:
    """The expression of each group, with its hints."""
    prefixes = "|".join([*(platform.key for platform in PLATFORMS), "across", "tracker", "testdesk"])
    # White space is collapsed first; a line may end between any two words.
    return tuple((hints, "|".join(some).replace(" ", r"\s")) for hints, some in groups(prefixes))


_compiled = cache(re.compile)
"""On first use: the texts of a first answer have hints of few groups, and all of them take 20 ms."""


def addresses_reader(text: str) -> bool:
    """Whether a text addresses an assistant, ignoring accents and the width of letters, in plain words or encoded."""
    if len(text) < _SHORTEST:
        return False
    return _of_short_text(text) if len(text) <= _SHORT else _addresses(text[:LONGEST])


def _addresses(text: str) -> bool:
    return _is_addressed(text) or any(map(_is_addressed, readings(text)))


_of_short_text = lru_cache(2_000)(_addresses)
"""Titles, names and short texts come in answer after answer."""


def _is_addressed(text: str) -> bool:
    text = text.casefold()
    if not text.isascii():
        text = _ACCENTS.sub("", unicodedata.normalize("NFKD", text))
    text = _BLANKS.sub(lambda match: "\n" if "\n" in match.group() else " ", text)
    is_latin = text.isascii()
    return any(
        _compiled(expression).search(text) is not None
        for hints, expression in _groups()
        if _has_one_of(hints, text) or not (hints or is_latin)
    )


def _has_one_of(hints: tuple[str, ...], text: str) -> bool:
    for hint in hints:  # noqa: SIM110 - `any` of a generator takes twice as long, for each text of an answer
        if hint in text:
            return True
    return False
