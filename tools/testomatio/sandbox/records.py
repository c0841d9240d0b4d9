"""Records: one class for each kind of record in a company's projects."""

import re
from dataclasses import dataclass, field
from datetime import datetime

TAG = re.compile(r"(?<!\S)@([\w:.=/-]+)")
"""A tag in a title: a word after an at sign."""


@dataclass(slots=True)
class Project:
    slug: str
    title: str
    created_at: datetime
    updated_at: datetime
    type: str = "classic"
    """`classic` or `bdd`; only projects of the same type can share."""
    status: str = "active"
    """`active`, or `archived`, which is read-only."""
    framework: str | None = None
    language: str | None = None
    repository_url: str | None = None
    environments: list[str] = field(default_factory=list)
    subscription: str = "enterprise"
    features: list[str] = field(default_factory=lambda: ["branches", "api_analytics"])
    api_key: str = ""
    artifacts_storage: bool = False
    storage: dict[str, object] = field(default_factory=dict)
    """Credentials of the storage for artifacts."""
    ci_profiles: list[dict[str, object]] = field(default_factory=list)
    replies: dict[str, list[str]] = field(default_factory=lambda: {"passed": [], "failed": [], "skipped": []})
    """The custom statuses of results, by status."""
    members: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Labelled:
    """A label of a record, with the value of its field if it has one."""

    slug: str
    value: str | None = None


@dataclass(slots=True)
class Label:
    slug: str
    project: str
    title: str
    color: str | None = None
    position: int = 1
    visibility: list[str] = field(default_factory=list)
    scope: list[str] = field(default_factory=list)
    field: dict[str, object] | None = None
    """`type` list, string or number; `short`; `value` with one option per line."""


@dataclass(slots=True)
class Suite:
    id: str
    project: str
    title: str
    parent_id: str | None = None
    file_type: str = "file"
    """`folder` contains suites, `file` contains tests."""
    description: str | None = None
    emoji: str | None = None
    position: int = 1
    assigned_to: str | None = None
    file: str | None = None
    sync: bool | None = None
    labels: list[Labelled] = field(default_factory=list)
    linked_tags: list[str] = field(default_factory=list)
    milestones: list[str] = field(default_factory=list)
    requirements: list[str] = field(default_factory=list)
    shared_from: str | None = None
    """The suite in another project that it is a copy of."""
    created_at: datetime | None = None
    updated_at: datetime | None = None

    @property
    def tags(self) -> list[str]:
        return tags_of(self.title, self.linked_tags)


@dataclass(slots=True)
class Test:
    id: str
    project: str
    suite_id: str
    title: str
    created_at: datetime
    updated_at: datetime
    description: str | None = None
    state: str = "manual"
    priority: str = "normal"
    emoji: str | None = None
    assigned_to: str | None = None
    created_by: str | None = None
    code: str | None = None
    file: str | None = None
    sync: bool | None = None
    position: int = 1
    labels: list[Labelled] = field(default_factory=list)
    linked_tags: list[str] = field(default_factory=list)
    milestones: list[str] = field(default_factory=list)
    params: list[str] = field(default_factory=list)
    """Column names of its examples."""
    shared_from: str | None = None
    """The test in another project that it is a copy of."""
    template_id: int | None = None

    @property
    def tags(self) -> list[str]:
        return tags_of(self.title, self.linked_tags)


@dataclass(slots=True)
class Example:
    """A row of values for a parametrised test."""

    id: int
    test_id: str
    cells: list[str]


@dataclass(slots=True)
class Rungroup:
    id: str
    project: str
    title: str
    created_at: datetime
    updated_at: datetime
    parent_id: str | None = None
    kind: str = "build"
    status: str = "running"
    description: str | None = None
    emoji: str | None = None
    pin: bool = False
    milestones: list[str] = field(default_factory=list)
    finished_at: datetime | None = None
    archived_at: datetime | None = None


@dataclass(slots=True)
class Run:
    id: str
    project: str
    title: str
    created_at: datetime
    updated_at: datetime
    kind: str = "automated"
    status: str = "running"
    rungroup_id: str | None = None
    env: list[str] = field(default_factory=list)
    description: str | None = None
    assigned_to: str | None = None
    assign_strategy: str = "none"
    plan_ids: list[str] = field(default_factory=list)
    labels: list[Labelled] = field(default_factory=list)
    linked_tags: list[str] = field(default_factory=list)
    milestones: list[str] = field(default_factory=list)
    configuration: dict[str, object] | None = None
    launched_at: datetime | None = None
    finished_at: datetime | None = None
    archived_at: datetime | None = None
    branch: str | None = None
    ci_build_url: str | None = None
    created_by: str | None = None
    is_public: bool = False
    is_private: bool = False
    is_shared: bool = False
    """Whether reporters with the same title join it, until `shared_until`."""
    shared_until: datetime | None = None
    seconds: float | None = None
    """Its duration from the reporter; without it, the time between launch and finish."""

    @property
    def tags(self) -> list[str]:
        return tags_of(self.title, self.linked_tags)

    @property
    def is_over(self) -> bool:
        return self.status in {"passed", "failed", "terminated", "finished"}


@dataclass(slots=True)
class Testrun:
    """A result of a test, or of one example of a test, in a run."""

    id: int
    project: str
    run_id: str
    test_id: str | None
    title: str
    suite_title: str | None
    status: str
    created_at: datetime
    updated_at: datetime
    substatus: str | None = None
    message: str | None = None
    stack: str | None = None
    log: str | None = None
    run_time: float | None = None
    """As it was sent, in whatever unit; reads return it unchanged."""
    automated: bool = False
    assigned_to: str | None = None
    executed_by: str | None = None
    finished_at: datetime | None = None
    example: dict[str, str] | None = None
    artifacts: list[str] = field(default_factory=list)
    steps: list[dict[str, object]] = field(default_factory=list)
    meta: dict[str, str] = field(default_factory=dict)
    labels: list[Labelled] = field(default_factory=list)
    rid: str | None = None
    retries: int = 0

    @property
    def milliseconds(self) -> float | None:
        """The run time in milliseconds: reporters send integers in milliseconds or fractions of seconds."""
        if self.run_time is None or float(self.run_time).is_integer():
            return self.run_time
        return self.run_time * 1000


@dataclass(slots=True)
class Plan:
    id: str
    project: str
    title: str
    created_at: datetime
    description: str | None = None
    kind: str = "mixed"
    hidden: bool = False
    as_manual: bool = False
    test_ids: list[str] = field(default_factory=list)
    suite_ids: list[str] = field(default_factory=list)
    tql: str | None = None
    labels: list[Labelled] = field(default_factory=list)
    linked_tags: list[str] = field(default_factory=list)
    milestones: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Step:
    """A shared step, or a snippet of several steps."""

    id: int
    project: str
    title: str
    description: str | None = None
    is_snippet: bool = False
    kind: str | None = None
    usage_count: int = 0
    keywords: list[str] | None = None
    labels: list[Labelled] = field(default_factory=list)
    linked_tags: list[str] = field(default_factory=list)
    milestones: list[str] = field(default_factory=list)


def tags_of(title: str, linked: list[str]) -> list[str]:
    """The tags in a title and the linked tags, without duplicates."""
    return list(dict.fromkeys([*TAG.findall(title), *linked]))


def bare(title: str) -> str:
    """A title without its tags."""
    return " ".join(TAG.sub("", title).split())
