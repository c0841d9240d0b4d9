"""World: everything the imitated account holds, and what time does to it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

from tools.kit.sandbox.clock import Clock

OPEN = frozenset({"forwarded", "question"})
AUTO_ACCEPT = timedelta(days=10)
ANSWER_WITHIN = timedelta(hours=24)


@dataclass(frozen=True)
class Switches:
    """Where sources about the API disagree, which of them the imitation follows."""

    strict_sections: bool = False
    """Features of a sectioned product without a section: 422 instead of the full list."""
    template_as_string: bool = False
    """`test_scenario_template` is the word the documentation shows, not the object that was seen."""
    allow_bearer: bool = False
    """The scheme `Bearer` is let in beside `Token`."""


@dataclass(slots=True)
class Section:
    id: int
    name: str


@dataclass(slots=True)
class Product:
    id: int
    name: str
    type: str
    default_section: Section
    sections: list[Section] = field(default_factory=list)
    description: str | None = None

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


@dataclass(slots=True)
class Template:
    id: int
    title: str
    product_id: int
    section_id: int
    scenario: Cycle
    """The test it was saved from, as it was; its own id and features."""
    hours: int = 24


@dataclass(slots=True)
class Attachment:
    id: int
    name: str = "shot.png"
    content_type: str = "image/png"
    size: int | None = None
    """Bytes to serve when it is larger than a real picture would be."""
    file_url: str | None = None


@dataclass(slots=True)
class Telling:
    """The words of a bug."""

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
    told: Telling | None = None
    """Words of its own; without them they are made from the area and the id."""
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


class World:
    """The account's state; `settle` brings it up to the clock."""

    def __init__(self, clock: Clock, switches: Switches) -> None:
        self.clock = clock
        self.switches = switches
        self.products: dict[int, Product] = {}
        self.features: dict[int, Feature] = {}
        self.stories: dict[int, UserStory] = {}
        self.environments: dict[int, Environment] = {}
        self.cycles: dict[int, Cycle] = {}
        self.templates: dict[int, Template] = {}
        self.bugs: dict[int, Bug] = {}
        self.attachments: dict[int, Attachment] = {}
        self.reports: dict[int, dict[str, object]] = {}
        self.rendered: dict[int, str] = {}
        """Bugs as JSON, kept until something in them changes."""
        self._open: dict[int, Bug] = {}
        # New ids start where no seeded one is: far from them, so that a number tells what was made in the sandbox.
        self.cycle_ids = count(5601)
        self.cycle_feature_ids = count(901)
        self.feature_ids = count(401)
        self.story_ids = count(501)
        self.version_ids = count(5001)
        self.environment_ids = count(61)
        self.bug_ids = count(89001)
        self.attachment_ids = count(7001)
        self.comment_ids = count(30001)

    def now(self) -> datetime:
        return self.clock.now()

    def add_bug(self, bug: Bug) -> Bug:
        self.bugs[bug.id] = bug
        if bug.is_open:
            self._open[bug.id] = bug
        return bug

    def visible(self) -> Iterable[Bug]:
        """The bugs a customer sees by now, newest first; the API does not say its order."""
        now = self.now()
        return (bug for bug in sorted(self.bugs.values(), key=_newest) if bug.forwarded_at <= now)

    def bugs_of(self, cycle_id: int) -> list[Bug]:
        now = self.now()
        return [bug for bug in self.bugs.values() if bug.cycle_id == cycle_id and bug.forwarded_at <= now]

    def stories_of(self, feature_id: int) -> list[UserStory]:
        return [story for story in self.stories.values() if story.feature_id == feature_id]

    def comment(self, bug: Bug, body: str, author: str, at: datetime) -> None:
        bug.comments.append(Comment(next(self.comment_ids), body, author, at))

    def touched(self, bug: Bug) -> None:
        """What is kept of a bug's JSON no longer holds."""
        self.rendered.pop(bug.id, None)
        if not bug.is_open:
            self._open.pop(bug.id, None)

    def settle(self) -> None:
        """Do what falls due: ten days accept a bug by themselves, a day without an answer rejects it."""
        now = self.now()
        for bug in list(self._open.values()):
            if bug.status == "question" and bug.asked_at is not None and bug.asked_at + ANSWER_WITHIN <= now:
                self.reject(bug, "request_timeout", None, bug.asked_at + ANSWER_WITHIN)
            elif bug.status == "forwarded" and bug.forwarded_at + AUTO_ACCEPT <= now:
                bug.status, bug.auto_accepted = "accepted", True
                self.touched(bug)

    def reject(self, bug: Bug, reason: str, comment: str | None, at: datetime) -> None:
        """Reject a bug; the reason stays visible only as the automatic text among the comments."""
        bug.status = "rejected"
        self.comment(bug, REJECT_REASONS[reason][1], "test IO", at)
        if comment and comment.strip() != REJECT_REASONS[reason][1]:
            self.comment(bug, comment, "Mara Lindt", at)
        self.touched(bug)


def _newest(bug: Bug) -> int:
    return -bug.id


REJECT_REASONS: dict[str, tuple[str, str]] = {
    "device_not_relevant": ("Device not relevant", "This device or browser is not relevant for us."),
    "ignored_instructions": ("Ignored instructions", "The instructions of this test were not followed."),
    "intended_behavior": ("Intended behavior", "This is how the feature is supposed to work."),
    "irrelevant": ("Irrelevant", "This issue is not relevant for us."),
    "known_bug": ("Known bug", "We already know about this bug."),
    "not_reproducible": ("Not reproducible", "We could not reproduce this bug."),
    "request_timeout": ("Request timeout", "The request for more information was not answered within 24 hours."),
}
