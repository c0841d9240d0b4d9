"""Words and who wrote them: ours, a platform's vocabulary, or a stranger's.

A text that others wrote travels inside marks that no such text can contain. The door of the server replaces the
marks last, after cleaning, redacting and cutting: with quotation marks in a question to a person, with a random
boundary in what a model reads. Four marks, for four authors: `quote` and `passage` (a stranger), `given` (the caller),
`word` (the platform's vocabulary); everything outside of marks is ours and is never masked.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import AfterValidator, SecretStr

from tools.kit.invisible import clean as clean


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
_learn: ContextVar[Callable[[str], None] | None] = ContextVar("learn", default=None)


@contextmanager
def learn_secrets(learn: Callable[[str], None]) -> Iterator[None]:
    """Tell of each secret that is read from a platform meanwhile: it may also stand in a text beside it."""
    token = _learn.set(learn)
    try:
        yield
    finally:
        _learn.reset(token)


def _noticed(secret: SecretStr) -> SecretStr:
    if (learn := _learn.get()) is not None and secret.get_secret_value():
        learn(secret.get_secret_value())
    return secret


Secret = Annotated[SecretStr, Sealed(), AfterValidator(_noticed)]

OPEN: Final = "\x02"
CLOSE: Final = "\x03"
MARKED: Final = re.compile(f"{OPEN}([isgw])(\\d+):([^{OPEN}{CLOSE}]*){CLOSE}", re.DOTALL)
"""Kinds: i on one line, s keeps its lines, g given by the caller, w a platform's word."""


def quote(text: object, *, at_most: int = 120) -> str:
    """Mark a stranger's text for use on one line of ours."""
    return f"{OPEN}i{at_most}:{_without_marks(text)}{CLOSE}"


def given(text: object, *, at_most: int = 8_000) -> str:
    """Mark a text of the caller's own: a question shows it whole and unmasked, or is not put.

    A `Secret` argument never comes here: a question says of it that it is set.
    """
    return f"{OPEN}g{at_most}:{_without_marks(text)}{CLOSE}"


def word(value: object, *, at_most: int = 60) -> str:
    """Mark a platform's own word (a status, a kind, a key) for a sentence of ours: one short line, whatever it is."""
    return f"{OPEN}w{at_most}:{_without_marks(value)}{CLOSE}"


def word_if(value: object) -> str | None:
    """Mark a platform's own word where there is one."""
    return None if value is None or value == "" else word(value)


def passage(text: object, *, at_most: int = 4000) -> str:
    """Mark a stranger's text that keeps its lines, for a page."""
    return f"{OPEN}s{at_most}:{_without_marks(text)}{CLOSE}"


def without_marks(text: str) -> str:
    """Take out what looks like our marks; a platform's answer can hold any character."""
    return MARKED.sub(lambda match: match[3], text).replace(OPEN, "").replace(CLOSE, "")


_ESCAPED_MARK = re.compile(rb"(?<!\\)((?:\\\\)*)\\u000[23]")


def without_escaped_marks(document: bytes) -> bytes:
    """Take our marks out of a JSON document as it arrives, names of fields included: no platform's text has them."""
    return _ESCAPED_MARK.sub(rb"\1", document) if rb"\u000" in document else document


def _without_marks(text: object) -> str:
    return without_marks(str(text))


def cut(text: str, at_most: int, how: str = "") -> str:
    """Shorten a text, saying how much is missing and how to get it."""
    if len(text) <= at_most:
        return text
    rest = f"{len(text) - at_most} more characters"
    return f"{text[:at_most].rstrip()}… [{rest}{': ' + how if how else ''}]"


def many(count: int, one: str, several: str | None = None, *, complete: bool = True) -> str:
    """A number of things in words, which says where it may be more."""
    return f"{'' if complete else 'at least '}{count} {one if count == 1 else several or one + 's'}"
