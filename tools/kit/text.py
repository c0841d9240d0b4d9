"""Marks texts by their author: ours, the caller's, a platform's vocabulary, or a stranger's.

A text that others wrote is enclosed in marks that no such text can contain. The server replaces the marks last, after
cleaning, redacting and cutting: by quotation marks in a question, by a random boundary in what a model reads. There are
four marks: `quote` and `passage` (a stranger), `given` (the caller), `word` (the platform's vocabulary). Everything
outside of marks is ours and is never masked.
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
    """Marks a field whose text was written by strangers; it is data, whatever it says."""


@dataclass(frozen=True)
class Vocabulary:
    """Marks a field that holds a platform's own term: a status, a kind, an id, a date."""


@dataclass(frozen=True)
class Sealed:
    """Marks a field that is a secret: known to the redactor, never shown."""


Untrusted = Annotated[str, Written()]
Key = Annotated[str, Vocabulary()]
_learn: ContextVar[Callable[[str], None] | None] = ContextVar("learn", default=None)


@contextmanager
def learn_secrets(learn: Callable[[str], None]) -> Iterator[None]:
    """Report each secret that is read from a platform inside the block: other texts may repeat it."""
    token = _learn.set(learn)
    try:
        yield
    finally:
        _learn.reset(token)


def notice_secret(secret: str) -> None:
    """Report a secret that came from a platform to the block around, if there is one."""
    if (learn := _learn.get()) is not None and secret:
        learn(secret)


def _noticed(secret: SecretStr) -> SecretStr:
    notice_secret(secret.get_secret_value())
    return secret


Secret = Annotated[SecretStr, Sealed(), AfterValidator(_noticed)]

OPEN: Final = "\x02"
CLOSE: Final = "\x03"
MARKED: Final = re.compile(f"{OPEN}([isgw])(\\d+):([^{OPEN}{CLOSE}]*){CLOSE}", re.DOTALL)
"""Kinds: i on one line, s keeps its lines, g given by the caller, w a platform's word."""


def quote(text: object, *, at_most: int = 120) -> str:
    """Mark a stranger's text for a line of ours."""
    return f"{OPEN}i{at_most}:{_without_marks(text)}{CLOSE}"


def given(text: object, *, at_most: int = 8_000) -> str:
    """Mark the caller's own text: a question shows it in full and unmasked, or is not asked.

    Never pass a `Secret` argument: a question only says that it is set.
    """
    return f"{OPEN}g{at_most}:{_without_marks(text)}{CLOSE}"


def word(value: object, *, at_most: int = 60) -> str:
    """Mark a platform's own term (a status, a kind, a key) for a sentence of ours, on one short line."""
    return f"{OPEN}w{at_most}:{_without_marks(value)}{CLOSE}"


def word_if(value: object) -> str | None:
    """Mark a platform's own term, if there is one."""
    return None if value is None or value == "" else word(value)


def passage(text: object, *, at_most: int = 4000) -> str:
    """Mark a stranger's text that keeps its lines, for a page."""
    return f"{OPEN}s{at_most}:{_without_marks(text)}{CLOSE}"


def without_marks(text: str) -> str:
    """Strip our marks from a text; a platform's response can contain any character."""
    return MARKED.sub(lambda match: match[3], text).replace(OPEN, "").replace(CLOSE, "")


# An escaped backslash is taken whole, so that what is behind it is no escape. Each match begins with a backslash, or
# the search would try every byte of a document.
_ESCAPE = re.compile(rb"\\(?:(\\)|u000[23])")


def without_escaped_marks(document: bytes) -> bytes:
    """Strip our marks from a JSON document as it arrives, field names included."""
    if rb"\u000" not in document:
        return document
    # What stands around a mark can become another one; a replacement in its place cannot.
    return _replaced_marks(_replaced_marks(document, b""), rb"\ufffd")


def _replaced_marks(document: bytes, by: bytes) -> bytes:
    return _ESCAPE.sub(lambda escape: escape[0] if escape[1] else by, document)


def _without_marks(text: object) -> str:
    return without_marks(str(text))


def cut(text: str, at_most: int, how: str = "") -> str:
    """Shorten a text, saying how much was cut and how to get it."""
    if len(text) <= at_most:
        return text
    rest = f"{len(text) - at_most} more characters"
    return f"{text[:at_most].rstrip()}… [{rest}{': ' + how if how else ''}]"


def many(count: int, one: str, several: str | None = None, *, complete: bool = True) -> str:
    """A count with its noun, such as "3 tests", or "at least 3 tests" if the count is not complete."""
    return f"{'' if complete else 'at least '}{count} {one if count == 1 else several or one + 's'}"
