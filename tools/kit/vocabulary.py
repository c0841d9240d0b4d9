"""Shared terms for statuses and severities, and the words that callers filter by.

A platform's own term is always shown next to the shared one. Filter words match in any case; an unknown one is refused
with the known ones, since an empty list would mean that there is nothing.
"""

import difflib
import re
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from typing import Annotated, Final, Literal, TypeVar

from pydantic import Field

from tools.kit.errors import Refused
from tools.kit.text import Vocabulary, quote

Status = Annotated[
    Literal["passed", "failed", "blocked", "skipped", "running", "queued", "cancelled", "unknown"], Vocabulary()
]
"""Status of a run or a result. `queued`: not started; `skipped`: left out on purpose; `unknown`: none of these."""
Severity = Annotated[Literal["critical", "high", "medium", "low", "unknown"], Vocabulary()]
"""Severity of a bug; `unknown` on a platform that has kinds instead."""
Said = Annotated[str | None, Vocabulary(), Field(description="The platform's own word.")]

W = TypeVar("W", bound=str)

MOST_NAMED: Final = 30
"""Words listed in a refusal."""


def shared_word(word: str | None, words: Mapping[str, W], otherwise: W) -> W:
    """The shared term for a platform's own, ignoring case, spaces and underscores."""
    return words.get(folded(word or ""), otherwise)


@lru_cache(4096)
def folded(word: str) -> str:
    """A word without case, spaces, `_`, `-` and other punctuation."""
    return "".join(character for character in word.casefold() if character.isalnum()) or word


class WordFilter:
    """Words that a caller filters rows by, from a documented set that may have grown.

    `meant` maps synonyms to words, both folded; `fields` says of a word outside the set which filter it belongs to.
    """

    def __init__(
        self,
        what: str,
        given: Iterable[str] | str | None,
        known: Collection[str] = (),
        *,
        meant: Mapping[str, str] | None = None,
        fields: Mapping[str, str] | None = None,
        is_name: bool = False,
    ) -> None:
        texts = [given] if isinstance(given, str) else list(given or ())
        # Some hosts send several words as one text; unlike a name, no word contains a comma.
        parts = texts if is_name else [part for text in texts for part in re.split("[,;]", text)]
        self._given = [part.strip() for part in parts if part.strip()]
        self._what, self._known = what, {folded(word): word for word in known}
        self._meant, self._fields = meant or {}, fields or {}
        self._seen: dict[str, str] = {}
        self.wanted = frozenset(folded(self._meant.get(folded(word), word)) for word in self._given)

    def __bool__(self) -> bool:
        return bool(self.wanted)

    @property
    def key(self) -> list[str]:
        """The fingerprint of this filter, for a cursor."""
        return sorted(self.wanted)

    def fits(self, word: str | None) -> bool:
        """Whether a row with this word matches; the word is recorded as known."""
        if not self.wanted:
            return True
        plain = folded(word or "")
        if word and plain not in self._seen:
            self._seen[plain] = word
        return plain in self.wanted

    def see(self, words: Iterable[str | None]) -> None:
        """Record known words."""
        self._seen.update({folded(word): word for word in words if word})

    @property
    def unknown(self) -> str | None:
        """After all rows: the sentence about the first unknown word, with the known ones."""
        for word in self._given:
            plain = folded(self._meant.get(folded(word), word))
            if plain not in self._known and plain not in self._seen:
                return self._sentence(word)
        return None

    def check(self) -> None:
        """Refuse an unknown word, after all rows.

        Raises:
            Refused: with the known words.
        """
        if self.unknown is not None:
            raise Refused(self.unknown)

    def _sentence(self, word: str) -> str:
        there = {plain: quote(said, at_most=60) for plain, said in self._seen.items()} | self._known
        hint = self._fields.get(folded(word))
        hint = f"{hint} " if hint else ""
        return f"There is no {self._what} {word[:60]!r}. {hint}{describe_available(word, there)}"


def describe_available(word: str, there: Mapping[str, str]) -> str:
    """List what is available, the closest to a word first; `there` has words by their folded form."""
    close = difflib.get_close_matches(folded(word)[:60], list(there), 1)
    ordered = [*close, *(plain for plain in there if plain not in close)]
    named = ", ".join(there[plain] for plain in ordered[:MOST_NAMED])
    more = f" and {len(there) - MOST_NAMED} more" if len(there) > MOST_NAMED else ""
    return f"There are: {named}{more}." if named else "There is none at all."


def instead_of(word: str, words: Iterable[str | None]) -> str:
    """List a platform's own words, quoted, the closest first."""
    return describe_available(word, {folded(one): quote(one, at_most=60) for one in words if one})
