"""Holdings: what an account consists of, one class for each kind of thing."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from tools.testery.sandbox.cron import Cron

State = Literal["SUBMITTED", "QUEUED", "RUNNING", "OVER"]
"""Where a run stands; what it is called when it is over depends on its tests."""


@dataclass(slots=True)
class Project:
    id: int
    key: str
    name: str
    has_git: bool = True
    """Whether the platform can fetch tests by itself; without it a run needs a build."""


@dataclass(frozen=True, slots=True)
class Suite:
    id: int
    project_id: int
    name: str
    tags: tuple[str, ...] = ()
    """What a test has one of to belong to it; without any, all tests do."""


@dataclass(frozen=True, slots=True)
class Case:
    """A test as it stands in a project's code."""

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
    most_at_once: int = 0
    """How many runs it takes at the same time; 0 is no limit."""
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
    """How tests are to be run: what a request, a schedule or a plan asks for."""

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
    """One try of one test in a run; the seconds count from the moment the tests were discovered."""

    id: int
    case: Case | None
    status: str
    duration: int | None
    """Milliseconds."""
    starts: float
    ends: float
    fault: str | None = None
    """What is behind a failure; the words come from it."""
    is_last_try: bool = True
    name: str | None = None
    """What stands for a test that could not be told."""
    told: tuple[str, str, str] | None = None
    """Error, stack trace and output of an imported result, as they came."""


@dataclass(frozen=True, slots=True)
class Coverage:
    name: str
    version: str | None
    percentage: float | None
    statements: int | None
    covered: int | None


@dataclass(frozen=True, slots=True)
class Tally:
    """The numbers of a run."""

    total: int = 0
    passed: int = 0
    failed: int = 0
    ignored: int = 0
    not_run: int = 0
    timed_out: int = 0
    decisive: int = 0
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
    """When it was over, or will be as far as is known; None for an old one: when its tests were."""
    is_canceled: bool = False
    is_stopped: bool = False
    """Its time was up before its tests were."""
    status_info: str | None = None
    breaks: str | None = None
    """Why it will not come to its tests."""
    deploy_id: int | None = None
    schedule_id: int | None = None
    imported: list[Outcome] | None = None
    coverage: Coverage | None = None
    tally: Tally | None = None
    """Kept once nothing changes any more."""

    @property
    def kind(self) -> tuple[object, ...]:
        """What two runs have in common when the newer one makes the older one needless."""
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
    """When it runs again by itself; None until that is looked up."""

    @property
    def is_alive(self) -> bool:
        return self.enabled and not self.archived

    def is_fired_by(self, deploy: Deploy) -> bool:
        """Whether a deploy makes it run."""
        wanted = self.deployed_project_ids
        return (
            self.is_alive
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
