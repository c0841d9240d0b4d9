"""Labels of secrets in ten languages: where they stand in a text, and which of them are none."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from server.guards.redaction.source import Pattern, Source
from server.guards.redaction.spans import union

# Three sorts, because they need different edges. Anything may stand before the first ("dbPassword").
_LONG: Final = (
    r"passwor[dt]|passwd|passphrase|passcode|secret|token|kennwort|mot de passe|contrase(?:ñ|n)a|senha|wachtwoord"
    r"|has[łl]o|l(?:ö|o)senord(?:et)?|[şs]ifre|parola(?: d['\u2019]ordine)?|парол(?:ь|я|ем)"
    r"|密码|密碼|パスワード|비밀번호"
    r"|api[ _.-]?key|(?:access|auth|private|secret|account|signing|shared|session|storage|encryption|master|license"
    r"|licence|activation|product|subscription|wpa2?|client|app|functions|sharedaccess|setup|deploy|security)[ _.-]?key"
    r"(?:_base)?|sess(?:ion)?[ _.-]?id|otp[ _]?(?:code|secret|seed)|storepass|keypass|credential"
)
# An edge stands before these, or a hump of a name: "dbPass", and neither "compass" nor "spin".
_SHORT: Final = r"pass|pwd|pw|pin|sid|jwt|clave|mdp|otp|psk"
_ANY = Pattern(f"(?:{_LONG}|{_SHORT})(?![^\\W_]|[_.-](?!(?:input|field|box|text)(?![^\\W_]))\\w)")
_ROOTS: Final = (
    "pass", "secret", "token", "kennwort", "contrase", "senha", "wachtw", "hasło", "haslo", "senord", "ifre", "parola",
    "парол", "密码", "密碼", "パスワード", "비밀번호", "key", "sess", "otp", "credential", "pw",
    "pin", "sid", "jwt", "clave",     "mdp", "psk",
)  # fmt: skip
"""One of these stands in every label."""
_AROUND: Final = 24
# A parser's token, a page's token: no secrets.
_NOT_AFTER: Final = (
    "unexpected", "illegal", "unknown", "expected", "lexer", "parser", "syntax", "eof", "page", "next", "continuation",
    "cursor", "sync", "missing", "previous", "prev", "public", "css", "design",
)  # fmt: skip
_BEFORE: Final = 14
_NAME: Final = 40


@dataclass(frozen=True, slots=True)
class Label:
    """One label in a text."""

    name: int
    """Where the name begins that the label ends: DB_ in DB_PASSWORD."""
    start: int
    end: int
    word: str

    @property
    def is_pin(self) -> bool:
        """Whether a few digits behind it are a secret."""
        return self.word in {"pin", "otp", "mdp", "psk", "passcode"}


def _labels(folded: str) -> Iterator[re.Match[str]]:
    """Look for labels only around what stands in all of them, which is found many times faster."""
    windows: list[tuple[int, int]] = []
    for root in _ROOTS:
        at = folded.find(root)
        while at >= 0:
            windows.append((max(0, at - _AROUND), at + len(root) + _AROUND))
            at = folded.find(root, at + 1)
    for start, end in union(windows):
        yield from _ANY().finditer(folded, start, end)


def find_labels(source: Source) -> Iterator[Label]:
    """All labels of a text, in order."""
    text, folded = source.text, source.folded
    for match in _labels(folded):
        start, end = match.span()
        word = match[0]
        before = folded[start - 1 : start]
        if len(word) <= 5 and word in _SHORTS and before.isalnum():
            is_hump = text[start].isupper() and text[start - 1].islower()
            if not is_hump and word not in {"pwd"}:
                continue
        if before and before in "/?" and text[start - 2 : start - 1] not in {"(", ",", " "}:
            continue
        if folded[max(0, start - _BEFORE) : start].rstrip(" _-.").endswith(_NOT_AFTER):
            continue
        name = start
        while name > 0 and start - name < _NAME and (folded[name - 1].isalnum() or folded[name - 1] in "_.-$"):
            name -= 1
        yield Label(name, start, end, word)


_SHORTS: Final = frozenset(_SHORT.split("|"))


@lru_cache(500)
def is_label(text: str) -> bool:
    """Whether a text is a label and little else, such as the name of a member."""
    text = text.strip(" \t*_`'\"#:[]()").lower()
    if len(text) > _NAME:
        return False
    found = [label for label in find_labels(Source(text)) if label.end == len(text)]
    return bool(found) and len(text[: found[-1].name].split()) <= 2
