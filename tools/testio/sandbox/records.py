"""Records: one class for each kind of record in an account."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

OPEN = frozenset({"forwarded", "question"})
AUTO_ACCEPT = timedelta(days=10)
ANSWER_WITHIN = timedelta(hours=24)


@dataclass(slots=True)
class Section:
    id: int
    name: str
    connection_id: int | None = None


@dataclass(slots=True)
class Product:
    id: int
    name: str
    type: str
    default_section: Section
    sections: list[Section] = field(default_factory=list)
    description: str | None = None
    connection_id: int | None = None

    @property
    def is_sectioned(self) -> bool:
        return bool(self.sections)

    def section(self, section_id: int) -> Section | None:
        return next((s for s in (self.default_section, *self.sections) if s.id == section_id), None)


@dataclass(slots=True)
class UserStory:
    id: int
    feature_id: int
    path: str
    version_id: int


@dataclass(slots=True)
class Feature:
    id: int
    product_id: int
    title: str
    description: str | None
    howtofind: str | None
    section_ids: list[int]
    target_idx: str | None = None
    use_markdown: bool = True


@dataclass(slots=True)
class Environment:
    id: int
    product_id: int
    title: str
    url: str = ""
    username: str = ""
    password: str = ""
    access: str = ""
    proxy: bool = False
    allow_orders: bool = False
    access_type: str = "url"
    information: dict[str, object] | None = None
    binary_app: dict[str, object] | None = None


@dataclass(slots=True)
class CycleFeature:
    """A feature as it was when its test was made: the snapshot's id is its own."""

    id: int
    feature_id: int
    title: str
    description: str | None
    howtofind: str | None
    stories: list[UserStory] = field(default_factory=list)
    enable_default: bool | None = True
    enable_content: bool | None = False
    enable_visual: bool | None = False
    target_idx: str | None = None
    report_ids: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Cycle:
    """An exploratory test, or a test-case test when it has no testing type."""

    id: int
    product_id: int
    section_id: int
    title: str | None
    testing_type: str | None
    environment_id: int | None
    features: list[CycleFeature] = field(default_factory=list)
    goal: str | None = None
    out_of_scope: str | None = None
    instructions: str | None = None
    report_language: str = "en"
    hours: float = 28
    start_at: datetime | None = None
    end_at: datetime | None = None
    submitted_at: datetime | None = None
    is_cancelled: bool = False
    reviews: list[dict[str, object]] = field(default_factory=list)
    severities: dict[str, bool] | None = None
    allow_device_clouds: bool = False
    requirements: list[dict[str, object]] = field(default_factory=list)
    attachments: list[int] = field(default_factory=list)
    created_by: str | None = "Mara Lindt"
    submitted_by: str | None = None
    case_ids: list[int] = field(default_factory=list)
    """The test cases of a test-case test."""


@dataclass(slots=True)
class Template:
    id: int
    title: str
    product_id: int
    section_id: int
    scenario: Cycle
    """The test it was saved from, at that time; with its own ID and features."""
    hours: int = 24


@dataclass(slots=True)
class Attachment:
    id: int
    name: str = "shot.png"
    content_type: str = "image/png"
    size: int | None = None
    """Size in bytes of the file served, when it is larger than the picture."""
    file_url: str | None = None


@dataclass(slots=True)
class BugTexts:
    """The texts of a bug."""

    title: str
    location: str
    steps: list[str]
    expected: str
    actual: str


@dataclass(frozen=True, slots=True)
class Comment:
    id: int
    body: str
    author: str
    at: datetime


@dataclass(slots=True)
class Bug:
    id: int
    cycle_id: int
    product_id: int
    section_id: int
    cycle_feature: CycleFeature | None
    area: str
    severity: str
    status: str
    reported_at: datetime
    forwarded_at: datetime
    author: str
    language: str = "en"
    story: UserStory | None = None
    texts: BugTexts | None = None
    """Its own texts; without them, texts are generated from the area and the ID."""
    device: int | None = None
    known: bool = False
    fixed: bool | None = None
    auto_accepted: bool = False
    asked_at: datetime | None = None
    exported_at: datetime | None = None
    export_requested: bool = False
    external_idx: str | None = None
    comments: list[Comment] = field(default_factory=list)
    attachments: list[int] = field(default_factory=list)
    report: dict[str, object] | None = None
    test_case_id: int | None = None

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    @property
    def due_at(self) -> datetime:
        """When an open bug is decided automatically: a day after a question, else ten days after it was forwarded."""
        if self.status == "question" and self.asked_at is not None:
            return self.asked_at + ANSWER_WITHIN
        return self.forwarded_at + AUTO_ACCEPT


@dataclass(frozen=True, slots=True)
class Execution:
    """A tester's execution of a user story in a test."""

    id: int
    cycle_id: int
    story: UserStory
    status: str
    tester: str
    device: int
    at: datetime


@dataclass(slots=True)
class Step:
    id: int
    description: str
    target_idx: str | None = None


@dataclass(slots=True)
class Case:
    """A test case; a hidden one exists only for the tests that use it."""

    id: int
    product_id: int
    feature_id: int
    title: str
    steps: list[Step]
    requirements: str | None = None
    target_idx: str | None = None
    is_hidden: bool = False


@dataclass(slots=True)
class FixConfirmation:
    """A request to check a fix, with its outcome and time."""

    id: int
    bug_id: int
    environment_id: int
    asked_at: datetime
    outcome: str
    decided_at: datetime
    requirements: list[dict[str, object]] = field(default_factory=list)
    additional_requirement: str | None = None
    allow_device_clouds: bool = False

    def status(self, now: datetime) -> str:
        return "pending" if now < self.decided_at else self.outcome


@dataclass(slots=True)
class BinaryApp:
    """An app to install; without a name its file has not been uploaded."""

    id: int
    filename: str | None = None
    file_size: int = 0
    content_type: str | None = None
    bundle_identifier: str | None = None
    bundle_version: str | None = None


@dataclass(slots=True)
class Connection:
    id: int
    name: str
    url: str
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class ClaimPage:
    """A page of test accounts; their credentials are not stored."""

    id: int
    name: str
    intro: str | None
    page_url: str
