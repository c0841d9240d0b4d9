"""Reads `[team]`, `[team.groups]` and `[team.scopes]`: what tokens are for, and which rights they give."""

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from server.team.rights import RIGHTS, Right
from server.team.token_rules import TokenRules

if TYPE_CHECKING:
    from server.config_file import Reader

SECTION: Final = "team"
KEYS: Final = ("audience", "groups_claim", "groups", "scopes")
SCOPE: Final = re.compile(r"[!#-\[\]-~]{1,200}")  # RFC 6749: printable, without space, quotation mark and backslash


def read_token_rules(reader: "Reader", data: Mapping[str, Any], others: Iterable[str] = ()) -> TokenRules:
    """Check the section, in which `others` are keys that are read elsewhere.

    Raises:
        SettingsError: with the place and a sentence.
    """
    known = (*KEYS, *others)
    for key in data:
        if key not in known:
            raise reader.unknown(SECTION, key, known)
    given: dict[str, Any] = {}
    if "audience" in data:
        given["audience"] = reader.text(SECTION, "audience", data["audience"])
    if "groups_claim" in data:
        value = data["groups_claim"]
        claims = value if isinstance(value, list) else [value]
        given["groups_claims"] = tuple(reader.text(SECTION, "groups_claim", one) for one in claims)
    for name in ("groups", "scopes"):
        if name in data:
            section = f"{SECTION}.{name}"
            table = reader.table(section, data[name])
            given[name] = {key: _rights(reader, section, key, value) for key, value in table.items()}
    for scope in given.get("scopes", ()):
        if not SCOPE.fullmatch(scope):
            raise reader.error(f"{SECTION}.scopes", scope, "is no scope: it has no spaces and quotation marks.")
    return TokenRules(**given)


def _rights(reader: "Reader", section: str, key: str, value: Any) -> frozenset[Right]:
    if not isinstance(value, list) or not all(right in RIGHTS for right in value):
        raise reader.error(section, key, f'takes a list of rights, such as ["read"]; there are {", ".join(RIGHTS)}.')
    return frozenset(value)
