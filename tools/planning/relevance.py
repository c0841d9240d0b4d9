"""How well something matches a change: shared words, by where they stand and by how rare they are."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from tools.planning.words import Term, stems_in

T = TypeVar("T")

TITLE, PLACE, TEXT = 1.0, 0.6, 0.25
"""What a shared word counts in a title, in the name of what something is in, and in a description or steps."""
FLOOR: Final = 0.25
"""The share of the best score below which nothing is shown."""
FULL: Final = 100
AGAIN: Final = 0.6
"""What a word counts that one match more had before."""
MOST_COMPARED: Final = 300
"""Matches among which the shown ones are chosen."""
RULE: Final = (
    "Score: shared words, by how rare they are and where they are (title, feature or folder, steps); 100 is the best "
    "match of all, below 25 is left out."
)
"""The weights are constants of this module; one word of the title or of its place is needed."""


@dataclass(frozen=True)
class Texts:
    """The texts of something, by what a word in them counts."""

    title: str
    place: str = ""
    text: str = ""


@dataclass(frozen=True)
class Match(Generic[T]):
    """Something that matches, with its score and the words that it shares."""

    what: T
    score: int
    parts: tuple[tuple[str, float], ...]
    """The words that it shares, and what each contributes."""

    @property
    def matched(self) -> list[str]:
        """The words that it shares, those that contribute most first."""
        return [word for word, _ in sorted(self.parts, key=lambda part: -part[1])]


@dataclass
class _Read(Generic[T]):
    what: T
    title: frozenset[str]
    place: frozenset[str]
    text: frozenset[str]
    raw: float = 0.0
    parts: tuple[tuple[str, float], ...] = ()


class Relevance:
    """Scores things of several lists by the same measure, once all of them were added."""

    def __init__(self, terms: Sequence[Term]) -> None:
        self._terms = list(terms)
        self._stems = frozenset(term.stem for term in terms)
        self._counts: Counter[str] = Counter()
        self._total = 0
        self._best = 0.0
        self._lists: dict[str, list[_Read[object]]] = {}

    def add(self, name: str, things: Iterable[T], texts_of: Callable[[T], Texts]) -> None:
        """Add a list under a name; its words count for how rare a word is."""
        found = self._lists.setdefault(name, [])
        for thing in things:
            texts = texts_of(thing)
            parts = [
                self._stems & stems_in(part) if part else frozenset[str]()
                for part in (texts.title, texts.place, texts.text)
            ]
            self._total += 1
            self._counts.update(parts[0] | parts[1])
            if parts[0] or parts[1]:
                found.append(_Read(thing, parts[0], parts[1], parts[2]))

    def finish(self) -> None:
        """Score everything that was added; the best score is what all others are shares of."""
        reads = [read for rows in self._lists.values() for read in rows]
        for read in reads:
            read.parts = tuple(self._parts(read))
            read.raw = sum(part for _, part in read.parts)
        self._best = max((read.raw for read in reads), default=0.0)

    def matches(self, name: str, kind: type[T]) -> list[Match[T]]:
        """The things of a list that match, the best first; equal ones in the order they were added."""
        found = [
            Match(read.what, round(FULL * read.raw / self._best), read.parts)
            for read in self._lists.get(name, ())
            if read.raw and read.raw >= FLOOR * self._best and isinstance(read.what, kind)
        ]
        return sorted(found, key=lambda match: -match.score)

    def _parts(self, read: _Read[object]) -> Iterator[tuple[str, float]]:
        for term in self._terms:
            where = TITLE if term.stem in read.title else PLACE if term.stem in read.place else 0.0
            where = where or (TEXT if term.stem in read.text else 0.0)
            if where:
                rarity = math.log(1 + self._total / max(1, self._counts[term.stem]))
                yield term.word, where * rarity * term.weight


def varied(
    matches: Sequence[Match[T]], at_most: int, *, factor: Callable[[T], float] = lambda _: 1.0
) -> list[Match[T]]:
    """The best matches, such that each word of the change has some: a word counts less each time it was matched.

    Otherwise a change of two features would show nothing but the one whose titles share more words. `factor` puts some
    things before others that match as well.
    """
    rest, chosen, times = list(matches[:MOST_COMPARED]), list[Match[T]](), Counter[str]()

    def worth(match: Match[T]) -> float:
        return factor(match.what) * sum(part * AGAIN ** times[word] for word, part in match.parts)

    while rest and len(chosen) < at_most:
        best = max(rest, key=worth)  # the first of equal ones
        rest.remove(best)
        chosen.append(best)
        times.update(word for word, _ in best.parts)
    return chosen
