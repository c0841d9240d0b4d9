"""The words for statuses and severities that all platforms share, and words that a caller filters by.

A platform's own word always stands beside a shared one. A filter's words are taken in any case; one that a platform
does not have is refused with those it has, since an empty list would say that there is nothing.
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
"""How a run or a result stands. `queued`: not begun; `skipped`: left out on purpose; `unknown`: none of these."""
Severity = Annotated[Literal["critical", "high", "medium", "low", "unknown"], Vocabulary()]
"""How bad a bug is; a platform that sorts by kind instead leaves `unknown`."""
Said = Annotated[str | None, Vocabulary(), Field(description="The platform's own word.")]

W = TypeVar("W", bound=str)

MOST_NAMED: Final = 30
"""Words that a refusal names at most."""


def shared_word(word: str | None, words: Mapping[str, W], otherwise: W) -> W:
    """The shared word for a platform's own, whose case, spaces and underscores do not count."""
    return words.get(folded(word or ""), otherwise)


@lru_cache(4096)
def folded(word: str) -> str:
    """A word without what does not count in it: case, spaces, `_`, `-` and other signs."""
    return "".join(character for character in word.casefold() if character.isalnum()) or word


class WordFilter:
    """Words that a caller filters rows by, out of a set that is documented and may have grown.

    `meant` says what people call a word otherwise, by folded words; `fields` says of a word that is none of them where
    it belongs.
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
        # No such word holds a comma, as a name may: some hosts send several as one text.
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
        """What tells this filter from another, for a cursor."""
        return sorted(self.wanted)

    def fits(self, word: str | None) -> bool:
        """Whether a row with this word is wanted; the word is one that there is."""
        if not self.wanted:
            return True
        plain = folded(word or "")
        if word and plain not in self._seen:
            self._seen[plain] = word
        return plain in self.wanted

    def see(self, words: Iterable[str | None]) -> None:
        """Note words that there are."""
        self._seen.update({folded(word): word for word in words if word})

    @property
    def unknown(self) -> str | None:
        """Once all rows were offered: the sentence on the first word that there is nowhere, with those there are."""
        for word in self._given:
            plain = folded(self._meant.get(folded(word), word))
            if plain not in self._known and plain not in self._seen:
                return self._sentence(word)
        return None

    def check(self) -> None:
        """Refuse a word that there is nowhere, once all rows were offered.

        Raises:
            Refused: with the words there are.
        """
        if self.unknown is not None:
            raise Refused(self.unknown)

    def _sentence(self, word: str) -> str:
        there = {plain: quote(said, at_most=60) for plain, said in self._seen.items()} | self._known
        hint = self._fields.get(folded(word))
        hint = f"{hint} " if hint else ""
        return f"There is no {self._what} {word[:60]!r}. {hint}{describe_available(word, there)}"


def describe_available(word: str, there: Mapping[str, str]) -> str:
    """What there is in place of a word, the near one first; `there` has words by their folded form."""
    close = difflib.get_close_matches(folded(word)[:60], list(there), 1)
    ordered = [*close, *(plain for plain in there if plain not in close)]
    named = ", ".join(there[plain] for plain in ordered[:MOST_NAMED])
    more = f" and {len(there) - MOST_NAMED} more" if len(there) > MOST_NAMED else ""
    return f"There are: {named}{more}." if named else "There is none at all."


def instead_of(word: str, words: Iterable[str | None]) -> str:
    """The same for words that a platform has, which are its own or a stranger's."""
    return describe_available(word, {folded(one): quote(one, at_most=60) for one in words if one})
