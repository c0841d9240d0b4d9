"""A person who calls a shared server."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import SecretStr

from server.team.rights import ALL, Right


@dataclass(frozen=True)
class Person:
    """Whom a request acts for, as its key or token says."""

    name: str
    """The principal: what records, limits and rounds know the person by, and nobody else has."""
    rights: frozenset[Right] = ALL
    credentials: Mapping[str, SecretStr] = field(default_factory=dict)
    """The person's own credentials of platforms, by variable; where there is none, the team's is used."""
    values: Mapping[str, str] = field(default_factory=dict)
    """The person's own settings of platforms, by variable."""
    issuer: str = "keys"
    """Who vouches for the name: the server's own keys, or an identity provider's address."""
    is_team: bool = True
    """Whether several people share the server; not where one key is everybody's."""

    def may(self, right: Right) -> bool:
        """Whether the person has a right."""
        return right in self.rights

    def own(self, variables: frozenset[str]) -> dict[str, SecretStr]:
        """The person's credentials among a platform's variables."""
        return {name: value for name, value in self.credentials.items() if name in variables}

    def digest(self, variables: frozenset[str]) -> str:
        """What tells the person's credentials of a platform from everybody else's; empty where the team's are used."""
        held = sorted((name, value.get_secret_value()) for name, value in self.own(variables).items())
        held += sorted((name, value) for name, value in self.values.items() if name in variables)
        return hashlib.sha256(repr(held).encode("utf-8", "surrogatepass")).hexdigest() if held else ""
