"""Secrets in sentences: behind a label and verb, beside a user, codes. The weakest places take the strictest values."""

import re
from typing import Final

from server.guards.redaction.allow import Grade, is_odd, is_secret
from server.guards.redaction.labels import Label
from server.guards.redaction.source import Pattern, Source
from server.guards.redaction.values import bare_at, quoted_at

_VERB: Final = (
    r"(?:(?:was|is|has been|wurde|got)[ ](?:now[ ])?(?:changed|set|reset|updated)[ ]to|is now|is|was|are|ist|war"
    r"|lautet|lautete|est|était|es|era|é|è|jest|to|är|var|это|=|\u2013|\u2014|-|auf|now|like|of|on|als)"
)
_SENTENCE = Pattern(
    r"(?P<quote>[\"'*_`]{0,3})"
    r"(?:[ \t](?:for|für|fuer|von|de|para|per|voor|dla|of|on|pour)[ \t](?:the[ ])?[\w.@+-]{1,60})?"
    rf"[ \t]{{1,3}}(?:{_VERB}[: \t]{{1,3}}){{0,2}}(?:\"|(?=\S))?"
)
_JOINED = Pattern(r"[是はが은는为為]{1,2}[:\uff1a ]?")
_PIN = Pattern(
    r"(?:[ \t](?:for|für)[ \t](?:the[ ])?[\w.@-]{1,60}(?:[ \t]\w{1,20})?)?"
    r"[ \t](?:is|ist|was|est|es)[ \t](?P<value>\d{4,8})(?!\d|[ \t]?(?:digits|characters|zeichen|ms))"
)
_LOGIN: Final = (
    r"(?:log(?:ged|s|ging)?[ -]?in|sign(?:ed|s)?[ -]?in|logins?|username|user|account|credentials?|creds|zugang"
    r"|zugangsdaten|benutzer(?:name)?|anmelden|einloggen|konto|compte|usuario|utente|access|auth|eingeloggt|angemeldet)"
)
_LOGINS: Final = (
    "log", "sign", "user", "account", "cred", "zugang", "benutzer", "anmelde", "einlog", "konto", "compte", "usuario",
    "utente", "access", "auth", "eingelo", "angemel",
)  # fmt: skip
_NEXT_TO = r"[ \t]?(?:/|\||:)[ \t]?|[ \t](?:-|\u2013)[ \t]|[ \t](?:with|using|mit|and|und|avec|con|met)[ \t]"
_PAIR = Pattern(
    rf"{_LOGIN}\b(?:[:\"']{{1,2}}[ \t]{{0,3}}|[ \t]{{1,3}})(?:(?:as|als|with|mit|is|:)[ \t]{{1,3}})?"
    rf"[\"'`]?(?P<user>\w[\w.+@-]{{1,59}})[\"'`]?"
    rf"(?:{_NEXT_TO})[\"'`]?(?P<value>[^\s\"'`<>|]{{6,64}})"
)
_MAIL_PAIR = Pattern(
    r"@[\w-]{1,60}(?:\.[\w-]{1,60}){1,4}[\"'`]?[ \t]?(?:/|\||:)[ \t]?[\"'`]?(?P<value>[^\s\"'`<>|]{6,64})"
)
_ALONE = Pattern(r"^[ \t>*-]*(?P<user>[\w.+@-]{2,60})[ \t]/[ \t](?P<value>\S{6,64})[ \t]*$", re.MULTILINE)
_CALL = Pattern(
    r"(?:log_?in\w{0,12}|sign_?in\w{0,12}|authenticate|basic_?auth|httpbasicauth|auth|credentials)"
    r"[ \t]?(?:=[ \t]?)?\([^()\n\"']{0,80}[\"'][^\"'\n]{1,100}[\"']"
    r"[ \t]{0,4},[ \t]{0,4}[\"'](?P<value>[^\"'\n]{3,200})[\"']"
)
_SHORT_FORM = Pattern(r"u(?:ser)?:[ \t]{0,2}\S{1,60}[ \t,;/]{1,3}p(?:ass)?:[ \t]{0,2}(?P<value>\S{6,64})")
_CODE: Final = (
    r"(?:verification|verify|login|log-in|security|one[- ]time|confirmation|2fa|mfa|two-factor|otp|sms|tan|access"
    r"|best(?:ä|ae)tigungs|sicherheits|einmal|anmelde|verificación|seguridad|verificação|vérification|sécurité|verifica"
    r"|sicurezza)"
)
_CODE_ROOTS: Final = (
    "verif", "login", "log-in", "security", "one-time", "one time", "confirmation", "2fa", "mfa", "two-factor", "otp",
    "sms", "tan", "access", "best", "sicher", "einmal", "anmelde", "segur", "vérif", "sécur", "sicurezza", "code d",
    "código d", "codice d",
)  # fmt: skip
_CODES = Pattern(
    rf"(?:{_CODE}[ -]?(?:code|pass(?:code|word)|pin|tan)|(?:code|código|codice)[ ](?:de|di)[ ]{_CODE})"
    r"[^\d\n]{1,24}?(?P<value>\d{4,8})(?!\w|[.,]\d|[ \t]?(?:digits|characters|zeichen|stellig|ms|%))"
)
_CODE_FIRST = Pattern(
    rf"(?<![\w.,-])(?P<value>\d{{4,8}})[ ](?:is|ist|est)[ ](?:your|the|ihr|dein|votre)[ ][\w -]{{0,20}}{_CODE}[ -]?code"
)
_RECOVERY = Pattern(r"(?:recovery|backup|wiederherstellungs|notfall)[ -]?codes?\b[^\n]{0,20}?:\s{0,4}")
_RECOVERY_CODE = Pattern(r"[\s,;*-]{0,8}(?P<value>(?=[\w-]{0,20}\d)[a-z0-9]{4,12}(?:-[a-z0-9]{3,8}){0,3})(?![\w-])")
_SEED = Pattern(
    r"(?:setup key|secret key|manual key|totp[ \w]{0,12}|this key|authenticator[ \w]{0,12})"
    r"[^:\n]{0,24}?[: ]{1,3}(?P<value>(?:[A-Z2-7]{4} ?){4,16})(?![A-Za-z0-9])"
)
_UNIT = re.compile(r"\d+(?:[.,]\d+)?[a-z]{1,3}", re.IGNORECASE)


