"""Test runs (API reference: Run object). Every field but the id may be missing or null."""

from typing import Annotated, Any

from pydantic import AliasChoices, BeforeValidator, Field, RootModel

from tools.kit.model import Many, Model
from tools.kit.text import Key, Untrusted
from tools.kit.vocabulary import Status
from tools.testery.models.words import OVER, Time, status_of


def _key(value: Any) -> Any:
    """The key of an environment, which may come as an object."""
    return value.get("key") or value.get("name") if isinstance(value, dict) else value


class Run(Model):
    """A test run as the platform shows it."""

    id: int
    name: Untrusted | None = None
    test_name: Untrusted | None = Field(None, validation_alias="testName")
    said: Key | None = Field(None, validation_alias="status")
    reason: Untrusted | None = Field(None, validation_alias="statusInfo")
    ended: bool | None = None
    complete: bool | None = None
    created_at: Time = Field(None, validation_alias=AliasChoices("createTime", "createdAt"))
    started_at: Time = Field(None, validation_alias="startTime")
    ended_at: Time = Field(None, validation_alias="endTime")
    project_id: int | None = Field(None, validation_alias="projectId")
    environment_id: int | None = Field(None, validation_alias="environmentId")
    environment_key: Annotated[Key | None, BeforeValidator(_key)] = Field(None, validation_alias="environment")
    test_suite_id: int | None = Field(None, validation_alias="testSuiteId")
    branch: Untrusted | None = None
    commit: Untrusted | None = Field(None, validation_alias="gitRef")
    build: Untrusted | None = Field(None, validation_alias="buildKey")
    include_tags: Many[Untrusted] = Field(default_factory=list, validation_alias="includeTags")
    exclude_tags: Many[Untrusted] = Field(default_factory=list, validation_alias="excludedTags")
    filters: Many[Untrusted] = Field(default_factory=list, validation_alias="testFilters")
    copies: int | None = None
    runners: int | None = Field(None, validation_alias="maxRunners")
    priority: int | None = None
    phase: Key | None = None
    total: int | None = Field(None, validation_alias="totalCount")
    passed: int | None = Field(None, validation_alias="passCount")
    failed: int | None = Field(None, validation_alias="failCount")
    ignored: int | None = Field(None, validation_alias="ignoredCount")
    not_run: int | None = Field(None, validation_alias="notRunCount")
    timed_out: int | None = Field(None, validation_alias="timeoutCount")
    testing_ms: int | None = Field(None, validation_alias="totalTestingTime")
    is_scheduled: bool | None = Field(None, validation_alias="isSchedule")
    has_flaky: bool | None = Field(None, validation_alias="hasFlakyTest")
    coverage_name: Untrusted | None = Field(None, validation_alias="codeCoverageName")
    coverage_percent: float | None = Field(None, validation_alias="codeCoveragePercentage")

    @property
    def status(self) -> Status:
        return status_of(self.said)

    @property
    def is_over(self) -> bool:
        """Whether the run is over: by `ended`, else the older `complete`, else the status."""
        ended = self.ended if self.ended is not None else self.complete
        return self.status in OVER if ended is None else ended

    @property
    def at(self) -> str | None:
        """The creation time, or the start if there is none."""
        return self.created_at or self.started_at


Runs = RootModel[Many[Run]]
"""A bare list, newest first."""


class Created(Model):
    """Something that was created or started; only its id is certain."""

    id: int
    said: Key | None = Field(None, validation_alias="status")
