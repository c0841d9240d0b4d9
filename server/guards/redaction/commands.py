"""Command lines, and the files in which programs keep what they log in with."""

import base64
import binascii
import re
from typing import Final

from server.guards.redaction.allow import Grade, is_odd, is_placeholder, is_random, is_secret
from server.guards.redaction.labels import is_label
from server.guards.redaction.source import Pattern, Source

_USER = Pattern(
    r"(?<=[ \t])(?:-u|--user|-a|--auth|--proxy-user|-U)[ =]{1,3}(?P<quote>[\"']?)(?P<user>[^\s\"':]{0,200}):"
    r"(?P<password>[^\s\"']{0,200})"
)
_OPTIONS: Final = (
    (("mysql", "mariadb"), Pattern(r"(?:mysql|mariadb)\w{0,8}\b[^\n]{0,200}?[ \t]-p(?P<value>[^\s\"']{3,200})")),
    (("sshpass",), Pattern(r"sshpass[ \t]+-p[ \t]*[\"']?(?P<value>[^\s\"']{3,200})")),
    (
        ("docker", "podman", "helm", "az ", "oc "),
        Pattern(r"\w{2,8}[ \t][^\n]{0,40}?login\b[^\n]{0,120}?[ \t]-p[ \t]+[\"']?(?P<value>[^\s\"']{3,200})"),
    ),
    (("redis-cli",), Pattern(r"redis-cli\b[^\n]{0,120}?[ \t]-a[ \t]+[\"']?(?P<value>[^\s\"']{3,200})")),
    (
        ("unzip", "zip ", "7z ", "ldapsearch", "smbclient"),
        Pattern(r"\w{2,10}\b[^\n]{0,120}?[ \t]-[pw][ \t]*[\"']?(?P<value>[^\s\"'-][^\s\"']{3,200})"),
    ),
)
_LONG_OPTION = Pattern(
    r"(?<=[ \t])--?(?P<name>[\w-]{2,40})[ \t]{1,4}(?P<quote>[\"']?)(?P<value>[^\s\"'-][^\s\"']{2,4096})"
)
_ENV = Pattern(r"^[ \t]*ENV[ \t]+(?P<name>\w{2,60})[ \t]+(?P<value>\S{3,4096})", re.MULTILINE)
_NETRC = Pattern(r"login[ \t]+\S{1,100}\s{1,20}password[ \t]+(?P<value>\S{3,200})")
_PORT = Pattern(r":(?:\d{4,5}|\*):\w")
_PGPASS = Pattern(r"^[\w.*-]{1,100}:(?:\d{2,5}|\*):[\w*-]{1,60}:[\w.@*-]{1,60}:(?P<value>\S{4,200})$", re.MULTILINE)
_AUTH = Pattern(r"\b_?auth(?:token)?\\?[\"']?[ \t]{0,4}[:=][ \t]{0,4}\\?[\"']?(?P<value>[\w+/=.~-]{12,4096})")


def search(source: Source) -> None:
    """Mask what is given to programs, and what is kept for them."""
    text, folded = source.text, source.folded
    if source.has("-u", "--user", "-a ", "--auth", "--proxy-user"):
        for match in _USER().finditer(text):
            _mask_user(source, match)
    for programs, pattern in _OPTIONS:
        for match in source.matches(pattern, *programs):
            value = text[slice(*match.span("value"))]
            if is_odd(value) and is_secret(value, Grade.ENV):
                source.add(*match.span("value"))
    if " --" in text or "storepass" in folded:
        for match in _LONG_OPTION().finditer(text):
            if is_label(match["name"]) or match["name"] == "storepass":
                grade = Grade.QUOTED if match["quote"] else Grade.CELL
                if is_secret(match["value"], grade):
                    source.add(*match.span("value"))
    if "ENV " in text:
        for match in _ENV().finditer(text):
            if is_label(match["name"]) and is_secret(match["value"], Grade.ENV):
                source.add(*match.span("value"))
    for match in source.matches(_NETRC, "login"):
        if is_secret(text[slice(*match.span("value"))], Grade.ENV):
            source.add(*match.span("value"))
    if _PORT().search(text):
        for match in _PGPASS().finditer(text):
            if is_odd(match["value"]) and is_secret(match["value"], Grade.ENV):
                source.add(*match.span("value"))
    if source.has("auth"):
        for match in _AUTH().finditer(folded):
            start, end = match.span("value")
            if is_random(text[start:end], 20) or _is_login(text[start:end]):
                source.add(start, end)


def _mask_user(source: Source, match: re.Match[str]) -> None:
    user, password = match["user"], match["password"]
    if not password:
        if is_random(user):
            source.add(*match.span("user"))
    elif not password.isdigit() and not is_placeholder(password) and is_odd(password):
        source.add(*match.span("password"))


def _is_login(value: str) -> bool:
    """Whether a value is base64 of user:password."""
    try:
        inside = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return False
    return b":" in inside and inside.isascii() and inside.decode("ascii").isprintable()
