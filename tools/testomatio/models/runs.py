"""Runs, their groups and the breakdown of their results (API reference: Runs, Rungroups)."""

from pydantic import AliasChoices, Field

from tools.kit.model import Many
from tools.kit.text import Key, Untrusted
from tools.testomatio.models.documents import Record
from tools.testomatio.models.labels import CarriedLabels
from tools.testomatio.models.values import Environments, Person, References

OVER = frozenset({"passed", "failed", "terminated", "finished"})
"""The statuses of a run that has ended."""


def counted(word: str) -> AliasChoices:
    """The spellings of a counter: `passed_count`, `passedCount`, `passed-count`, `passed`."""
    return AliasChoices(f"{word}_count", f"{word}Count", f"{word}-count", word)


class Run(Record):
    """A run of any family; every counter and date can be missing."""

    id: Key
    title: Untrusted | None = Field(
        default=None, validation_alias=AliasChoices("title", "clean_title", "cleanTitle", "clean-title")
    )
    status: Key | None = None
    kind: Key | None = None
    rungroup_id: Key | None = None
    env: Environments = Field(default_factory=list)
    description: Untrusted | None = None
    assigned_to: Person = None
    assign_strategy: Key | None = None
    labels: CarriedLabels = Field(default_factory=list)
    plans: References = Field(default_factory=list)
    tests_count: int | None = Field(
        default=None,
        validation_alias=AliasChoices(
            "total_tests", "totalTests", "total-tests", "tests_count", "testsCount", "tests-count"
        ),
    )
    passed_count: int | None = Field(default=None, validation_alias=counted("passed"))
    failed_count: int | None = Field(default=None, validation_alias=counted("failed"))
    skipped_count: int | None = Field(default=None, validation_alias=counted("skipped"))
    created_at: Key | None = None
    launched_at: Key | None = None
    finished_at: Key | None = None
    ci_build_url: Untrusted | None = None

    @property
    def is_over(self) -> bool:
        return self.status in OVER


class WebRun(Run):
    """A run as the web app shows it, with details that family A lacks."""

    duration: float | None = Field(default=None, description="Seconds.")
    automated: bool | None = None
    is_archived: bool | None = None
    substatuses_counts: dict[Untrusted, int] | None = None
    created_by: Person = None
    executed_by: Person = None
    visibility: Key | None = Field(default=None, validation_alias=AliasChoices("access"), description="Who may see it.")
    comments_count: int | None = None
    updated_at: Key | None = None


class Copied(Record):
    """The answer to a copy, which is not documented: the id of the new run where it is there."""

    id: Key | None = None


class StatsRow(Record):
    """The results of a run in one group."""

    title: Untrusted | None = Field(default=None, validation_alias=AliasChoices("title", "name", "label"))
    passed_count: int | None = Field(default=None, validation_alias=counted("passed"))
    failed_count: int | None = Field(default=None, validation_alias=counted("failed"))
    skipped_count: int | None = Field(default=None, validation_alias=counted("skipped"))
    pending_count: int | None = Field(default=None, validation_alias=counted("pending"))


class Rungroup(Record):
    """A group of runs; a list nests its subgroups."""

    id: Key
    title: Untrusted | None = Field(
        default=None, validation_alias=AliasChoices("title", "clean_title", "cleanTitle", "clean-title")
    )
    kind: Key | None = None
    status: Key | None = None
    emoji: Untrusted | None = None
    description: Untrusted | None = None
    pin: bool | None = None
    runs_count: int | None = Field(default=None, description="The platform's own count, without the runs of subgroups.")
    tests_count: int | None = None
    parent_id: Key | None = None
    finished_at: Key | None = None
    archived_at: Key | None = None
    updated_at: Key | None = None
    children: Many["Rungroup"] = Field(default_factory=list, exclude=True)
