"""Reads a question: the platforms it names, its words without their endings, and whether it wants something done."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache, cached_property
from itertools import pairwise
from typing import Final
from unicodedata import combining, normalize

from snowballstemmer import stemmer  # type: ignore[import-untyped]  # it has no types

from server.finding.glossary import EMPTY as EMPTY_ABROAD
from server.finding.glossary import GERMAN, SPANISH
from server.finding.words import (
    ACTING,
    ACTING_OR_THINGS,
    ASKING,
    BEFORE_THEM,
    BEFORE_THINGS,
    EMPTY,
    HELPING,
    MAY_ASK,
    PHRASES,
    SAME,
    WHO_AND_WHY,
)

TRACKER_KEY = re.compile(r"\b[A-Z][A-Z0-9]{1,9}-\d+\b")
WORD = re.compile(r"[a-z][a-z0-9]*")
LONG_ENOUGH = 5
"""Letters from which a word can be a misspelling of another."""
CLOSE = 0.8
"""How similar it must be."""
LEAST_KNOWN: Final = 0.4
"""The share of a question's words that tools must have; a person's own words, such as names, are never among them."""


@dataclass(frozen=True)
class Term:
    """A word of a question, and what it also means."""

    stem: str
    means: frozenset[str]
    is_known: bool
    """Whether any tool has it, or what it means."""
    helps: bool
    """Whether it only counts where a tool has it."""


@dataclass(frozen=True)
class Question:
    """A question as it is searched."""

    platforms: set[str]
    """Keys of the platforms it names."""
    words: frozenset[str]
    terms: Sequence[Term]
    pairs: Sequence[str]
    """Each two neighbouring words."""
    is_ours: bool
    """Whether enough of its words are ones that tools have; otherwise it is about something else."""
    asks: bool
    """Whether it has the form of a question."""
    acts: bool
    """Whether it wants something done."""


def fold(text: str) -> str:
    """Lower case, without accents."""
    if text.isascii():
        return text.lower()
    return "".join(letter for letter in normalize("NFKD", text.casefold()) if not combining(letter))


def split(text: str) -> list[str]:
    """The words of a text, with one word for each phrase."""
    return _replaced(WORD.findall(fold(text)), PHRASES)


def _replaced(words: list[str], phrases: Mapping[str, str]) -> list[str]:
    """Words with each phrase replaced by what it means."""
    text = f" {' '.join(words)} "
    for phrase, other in phrases.items():
        text = text.replace(f" {phrase} ", f" {other} ")
    return text.split()


_SUPERLATIVE: Final = re.compile(r"(?<=\w{3})iest$")


class Stems:
    """Words without their endings, so that "failing" matches "fail"."""

    def __init__(self) -> None:
        english = stemmer("english").stemWord
        # The stemmer leaves superlatives as they are: "flakiest" is to match "flaky".
        self.of = cache(lambda word: english(_SUPERLATIVE.sub("y", word)))

    def __call__(self, words: Iterable[str]) -> list[str]:
        """The stems of words, without those that carry nothing."""
        return [self.of(word) for word in words if word not in EMPTY]


def pairs(stems: Sequence[str]) -> list[str]:
    """Each two neighbours."""
    return [f"{first} {second}" for first, second in pairwise(stems)]


class Language:
    """A language other than English: what its words mean."""

    def __init__(self, name: str, glossary: Mapping[str, str]) -> None:
        self.stem = stemmer(name).stemWord
        self.empty = {fold(word) for word in EMPTY_ABROAD[name].split()}
        self.phrases = {fold(words): english for words, english in glossary.items() if " " in words}
        single = {word.casefold(): english for word, english in glossary.items() if " " not in word}
        self.words = {form: english for word, english in single.items() for form in self.forms(word)}

    def forms(self, word: str) -> set[str]:
        """The forms a word is looked up by: people leave accents out, and endings depend on them."""
        return {fold(self.stem(word)), self.stem(fold(word))}

    def english(self, word: str) -> str | None:
        """What a word means; None: it is not known."""
        if fold(word) in self.empty:
            return ""
        return next((self.words[form] for form in self.forms(word) if form in self.words), None)


class Reader:
    """Reads questions against the words of an index."""

    def __init__(self, stems: Stems, platforms: Mapping[str, str], words: set[str]) -> None:
        self.stems = stems
        self.known = {stems.of(word) for word in words}
        """The stems that tools have."""
        self.aliases = {alias: key for key, title in platforms.items() for alias in _aliases(key, title)}
        self.means = {stems.of(word): frozenset(stems(split(other))) for word, other in SAME.items()}
        self.understood = self.known | self.means.keys()
        self.asking = {stems.of(word) for word in WHO_AND_WHY}
        self.helping = self.asking | {stems.of(word) for word in HELPING}
        self.spelled: dict[str, list[str]] = {}
        for word in sorted(words | SAME.keys() | EMPTY | ASKING | ACTING | self.aliases.keys()):
            self.spelled.setdefault(word[0], []).append(word)

    @cached_property
    def abroad(self) -> list[Language]:
        """The other languages; made for the first question that has a word which is not known in English."""
        return [Language("german", GERMAN), Language("spanish", SPANISH)]

    def read(self, text: str) -> Question:
        """Read a question."""
        words = self._translated(TRACKER_KEY.sub(" tracker key ", text))
        rest, platforms = self._named([self._spelled(word) for word in words])
        stems = self.stems(rest)
        terms = [self._term(stem) for stem in dict.fromkeys(stems)]
        telling = [term for term in terms if term.stem not in self.asking]
        return Question(
            platforms=platforms,
            words=frozenset(rest),
            terms=terms,
            pairs=pairs(stems),
            is_ours=sum(term.is_known for term in telling) >= LEAST_KNOWN * len(telling),
            asks=_asks(rest),
            acts=not _asks(rest) and _acts(rest),
        )

    def _term(self, stem: str) -> Term:
        means = self.means.get(stem, frozenset())
        return Term(stem, means, stem in self.known or not self.known.isdisjoint(means), stem in self.helping)

    def _named(self, words: list[str]) -> tuple[list[str], set[str]]:
        """The words without the names of platforms, and the platforms' keys."""
        rest: list[str] = []
        named: set[str] = set()
        remaining = list(words)
        while remaining:
            two, one = "".join(remaining[:2]), remaining[0]
            if len(remaining) > 1 and two in self.aliases:
                named.add(self.aliases[two])
                del remaining[:2]
                continue
            if one in self.aliases:
                named.add(self.aliases[one])
            else:
                rest.append(one)
            del remaining[0]
        return rest, named

    def _spelled(self, word: str) -> str:
        """The known word that an unknown one is a misspelling of, or the word itself."""
        alike = self.spelled.get(word[0], [])
        if len(word) < LONG_ENOUGH or word in alike or self.stems.of(word) in self.understood:
            return word
        return next(iter(get_close_matches(word, alike, 1, CLOSE)), word)

    def _is_english(self, word: str) -> bool:
        return word in EMPTY or word in self.aliases or self.stems.of(word) in self.known

    def _translated(self, text: str) -> list[str]:
        """The words of a text, in English where it is German or Spanish."""
        words = re.findall(r"[^\W\d_]+", text.casefold())
        foreign = {word for word in words if not self._is_english(fold(word))}
        best, most = None, 0
        for language in self.abroad if foreign else ():
            found = [word for word in words if language.english(word) is not None]
            if foreign.intersection(found) and len(found) > most:
                best, most = language, len(found)
        if best is None:
            return split(text)
        out: list[str] = []
        for word in _replaced([fold(word) for word in words], best.phrases):
            english = best.english(word)
            out += split(word if english is None else english)
        return out


def _asks(words: Sequence[str]) -> bool:
    """Whether words have the form of a question, or ask to see something."""
    first, second = [*words, "", ""][:2]
    return first in ASKING or (first in MAY_ASK and second in {"we", "i"})


def _acts(words: Sequence[str]) -> bool:
    """Whether words want something done: "cancel the run", and not "cancelled runs"."""
    first, second = [*words, "", ""][:2]
    telling = [word for word in words if word not in EMPTY]
    if first in MAY_ASK:
        return not ACTING.isdisjoint(telling)
    if first in ACTING_OR_THINGS and second in BEFORE_THINGS:
        return True
    if first in ACTING:
        return second not in BEFORE_THEM
    return bool(telling) and (telling[0] in ACTING or telling[-1] in ACTING)


def _aliases(key: str, title: str) -> Iterator[str]:
    """How people write a platform's name: its key, its title in one word, and a domain name without its end."""
    yield key
    yield "".join(split(title))
    first, dot, _ = fold(title).partition(".")
    if dot:
        yield first
