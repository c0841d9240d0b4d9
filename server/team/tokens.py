"""Tokens of the identity provider: JWT access tokens, checked at each request; and the person that each one names."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final, Protocol

import jwt
from jwt.exceptions import (
    ExpiredSignatureError,
    ImmatureSignatureError,
    InvalidAudienceError,
    InvalidIssuerError,
    MissingRequiredClaimError,
    PyJWTError,
)

from server.team.authentication import Headers, NotAuthenticated
from server.team.jwks import ALGORITHMS, PAUSE, ProviderAway, ProviderKeys
from server.team.metadata import challenge
from server.team.person import Person
from server.team.settings import TeamSettings

LONGEST: Final = 16 * 1024
"""Characters of a token: those of providers that list groups have some thousands."""
LEEWAY: Final = 30
"""Seconds by which the clocks of the provider and of this machine may differ."""
REQUIRED: Final = ("exp", "iss", "aud", "sub")
ACCESS_TYPES: Final = frozenset({"", "jwt", "at+jwt", "application/at+jwt"})
"""The header `typ` of access tokens in small letters; many providers send `JWT` or nothing."""
ID_TOKEN: Final = ("nonce", "at_hash", "c_hash", "s_hash")
"""Claims that are for the client that logs somebody in, and so of an id token."""
PLAIN: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._|@:+=-]{0,63}")
"""Subjects that stand in a name as they are."""
_REASONS: Final[tuple[tuple[type[PyJWTError], str], ...]] = (
    (ExpiredSignatureError, "The token has expired."),
    (ImmatureSignatureError, "The token is not valid yet."),
    (InvalidAudienceError, "The token is for another audience."),
    (InvalidIssuerError, "The token is of another issuer."),
    (MissingRequiredClaimError, f"The token needs the claims {', '.join(REQUIRED)}."),
)
UNREADABLE: Final = "The token is no signed JWT of a kind that is taken."
UNPROVED: Final = "The token's signature does not fit a key of the identity provider."
NO_ACCESS: Final = "The token is no access token."
BOUND: Final = "The token is bound to a key of its client, which this server does not check."
NO_RIGHTS: Final = "The token gives no right on this server."
AWAY: Final = "The identity provider's keys cannot be read at present, so that no token can be checked."


class Subjects(Protocol):
    """The people whom the operator knows by what the identity provider calls them."""

    def of_subject(self, issuer: str, subject: str) -> Person | None:
        """The person of a subject, with the most rights that it may have."""


class ProviderTokens:
    """Takes access tokens of one issuer that are for this server."""

    def __init__(self, team: TeamSettings, people: Subjects | None = None) -> None:
        self._team, self._people = team, people
        self._keys = ProviderKeys(team.issuer)

    def challenge(self) -> bytes:
        """The challenge where no token was sent."""
        return challenge(self._team)

    async def by_token(self, token: bytes, headers: Headers) -> Person:
        """The person of a token.

        Raises:
            NotAuthenticated: it is not valid (401), gives no right (403), or cannot be checked now (503).
        """
        claims = await self._claims(token)
        rights = self._team.tokens.rights(claims)
        person = self._people.of_subject(self._team.issuer, claims["sub"]) if self._people is not None else None
        if person is None:
            person = Person(name_of(claims["sub"], self._team.issuer), rights)
        person = replace(person, rights=person.rights & rights, issuer=self._team.issuer)
        if not person.rights:
            scope = self._team.tokens.needed("read") if not rights else ""
            raise self._refused(NO_RIGHTS, error="insufficient_scope", status=403, scope=scope)
        return person

    async def _claims(self, token: bytes) -> Mapping[str, Any]:
        """The claims of a valid access token."""
        if len(token) > LONGEST:
            raise self._refused(f"The token is longer than {LONGEST} characters.")
        try:
            text = token.decode("ascii")
            header = jwt.get_unverified_header(text)
        except (PyJWTError, ValueError, RecursionError):
            raise self._refused(UNREADABLE) from None
        kid, algorithm, kind = header.get("kid"), header.get("alg"), header.get("typ") or ""
        # Only the name of the key is taken from the header: a key or an address in it is the sender's own.
        if not (isinstance(kid, str) and isinstance(algorithm, str) and algorithm in ALGORITHMS) or "crit" in header:
            raise self._refused(UNREADABLE)
        if not isinstance(kind, str) or kind.lower() not in ACCESS_TYPES:
            raise self._refused(NO_ACCESS)
        try:
            key = await self._keys.key(kid, algorithm)
        except ProviderAway:
            raise NotAuthenticated(AWAY, status=503, headers=((b"retry-after", b"%d" % PAUSE),)) from None
        if key is None:
            raise self._refused(UNPROVED)
        try:
            claims: dict[str, Any] = jwt.decode(
                text,
                key,
                algorithms=[algorithm],  # one of ours, and the only one that this key is for
                audience=self._team.tokens.audience or self._team.resource,
                issuer=self._team.issuer,
                leeway=LEEWAY,
                options={"require": list(REQUIRED)},
            )
        except (PyJWTError, ValueError, RecursionError) as error:
            sentence = next((sentence for kind, sentence in _REASONS if isinstance(error, kind)), UNPROVED)
            raise self._refused(sentence) from None
        if not claims["sub"] or is_id_token(claims):
            raise self._refused(NO_ACCESS)
        if "cnf" in claims:
            raise self._refused(BOUND)
        return claims

    def _refused(
        self, sentence: str, *, error: str = "invalid_token", status: int = 401, scope: str | None = None
    ) -> NotAuthenticated:
        header = challenge(self._team, error=error, description=sentence, scope=scope)
        return NotAuthenticated(sentence, status=status, headers=((b"www-authenticate", header),))


def is_id_token(claims: Mapping[str, Any]) -> bool:
    """Whether claims are of a token for another use, as far as it can be recognized."""
    # Keycloak names the use in `typ`, Cognito in `token_use`.
    use = claims.get("typ", claims.get("token_use"))
    if isinstance(use, str):
        return use.lower() not in {"bearer", "access", *ACCESS_TYPES}
    return any(name in claims for name in ID_TOKEN)


def name_of(subject: str, issuer: str) -> str:
    """The principal of a subject: its name at the issuer, which no person with a key can have."""
    if not PLAIN.fullmatch(subject):
        subject = f"sha256:{hashlib.sha256(subject.encode('utf-8', 'surrogatepass')).hexdigest()}"
    return f"{subject}@{issuer.removeprefix('https://').rstrip('/')}"
