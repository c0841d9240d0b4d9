"""Records: one class for each kind of record in a workspace; times are epoch milliseconds."""

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Meta:
    """The ID, sort key and times of a record."""

    id: str
    tsid: str
    created_at: int
    updated_at: int


@dataclass(slots=True)
class Record:
    meta: Meta

    @property
    def id(self) -> str:
        return self.meta.id


@dataclass(slots=True)
class Project(Record):
    name: str
    description: str
    prefix: str
    numbers: dict[str, int] = field(default_factory=dict)
    """The last number of a case, step group, run or plan; numbers are not reused."""

    def next_human_id(self, kind: str) -> str:
        """`HRB-7` for the kind "", `HRB-R-4` for "R"."""
        self.numbers[kind] = self.numbers.get(kind, 0) + 1
        return "-".join(part for part in (self.prefix, kind, str(self.numbers[kind])) if part)


@dataclass(slots=True)
class ProjectRecord(Record):
    """A record of a project; all but folders have a human ID."""

    project_id: str
    human_id: str


@dataclass(slots=True)
class Folder(ProjectRecord):
    name: str
    parent_id: str | None = None
    order: int = -1


@dataclass(slots=True)
class Step(Record):
    """A step of a test case, which may embed a step group."""

    description: str
    expected: str
    order: float
    kind: str = "DEFAULT"
    group_id: str | None = None


@dataclass(slots=True)
class Case(ProjectRecord):
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
class GroupStep(Record):
    description: str
    expected: str
    order: int


@dataclass(slots=True)
class StepGroup(ProjectRecord):
    title: str
    description: str = ""
    steps: list[GroupStep] = field(default_factory=list)
    label_ids: list[str] = field(default_factory=list)


@dataclass(slots=True)
class RunCase(Record):
    """A test case in a run, with its last result."""

    case_id: str
    status_id: str
    assignee_id: str = ""
    description: str | None = None
    attempts: int = 0
    attachments: int = 0


MakeResults = Callable[[], dict[str, RunCase]]
"""Creates the cases of a run by test case ID, the same ones on every call."""


@dataclass(slots=True)
class Run(ProjectRecord):
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
    filled_at: int = 0
    """When its cases appear: a new run is empty at first."""
    has_summary: bool = False
    """Whether the run has a summary when it is closed; most have none."""
    make_results: MakeResults | None = None
    _results: dict[str, RunCase] | None = None

    @property
    def results(self) -> dict[str, RunCase]:
        """Its cases by test case ID, created when first read."""
        if self._results is None:
            self._results = {} if self.make_results is None else self.make_results()
        return self._results


@dataclass(slots=True)
class Plan(ProjectRecord):
    title: str
    description: str = ""
    status: str = "ACTIVE"
    start_date: int | None = None
    end_date: int | None = None
    label_ids: list[str] = field(default_factory=list)
    completed_at: int | None = None


@dataclass(slots=True)
class Label(Record):
    name: str


@dataclass(slots=True)
class User(Record):
    email: str
    first_name: str
    last_name: str
    status: str = "ACTIVE"


@dataclass(slots=True)
class Lookup(Record):
    """An entry of a settings list, such as a priority."""

    name: str
    order: int


@dataclass(slots=True)
class Import(Record):
    """A JUnit file that is being imported into a run."""

    project_id: str
    run_id: str
    run_key: str
    """The run's ID as in the path of the request."""
    xml: bytes
    due_at: int
    polls: int = 0
    status: str = "pending"
    details: object = None
