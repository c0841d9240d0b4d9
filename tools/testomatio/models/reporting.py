"""Reporting and importing: what the platform answers to a pipeline (API reference: Reporting API, Importing API).

Credentials for the storage of artifacts come along with a run's creation; they are not among these fields, so that they
are never read.
"""

from typing import Any

from pydantic import Field, field_validator

from tools.kit.model import Many, Model
from tools.kit.text import Key, Untrusted


class ReportedRun(Model):
    """A run as its reporter is told of it."""

    uid: Key | None = None
    url: Untrusted | None = None
    public_url: Untrusted | None = None
    tests_count: int | None = None


class Received(Model):
    """What is said to results or an import that arrived; nothing of it tells that they were taken in."""

    message: Untrusted | None = None
    import_id: Key | None = Field(default=None)


class IdMap(Model):
    """The ids of a project's tests and suites, by their places in the code."""

    tests: dict[Untrusted, Key] = Field(default_factory=dict)
    suites: dict[Untrusted, Key] = Field(default_factory=dict)
    files: dict[Untrusted, Untrusted] = Field(default_factory=dict)

    @field_validator("tests", "suites", "files", mode="before")
    @classmethod
    def _texts(cls, value: Any) -> Any:
        return {name: one for name, one in value.items() if isinstance(one, str)} if isinstance(value, dict) else {}


class FoundIds(Model):
    """Ids of tests that fit a filter."""

    tests: Many[Key]
