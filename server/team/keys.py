"""Keys of people: `tdk_NAME_` and 256 random bits; only their digests are stored."""

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import date
from typing import Final

PREFIX: Final = "tdk_"
"""What keys of the server's own begin with."""
DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")
_KEY: Final = re.compile(r"tdk_([a-z][a-z0-9_-]{0,39})_[A-Za-z0-9_-]{43}")


@dataclass(frozen=True)
class Key:
    """A key of a person, as a file has it."""

    name: str
    """What tells it from the person's other keys, such as `laptop`."""
    digest: str
    expires: date | None = None
    """Its last day, in UTC; None: it never expires."""

    def has_expired(self, today: date) -> bool:
        """Whether its last day is over."""
        return self.expires is not None and today > self.expires


def new_key(person: str) -> str:
    """Generate a key for a person."""
    return f"{PREFIX}{person}_{secrets.token_urlsafe(32)}"


def digest_of(key: str) -> str:
    """What a file has of a key; 256 random bits need no slow hash."""
    return f"sha256:{hashlib.sha256(key.encode()).hexdigest()}"


def person_in(key: str) -> str | None:
    """The name that a key has in it; None where it has not the form of a key."""
    found = _KEY.fullmatch(key)
    return found[1] if found else None
