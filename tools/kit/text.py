"""Words and who wrote them: ours, a platform's vocabulary, or a stranger's.

A text that others wrote travels inside marks that no such text can contain. The door of the server replaces the
marks last, after cleaning, redacting and cutting: with quotation marks in a question to a person, with a random
boundary in what a model reads.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import SecretStr


@dataclass(frozen=True)
class Written:
    """Marks a field whose text was written by people outside; it is data, whatever it says."""


@dataclass(frozen=True)
class Vocabulary:
    """Marks a field that holds a platform's own word: a status, a kind, an id, a date."""


@dataclass(frozen=True)
class Sealed:
    """Marks a field that is a secret: known to the redaction, never shown."""


Untrusted = Annotated[str, Written()]
Key = Annotated[str, Vocabulary()]
Secret = Annotated[SecretStr, Sealed()]

OPEN: Final = "\x02"
CLOSE: Final = "\x03"
MARKED: Final = re.compile(f"{OPEN}([is])(\\d+):([^{OPEN}{CLOSE}]*){CLOSE}", re.DOTALL)

# Letters, marks and reserved places that show nothing: fillers, joiners, and the variation selectors and tags that can
# carry a hidden text.
_BLANK = "\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufff8\U000e0000-\U000e0fff"
_SUSPECT = re.compile(f"[^\t\n -~\u00a1-\u00ac\u00ae-\u02ff]|[{_BLANK}]")
_BLANKS = re.compile(f"[{_BLANK}]")


def clean(text: str) -> str:
    """Take out what cannot be seen: control, bidirectional and invisible characters; line ends become newlines."""
    if (text.isascii() and text.isprintable()) or not _SUSPECT.search(text):
        return text
    text = re.sub("\r\n?|[\u2028\u2029\u0085\v\f]", "\n", text)
    return _BLANKS.sub(
        "", "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cf", "Co", "Cs"})
    )


def quote(text: object, *, at_most: int = 120) -> str:
    """Mark a stranger's text for use on one line of ours."""
    return f"{OPEN}i{at_most}:{_without_marks(text)}{CLOSE}"


def passage(text: object, *, at_most: int = 4000) -> str:
    """Mark a stranger's text that keeps its lines, for a page."""
    return f"{OPEN}s{at_most}:{_without_marks(text)}{CLOSE}"


def _without_marks(text: object) -> str:
    return str(text).replace(OPEN, "").replace(CLOSE, "")


def cut(text: str, at_most: int, how: str = "") -> str:
    """Shorten a text, saying how much is missing and how to get it."""
    if len(text) <= at_most:
        return text
    rest = f"{len(text) - at_most} more characters"
    return f"{text[:at_most].rstrip()}… [{rest}{': ' + how if how else ''}]"


def many(count: int, one: str, several: str | None = None, *, complete: bool = True) -> str:
    """A number of things in words, which says where it may be more."""
    return f"{'' if complete else 'at least '}{count} {one if count == 1 else several or one + 's'}"
