"""Project records: milestones, requirements, branches, files, charts and other records of a project."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(slots=True)
class IssueLink:
    """A tracker's issue on a test, suite, run, result or plan; the two types are numbered separately."""

    id: int
    project: str
    type: str
    """`issue` or `jira_issue`."""
    title: str
    url: str
    source: str
    resource_type: str
    resource_id: str | int
    jira_id: str | None = None
    synced: bool = True


@dataclass(slots=True)
class Milestone:
    """A milestone of the company; one with projects is visible only in these."""

    slug: str
    title: str
    type: str = "Milestone"
    status: str = "created"
    description: str | None = None
    start_at: datetime | None = None
    release_at: datetime | None = None
    closed_at: datetime | None = None
    projects: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Requirement:
    id: str
    project: str
    title: str
    source_type: str
    created_at: datetime
    updated_at: datetime
    description: str | None = None
    details: str | None = None
    active: bool = True
    is_global: bool = False
    url: str | None = None
    files: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Branch:
    slug: str
    project: str
    title: str
    created_at: datetime
    state: str = "active"
    created_by: str | None = None


@dataclass(slots=True)
class Attachment:
    id: str
    project: str
    name: str
    content_type: str
    size: int
    resource_type: str
    resource_id: str | int
    created_at: datetime
    content: bytes | None = None


@dataclass(slots=True)
class Chart:
    """One or more saved queries, possibly with a chart."""

    id: str
    project: str
    title: str
    context: str = "tests"
    chart: str | None = None
    queries: list[dict[str, object]] = field(default_factory=list)
    options: dict[str, object] = field(default_factory=dict)
    created_by: str | None = None
    is_widget: bool = False


@dataclass(slots=True)
class Comment:
    id: int
    project: str
    body: str
    created_by: int
    created_at: datetime
    updated_at: datetime
    test_id: str | None = None
    suite_id: str | None = None
    run_id: str | None = None
    testrun_id: int | None = None


@dataclass(slots=True)
class Template:
    id: int
    project: str
    title: str
    kind: str
    body: str
    is_default: bool = False
    framework: str | None = None
    lang: str | None = None
    defect_title: str | None = None
    tags: list[str] = field(default_factory=list)
