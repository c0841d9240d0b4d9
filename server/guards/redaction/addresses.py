"""Addresses: user and password before a host, secret parameters, links that open something by themselves."""

import re
from typing import Final
from urllib.parse import unquote

from server.guards.redaction.allow import Grade, is_odd, is_placeholder, is_random, is_secret, is_word
from server.guards.redaction.source import Pattern, Source

_AUTHORITY = Pattern(r"[^\s/\"'`<>\\]{1,400}")
_BEHIND_HOST = re.compile(r"^[^:]*[?#]|:\d{1,5}[?#]")
_EMPTY: Final = frozenset({"", "x-oauth-basic", "x", "x-token-auth"})
_PARAMETER = Pattern(r"[?&;#](?P<name>[\w.\-\[\]]{1,60})=(?P<value>[^&\s#\"'<>\\`]{3,8192})")
_SURE = re.compile(
    r"(?:^|[\w.-]*[_.-]|\w*)(?:tokens?|sig|signature|passwor[dt]|passwd|pwd|secret|jwt|api[_-]?key|access[_-]?key|sid"
    r"|session[_-]?id|auth)|pass|x-amz-(?:credential|security-token|signature)|x-goog-(?:signature|credential)"
)
_PERHAPS = re.compile(r"[\w.-]*(?:key|code|state|nonce|ticket|otp|hash|assertion|session)")
_NO_SECRET = re.compile(r"[\w.-]*(?:page|next|cursor|continuation|sync)[_-]?token|[\w.-]*token[_-]?type")
_LINK = Pattern(
    r"/(?:reset|reset-password|password-reset|invite|invitations?|join|magic|magic-link|hooks|webhooks?|confirm"
    r"|confirmation|verify|verification|activate|activation|unsubscribe|share|shared|token|tokens|login|recover|recovery|unlock|s)"
    r"/(?P<value>[\w.~-]{16,500})"
)


def search(source: Source) -> None:
    """Mask the secrets of addresses."""
    if "://" in source.text:
        _search_users(source)
    if "=" in source.text:
        _search_parameters(source)
    if "/" in source.text:
        for match in _LINK().finditer(source.folded):
            start, end = match.span("value")
            if is_random(source.text[start:end]):
                source.add(start, end)


def _search_users(source: Source) -> None:
    text, at = source.text, 0
    while (at := text.find("://", at)) >= 0:
        at += 3
        authority = _AUTHORITY().match(text, at)
        if authority is None or "@" not in authority[0]:
            continue
        user_info = authority[0][: authority[0].rindex("@")]
        user, colon, password = user_info.partition(":")
        if _BEHIND_HOST.search(user_info):
            continue
        has_password = bool(colon) and password not in _EMPTY and not is_placeholder(password) and not is_word(password)
        if has_password or is_random(user):
            source.add(at, at + len(user_info))
            at += len(user_info)


def _search_parameters(source: Source) -> None:
    for match in _PARAMETER().finditer(source.folded):
        name = match["name"]
        if _NO_SECRET.fullmatch(name):
            continue
        start, end = match.span("value")
        value = source.text[start:end]
        if _SURE.fullmatch(name):
            if is_secret(unquote(value), Grade.ENV):
                source.add(start, end)
        elif _PERHAPS.fullmatch(name) and not re.search(r"\w=\w", value) and is_odd(value) and is_random(value):
            source.add(start, end)
