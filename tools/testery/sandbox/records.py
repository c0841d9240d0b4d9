"""Records: one class for each kind of record in an account."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from tools.testery.sandbox.cron import Cron

State = Literal["SUBMITTED", "QUEUED", "RUNNING", "OVER"]
"""The state of a run; the status of a run that is over depends on its tests."""


@dataclass(slots=True)
class Project:
    id: int
    key: str
    name: str
    has_git: bool = True
    """Whether the platform can fetch the tests from Git; otherwise a run needs a build."""


@dataclass(frozen=True, slots=True)
class Suite:
    id: int
    project_id: int
    name: str
    tags: tuple[str, ...] = ()
    """A test belongs to the suite if it has one of these tags; without tags, all tests do."""


@dataclass(frozen=True, slots=True)
class Case:
    """A test in a project's code."""

    project_id: int
    name: str
    file: str
    tags: frozenset[str]
    seconds: float
    """How long it usually takes."""
    since: datetime | None = None
    until: datetime | None = None
    is_ignored: bool = False
    is_quarantined: bool = False
    """Its failures do not fail a run."""


@dataclass(slots=True)
class Variable:
    key: str
    value: str
    encrypted: bool = False
    file: bool = False


@dataclass(slots=True)
class Environment:
    id: int
    key: str
    name: str
    stage_id: int | None = None
    url: str | None = None
    max_parallel_runs: int = 0
    """How many runs may run at the same time; 0 is no limit."""
    archived: bool = False
    variables: list[Variable] = field(default_factory=list)
    is_deleted: bool = False


@dataclass(slots=True)
class Stage:
    id: int
    name: str
    priority: int = 0
    test_run_priority: int = 0
    linux_pool_id: int | None = None
    windows_pool_id: int | None = None
    variables: list[Variable] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Order:
    """How tests are run: the parameters of a request, a schedule or a plan."""

    name: str
    test_name: str | None = None
    suite_id: int | None = None
    include_tags: tuple[str, ...] = ()
    excluded_tags: tuple[str, ...] = ()
    filters: tuple[str, ...] = ()
    by_file: bool = True
    runners: int = 4
    copies: int = 1
    retry: bool = False
    timeout_minutes: int | None = None
    test_timeout_seconds: int | None = None
    priority: int | None = None
    branch: str | None = None
    ref: str | None = None
    build: str | None = None
    latest_deploy: bool = False


@dataclass(slots=True)
class Outcome:
    """One try of one test in a run; seconds count from the discovery of the tests."""

    id: int
    case: Case | None
    status: str
    duration: int | None
    """Milliseconds."""
    starts: float
    ends: float
    fault: str | None = None
    """The cause of a failure; its error text is made from it."""
    is_last_try: bool = True
    name: str | None = None
    """The name of a failure that belongs to no test."""
    imported_texts: tuple[str, str, str] | None = None
    """Error, stack trace and output of an imported result."""


@dataclass(frozen=True, slots=True)
class Coverage:
    name: str
    version: str | None
    percentage: float | None
    statements: int | None
    covered: int | None


@dataclass(frozen=True, slots=True)
class Tally:
    """The counts of a run."""

    total: int = 0
    passed: int = 0
    failed: int = 0
    ignored: int = 0
    not_run: int = 0
    timed_out: int = 0
    counting_failures: int = 0
    """Failures that fail the run."""
    milliseconds: int = 0
    is_flaky: bool = False


@dataclass(slots=True)
class Run:
    id: int
    project_id: int
    environment_id: int
    order: Order
    created_at: datetime
    state: State = "SUBMITTED"
    started_at: datetime | None = None
    over_at: datetime | None = None
    """When it ended or is expected to end; None for an old run, which ended with its tests."""
    is_canceled: bool = False
    is_stopped: bool = False
    """It reached its time limit before its tests ended."""
    status_info: str | None = None
    startup_error: str | None = None
    """Why it cannot run its tests."""
    deploy_id: int | None = None
    schedule_id: int | None = None
    imported: list[Outcome] | None = None
    coverage: Coverage | None = None
    tally: Tally | None = None
    """Stored when the run is over."""

    @property
    def superseding_key(self) -> tuple[object, ...]:
        """A newer run supersedes a queued one with the same key."""
        order = self.order
        what = (order.suite_id, order.include_tags, order.excluded_tags, order.filters, order.branch)
        return self.project_id, self.environment_id, self.schedule_id, order.name, what


@dataclass(slots=True)
class Deploy:
    id: int
    project_id: int
    environment_id: int
    at: datetime
    build: str | None = None
    branch: str | None = None
    commit: str | None = None


@dataclass(slots=True)
class Schedule:
    id: int
    type: str
    project_id: int
    environment_id: int
    order: Order
    cron: Cron | None = None
    on_deploy: bool = False
    deployed_project_ids: list[int] = field(default_factory=list)
    follow: bool = False
    variables: list[Variable] = field(default_factory=list)
    enabled: bool = True
    archived: bool = False
    last_run_at: datetime | None = None
    next_at: datetime | None = None
    """When it runs next; None until that is computed."""

    @property
    def is_active(self) -> bool:
        return self.enabled and not self.archived

    def is_triggered_by(self, deploy: Deploy) -> bool:
        """Whether a deploy triggers it."""
        wanted = self.deployed_project_ids
        return (
            self.is_active
            and (self.type == "deploy" or self.on_deploy)
            and self.environment_id == deploy.environment_id
            and (not wanted or 0 in wanted or deploy.project_id in wanted)
        )


@dataclass(slots=True)
class Plan:
    id: int
    key: str
    name: str
    environment_id: int
    suite_ids: tuple[int, ...]


@dataclass(slots=True)
class PlanRun:
    id: int
    plan_id: int
    run_ids: list[int]
    is_canceled: bool = False
