"""A text that layers search for secrets, and what they share: its folded form, its labels, and what was found."""

import re
from collections.abc import Iterator
from typing import Final

from server.guards.redaction.spans import Span

LINE: Final = 400
"""Characters of a line that a layer looks at around a label."""
_BLANKS = str.maketrans(dict.fromkeys("\u00a0\u2007\u202f\u3000", " "))


class Pattern:
    """A regular expression that is compiled when it is first used, since a start waits for none of them."""

    __slots__ = ("_compiled", "_flags", "_source")

    def __init__(self, source: str, flags: int = 0) -> None:
        self._source, self._flags = source, flags
        self._compiled: re.Pattern[str] | None = None

    def __call__(self) -> re.Pattern[str]:
        if self._compiled is None:
            self._compiled = re.compile(self._source, self._flags)
        return self._compiled


def folded(text: str) -> str:
    """A text in lower case with plain blanks, as long as it was: some letters become two in lower case."""
    lower = text.lower()
    if len(lower) != len(text):
        lower = "".join(low if len(low := character.lower()) == 1 else character for character in text)
    return lower if lower.isascii() else lower.translate(_BLANKS)


class Source:
    """One text, and the places in it that layers found."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.folded = folded(text)
        self.spans: list[Span] = []
        self.calls_until = 0
        """Up to where calls were searched; many labels share a line."""

    def add(self, start: int, end: int) -> None:
        """Record a secret."""
        self.spans.append((start, end))

    def has(self, *literals: str) -> bool:
        """Whether one of some literals occurs, in any letter case."""
        return any(literal in self.folded for literal in literals)

    def places(self, *literals: str) -> Iterator[int]:
        """Where some literals stand that no letter or digit precedes, each in its own order."""
        folded = self.folded
        for literal in literals:
            at = folded.find(literal)
            while at >= 0:
                if at == 0 or not folded[at - 1].isalnum():
                    yield at
                at = folded.find(literal, at + 1)

    def matches(self, pattern: Pattern, *literals: str) -> Iterator[re.Match[str]]:
        """The matches of a pattern, all of which begin with one of these literals: found by the literals alone."""
        for at in self.places(*literals):
            match = pattern().match(self.folded, at)
            if match is not None:
                yield match

    def line(self, at: int) -> Span:
        """The line around a place, at most so much of it as layers look at."""
        start = self.text.rfind("\n", max(0, at - LINE), at) + 1 or max(0, at - LINE)
        end = self.text.find("\n", at, at + LINE)
        return start, min(len(self.text), at + LINE) if end < 0 else end
