"""Judges single words by their composition: which parts of an access line are secrets, and are remembered."""

import re
from collections.abc import Iterator, Mapping
from enum import Enum, auto
from itertools import pairwise
from typing import Any, Final

from pydantic import BaseModel, SecretStr

_LABELS = (
    r"pass(?:word|wd|phrase|code)?|pwd|passwort|kennwort|secret|(?:api|access|auth|private|secret)[ _-]?key"
    r"|(?:access|auth|api|refresh|session|bearer|client)[ _-]?(?:token|secret)|token"
)
# Words next to a credential that are not secret; masking them everywhere would garble other texts.
_NAMES = rf"(?:{_LABELS}|user(?:[ _-]?name)?|log-?in|e-?mail|accounts?|access|credentials?|benutzer(?:name)?|zugang)"
_NAME = re.compile(_NAMES, re.I)
_NAMED = re.compile(rf"{_NAMES}[:=](.+)", re.I)
_ADDRESS = re.compile(r"\w+://\S+")
_FEW_WORDS = 4


def parts_of(secret: str) -> set[str]:
    """The parts of a line such as 'demo / Hafen-4711' that may be secrets: no URLs, no words of a sentence."""
    words = [word for word in re.split(r"[\s/|,;]+", _ADDRESS.sub(" ", secret)) if word]
    parts, named = set[str](), False
    for word in words:
        bare = word.strip(".:=()\"'")
        if _NAME.fullmatch(bare):
            named = True
        elif bare.casefold() not in {"", "is", "ist"}:
            if named or len(words) <= _FEW_WORDS or not bare.replace("-", "").isalpha():
                value = _NAMED.fullmatch(word)
                parts |= {word, bare, *(value.groups() if value else ())}
            named = False
    return parts


# Words, numbers, dates, versions, issue keys, addresses: ordinary text.
_PLAIN = re.compile(
    r"[^\W\d_]+(?:[-_.'/\u2019][^\W\d_]+)*|[\d.,:/+-]+|\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:?\d\d)?|v?\d+(?:\.\d+)+[\w.+-]*"
    r"|[A-Z][A-Z0-9]{0,9}-\d+|\w+://\S*|(?:www\.)?[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}(?:[:/]\S*)?|[\w.+-]+@[\w.-]+"
)
_MIXED: Final = 3
_SHORT, _LONG, _CHANGES = 8, 12, 2


def looks_secret(word: str) -> bool:
    """Whether a word is composed like a password or token; only such words are remembered and masked elsewhere."""
    if len(word) < _SHORT or re.search(r"\s", word) or _PLAIN.fullmatch(word) or _NAME.fullmatch(word):
        return False
    kinds = [_kind(c) for c in word]
    if len(set(kinds)) >= _MIXED or re.search(r"[^\w.,:/'\u2019-]", word):
        return True
    return len(word) >= _LONG and sum(a != b for a, b in pairwise(kinds)) >= _CHANGES


class _Kind(Enum):
    """The kind of a character, by which a word is judged."""

    DIGIT = auto()
    UPPER = auto()
    LOWER = auto()
    OTHER = auto()


def _kind(character: str) -> _Kind:
    if character.isdigit():
        return _Kind.DIGIT
    if character.isalpha():
        return _Kind.UPPER if character.isupper() else _Kind.LOWER
    return _Kind.OTHER


def secrets_in(given: Any) -> Iterator[str]:
    """The secrets in a call's arguments, nested ones too."""
    if isinstance(given, SecretStr):
        yield given.get_secret_value()
    elif isinstance(given, BaseModel):
        yield from secrets_in([getattr(given, name) for name in type(given).model_fields])
    elif isinstance(given, Mapping):
        yield from secrets_in(list(given.values()))
    elif isinstance(given, list | tuple):
        for one in given:
            yield from secrets_in(one)
