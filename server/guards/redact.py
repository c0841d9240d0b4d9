"""Guards the secrets: those we hold and those that stand in free text, in answers, errors, questions and logs."""

import logging
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote as percent

from pydantic import BaseModel, SecretStr

from tools.kit.text import clean

HIDDEN = "[hidden]"
MOST_LEARNED = 500

# What follows these words in a text is meant for somebody else. A value that is an ordinary word of a sentence about
# passwords ("password: must have 8 characters") stays readable.
_LABELS = (
    r"pass(?:word|wd|phrase|code)?|pwd|passwort|kennwort|secret|(?:api|access|auth|private|secret)[ _-]?key"
    r"|(?:access|auth|api|refresh|session|bearer|client)[ _-]?(?:token|secret)|token"
)
# How the same words end a name in mixed case, such as dbPassword.
_CAMEL = r"Pass(?:word|wd|phrase|code)|Secret|Token|(?:Api|Access|Auth|Private|Secret)Key"
_ORDINARY = (
    r"(?:is|are|was|must|may|can|should|field|required|empty|not|the|an?|wrong|incorrect|invalid|reset|missing|expired"
    r"|null|none|true|false|and|or|\[hidden\])\b"
)

_PATTERNS = re.compile(
    "|".join(
        (
            r"(?P<pem>-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z))",
            r"(?P<jwt>\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?)",
            r"(?P<vendor>\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{20,}|\bgithub_pat_\w{20,}"
            r"|\bglpat-[\w-]{16,}|\bxox[abeoprs]-[\w-]{10,}|\b[srp]k_(?:live|test)_\w{10,}|\bsk-[\w-]{20,}"
            r"|\bAIza[\w-]{30,}|\b(?:testomat|tstmt)_\w{10,}|\bpat_(?=\w*\d)\w{12,})",
            r"(?P<user>(?<=://)[^/\s:@\"']+:[^/\s@\"']+(?=@))",
            r"(?P<scheme>\b(?i:bearer|basic|token)[ ]+(?=[\w.~+/=-]*[\d._~+/=-])[\w.~+/=-]{12,})",
            r"(?P<query>(?<=[?&;])(?i:x-amz-(?:signature|credential|security-token)|x-goog-signature|signature|sig"
            r"|(?:\w+[_-])?token|(?:\w+[_-])?key|auth|password|pass|pwd|secret|code|jwt)=[^&\s#\"'<>]+)",
            rf"(?P<label>(?:\b(?:\w*[_-])?(?i:{_LABELS})|\b\w*[a-z0-9](?:{_CAMEL}))\b"
            rf"[\"'*_`]*[ \t]*[:=][ \t]*[\"'*_`]*(?!(?i:{_ORDINARY}))[^\s\"',;<>]{{3,}})",
        )
    ),
    re.DOTALL,
)
# Without one of these no pattern can match; most texts are let go here.
_HINTS = (":", "=", "_", "-----begin", "eyj", "akia", "asia", "glpat", "xox", "sk-", "aiza", "bearer", "basic", "token")

# Words that stand around a credential and are none; masking them everywhere would spoil what we and others write.
_NAMES = rf"(?:{_LABELS}|user(?:[ _-]?name)?|log-?in|e-?mail|accounts?|access|credentials?|benutzer(?:name)?|zugang)"
_NAME = re.compile(_NAMES, re.I)
_NAMED = re.compile(rf"{_NAMES}[:=](.+)", re.I)
_ADDRESS = re.compile(r"\w+://\S+")
_FEW_WORDS = 4


def parts_of(secret: str) -> set[str]:
    """What in a line such as 'demo / Hafen-4711' may be a secret of its own: no addresses, no words of a sentence."""
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


def secrets_in(given: Any) -> Iterator[str]:
    """The secrets among a call's arguments, however deep."""
    if isinstance(given, SecretStr):
        yield given.get_secret_value()
    elif isinstance(given, BaseModel):
        yield from secrets_in([getattr(given, name) for name in type(given).model_fields])
    elif isinstance(given, Mapping):
        yield from secrets_in(list(given.values()))
    elif isinstance(given, list | tuple):
        for one in given:
            yield from secrets_in(one)


def _mask(match: re.Match[str]) -> str:
    found, kind = match.group(0), match.lastgroup
    if kind == "query":
        return f"{found.partition('=')[0]}={HIDDEN}"
    if kind == "scheme":
        return f"{found.split()[0]} {HIDDEN}"
    if kind == "label":
        label = re.match(r".*?[:=][ \t]*[\"'*_`]*", found)
        return f"{label.group(0) if label else ''}{HIDDEN}"
    return HIDDEN


def _may_hold_one(text: str) -> bool:
    folded = text.casefold()
    return any(hint in folded for hint in _HINTS)


def _as_pattern(form: str) -> str:
    """Find what a platform showed us; a name of letters alone may be part of a longer word, and is not meant there."""
    return rf"(?<!\w){re.escape(form)}(?!\w)" if form.isalpha() else re.escape(form)


class Redactor:
    """Masks every secret it knows, and what looks like one."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._known: dict[str, None] = {}
        self._held = frozenset(filter(None, secrets))
        self._pattern: re.Pattern[str] | None = None
        for secret in self._held:
            self._remember(secret, least=4)

    def learn(self, secret: str) -> None:
        """Remember a secret that a platform showed us, such as an environment's password, for all later texts.

        A short plain word ("demo") is not remembered: masking it everywhere would spoil what people wrote.
        """
        for part in {secret, *parts_of(secret)}:
            if _NAME.fullmatch(part) is None and (len(part) >= 8 or (len(part) >= 6 and not part.isalpha())):
                self._remember(part, least=6)

    def _remember(self, secret: str, *, least: int) -> None:
        for form in {secret, percent(secret, safe=""), secret.replace("\\", "\\\\").replace('"', '\\"')}:
            if len(form) >= least and form not in self._known:
                self._known[form] = None
                self._pattern = None
        while len(self._known) > MOST_LEARNED:
            # What we hold ourselves came first and stays.
            oldest = next(form for form in self._known if form not in self._held)
            del self._known[oldest]

    def __call__(self, text: str) -> str:
        """Take the invisible out, which could split a secret, then the secrets."""
        text = clean(text)
        if self._known:
            if self._pattern is None:
                forms = sorted(self._known, key=len, reverse=True)
                self._pattern = re.compile("|".join(re.escape(f) if f in self._held else _as_pattern(f) for f in forms))
            text = self._pattern.sub(HIDDEN, text)
        return _PATTERNS.sub(_mask, text) if _may_hold_one(text) else text

    def hiding(self, secrets: Iterable[str]) -> Callable[[str], str]:
        """This redactor, which also hides some secrets however short; for what is said about a call that had them."""
        forms = {form for secret in secrets for form in (secret, *parts_of(secret)) if len(form.strip()) >= 3}
        if not forms:
            return self
        pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, sorted(forms, key=len, reverse=True)))})(?!\w)")
        return lambda text: self(pattern.sub(HIDDEN, clean(text)))


class RedactingFormatter(logging.Formatter):
    """Redacts a whole log line, traceback included; a filter would see neither it nor child loggers' records."""

    def __init__(self, redact: Redactor) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        return self._redact(super().format(record))