def mask_prose(source: Source, label: Label) -> int:
    """Mask the value that a sentence names behind a label; where to go on reading, or 0 if there was none."""
    text = source.text
    if label.is_pin and (pin := _PIN().match(source.folded, label.end)):
        source.add(*pin.span("value"))
        return pin.end()
    behind = _SENTENCE().match(source.folded, label.end) or _JOINED().match(source.folded, label.end)
    if behind is None:
        return 0
    at = behind.end() - (text[behind.end() - 1] == '"')
    value = quoted_at(text, at) or bare_at(text, at)
    if value is None:
        return 0
    end = value.end
    while not value.is_quoted and end > value.start and text[end - 1] in "*_`\"'":
        end -= 1
    content = text[value.start : end]
    if not is_secret(content, Grade.PROSE) or _UNIT.fullmatch(content) or text.startswith("(", value.end):
        return 0
    source.add(value.start, end)
    return value.next


def search_pairs(source: Source) -> None:
    """Mask a password beside its user."""
    for match in source.matches(_PAIR, *_LOGINS):
        _mask_pair(source, match)
    if "(" in source.text:
        for match in source.matches(_CALL, "log", "sign", "auth", "basic", "httpbasic", "cred"):
            start, end = match.span("value")
            value = source.text[start:end]
            if is_odd(value) and is_secret(value, Grade.CELL):
                source.add(start, end)
    if "@" in source.text:
        for match in _MAIL_PAIR().finditer(source.folded):
            _mask_pair(source, match)
    if " / " in source.text:
        for match in _ALONE().finditer(source.folded):
            if "." not in match["value"].strip("."):
                _mask_pair(source, match)
    for match in source.matches(_SHORT_FORM, "u:", "user:"):
        _mask_pair(source, match)


def _mask_pair(source: Source, match: re.Match[str]) -> None:
    start, end = match.span("value")
    end = start + len(source.text[start:end].rstrip(",;.:)"))
    value = source.text[start:end]
    if is_secret(value, Grade.PROSE) and "/" not in value and not _UNIT.fullmatch(value):
        source.add(start, end)


def search_codes(source: Source) -> None:
    """Mask one-time codes, recovery codes, and what sets an authenticator up."""
    folded = source.folded
    for match in source.matches(_CODES, *_CODE_ROOTS):
        source.add(*match.span("value"))
    if source.has("code"):
        for match in _CODE_FIRST().finditer(folded):
            source.add(*match.span("value"))
        for opening in _RECOVERY().finditer(folded):
            at = opening.end()
            for _ in range(50):
                code = _RECOVERY_CODE().match(folded, at)
                if code is None:
                    break
                if len(code["value"]) >= 8:
                    source.add(*code.span("value"))
                at = code.end()
    if source.has(" key", "totp", "authenticator"):
        for match in _SEED().finditer(source.text):
            source.add(*match.span("value"))
