"""World: the state of the account, and the switches between sources that disagree."""

from dataclasses import dataclass
from datetime import datetime
from itertools import count

from tools.kit.sandbox.clock import Clock
from tools.testery.sandbox.records import (
    Case,
    Deploy,
    Environment,
    Outcome,
    Plan,
    PlanRun,
    Project,
    Run,
    Schedule,
    Stage,
    Suite,
)

ACCOUNT_ID, ACCOUNT_NAME, ACCOUNT_DISPLAY = 481, "harbour-qa", "Harbour QA"
MAX_CACHED_RUNS = 64
"""How many runs keep their results; for others they are computed again, with the same outcome."""


@dataclass(frozen=True)
class Switches:
    """Which source the fake API follows where sources disagree, and which rare behaviour it shows."""

    answers_of_2020: bool = False
    """A run has the fields of the official example and no others: `complete`, but no `ended`."""
    environment_as_object: bool = False
    """A run's `environment` is the object that alert criteria read, not the key."""
    output_field: bool = False
    """A result's log is called `output`, not `processOutput`."""
    legacy_words: bool = False
    """Old spellings of statuses: `CANCEL` and `PENDING` for runs, `NOTRUN` and `SKIPPED` for results."""
    sparse: bool = False
    """Optional fields and nulls are absent."""
    email_api: bool = False
    """The user behind an account's key is an object whose email is `API`, not null."""
    several_accounts: bool = False
    """The user belongs to two accounts: creating a token needs the header that names one."""
    late_deploy_runs: bool = False
    """The runs of a deploy appear one after another, the first after half a minute."""
    delete_archives: bool = False
    """Deleted records are archived instead, and stay in the lists."""
    strict_cancel: bool = False
    """Canceling a run that is over is 409; without it, nothing changes."""


class World:
    """The account's state."""

    def __init__(self, clock: Clock, switches: Switches) -> None:
        self.clock = clock
        self.switches = switches
        self.projects: dict[int, Project] = {}
        self.suites: dict[int, Suite] = {}
        self.cases: dict[int, list[Case]] = {}
        """The tests of each project."""
        self.stages: dict[int, Stage] = {}
        self.environments: dict[int, Environment] = {}
        self.schedules: dict[int, Schedule] = {}
        self.deploys: dict[int, Deploy] = {}
        self.plans: dict[int, Plan] = {}
        self.plan_runs: dict[int, PlanRun] = {}
        self.runs: dict[int, Run] = {}
        """By number, which increases with time."""
        self.active: dict[int, Run] = {}
        """The runs that are not over, oldest first."""
        self.cached_outcomes: dict[int, list[Outcome]] = {}
        """Results of the runs that were read last."""
        self.builds: dict[tuple[int, str], dict[str, int]] = {}
        """File sizes of each build of a project; the content is not stored."""
        self.members: dict[str, str] = {}
        """Roles by e-mail."""
        self.maintenance: tuple[datetime, datetime] | None = None
        """Start and end of the current maintenance."""
        # New IDs start above all seeded ones, so that the number shows what was created in the sandbox.
        self.run_ids = count(903001)
        self.environment_ids = count(301)
        self.stage_ids = count(41)
        self.schedule_ids = count(701)
        self.deploy_ids = count(5201)
        self.plan_run_ids = count(31001)
        self.file_ids = count(61001)
        self.token_ids = count(1)

    def now(self) -> datetime:
        return self.clock.now()

    def project_of(self, key: object) -> Project | None:
        """The project with this key."""
        return next((project for project in self.projects.values() if project.key == key), None)

    def environment(self, number: object) -> Environment | None:
        """The environment with this ID, unless it was deleted."""
        found = self.environments.get(number) if isinstance(number, int) else None
        return None if found is None or found.is_deleted else found

    def environment_of(self, key: object) -> Environment | None:
        """The environment with this key, including archived ones."""
        return next((found for found in self.environments.values() if found.key == key and not found.is_deleted), None)

    def add_run(self, run: Run) -> Run:
        """Add a run, which must be the newest one."""
        self.runs[run.id] = run
        if run.state != "OVER":
            self.active[run.id] = run
        return run

    def cache_outcomes(self, run_id: int, outcomes: list[Outcome]) -> list[Outcome]:
        """Cache the results of a run, dropping the oldest ones."""
        while len(self.cached_outcomes) >= MAX_CACHED_RUNS:
            del self.cached_outcomes[next(iter(self.cached_outcomes))]
        self.cached_outcomes[run_id] = outcomes
        return outcomes
