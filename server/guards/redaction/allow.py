"""Decides whether a value is a secret: one place for everything that stands where a secret could, and is none."""

import re
import unicodedata
from enum import Enum, auto
from itertools import pairwise

from server.guards.redaction.source import Pattern
from server.guards.redaction.spans import HIDDEN
from server.guards.redaction.words import words


class Grade(Enum):
    """How clearly a place says that a secret stands in it."""

    QUOTED = auto()
    """In quotation marks behind a label and a separator."""
    ENV = auto()
    """NAME=value, where nearly anything is a secret."""
    EQUALS = auto()
    COLON = auto()
    CELL = auto()
    """Beside or below a label: in a table, a list of arguments, the next line."""
    PROSE = auto()


_PLACEHOLDERS = Pattern(
    r"\$\{[^{}\n]*\}|\$\([^()\n]*\)|\$\{\{[^{}\n]*\}\}|\{\{[^{}\n]*\}\}|#\{[^{}\n]*\}|\{[\w.:!]*\}|<[\w \t./:|-]+>"
    r"|\[[\w \t./:-]*\]|%[A-Za-z_]\w*%|%\(\w+\)s|%[-0-9.]{0,4}l{0,2}[sdiuxfrvqc@]|%%0A"
    r"|(?<!\w)\$[A-Za-z_]\w*(?![\w$])|__\w+__|@\w+@"
)
_DUMMY = Pattern(
    r"(?:your|my|the|an?|some|insert|enter|put|add|use|replace|change|set|paste)(?:[-_ ]\w+)*[-_ ]"
    r"(?:token|key|secret|passwor[dt]|passwd|pass|here|me|it|this|value|it[-_ ]in)"
    r"|change[-_]?(?:me|it|this)|replace[-_]?me|.{0,40}[-_ ]here|\(?(?:n/?a|none|null|nil|empty|unset|not set)\)?"
    r"|[a-z_]*(?:redacted|masked|placeholder|removed|omitted|filtered)[a-z_]*",
    re.IGNORECASE,
)
_CODE = Pattern(
    r"(?:(?:await|new|return|yield|not|lambda|const|let|var)\b.*"
    r"|[@&*!]?[A-Za-z_$][\w$]*(?:(?:\.|->|::|\?\.)[A-Za-z_$][\w$]*)*[!?]?(?:\(.*|\[.*)"
    r"|[@&*!]?[A-Za-z_$][A-Za-z_$]*(?:(?:\.|->|::|\?\.)[A-Za-z_$][\w$]*)+[,;)]*"
    r"|_*[a-z]+(?:_[a-z]+)+_*|[a-z]+(?:[A-Z][a-z]+)+|(?:[A-Z][a-z]+){2,}|[A-Z]+(?:_[A-Z]+)+"
    r"|[({\[].*|:[a-z_]+|\?)",
    re.DOTALL,
)
_PLAIN = Pattern(
    r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[0-9a-f]{7,12}|[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}"
    r"|v?\d+(?:\.\d+)+(?:[-+.]?\w+)*|\d{4}-\d\d-\d\d(?:t[\d:.]+z?)?|[\d.,:/+x%-]+(?:px|ms|kb|mb|gb|em|rem|st|nd|rd|th|[smhdx%])?"
    r"|(?-i:[A-Z][A-Z0-9]{0,9})-\d+|\w+://.*|(?:mailto:)?[\w.+-]+@[\w-]+\.[\w.-]+|[\w./\\-]+\.[a-z]{2,5}(?::\d+)*|[~.]{0,2}/.*|[a-z]:\\.*"
    r"|[a-z]+\d|#\w+|[a-z]{2,5}#\d+|err_?\d+|(?:www\.)?(?:[\w-]+\.)+(?:test|com|org|net|io|dev|example)(?:[:/].*)?",
    re.IGNORECASE,
)
_INNER = Pattern(r"[^\W_][!#$^&*+=?~@]+[^\W_]")
_LETTER, _DIGIT = Pattern(r"[^\W\d_]"), Pattern(r"\d")
_UNSPACED = Pattern("[\u2e80-\ud7ff\uf900-\ufaff\uff00-\uffef]")
_LABELS = Pattern(
    r"passwor[dt]|passwd|passphrase|passcode|kennwort|\bsecret|token|api[ _-]?key|mot de passe|contrase|senha"
    r"|wachtwoord|hasło|lösenord|şifre|парол|密码|パスワード|비밀번호|\bpin\b|\bkey\b"
)
_EDGES = " \t.,:;!?*_`'\"()[]{}-\u2026"
_SHORT, _WORD, _LONG, _WORDS = 3, 6, 16, 8


