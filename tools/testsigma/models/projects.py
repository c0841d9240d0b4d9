"""Projects (API reference: Projects)."""

from pydantic import Field

from tools.kit.model import Model
from tools.kit.text import Key, Untrusted
from tools.testsigma.models.fields import Moment, Prose
from tools.testsigma.models.listing import Listed


class Project(Model):
    """A project; its immutable prefix is the prefix of all ids in it."""

    id: Key
    name: Untrusted | None = None
    description: Prose = None
    prefix: Key | None = Field(None, validation_alias="human_id_prefix")
    created_at: Moment = None
    updated_at: Moment = None

    @property
    def key(self) -> str:
        """Its prefix, or its UUID where the answer names none."""
        return self.prefix or self.id

    @property
    def display_name(self) -> str:
        return self.name or self.id


class Projects(Listed[Project]):
    under = ("projects",)
