"""Lists of a workspace: lookups, users, labels (API reference: Settings and users, Labels)."""

from tools.kit.model import Model
from tools.kit.text import Key, Untrusted
from tools.testsigma.models.fields import Order
from tools.testsigma.models.listing import Listed


class Lookup(Model):
    """A row of one of the five lookups; names and ids differ between accounts."""

    id: Key
    name: Key | None = None
    order: Order = None
    alias: Key | None = None


class Lookups(Listed[Lookup]):
    under = ("automation_types", "types", "statuses", "priorities")


class User(Model):
    id: Key
    email: Untrusted | None = None
    first_name: Untrusted | None = None
    last_name: Untrusted | None = None
    status: Key | None = None

    @property
    def full_name(self) -> str:
        return " ".join(part for part in (self.first_name, self.last_name) if part)

    @property
    def display_name(self) -> str:
        """The full name, or else the e-mail address."""
        return self.full_name or self.email or self.id


class Users(Listed[User]):
    """Users are directly under `data`, without paging data."""

    under = ("users",)


class Label(Model):
    id: Key
    name: Untrusted | None = None


class Labels(Listed[Label]):
    under = ("labels",)
