"""Headers: what follows an authentication scheme, signatures of requests, and cookies."""

import re
from typing import Final

from server.guards.redaction.allow import Grade, is_odd, is_random, is_secret
from server.guards.redaction.source import Pattern, Source
from server.guards.redaction.values import trimmed

_AUTHORIZATION = Pattern(
    r"authorization(?:\\{0,6}[\"'`])?[ \t]{0,4}(?:=>|[:=\uff1a,])[ \t]{0,4}(?:\\{0,6}[\"'`])?"
    r"(?P<scheme>[a-z][\w-]{1,24}(?=[ \t]))?[ \t]{0,4}"
)
_TOKEN = Pattern(r"[^\s\"'`,;<>\\]{3,8192}")
# Of these only the parts that prove something are hidden: realm, user and algorithm stay.
_IN_PARTS: Final = frozenset({"digest", "oauth", "hawk", "aws4-hmac-sha256", "signature"})
_PART = Pattern(
    r"\b(?:response|signature|oauth_\w{0,20}(?:signature|token|key)|nonce|credential|mac)=(?:\\?\")?"
    r"(?P<value>[\w+/=%.:-]{8,4096})"
)
_SCHEME = Pattern(
    r"(?:bearer|basic|token|digest|apikey|negotiate|ntlm|sharedkey)[ \t]{1,4}(?P<value>[\w.~+/=-]{8,8192})"
)
_SCHEMES: Final = ("bearer", "basic", "token", "digest", "apikey", "negotiate", "ntlm", "sharedkey")
_PARAMETERS = re.compile(r"[A-Za-z_]{2,24}=[^=]")
_COOKIE = Pattern(
    r"cookie\\?[\"']?[ \t]{0,4}[:=][ \t]{0,4}\[?\s{0,4}\\?[\"']?"
    r"|(?:-b|--cookie)[ \t]{1,4}[\"']"
)
_CRUMB = Pattern(r"[ \t]{0,4}(?P<name>[^=;\s,\"'\\]{1,80})(?:=(?P<value>[^;\s\"'\\]{0,4096}))?(?P<end>;)?")
_SETTINGS: Final = frozenset((
    "path", "domain", "expires", "max-age", "samesite", "secure", "httponly", "priority", "version", "lang", "language",
    "locale", "theme", "consent", "currency", "timezone", "tz", "country", "region", "_ga", "_gid", "_gat", "banner",
    "color", "mode", "partitioned",
))  # fmt: skip
_TELLING = re.compile(r"sess|sid|token|auth|jwt|csrf|xsrf|login|key|secret|id$", re.IGNORECASE)
_LONG: Final = 12
_WORDY: Final = 200
_LONG_ANYWAY: Final = 24


def search(source: Source) -> None:
    """Mask the secrets of headers and bare schemes."""
    if source.has("authorization"):
        _search_authorization(source)
    for match in source.matches(_SCHEME, *_SCHEMES):
        start, end = match.span("value")
        end = start + len(source.text[start:end].rstrip(".-"))
        value = source.text[start:end]
        if end - start < _LONG or _PARAMETERS.match(value) or source.text[match.start() - 1 : match.start()] == "-":
            continue
        if is_secret(value, Grade.ENV) and _is_credential(value):
            source.add(start, end)
    if source.has("cookie", "-b "):
        _search_cookies(source)


def _is_credential(value: str) -> bool:
    has_digit = any(c.isdigit() for c in value)
    is_long = len(value) >= _LONG_ANYWAY and "-" not in value and not value.islower()
    return has_digit or is_long or value.endswith("=")


def _search_authorization(source: Source) -> None:
    text, folded = source.text, source.folded
    done = 0
    for match in _AUTHORIZATION().finditer(folded):
        if match.start() < done:
            continue
        at, scheme = match.end(), match["scheme"]
        if scheme in _IN_PARTS:
            line = folded.find("\n", at, at + 8192)
            for part in _PART().finditer(folded, at, line if line >= 0 else at + 8192):
                source.add(*part.span("value"))
        elif token := _TOKEN().match(text, at):
            value = trimmed(token[0])
            done = token.end() if len(value) > _WORDY else 0
            is_odd_enough = scheme is not None or is_odd(value)
            if is_odd_enough and is_secret(value, Grade.ENV) and not value.startswith(("{", "(", "+")):
                source.add(token.start(), token.start() + len(value))


def _search_cookies(source: Source) -> None:
    text = source.text
    for match in _COOKIE().finditer(source.folded):
        at, is_set = match.end(), source.folded.endswith(("set-", "document."), 0, match.start())
        for number in range(100):
            crumb = _CRUMB().match(text, at)
            if crumb is None:
                break
            name, value = crumb["name"].lower(), crumb["value"] or ""
            is_session = _TELLING.search(name) is not None and len(value) >= 6
            if (
                name not in _SETTINGS
                and not (is_set and number)
                and (is_session or is_random(value, _LONG))
                and is_secret(value, Grade.ENV)
            ):
                source.add(*crumb.span("value"))
            at = crumb.end()
            if not crumb["end"]:
                break
