"""Which rights a token gives: by its scopes, and by groups or roles that the operator names."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from server.team.rights import RIGHTS, Right

SCOPES: Final[Mapping[str, frozenset[Right]]] = {f"testdesk:{right}": frozenset({right}) for right in RIGHTS}
"""The scopes where the operator names none; the identity provider may leave `testdesk:` out."""
GROUPS_CLAIM: Final = "groups"


@dataclass(frozen=True)
class TokenRules:
    """What the operator says of tokens."""

    audience: str = ""
    """Whom tokens are for, where the identity provider does not put this server's address there."""
    groups_claims: tuple[str, ...] = (GROUPS_CLAIM,)
    """The claims that hold groups or roles: a name, or names of nested claims with points between."""
    groups: Mapping[str, frozenset[Right]] = field(default_factory=dict)
    """The rights of each group or role."""
    scopes: Mapping[str, frozenset[Right]] = field(default_factory=lambda: SCOPES)
    """The rights of each scope, by the name that clients request it by."""

    def rights(self, claims: Mapping[str, Any]) -> frozenset[Right]:
        """All rights that a token's scopes and groups give."""
        given = {_short(scope) for claim in ("scope", "scp") for scope in _texts(claims.get(claim), is_list=True)}
        found = {right for scope, rights in self.scopes.items() if _short(scope) in given for right in rights}
        for claim in self.groups_claims:
            for group in _texts(_nested(claims, claim)):
                found |= self.groups.get(group, frozenset())
        return frozenset(found)

    def requested(self) -> list[str]:
        """The scopes that a client should request: those of everyday work, without the administrator's."""
        return [scope for scope, rights in self.scopes.items() if "admin" not in rights]

    def needed(self, right: Right) -> str:
        """The scope that gives a right; empty where none does."""
        giving = [scope for scope, rights in self.scopes.items() if right in rights]
        return min(giving, key=lambda scope: len(self.scopes[scope]), default="")


def _short(scope: str) -> str:
    """A scope as tokens have it: some providers leave the address of the API out, and so may `testdesk:`."""
    return scope.rpartition("/")[2].removeprefix("testdesk:")


def _nested(claims: Mapping[str, Any], name: str) -> Any:
    """A claim of this name, which may be an address; else the one that its points lead to."""
    if name in claims:
        return claims[name]
    value: Any = claims
    for part in name.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


def _texts(value: Any, *, is_list: bool = False) -> Iterator[str]:
    """The texts of a claim, which is one text or a list; with `is_list` the words of one text."""
    if isinstance(value, str):
        yield from value.split() if is_list else [value]
    elif isinstance(value, list):
        yield from (one for one in value if isinstance(one, str))
