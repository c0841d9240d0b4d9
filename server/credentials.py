"""Credentials from variables and files; none that could not be sent."""

import re
from collections.abc import Mapping
from pathlib import Path

from pydantic import SecretStr

from tools.kit.platform import Credential

MOST_SECRET = 64 * 1024

# Placeholders of examples and templates. The first form is recognized even where a person chooses the value; the words
# of the second only for tokens, since a person could choose one of them.
_UNFILLED = re.compile(r"\$\{[^}]*\}|\$\([^)]*\)|\{\{.*\}\}|<[^>]*>|%\w+%|\.{2,}|\u2026")
_UNFILLED_TOKEN = re.compile(
    r"\$[a-z_]\w*|\[[\w -]*\]|[x*]{3,}|(?:change|replace)[-_ ]?(?:me|this)|todo|placeholder|example|none|null|undefined"
    r"|(?:your|my|the|insert|paste|replace|enter|put)[-_ ]?(?:\w+[-_ ])*(?:token|key|secret|password)s?(?:[-_ ]?here)?"
    r"|(?:api[-_ ]?)?(?:token|key|secret)[-_ ]?here",
    re.IGNORECASE,
)


class SettingsError(Exception):
    """An invalid setting; the text is for the operator."""


def is_placeholder(value: str, *, is_free_text: bool = True) -> bool:
    """Whether a value is a placeholder, such as `${API_TOKEN}` or `<your-token>`."""
    bare = value.strip().strip("\"'")
    return any(form.fullmatch(bare) for form in (_UNFILLED, *(() if is_free_text else (_UNFILLED_TOKEN,))))


def read_credential(credential: Credential, environment: Mapping[str, str]) -> SecretStr | None:
    """A credential from its variable, its file, or the vendor's own credentials file."""
    held = secret(credential.variable, environment, is_free_text=credential.is_free_text)
    if held is not None or credential.fallback is None:
        return held
    try:
        found = credential.fallback(environment)
    except ValueError as error:
        raise SettingsError(str(error)) from error
    return None if found is None else checked(found, credential.variable, is_free_text=credential.is_free_text)


def secret(variable: str, environment: Mapping[str, str], *, is_free_text: bool = False) -> SecretStr | None:
    """A secret from its variable, or from the file that `<variable>_FILE` names.

    Raises:
        SettingsError: when the file cannot be read or the value cannot be a header.
    """
    value = environment.get(variable, "").strip()
    source = variable
    file = environment.get(f"{variable}_FILE", "").strip()
    if not value and file:
        source = f"{variable}_FILE"
        try:
            with Path(file).open(encoding="utf-8") as opened:
                value = opened.read(MOST_SECRET).strip()
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"{source} names a file that cannot be read ({type(error).__name__}).") from error
        if not value:
            raise SettingsError(f"{source} names an empty file.")
    return checked(value, source, is_free_text=is_free_text)


def checked(value: str, source: str, *, is_free_text: bool) -> SecretStr | None:
    """Check that a secret can be sent: a token in a header, a password in a document."""
    if is_placeholder(value, is_free_text=is_free_text):
        raise SettingsError(
            f"{source} holds a placeholder, not a credential. Set the value itself, or leave the variable out."
        )
    if not value.isprintable() or not (is_free_text or (value.isascii() and " " not in value)):
        raise SettingsError(f"{source} holds a line break, a space or another character that no token has.")
    return SecretStr(value) if value else None
