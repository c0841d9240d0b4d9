"""A person who calls a shared server."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import SecretStr

from server.team.rights import ALL, Right

OWN_HEADERS: Final = b"testdesk-"
"""What the headers begin with in which people send their own credentials; they end at authentication."""
SCOPE_KEY: Final = "testdesk.person"
"""Where a request over HTTP, an ASGI scope, has its person."""


def person_of(ctx: Any) -> "Person | None":
    """The authenticated person of a request; None on standard input and in the process itself."""
    found = ctx.request.scope.get(SCOPE_KEY) if ctx.request is not None else None
    return found if isinstance(found, Person) else None


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

    from_headers: frozenset[str] = frozenset()
    """The variables of those credentials and settings that came with the request."""

    def may(self, right: Right) -> bool:
        """Whether the person has a right."""
        return right in self.rights

    @property
    def sent(self) -> tuple[str, ...]:
        """The credentials that came with the request."""
        return tuple(v.get_secret_value() for name, v in self.credentials.items() if name in self.from_headers)

    @property
    def bound_to(self) -> str:
        """What sessions and sealed rounds are bound to beside the name.

        What came with the request counts, or a yes could be given to one account's question and used in another.
        """
        return f"{self.issuer} {self.digest(self.from_headers)}".rstrip()

    def own(self, variables: frozenset[str]) -> dict[str, SecretStr]:
        """The person's credentials among a platform's variables."""
        return {name: value for name, value in self.credentials.items() if name in variables}

    def digest(self, variables: frozenset[str]) -> str:
        """What tells the person's credentials of a platform from everybody else's; empty where the team's are used."""
        held = sorted((name, value.get_secret_value()) for name, value in self.own(variables).items())
        held += sorted((name, value) for name, value in self.values.items() if name in variables)
        return hashlib.sha256(repr(held).encode("utf-8", "surrogatepass")).hexdigest() if held else ""
