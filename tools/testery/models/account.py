"""The account, the person behind a token, and a token that was made (API reference: Account, users, tokens)."""

from pydantic import Field, RootModel

from tools.kit.model import Model
from tools.kit.text import Key, Secret, Untrusted


class OwnAccount(Model):
    """The account behind the token; its `name` is the part of an address that stands for it."""

    id: int
    slug: Key | None = Field(None, validation_alias="name")
    display: Untrusted | None = None


class User(Model):
    """A person; any part of the name may be missing."""

    id: int | None = None
    first_name: Untrusted | None = Field(None, validation_alias="firstName")
    last_name: Untrusted | None = Field(None, validation_alias="lastName")
    email: Untrusted | None = None

    @property
    def is_person(self) -> bool:
        """Whether there is somebody: the user of an account's own key is an empty object, or is called API."""
        return bool(self.first_name or self.last_name or (self.email and self.email != "API"))

    @property
    def full_name(self) -> str:
        return " ".join(filter(None, (self.first_name, self.last_name))) or self.email or ""


class MaybeUser(RootModel[User | None]):
    """A person, or null for an account's own key."""


class MintedToken(Model):
    """A token that was made; the API shows it this once."""

    token: Secret
