"""The first look at a text: most have no secret, and that is found out without the layers.

They are imported at the first text that needs them, since a start needs none.
"""

import re
from typing import Final

from server.guards.redaction.spans import Span

# Every secret that no credential of ours is has a digit or one of these marks in it or before it.
_TELLING: Final = re.compile(r"[\d:=@\"'`<|_/\\%&#$~^+]")
# Numbers and dates, ids, names in code, sentences with an apostrophe, addresses without parameters.
_PLAIN: Final = re.compile(
    r"[\d\W_TZ]*|[0-9a-f-]{36}|[a-z_]{1,40}|[A-Za-z ,.!?()-]*(?:[a-z]'[a-z][A-Za-z ,.!?()-]*)*"
    r"|https?://[\w.-]+(?::\d+)?(?:/[\w.-]{1,15})*/?"
)
# What any layer needs: a mark, a long run, or a word.
_MARK: Final = re.compile(r"[:=@/%]|[\w.+~-]{16}")
_WORDS: Final = (
    "pass", "secret", "token", "wort", "contrase", "senha", "wachtw", "has", "senord", "ifre", "paro", "парол", "密",
    "パスワード", "비밀번호", "key", "sess", "otp", "cred", "pw", "pin", "sid", "jwt", "clave", "mdp", "psk", "log",
    "sign", "user", "account", "zugang", "benutzer", "konto", "compte", "usuario", "utente", "access", "auth",
    "angemel", "anmelde", "code", "tan", "código", "codice", "mysql", "mariadb", "redis", "docker", "zip", "ldap",
    "smb", "basic", "identified", "bearer", "ntlm", "sig",
)  # fmt: skip


def secret_spans(text: str) -> list[Span]:
    """The places of a cleaned text that look like secrets, in order."""
    if _is_harmless(text):
        return []
    from server.guards.redaction.scan import find_spans  # with all layers

    return find_spans(text)


def _is_harmless(text: str) -> bool:
    if "----" in text:
        return False  # a key block
    if _TELLING.search(text) is None or _PLAIN.fullmatch(text):
        return True
    if _MARK.search(text):
        return False
    lower = text.lower()
    return not any(word in lower for word in _WORDS)