def is_placeholder(value: str) -> bool:
    """Whether a value stands for one: a variable, asterisks, "your-token-here", our own mask."""
    if HIDDEN in value or _DUMMY().fullmatch(value) or not value.strip("*xX.•●·_?#=~-\u2026 "):
        return True
    left = _PLACEHOLDERS().sub("", value)
    return left != value and not (len(left) > _WORD and is_odd(left))


def is_odd(value: str) -> bool:
    """Whether a value is composed as no word is: digits among letters, or marks between them."""
    if not value.isascii():
        value = unicodedata.normalize("NFC", value)
        if _UNSPACED().search(value):
            return False  # a sentence of a script without blanks
    return _LETTER().search(value) is not None and (
        _DIGIT().search(value) is not None or _INNER().search(value) is not None
    )


def is_random(value: str, least: int = _LONG) -> bool:
    """Whether a value looks drawn at random: long, and its characters keep changing their kind."""
    if len(value) < least or HIDDEN in value:
        return False
    kinds = ["d" if c.isdigit() else "u" if c.isupper() else "l" if c.isalpha() else "" for c in value]
    return sum(a != b and a != "" and b != "" for a, b in pairwise(kinds)) >= max(4, len(value) // 8)


def is_word(value: str) -> bool:
    """Whether a value is a word of a sentence or of code."""
    return value.strip(_EDGES).casefold() in words()


def is_secret(value: str, grade: Grade, *, is_last: bool = True) -> bool:
    """Whether a value in such a place is a secret; `is_last` says that nothing follows it on its line."""
    value = value.strip()
    if len(value) < _SHORT or is_placeholder(value) or is_word(value):
        return False
    match grade:
        case Grade.QUOTED:
            return _is_quoted_secret(value)
        case Grade.ENV:
            is_code = _CODE().fullmatch(value) and not any(c.isdigit() for c in value)
            return not is_code and not value.startswith(("/", "./", "~/"))
        case Grade.EQUALS | Grade.COLON:
            return _is_labelled_secret(value, grade, is_last=is_last)
        case Grade.CELL:
            return len(value) >= _WORD and _is_odd_alone(value)
        case Grade.PROSE:
            return (
                len(value) >= _WORD
                and _is_odd_alone(value)
                and not re.search(r"[()\[\]{}]|://", value)
                and not _PLAIN().fullmatch(value.rstrip(".,;:!?)"))
            )


def _is_odd_alone(value: str) -> bool:
    return (
        is_odd(value)
        and not re.search(r"\s|^[a-z][\w-]*=|\]\(|^@\w+$", value)
        and not _CODE().fullmatch(value)
        and not _is_file(value)
    )


def _is_file(value: str) -> bool:
    return bool(
        re.fullmatch(
            r"[~.]{0,2}/.*|\w+://.*|[A-Za-z]:\\.*|[\w.+-]+@[\w-]+\.[\w.-]+|[\w./\\-]+\.[a-z]{2,5}(?::\d+)*", value
        )
    )


def _is_quoted_secret(value: str) -> bool:
    parts = value.split()
    if len(parts) == 1:
        if is_odd(value):
            return not _is_file(value)
        return (
            len(value) > _SHORT
            and not _LABELS().search(value.casefold())
            and not re.fullmatch(r"[/~.][\w./-]*|:\w+|#[\w-]+", value)
        )
    if _LABELS().search(value.casefold()) or value.endswith((".", ":", "!", "?")):
        return False
    return len(parts) <= _WORDS and sum(map(is_word, parts)) * 2 <= len(parts)


def _is_labelled_secret(value: str, grade: Grade, *, is_last: bool) -> bool:
    if _CODE().fullmatch(value):
        return False
    if is_odd(value):
        return not _is_file(value)
    if value.isdigit():
        return len(value) > _SHORT and is_last
    if not value.isalpha():
        return is_last and bool(re.fullmatch(r"[^\W\d_]{4,}[!#$^&*+=?~@]+", value))
    return is_last and value.islower() and len(value) >= _WORD
