"""The credentials of this process, in the forms that they take on their way into a text."""

import base64
import html
import json
from collections.abc import Iterable, Iterator
from itertools import islice
from math import ceil
from typing import Final
from urllib.parse import quote, quote_plus

from server.guards.redaction.folding import fold
from server.guards.redaction.spans import Span

_LEAST: Final = 4
_ANY_CASE: Final = 6
"""From so many characters on the letter case does not count."""
_CORE: Final = 8
_PART: Final = 0.4
_SEPARATORS: Final = frozenset(" \t\n\r\"'+\\|>,`")
_GAP: Final = 40
_MANY: Final = 100
_MARKED: Final = ("%", "\\", "&")
"""A form with one of these is looked for only in a text with it."""


def _base64_cores(secret: str) -> Iterator[str]:
    """What stands in base64 of any text with the secret, without the characters that its neighbours change."""
    raw = secret.encode("utf-8", "surrogatepass")
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + raw).decode().rstrip("=")
        core = encoded[(0, 2, 3)[before] :]
        if (len(raw) + before) % 3:
            core = core[:-1]
        if len(core) >= _CORE:
            yield core
            yield core.replace("+", "-").replace("/", "_")


def forms_of(secret: str) -> set[str]:
    """A secret as it is, and as encodings and quotations write it."""
    written = json.dumps(secret)[1:-1]
    escaped = "".join(f"\\u{ord(c):04x}" if c in "<>&'+" else c for c in written)
    percent = quote(secret, safe="", errors="surrogatepass")
    plus = quote_plus(secret, errors="surrogatepass")
    forms = {secret, written, escaped, json.dumps(written)[1:-1], percent, plus, quote(percent, safe="")}
    forms |= {html.escape(secret), html.escape(secret, quote=False), secret.replace("'", "'\\''")}
    forms.add("".join(f"\\{c}" if not (c.isalnum() or c in "_-./") else c for c in secret))
    if len(secret) >= _ANY_CASE:
        raw = secret.encode("utf-8", "surrogatepass")
        forms.add("".join(f"%{byte:02x}" for byte in raw))
        forms.add("".join(f"\\u{ord(c):04x}" for c in secret))
        forms.add("".join(f"&#{ord(c)};" for c in secret))
        forms.add("".join(f"&#x{ord(c):x};" for c in secret))
        forms.add(raw.hex())
        forms |= set(_base64_cores(secret))
    return forms


def _is_mixed(text: str) -> bool:
    return any(c.isalpha() for c in text) and any(not c.isalpha() and c not in "-_.: " for c in text)


class HeldSecrets:
    """Secrets that are masked wherever they stand, whole, cut or split."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self._forms: dict[str, list[str]] = {mark: [] for mark in ("", *_MARKED)}
        self._heads: list[tuple[str, str]] = []
        self._tails: list[tuple[str, str]] = []
        self._exact: list[str] = []
        self._all: list[str] = []
        for secret in {fold(secret) for secret in secrets if len(secret) >= _LEAST}:
            self._add(secret)
        for forms in self._forms.values():
            forms.sort(key=len)
        self._shortest = min(map(len, [*self._exact, *self._all]), default=0)

    def _add(self, secret: str) -> None:
        if len(secret) < _ANY_CASE:
            self._exact += forms_of(secret)
            return
        for form in {form.lower() for form in forms_of(secret)}:
            mark = next((mark for mark in _MARKED if mark in form), "")
            self._forms[mark].append(form)
        lower = secret.lower()
        self._all.append(lower)
        part = max(_CORE, ceil(len(lower) * _PART))
        if len(lower) > part:
            # A public prefix says nothing: only what is mixed is a part of the secret.
            if _is_mixed(lower[lower.find("_") + 1 : part] if "_" in lower[:part] else lower[:part]):
                self._heads.append((lower[:part], lower))
            if _is_mixed(lower[-part:]):
                self._tails.append((lower[-part:], lower))

    def needles(self) -> set[str]:
        """What stands in every lower-case text in which one of the secrets is found, at least one of them."""
        starts = {secret[:_ANY_CASE] for secret in self._all}
        parts = {part for part, _ in (*self._heads, *self._tails)}
        return (
            {form for forms in self._forms.values() for form in forms}
            | starts
            | parts
            | {form.lower() for form in self._exact}
        )

    def spans(self, text: str) -> list[Span]:
        """The places of a text where one of the secrets stands, in any order."""
        if not self:
            return []
        if text.isascii():
            return self._find(text.lower(), text) if len(text) >= min(self._shortest, _CORE) else []
        plain = fold(text)
        found = self._find(lower if len(lower := plain.lower()) == len(plain) else plain, plain)
        if not found or plain == text:
            return found
        origins = [at for at, character in enumerate(text) for _ in fold(character)] + [len(text)]
        return [(origins[start], origins[end]) for start, end in found]

    def _find(self, lower: str, text: str) -> list[Span]:
        found: list[Span] = []
        for mark, forms in self._forms.items():
            if not mark or mark in lower:
                for form in forms:
                    if form in lower:
                        found += _whole(lower, form)
        for form in self._exact:
            if form in text:
                found += _whole(text, form)
        for head, secret in self._heads:
            if head in lower:
                found += _grown(lower, head, secret)
        for secret in self._all:
            if secret[:_ANY_CASE] in lower:
                found += _split(lower, secret)
        for tail, secret in self._tails:
            if tail in lower:
                found += _grown_back(lower, tail, secret)
        return found

    def __bool__(self) -> bool:
        return self._shortest > 0


def _places(text: str, part: str) -> Iterator[int]:
    at = text.find(part)
    while at >= 0:
        yield at
        at = text.find(part, at + len(part))


def _whole(text: str, form: str) -> Iterator[Span]:
    for at in _places(text, form):
        yield at, at + len(form)


def _grown(text: str, head: str, secret: str) -> Iterator[Span]:
    """A secret that was cut: its head, as far as it agrees."""
    for at in _places(text, head):
        size = len(head)
        while size < len(secret) and text[at + size : at + size + 1] == secret[size]:
            size += 1
        yield at, at + size


def _grown_back(text: str, tail: str, secret: str) -> Iterator[Span]:
    for at in _places(text, tail):
        size = len(tail)
        end = at + size
        while size < len(secret) and end - size > 0 and text[end - size - 1] == secret[-size - 1]:
            size += 1
        yield end - size, end


def _split(text: str, secret: str) -> Iterator[Span]:
    """A secret with line ends, quotation marks or blanks between its pieces."""
    for start in islice(_places(text, secret[:_ANY_CASE]), _MANY):
        at, matched, gap = start, 0, 0
        while matched < len(secret) and at < len(text) and gap <= _GAP:
            if text[at] == secret[matched]:
                matched, gap = matched + 1, 0
            elif text[at] in _SEPARATORS:
                gap += 1
            else:
                break
            at += 1
        if matched == len(secret):
            yield start, at
