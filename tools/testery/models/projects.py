"""Projects and their test suites (API reference: Projects, test suites, builds)."""

from pydantic import RootModel

from tools.kit.model import Many, Model
from tools.kit.text import Key, Untrusted


class Project(Model):
    id: int
    key: Key | None = None
    name: Untrusted | None = None
    archived: bool | None = None


Projects = RootModel[Many[Project]]


class Suite(Model):
    id: int
    name: Untrusted | None = None


Suites = RootModel[Many[Suite]]
