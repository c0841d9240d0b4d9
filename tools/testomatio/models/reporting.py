"""Answers to reporters and imports (API reference: Reporting API, Importing API).

The answer to a new run contains credentials for the storage of artifacts. They are not among these fields, so they are
never read.
"""

from typing import Any

from pydantic import Field, field_validator

from tools.kit.model import Many, Model
from tools.kit.text import Key, Untrusted


class ReportedRun(Model):
    """A run, in the answer to its reporter."""

    uid: Key | None = None
    url: Untrusted | None = None
    public_url: Untrusted | None = None
    tests_count: int | None = None


class Received(Model):
    """The answer to results or an import; it confirms that they arrived, not that they were processed."""

    message: Untrusted | None = None
    import_id: Key | None = Field(default=None)


class IdMap(Model):
    """The ids of a project's tests and suites, by file, suite and title in the code."""

    tests: dict[Untrusted, Key] = Field(default_factory=dict)
    suites: dict[Untrusted, Key] = Field(default_factory=dict)
    files: dict[Untrusted, Untrusted] = Field(default_factory=dict)

    @field_validator("tests", "suites", "files", mode="before")
    @classmethod
    def _texts(cls, value: Any) -> Any:
        return {name: one for name, one in value.items() if isinstance(one, str)} if isinstance(value, dict) else {}


class FoundIds(Model):
    """Ids of the tests that fit a filter."""

    tests: Many[Key]
