"""Projects and their test suites (API reference: Projects, test suites, builds)."""

from pydantic import RootModel

from tools.kit.model import Many, Model
from tools.kit.text import Key, Untrusted


class Project(Model):
    id: int
    key: Key | None = None
    name: Untrusted | None = None
    archived: bool | None = None


class Projects(RootModel[Many[Project]]):
    """A bare list."""


class Suite(Model):
    id: int
    name: Untrusted | None = None


class Suites(RootModel[Many[Suite]]):
    """A bare list."""
