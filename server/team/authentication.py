"""Authenticator: who a request over HTTP acts for, from its headers; or why it is turned away."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from server.team.person import Person

Headers = Sequence[tuple[bytes, bytes]]
"""The headers of a request, as ASGI has them: names in lower case."""

KEY_HOLDER: Final = "key holder"
"""The principal of a request over HTTP where one key is everybody's."""
NO_KEY: Final = "This server wants its key: send the header Authorization: Bearer KEY."


class NotAuthenticated(Exception):
    """A request is turned away; the text is the body's sentence and never repeats what was sent."""

    def __init__(self, sentence: str, *, status: int = 401, headers: Headers = ((b"www-authenticate", b"Bearer"),)):
        super().__init__(sentence)
        self.status, self.headers = status, tuple(headers)


class Authenticator(Protocol):
    """Finds out whom a request acts for; asked anew at each request."""

    async def authenticate(self, headers: Headers) -> Person:
        """The person of a request.

        Raises:
            NotAuthenticated: when nobody vouches for it.
        """


@dataclass(frozen=True)
class OneKey:
    """One key that everybody sends; None: none is wanted."""

    key: str | None

    def __post_init__(self) -> None:
        key = self.key
        if key is not None and (not key or not key.isascii() or not key.isprintable() or " " in key):
            raise ValueError("The key must be visible ASCII characters, or it could not travel in a header.")

    async def authenticate(self, headers: Headers) -> Person:
        if self.key is None:
            return Person(KEY_HOLDER, is_team=False)
        given = bearer(headers)
        # Constant-time comparison.
        if given is None or not hmac.compare_digest(given, self.key.encode("ascii")):
            raise NotAuthenticated(NO_KEY)
        return Person(KEY_HOLDER, is_team=False)


def bearer(headers: Headers) -> bytes | None:
    """The bearer token of a request; None where there is none, or two: a proxy in front may have checked the other."""
    given = [value for name, value in headers if name == b"authorization"]
    if len(given) != 1:
        return None
    scheme, _, token = given[0].partition(b" ")
    return token.strip() if scheme.lower() == b"bearer" else None
