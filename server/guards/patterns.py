"""Recognizes secrets that are not known: by form or label in free text, by composition in single words."""

import re
from collections.abc import Iterator, Mapping
from enum import Enum, auto
from itertools import pairwise
from typing import Any, Final

from pydantic import BaseModel, SecretStr

from tools.kit.shortened import MASK

HIDDEN: Final = MASK

# Labels of secrets. A value that is an ordinary word of a sentence about passwords ("password: must have 8 characters")
# stays readable.
_LABELS = (
    r"pass(?:word|wd|phrase|code)?|pwd|passwort|kennwort|secret|(?:api|access|auth|private|secret)[ _-]?key"
    r"|(?:access|auth|api|refresh|session|bearer|client)[ _-]?(?:token|secret)|token"
)
# The same labels at the end of a camel-case name, such as dbPassword.
_CAMEL = r"Pass(?:word|wd|phrase|code)|Secret|Token|(?:Api|Access|Auth|Private|Secret)Key"
_SCHEME = r"(?:bearer|basic|token|digest|apikey)"
_SENTENCE = (
    r"(?:is|are|was|must|may|can|should|field|required|empty|not|wrong|incorrect|invalid|reset|missing|expired|null|none"
    r"|true|false)\b"
)
_ORDINARY = (
    rf"(?:(?:\\?[\"'*_`“„])*(?i:{_SENTENCE}|(?:{_SCHEME}[ ]+)?\[hidden\])|(?i:the|an?|and|or)\b"
    r"|[|>][+-]?\s+\[hidden\])"
)
# A value: in quotation marks up to the closing one, after a scheme, or up to the end of a word.
_VALUE = (
    r"(?:\\\"(?P<json>(?:(?!\\\").)+)\\\"|\"(?P<double>(?:\\.|[^\"\\\n])+)\"|'(?P<single>(?:\\.|[^'\\\n])+)'"
    r"|`(?P<tick>[^`\n]+)`|“(?P<curly>[^”\n]+)”|„(?P<low>[^“\n]+)“"
    rf"|(?i:(?P<scheme>{_SCHEME})[ ]+(?!\[hidden\])[^\s\"',;<>]{{3,}})"
    r"|[|>][+-]?[ \t]*\n[ \t]+[^\n]+|[\"'*_`]*[^\s\"',;<>]{3,})"
)

# Key blocks, schemes and URLs first: a label before one would match only its first word.
_FORMS = re.compile(
    "|".join(
        (
            r"(?P<pem>-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----.*?"
            r"(?:-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----|\Z))",
            r"(?P<jwt>\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?)",
            r"(?P<vendor>\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{20,}|\bgithub_pat_\w{20,}"
            r"|\bglpat-[\w-]{16,}|\bxox[abeoprs]-[\w-]{10,}|\b[srp]k_(?:live|test)_\w{10,}|\bsk-[\w-]{20,}"
            r"|\bAIza[\w-]{30,}|\b(?:testomat|tstmt)_\w{10,}|\bpat_(?=\w*\d)\w{12,})",
            r"(?P<user>(?<=://)[^/\s:@\"'<>]*:[^/\s\"'<>]*(?=@))",
            rf"(?P<scheme>\b(?i:{_SCHEME})[ ]+(?=[\w.~+/=-]*[\d._~+/=-])[\w.~+/=-]{{12,}})",
            r"(?P<query>(?<=[?&;])(?i:x-amz-(?:signature|credential|security-token)|x-goog-signature|signature|sig"
            r"|(?:\w+[_-])?token|(?:\w+[_-])?key|auth|password|pass|pwd|secret|code|jwt)=[^&\s#\"'<>]+)",
        )
    ),
    re.DOTALL,
)
_LABELLED = re.compile(
    rf"(?P<label>(?:\b(?:\w*[_-])?(?i:{_LABELS})|\b\w*[a-z0-9](?:{_CAMEL}))\b"
    rf"(?:\\?[\"'*_`])*[ \t]*[:=][ \t]*\**[ \t]*)(?!{_ORDINARY})(?P<value>{_VALUE})"
)
# No pattern matches without one of these; most texts are dismissed here.
_HINTS = (":", "=", "_", "-----begin", "eyj", "akia", "asia", "glpat", "xox", "sk-", "aiza", "bearer", "basic", "token")


def mask_secrets(text: str) -> str:
    """Mask what looks like a secret in a text."""
    folded = text.casefold()
    if not any(hint in folded for hint in _HINTS):
        return text
    return _LABELLED.sub(_mask_value, _FORMS.sub(_mask_form, text))


def _mask_form(match: re.Match[str]) -> str:
    found = match.group(0)
    if match.lastgroup == "query":
        return f"{found.partition('=')[0]}={HIDDEN}"
    return f"{found.split()[0]} {HIDDEN}" if match.lastgroup == "scheme" else HIDDEN


def _mask_value(match: re.Match[str]) -> str:
    label, value = match["label"], match["value"]
    for kind in ("json", "double", "single", "tick", "curly", "low"):
        if match[kind] is not None:
            before, inside, after = value.partition(match[kind])
            return f"{label}{before}{HIDDEN}{after}" if inside else f"{label}{HIDDEN}"
    if match["scheme"] is not None:
        return f"{label}{match['scheme']} {HIDDEN}"
    opening = re.match(r"[\"'*_`]*", value)
    return f"{label}{opening.group() if opening else ''}{HIDDEN}"


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
