"""Schedules and test plans (API reference: Deploys and schedules, Test plans)."""

from typing import Final

from pydantic import Field, RootModel

from tools.kit.model import Many, Model
from tools.kit.text import Key, Untrusted
from tools.testery.models.words import Time

ANY_PROJECT: Final = 0
"""Means any project, among those whose deploys fire a schedule."""


class Schedule(Model):
    id: int
    name: Untrusted | None = None
    enabled: bool | None = None
    archived: bool | None = None
    kind: Key | None = Field(None, validation_alias="scheduleType")
    cron: Key | None = None
    on_deploy: bool | None = Field(None, validation_alias="onDeploy")
    deployed_project_ids: Many[int] = Field(default_factory=list, validation_alias="deployedProjectIds")
    project_id: int | None = Field(None, validation_alias="projectId")
    environment_id: int | None = Field(None, validation_alias="environmentId")
    last_run_at: Time = Field(None, validation_alias="lastRunAt")
    test_suite_id: int | None = Field(None, validation_alias="testSuiteId")
    copies: int | None = None
    runners: int | None = Field(None, validation_alias="maxRunners")

    @property
    def is_live(self) -> bool:
        """Whether it starts runs; without the field it counts as enabled."""
        return self.enabled is not False and not self.archived

    @property
    def is_of_unknown_trigger(self) -> bool:
        """Whether the platform does not say what starts it."""
        return self.kind is None and self.on_deploy is None and self.cron is None

    @property
    def waits_for_deploys(self) -> bool:
        """Whether deploys start it; the vendor's client sets the two flags independently."""
        return self.kind == "deploy" or bool(self.on_deploy)

    def is_fired_by(self, project_id: int) -> bool:
        """Whether a deploy of a project may start it, in any environment."""
        projects = self.deployed_project_ids
        may_wait = self.waits_for_deploys or self.is_of_unknown_trigger
        return self.is_live and may_wait and (not projects or ANY_PROJECT in projects or project_id in projects)


Schedules = RootModel[Many[Schedule]]
"""A bare list, archived ones included."""


class Plan(Model):
    """A test plan; only the web app shows its stages and suites."""

    id: int
    key: Key | None = None
    name: Untrusted | None = None


Plans = RootModel[Many[Plan]]
