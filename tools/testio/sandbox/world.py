"""World: everything the imitated account holds, and what time does to it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import count

from tools.kit.sandbox.clock import Clock
from tools.testio.sandbox.ledger import Ledger
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
    """What the imitation follows where sources about the API disagree, and which rare behaviour it shows."""

    strict_sections: bool = False
    """Features of a sectioned product without a section: 422 instead of the full list."""
    template_as_string: bool = False
    """`test_scenario_template` is the word the documentation shows, not the object that was seen."""
    allow_bearer: bool = False
    """The scheme `Bearer` is let in beside `Token`."""
    without_access_claims: bool = False
    """Access claims are not enabled for the account: 403."""
    broken_record: bool = False
    """One test cannot be written: 500 for it and for every page of tests that includes it."""
    feature_id_zero: bool = False
    """An order's feature with the id 0 is a new one, as one program of a customer sends it; else it is 422."""
    without_nulls: bool = False
    """Answers leave out the keys that would be null, such as `end_at` and `enable_low` of a test."""
    slow_bugs: bool = False
    """Asking for the bugs of many tests at once takes so long that the proxy before the API gives up: 524."""


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
        self.cases: dict[int, Case] = {}
        self.bugs = Ledger(clock, self.settle)
        self.report_confirmations: dict[int, list[datetime]] = {}
        """When each request to reproduce a bug expires, by the bug."""
        self.fix_confirmations: dict[int, FixConfirmation] = {}
        self.attachments: dict[int, Attachment] = {}
        self.reports: dict[int, dict[str, object]] = {}
        self.binaries: dict[int, BinaryApp] = {}
        self.stored: dict[str, int] = {}
        """Sizes of the files in the storage, by their keys; what is in them is not kept."""
        self.connections: dict[int, Connection] = {}
        self.claim_pages: dict[int, ClaimPage] = {}
        self.broken: set[int] = set()
        """Tests that cannot be written when that is switched on."""
        self.planned: dict[int, tuple[Cycle, datetime, datetime, list[Execution]]] = {}
        """Executions of a test, those to come as well, with the test and the dates they were planned for."""
        self.rendered: dict[int | tuple[int, ...], str] = {}
        """Bugs as JSON, kept until something in them changes, and what several of them have in common."""
        self._stories_of: dict[int, dict[int, UserStory]] = {}
        # New ids start where no seeded one is: far from them, so that a number tells what was made in the sandbox.
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
        """Put a user story below its feature, in the place of the one with its number."""
        self.stories[story.id] = self._stories_of.setdefault(story.feature_id, {})[story.id] = story
        return story

    def drop_story(self, story: UserStory) -> None:
        del self.stories[story.id], self._stories_of[story.feature_id][story.id]

    def stories_of(self, feature_id: int) -> list[UserStory]:
        return list(self._stories_of.get(feature_id, {}).values())

    def visible(self) -> Iterable[Bug]:
        """The bugs a customer sees by now, newest first."""
        return (self.bugs[number] for number in self.bugs.select())

    def bugs_of(self, cycle_id: int) -> list[Bug]:
        return self.bugs.of(cycle_id)

    def comment(self, bug: Bug, body: str, author: str, at: datetime) -> None:
        bug.comments.append(Comment(next(self.comment_ids), body, author, at))

    def touched(self, bug: Bug) -> None:
        """What is kept of a bug's JSON no longer holds."""
        self.rendered.pop(bug.id, None)

    def settle(self) -> None:
        """Do what falls due: ten days accept a bug by themselves, a day without an answer rejects it."""
        for bug in self.bugs.due():
            if bug.status == "question":
                self.reject(bug, "request_timeout", None, bug.falls_due)
            else:
                bug.status, bug.auto_accepted = "accepted", True
                self.touched(bug)

    def reject(self, bug: Bug, reason: str, comment: str | None, at: datetime) -> None:
        """Reject a bug; the reason stays visible only as the automatic text among the comments."""
        bug.status = "rejected"
        self.comment(bug, REJECT_REASONS[reason][1], "test IO", at)
        if comment and comment.strip() != REJECT_REASONS[reason][1]:
            self.comment(bug, comment, "Mara Lindt", at)
        self.touched(bug)


REJECT_REASONS: dict[str, tuple[str, str]] = {
    "device_not_relevant": ("Device not relevant", "This device or browser is not relevant for us."),
    "ignored_instructions": ("Ignored instructions", "The instructions of this test were not followed."),
    "intended_behavior": ("Intended behavior", "This is how the feature is supposed to work."),
    "irrelevant": ("Irrelevant", "This issue is not relevant for us."),
    "known_bug": ("Known bug", "We already know about this bug."),
    "not_reproducible": ("Not reproducible", "We could not reproduce this bug."),
    "request_timeout": ("Request timeout", "The request for more information was not answered within 24 hours."),
}
