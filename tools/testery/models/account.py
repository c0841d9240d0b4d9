"""The account, the user of a token, and a new token (API reference: Account, users, tokens)."""

from pydantic import Field, RootModel

from tools.kit.model import Model
from tools.kit.text import Key, Secret, Untrusted


class OwnAccount(Model):
    """The account that the token belongs to; its `name` is its part of web addresses."""

    id: int
    slug: Key | None = Field(None, validation_alias="name")
    display: Untrusted | None = None


class User(Model):
    """A user; any part of the name may be missing."""

    id: int | None = None
    first_name: Untrusted | None = Field(None, validation_alias="firstName")
    last_name: Untrusted | None = Field(None, validation_alias="lastName")
    email: Untrusted | None = None

    @property
    def is_person(self) -> bool:
        """False for an account's own key, whose user is an empty object or is called API."""
        return bool(self.first_name or self.last_name or (self.email and self.email != "API"))

    @property
    def full_name(self) -> str:
        return " ".join(filter(None, (self.first_name, self.last_name))) or self.email or ""


class MaybeUser(RootModel[User | None]):
    """A user, or null for an account's own key."""


class MintedToken(Model):
    """A new token; the API shows it only once."""

    token: Secret
