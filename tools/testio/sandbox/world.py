"""World: the state of the account, and its changes over time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import count

from tools.kit.sandbox.clock import Clock
from tools.testio.sandbox.bug_index import BugIndex
from tools.testio.sandbox.records import (
    Attachment,
    BinaryApp,
    Bug,
    Case,
    ClaimPage,
    Comment,
    Connection,
    Cycle,
    Environment,
    Execution,
    Feature,
    FixConfirmation,
    Product,
    Template,
    UserStory,
)


@dataclass(frozen=True)
class Switches:
    """Which source the fake API follows where sources disagree, and which rare behaviour it shows."""

    strict_sections: bool = False
    """Features of a product with sections, without a section: 422 instead of the full list."""
    template_as_string: bool = False
    """`test_scenario_template` is the string in the documentation, not the object on the platform."""
    allow_bearer: bool = False
    """The scheme `Bearer` is accepted as well as `Token`."""
    without_access_claims: bool = False
    """Access claims are not enabled for the account: 403."""
    broken_record: bool = False
    """One test is broken: 500 for it and for every page of tests that includes it."""
    feature_id_zero: bool = False
    """A feature with the ID 0 in an order is a new one, as one customer's program sends it; else it is 422."""
    without_nulls: bool = False
    """Answers omit keys that would be null, such as `end_at` and `enable_low` of a test."""
    slow_bugs: bool = False
    """A request for the bugs of many tests takes so long that the proxy times out: 524."""


class World:
    """The account's state; `apply_due_changes` brings it up to the current time."""

    def __init__(self, clock: Clock, switches: Switches) -> None:
        self.clock = clock
        self.switches = switches
        self.products: dict[int, Product] = {}
        self.features: dict[int, Feature] = {}
        self.stories: dict[int, UserStory] = {}
        self.environments: dict[int, Environment] = {}
        self.cycles: dict[int, Cycle] = {}
        self.templates: dict[int, Template] = {}
        self.cases: dict[int, Case] = {}
        self.bugs = BugIndex(clock, self.apply_due_changes)
        self.report_confirmations: dict[int, list[datetime]] = {}
        """When each request to reproduce a bug expires, by bug."""
        self.fix_confirmations: dict[int, FixConfirmation] = {}
        self.attachments: dict[int, Attachment] = {}
        self.reports: dict[int, dict[str, object]] = {}
        self.binaries: dict[int, BinaryApp] = {}
        self.stored: dict[str, int] = {}
        """Sizes of the files in the storage, by key; the content is not stored."""
        self.connections: dict[int, Connection] = {}
        self.claim_pages: dict[int, ClaimPage] = {}
        self.broken: set[int] = set()
        """Tests that are broken with the switch `broken_record`."""
        self.planned: dict[int, tuple[Cycle, datetime, datetime, list[Execution]]] = {}
        """Executions of a test, including later ones, with the test and dates they were planned for."""
        self.rendered: dict[int | tuple[int, ...], str] = {}
        """Cached JSON of bugs, and of the fields that several bugs share."""
        self._stories_of: dict[int, dict[int, UserStory]] = {}
        # New IDs start above all seeded ones, so that the number shows what was created in the sandbox.
        self.product_ids = count(901)
        self.cycle_ids = count(5601)
        self.cycle_feature_ids = count(901)
        self.feature_ids = count(401)
        self.story_ids = count(501)
        self.version_ids = count(5001)
        self.environment_ids = count(61)
        self.information_ids = count(21)
        self.template_ids = count(261)
        self.case_ids = count(7401)
        self.step_ids = count(74001)
        self.bug_ids = count(89001)
        self.attachment_ids = count(7001)
        self.comment_ids = count(30001)
        self.report_confirmation_ids = count(801)
        self.fix_confirmation_ids = count(651)
        self.binary_ids = count(521)
        self.connection_ids = count(25)
        self.claim_page_ids = count(25)
        self.claim_entry_ids = count(251)

    def now(self) -> datetime:
        return self.clock.now()

    def add_bug(self, bug: Bug) -> Bug:
        self.bugs.add(bug)
        return bug

    def add_story(self, story: UserStory) -> UserStory:
        """Add a user story to its feature, or replace the one with its ID."""
        self.stories[story.id] = self._stories_of.setdefault(story.feature_id, {})[story.id] = story
        return story

    def drop_story(self, story: UserStory) -> None:
        del self.stories[story.id], self._stories_of[story.feature_id][story.id]

    def stories_of(self, feature_id: int) -> list[UserStory]:
        return list(self._stories_of.get(feature_id, {}).values())

    def visible(self) -> Iterable[Bug]:
        """The bugs that are visible to the customer, newest first."""
        return (self.bugs[number] for number in self.bugs.select())

    def bugs_of(self, cycle_id: int) -> list[Bug]:
        return self.bugs.of(cycle_id)

    def comment(self, bug: Bug, body: str, author: str, at: datetime) -> None:
        bug.comments.append(Comment(next(self.comment_ids), body, author, at))

    def discard_rendered(self, bug: Bug) -> None:
        """Discard the cached JSON of a bug."""
        self.rendered.pop(bug.id, None)

    def apply_due_changes(self) -> None:
        """Apply due decisions: a bug is accepted after ten days, and rejected a day after an unanswered question."""
        for bug in self.bugs.due():
            if bug.status == "question":
                self.reject(bug, "request_timeout", None, bug.due_at)
            else:
                bug.status, bug.auto_accepted = "accepted", True
                self.discard_rendered(bug)

    def reject(self, bug: Bug, reason: str, comment: str | None, at: datetime) -> None:
        """Reject a bug; the reason is visible only as an automatic comment."""
        bug.status = "rejected"
        self.comment(bug, REJECT_REASONS[reason][1], "test IO", at)
        if comment and comment.strip() != REJECT_REASONS[reason][1]:
            self.comment(bug, comment, "Mara Lindt", at)
        self.discard_rendered(bug)


REJECT_REASONS: dict[str, tuple[str, str]] = {
    "device_not_relevant": ("Device not relevant", "This device or browser is not relevant for us."),
    "ignored_instructions": ("Ignored instructions", "The instructions of this test were not followed."),
    "intended_behavior": ("Intended behavior", "This is how the feature is supposed to work."),
    "irrelevant": ("Irrelevant", "This issue is not relevant for us."),
    "known_bug": ("Known bug", "We already know about this bug."),
    "not_reproducible": ("Not reproducible", "We could not reproduce this bug."),
    "request_timeout": ("Request timeout", "The request for more information was not answered within 24 hours."),
}
