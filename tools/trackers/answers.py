"""The answers of the tools of trackers, and how they describe an issue."""

from pydantic import Field

from tools.kit.model import Answer
from tools.kit.text import Key, Untrusted
from tools.kit.vocabulary import Said
from tools.trackers.client import TrackerClient
from tools.trackers.engine import Done
from tools.trackers.tracker import Created


class IssueRef(Answer):
    """An issue of a tracker."""

    tracker: Key
    id: Key = Field(description="As tracker_get_issue takes it.")
    key: Key = Field(description="As people name it.")
    url: Key | None = None


class IssueFound(Answer):
    """Whether a defect has an issue."""

    item: Key
    found: bool
    issue: IssueRef | None = None
    open: bool | None = None
    how: Key | None = Field(default=None, description="created, found or linked; of an earlier call.")
    note: str | None = None


class Preview(Answer):
    """An issue as it would be."""

    item: Key
    tracker: Key
    where: Key
    title: Untrusted
    severity: Key | None = Field(default=None, description="In the tracker's words.")
    labels: list[Key] = Field(default_factory=list)
    text: Untrusted
    files: list[Untrusted] = Field(default_factory=list, description="Named in the text.")
    uploads: int = Field(default=0, description="How many of them are uploaded.")
    note: str | None = None


class HandedOver(Answer):
    """A defect and its issue."""

    item: Key
    issue: IssueRef | None = None
    outcome: Key = Field(description="created, already_there, linked, or failed.")
    exported: bool = Field(default=False, description="Marked as exported on its platform.")
    notes: list[str] = Field(default_factory=list)


class HandedOverAll(Answer):
    """Several defects and their issues."""

    tracker: Key
    created: int
    already_there: int
    failed: int
    items: list[HandedOver]
    note: str | None = None


class IssueState(Answer):
    """An issue as it is now."""

    issue: IssueRef
    title: Untrusted
    status: Key = Field(description="open, closed or unknown.")
    said: Said = None
    item: Key | None = None


class Commented(Answer):
    """The issue that got a comment."""

    issue: IssueRef
    note: str | None = None


def ref(api: TrackerClient, issue: Created) -> IssueRef:
    """An issue as answers name it."""
    return IssueRef(tracker=api.setup.name, id=issue.id, key=issue.key or issue.id, url=issue.url or None)


def handed_over(api: TrackerClient, item: str, done: Done) -> HandedOver:
    """The answer for one defect."""
    outcome = "created" if done.is_new else "linked" if done.how == "linked" else "already_there"
    return HandedOver(
        item=item, issue=ref(api, done.issue), outcome=outcome, exported=done.exported, notes=list(done.notes)
    )
