"""People: the users of a company and their credentials."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(slots=True)
class User:
    id: int
    name: str
    email: str
    role: str = "qa"
    is_read_only: bool = False
    timezone: str = "Europe/Berlin"


@dataclass(slots=True)
class Token:
    """An API token: a general one belongs to a user, a project token is limited to its project."""

    value: str
    user_id: int
    project: str | None = None
    is_active: bool = True


@dataclass(slots=True)
class Login:
    """A JWT that was issued for a token or a password."""

    jwt: str
    user_id: int
    expires_at: datetime


@dataclass(slots=True)
class Session:
    """Groups the writes of one change, which refer to it in a header."""

    hash: str
    project: str
    description: str | None
    writes: int = 0
