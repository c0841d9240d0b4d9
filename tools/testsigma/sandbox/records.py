"""Holdings: what the imitated workspace holds, as plain records; times are epoch milliseconds."""

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Mark:
    """What every record has: an id, the key that lists are ordered by, and its times."""

    id: str
    tsid: str
    created_at: int
    updated_at: int


@dataclass(slots=True)
class Holding:
    mark: Mark

    @property
    def id(self) -> str:
        return self.mark.id


@dataclass(slots=True)
class Project(Holding):
    name: str
    description: str
    prefix: str
    numbers: dict[str, int] = field(default_factory=dict)
    """The last number that was given to a case, step group, run or plan; none is given twice."""

    def next_human_id(self, kind: str) -> str:
        """`HRB-7` for the kind "", `HRB-R-4` for "R"."""
        self.numbers[kind] = self.numbers.get(kind, 0) + 1
        return "-".join(part for part in (self.prefix, kind, str(self.numbers[kind])) if part)


@dataclass(slots=True)
class Placed(Holding):
    """What belongs to a project; a folder alone has no human id."""

    project_id: str
    human_id: str


@dataclass(slots=True)
class Folder(Placed):
    name: str
    parent_id: str | None = None
    order: int = -1


@dataclass(slots=True)
class Step(Holding):
    """A step of a test case; one that embeds a step group names it."""

    description: str
    expected: str
    order: float
    kind: str = "DEFAULT"
    group_id: str | None = None


@dataclass(slots=True)
class Case(Placed):
    title: str
    folder_id: str
    type_id: str
    status_id: str
    automation_type_id: str
    priority_id: str
    owner_id: str = ""
    reviewer_id: str | None = None
    template_type: str = "TCD"
    description: str = ""
    preconditions: str = ""
    steps: str = ""
    expected_results: str = ""
    individual_steps: list[Step] = field(default_factory=list)
    label_ids: list[str] = field(default_factory=list)


@dataclass(slots=True)
class GroupStep(Holding):
    description: str
    expected: str
    order: int


@dataclass(slots=True)
class StepGroup(Placed):
    title: str
    description: str = ""
    steps: list[GroupStep] = field(default_factory=list)
    label_ids: list[str] = field(default_factory=list)


@dataclass(slots=True)
class RunCase(Holding):
    """A test case in a run, with its last result."""

    case_id: str
    status_id: str
    assignee_id: str = ""
    description: str | None = None
    attempts: int = 0
    attachments: int = 0


Draw = Callable[[], dict[str, RunCase]]
"""Makes the cases of a run by the test case's id, the same ones whenever it is called."""


@dataclass(slots=True)
class Run(Placed):
    title: str
    description: str = ""
    status: str = "ACTIVE"
    selection_type: str = "STATIC"
    static_filters: list[object] = field(default_factory=list)
    dynamic_filters: list[object] = field(default_factory=list)
    excluded_ids: list[str] | None = None
    start_date: int | None = None
    end_date: int | None = None
    assignee_id: str = ""
    label_ids: list[str] = field(default_factory=list)
    environment_ids: list[str] | None = None
    plan_id: str = ""
    closed_by: str = ""
    case_ids: list[str] = field(default_factory=list)
    fills_at: int = 0
    """When its cases appear: a run that was just made looks empty."""
    is_summed_up: bool = False
    """Whether a closed run shows its summary; most runs show none."""
    draw: Draw | None = None
    _drawn: dict[str, RunCase] | None = None

    @property
    def results(self) -> dict[str, RunCase]:
        """Its cases by the test case's id, drawn when they are first looked at."""
        if self._drawn is None:
            self._drawn = {} if self.draw is None else self.draw()
        return self._drawn


@dataclass(slots=True)
class Plan(Placed):
    title: str
    description: str = ""
    status: str = "ACTIVE"
    start_date: int | None = None
    end_date: int | None = None
    label_ids: list[str] = field(default_factory=list)
    completed_at: int | None = None


@dataclass(slots=True)
class Label(Holding):
    name: str


@dataclass(slots=True)
class User(Holding):
    email: str
    first_name: str
    last_name: str
    status: str = "ACTIVE"


@dataclass(slots=True)
class Lookup(Holding):
    """A row of a settings list, such as a priority."""

    name: str
    order: int


@dataclass(slots=True)
class Import(Holding):
    """A JUnit file on its way into a run."""

    project_id: str
    run_id: str
    named: str
    """The run's id as it stood in the path."""
    xml: bytes
    due_at: int
    polls: int = 0
    status: str = "pending"
    details: object = None
