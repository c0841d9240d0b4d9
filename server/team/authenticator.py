"""How the people of a team are recognized: by a key of the server's own, or by a token of the identity provider."""

from typing import TYPE_CHECKING, Final, Protocol

from server.team.authentication import Headers, NotAuthenticated, bearer
from server.team.header_credentials import HeaderCredentials
from server.team.keys import PREFIX as TEXT_PREFIX
from server.team.person import Person
from server.team.settings import TeamSettings

if TYPE_CHECKING:
    from server.team.tokens import Subjects

PREFIX: Final = TEXT_PREFIX.encode()
NOT_KNOWN: Final = "This server wants a key or a token of yours: send the header Authorization: Bearer ..., once."


class Keys(Protocol):
    """The people who have a key of the server's own."""

    async def by_key(self, key: bytes, headers: Headers) -> Person:
        """The person of a key.

        Raises:
            NotAuthenticated: when nobody has it, or it has expired.
        """


class Tokens(Protocol):
    """The identity provider's tokens."""

    async def by_token(self, token: bytes, headers: Headers) -> Person:
        """The person of a token.

        Raises:
            NotAuthenticated: with the challenge that says what a token needs.
        """

    def challenge(self) -> bytes:
        """The challenge where no token was sent."""


class TeamAuthenticator:
    """Recognizes keys, and tokens where there is an identity provider."""

    def __init__(
        self, keys: Keys | None, tokens: Tokens | None, header_credentials: HeaderCredentials | None = None
    ) -> None:
        self._keys, self._tokens, self._header_credentials = keys, tokens, header_credentials

    async def authenticate(self, headers: Headers) -> Person:
        person = await self._person(headers)
        return person if self._header_credentials is None else self._header_credentials.add(person, headers)

    async def _person(self, headers: Headers) -> Person:
        given = bearer(headers)
        if given and given.startswith(PREFIX) and self._keys is not None:
            return await self._keys.by_key(given, headers)
        if given and self._tokens is not None:
            return await self._tokens.by_token(given, headers)
        challenge = self._tokens.challenge() if self._tokens is not None else b"Bearer"
        raise NotAuthenticated(NOT_KNOWN, headers=((b"www-authenticate", challenge),))


def team_authenticator(team: TeamSettings) -> TeamAuthenticator:
    """The authenticator that the settings ask for."""
    return TeamAuthenticator(team.members, provider_tokens(team, team.members), team.header_credentials)


def provider_tokens(team: TeamSettings, people: "Subjects | None" = None) -> Tokens | None:
    """The tokens of the identity provider, where there is one."""
    if not team.issuer:
        return None
    from server.team.tokens import ProviderTokens  # with PyJWT: only where tokens are taken

    return ProviderTokens(team, people)
