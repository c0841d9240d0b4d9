"""What to run, under one set of names, and the bodies of runs, schedules and deploys.

A run request calls a commit `ref`, a build `buildId` and machines `runners`, and takes keys; a schedule calls them
`commit`, `buildName` and `maxRunners`, and takes ids; a deploy says `commit` and `buildId` (API reference: Field-name
traps).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final

from pydantic import Field

from tools.kit.model import Sent
from tools.kit.text import Secret
from tools.testery.models.projects import Project, Suite
from tools.testery.models.schedules import ANY_PROJECT
from tools.testery.models.settings import Environment

REGEX: Final = "Regex: "
"""The prefix of a filter of test names."""


class VariableToSet(Sent):
    """A variable with a new value."""

    key: Annotated[str, Field(min_length=1, max_length=200, description="Such as BASE_URL.")]
    value: Annotated[Secret, Field(max_length=100_000, description="Never shown again.")]
    encrypted: Annotated[bool | None, Field(description="Default: true if new.")] = None

    def as_sent(self, before: bool | None = None) -> dict[str, Any]:
        """The variable as it is sent; `before` is whether the stored one of that name is encrypted."""
        encrypted = before if self.encrypted is None else self.encrypted
        return {"key": self.key, "value": self.value.get_secret_value(), "encrypted": encrypted is not False}


@dataclass(frozen=True, kw_only=True)
class RunOrder:
    """Which tests to run, of which version, where and on how many machines; None is the platform's default."""

    project: Project
    environment: Environment
    suite: Suite | None = None
    branch: str | None = None
    commit: str | None = None
    build: str | None = None
    latest_deploy: bool = False
    include_tags: Sequence[str] | None = None
    exclude_tags: Sequence[str] | None = None
    name_patterns: Sequence[str] | None = None
    runners: int | None = None
    copies: int = 1
    by_file: bool | None = None
    retry_failed: bool = False
    timeout_minutes: int | None = None
    test_timeout_seconds: int | None = None
    variables: Sequence[VariableToSet] = ()

    @property
    def machines(self) -> float:
        """The machines it may run on at once; the project's own number of runners is not known."""
        return math.inf if self.runners is None else self.copies * self.runners

    def run_request(
        self,
        *,
        report_to_git: bool,
        status_name: str | None,
        deploy_id: int | None,
        playwright_project: str | None,
        use_selection_rules: bool,
    ) -> dict[str, Any]:
        """The body of a run request, which leaves out what was not given."""
        return {
            "project": self.project.key,
            "environment": self.environment.key,
            "updateVcsStatus": report_to_git,
            "copies": self.copies,
            **without_none(
                ref=self.commit,
                branch=self.branch,
                buildId=self.build,
                latestDeploy=self.latest_deploy or None,
                deployId=deploy_id,
                testFilters=self._patterns(),
                parallelizeByFile=self.by_file,
                runners=self.runners,
                retryFailedTests=self.retry_failed or None,
                applyTestSelectionRules=use_selection_rules or None,
                playwrightProject=playwright_project,
                statusName=status_name,
            ),
            **self._shared(),
        }

    def schedule(
        self,
        name: str,
        *,
        cron: str | None,
        fired_by: Sequence[Project] | None,
        notify: bool,
        priority: int | None,
    ) -> dict[str, Any]:
        """The body of a schedule, which always has most fields; an empty `fired_by` means any project."""
        by_deploy = fired_by is not None
        return {
            "name": name,
            "scheduleType": "deploy" if by_deploy else "interval",
            "projectId": self.project.id,
            "environmentId": self.environment.id,
            "cron": cron,
            "branch": self.branch,
            "buildName": self.build,
            "copies": self.copies,
            "defaultToParallelizeByFile": self.by_file is not False,
            "followTestRun": notify,
            "latestDeploy": self.latest_deploy or not (self.branch or self.commit or self.build),
            "onDeploy": by_deploy,
            "retryFailedTests": self.retry_failed,
            "testFilters": self._patterns() or [],
            "testName": None,
            **without_none(
                commit=self.commit,
                parallelizeByFile=self.by_file,
                priority=priority,
                maxRunners=self.runners,
                deployedProjectIds=None if fired_by is None else [p.id for p in fired_by] or [ANY_PROJECT],
            ),
            **self._shared(),
        }

    def _patterns(self) -> list[str] | None:
        return None if self.name_patterns is None else [REGEX + pattern for pattern in self.name_patterns]

    def _shared(self) -> dict[str, Any]:
        """The fields that both name alike."""
        return without_none(
            testSuiteId=self.suite.id if self.suite is not None else None,
            includeTags=None if self.include_tags is None else list(self.include_tags),
            excludedTags=None if self.exclude_tags is None else list(self.exclude_tags),
            timeoutMinutes=self.timeout_minutes,
            testTimeoutSeconds=self.test_timeout_seconds,
            variables=[variable.as_sent() for variable in self.variables] or None,
        )


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """A deployed version; the three Git fields go together."""

    project_key: str
    environment_key: str
    branch: str | None = None
    commit: str | None = None
    build: str | None = None
    status_name: str | None = None
    report_to_git: bool = False
    git: Mapping[str, str] | None = None

    def body(self) -> dict[str, Any]:
        """The body of a deploy."""
        return {
            "project": self.project_key,
            "environment": self.environment_key,
            "updateVcsStatus": self.report_to_git,
            **without_none(buildId=self.build, branch=self.branch, commit=self.commit, statusName=self.status_name),
            **(self.git or {}),
        }


def without_none(**fields: Any) -> dict[str, Any]:
    """The fields that have a value; an empty list is one, such as no tags at all."""
    return {name: value for name, value in fields.items() if value is not None}
