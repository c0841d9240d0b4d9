"""Finds texts that are alike by the words they share: a rare word counts more than a common one."""

import re
from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass
from math import log
from typing import Final, Generic, TypeVar

from tools.kit.text import clean

K = TypeVar("K", bound=Hashable)

LEAST: Final = 0.5
"""How much of two texts is the same, from 0 to 1, before they are called alike."""
COMMON: Final = 0.1
"""Words in a larger part of all texts are compared, but no candidates are looked up by them."""
FEW: Final = 40
"""Up to so many texts with a word, it is looked up by in any case."""
_WORD: Final = re.compile(r"[^\W_]{2,}")


@dataclass(frozen=True)
class Match(Generic[K]):
    """A text that is like another one."""

    key: K
    score: float
    words: tuple[str, ...]
    """The words in both, the rarest first."""


class Texts(Generic[K]):
    """Short texts by their keys, such as the titles of bugs."""

    def __init__(self) -> None:
        self._words: dict[K, frozenset[str]] = {}
        self._holders: dict[str, list[K]] = {}

    def add(self, key: K, text: str) -> None:
        """Add a text; the first one counts where a key comes twice."""
        if key in self._words:
            return
        words = self._words[key] = frozenset(_WORD.findall(clean(text).casefold()))
        for word in words:
            self._holders.setdefault(word, []).append(key)

    def like(self, key: K, *, at_most: int = 3, least: float = LEAST) -> list[Match[K]]:
        """The texts most like that of a key, the most alike first."""
        own = self._words.get(key, frozenset())
        shared: Counter[K] = Counter()
        for word in own:
            holders = self._holders[word]
            if len(holders) <= max(FEW, COMMON * len(self._words)):
                shared.update(holders)
        del shared[key]
        weight = self._weight(own)
        found = []
        for other in shared:
            both = own & self._words[other]
            score = 2 * self._weight(both) / ((weight + self._weight(self._words[other])) or 1)
            if score >= least:
                found.append((score, other, both))
        found.sort(key=lambda match: (-match[0], str(match[1])))
        return [
            Match(other, round(score, 2), tuple(sorted(both, key=lambda word: (len(self._holders[word]), word))))
            for score, other, both in found[:at_most]
        ]

    def _weight(self, words: frozenset[str]) -> float:
        total = len(self._words)
        return sum(log(1 + total / len(self._holders[word])) for word in words)
