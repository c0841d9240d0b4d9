"""From a defect to the issue as it would be."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from tools.kit.defect import Defect, with_texts, without_markers
from tools.trackers.client import TrackerClient
from tools.trackers.document import Document
from tools.trackers.issue_text import fit, issue_document, title_of
from tools.trackers.tracker import LABEL, Absent, Draft, Setup

MOST_FILES = 10
"""Files of one defect that are uploaded."""
OWN_LIMIT = 20_000_000
"""Bytes of one file that are uploaded, where the tracker allows more."""


@dataclass(frozen=True)
class Drafted:
    """An issue as it would be, with what was left out of it."""

    draft: Draft
    document: Document
    uploaded: tuple[int, ...]
    """The indices of the files that are uploaded after the creation."""
    is_cut: bool


def draft(defect: Defect, setup: Setup, *, title: str | None = None) -> Drafted:
    """The issue that a defect becomes; makes no request."""
    defect = with_texts(defect, without_markers)
    tracker, uploaded = setup.tracker, uploads_of(defect, setup)
    named = defect if title is None else replace(defect, title=without_markers(title))
    end = f" [{defect.marker}]" if tracker.marks_titles and not setup["marker_field"] else ""
    document = issue_document(defect, uploaded=uploaded)
    text, is_cut = fit(document, tracker.render(setup), tracker.limits.text, defect.link)
    drafted = Draft(
        title=title_of(named, tracker.limits.title - len(end)) + end,
        text=text,
        marker=defect.marker,
        level=defect.level,
        severity=setup.severity(defect),
        labels=tuple(dict.fromkeys((LABEL, *setup.labels))) if tracker.takes_labels else (),
        link=defect.link,
    )
    return Drafted(drafted, document, uploaded, is_cut)


def uploads_of(defect: Defect, setup: Setup) -> tuple[int, ...]:
    """The files that are uploaded: none unless the operator allows it."""
    if not setup.uploads or isinstance(setup.tracker.attach, Absent):
        return ()
    most = min(OWN_LIMIT, setup.tracker.limits.file or OWN_LIMIT)
    small = [number for number, file in enumerate(defect.files) if file.size is None or file.size <= most]
    return tuple(small[:MOST_FILES])


async def resolved(api: TrackerClient, drafted: Draft) -> Draft:
    """A draft with the ids of the names in it."""
    resolve = api.setup.tracker.resolve
    if resolve is None:
        return drafted
    found: Mapping[str, Any] = await resolve.function(api, drafted)
    return replace(drafted, resolved=found)


def rendered(document: Document, setup: Setup, link: str = "") -> Any:
    """A document as a comment, within the tracker's limits."""
    render = setup.tracker.render_comment or setup.tracker.render
    return fit(document, render(setup), setup.tracker.limits.text, link)[0]
