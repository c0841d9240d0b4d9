"""World: everything the imitated account holds, and what the imitation follows where sources leave a choice."""

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
MOST_KEPT = 64
"""Runs whose results are kept; they are drawn anew, and the same, whenever one is looked at again."""


@dataclass(frozen=True)
class Switches:
    """What the imitation follows where sources about the API disagree, and which rare behaviour it shows."""

    answers_of_2020: bool = False
    """A run has the fields of the official example and no others: `complete`, but no `ended`."""
    environment_as_object: bool = False
    """A run's `environment` is the object that alert criteria read, not the key."""
    output_field: bool = False
    """A result's log is called `output`, not `processOutput`."""
    legacy_words: bool = False
    """Old spellings of statuses: `CANCEL` and `PENDING` for runs, `NOTRUN` and `SKIPPED` for results."""
    sparse: bool = False
    """What may be missing is missing, and so is what would be null."""
    email_api: bool = False
    """The user behind an account's key is an object whose email is `API`, not null."""
    several_accounts: bool = False
    """The person who logs in belongs to two accounts: minting a token takes the header that names one."""
    late_deploy_runs: bool = False
    """The runs that a deploy starts appear one after another, the first after half a minute."""
    delete_archives: bool = False
    """What is deleted is archived, and stays in the lists."""
    strict_cancel: bool = False
    """Canceling a run that is over is 409; otherwise it changes nothing."""


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
        """By number, which grows with time."""
        self.active: dict[int, Run] = {}
        """Those that are not over, the oldest first."""
        self.drawn: dict[int, list[Outcome]] = {}
        """Results of the runs that were looked at last."""
        self.builds: dict[tuple[int, str], dict[str, int]] = {}
        """Sizes of the files of each build of a project; what is in them is not kept."""
        self.members: dict[str, str] = {}
        """Roles by e-mail."""
        self.maintenance: tuple[datetime, datetime] | None = None
        """Since when and until when the platform is being worked on."""
        # New ids start where no seeded one is: far from them, so that a number tells what was made in the sandbox.
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
        """The project of a key."""
        return next((project for project in self.projects.values() if project.key == key), None)

    def environment(self, number: object) -> Environment | None:
        """The environment of a number, unless it was deleted."""
        found = self.environments.get(number) if isinstance(number, int) else None
        return None if found is None or found.is_deleted else found

    def environment_of(self, key: object) -> Environment | None:
        """The environment of a key, archived ones included."""
        return next((found for found in self.environments.values() if found.key == key and not found.is_deleted), None)

    def add_run(self, run: Run) -> Run:
        """Enter a run, which is the newest one."""
        self.runs[run.id] = run
        if run.state != "OVER":
            self.active[run.id] = run
        return run

    def keep(self, run_id: int, outcomes: list[Outcome]) -> list[Outcome]:
        """Keep a run's results for the next look."""
        while len(self.drawn) >= MOST_KEPT:
            del self.drawn[next(iter(self.drawn))]
        self.drawn[run_id] = outcomes
        return outcomes
