"""The questions of the tools of trackers: where an issue goes, who can read it, and what it has."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from tools.kit.defect import Defect
from tools.kit.errors import TestdeskError
from tools.kit.question import Lines
from tools.kit.text import many, quote, word
from tools.trackers.client import TrackerClient
from tools.trackers.drafts import Drafted

MOST_TITLES = 20
"""Titles that one question shows."""
NO_UNDO = "That mark has no undo."


def where(api: TrackerClient) -> str:
    """Where issues go: `acme/shop at GitHub (web, api.github.com)`."""
    setup = api.setup
    host = urlsplit(setup.base_url).hostname or ""
    return f"{word(setup.container)} at {setup.tracker.title} ({setup.name}, {host})"


async def readers(api: TrackerClient) -> str | None:
    """Who can read issues there, where the tracker says it."""
    audience = api.setup.tracker.audience
    if audience is None:
        return None
    try:
        return str(await audience.function(api)) or None
    except TestdeskError:
        return "The tracker does not say."


def files_of(defect: Defect, drafted: Drafted) -> str | None:
    """How many files are named and how many uploaded."""
    if not defect.files:
        return None
    if not drafted.uploaded:
        return f"{many(len(defect.files), 'file')} named in the text, none uploaded"
    return f"{len(drafted.uploaded)} of {many(len(defect.files), 'file')} uploaded, where others can read them"


async def of_one(api: TrackerClient, item: str, defect: Defect, drafted: Drafted, *, marks: bool) -> str:
    """The question before one issue is created."""
    lines = Lines(f"Create an issue for {word(item)} in {where(api)}?")
    lines.add("Title", quote(drafted.draft.title, at_most=300))
    lines.add("Severity", drafted.draft.severity and word(drafted.draft.severity))
    lines.add("Labels", ", ".join(map(word, drafted.draft.labels)))
    lines.add("Text", f"{len(str(drafted.draft.text)):,} characters, as tracker_preview_issue shows it")
    lines.add("Files", files_of(defect, drafted))
    lines.add("Readers", await readers(api))
    lines.say(f"Afterwards the bug is marked as exported on its platform. {NO_UNDO}" if marks else None)
    return str(lines)


async def of_many(api: TrackerClient, works: Sequence[tuple[str, Defect, Drafted]], *, marks: bool) -> str:
    """The question before several issues are created."""
    lines = Lines(f"Create {many(len(works), 'issue')} in {where(api)}? Those that are there already are left alone.")
    for item, _, drafted in works[:MOST_TITLES]:
        lines.add(word(item), quote(drafted.draft.title, at_most=120))
    if len(works) > MOST_TITLES:
        lines.say(f"And {len(works) - MOST_TITLES} more.")
    named, uploaded = sum(len(defect.files) for _, defect, _ in works), sum(len(one.uploaded) for _, _, one in works)
    lines.add("Files", f"{named} named, {uploaded} uploaded" if named else None)
    lines.add("Readers", await readers(api))
    lines.say(f"Afterwards the bugs are marked as exported on their platform. {NO_UNDO}" if marks else None)
    return str(lines)
