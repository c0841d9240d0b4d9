"""A defect, which is a bug or a failing test, in the terms that all platforms and trackers share."""

import hashlib
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

from tools.kit.invisible import clean
from tools.kit.webhook import Event, Inbox

Level = Literal["critical", "high", "normal", "low"]
LEVELS: Final[tuple[Level, ...]] = ("critical", "high", "normal", "low")
"""Severities that every tracker is mapped to; `normal` also stands for kinds such as visual."""
Kind = Literal["bug", "failure"]


@dataclass(frozen=True)
class DefectFile:
    """A file of a defect; its address is left out, since it may be signed."""

    name: str
    content_type: str = ""
    size: int | None = None


@dataclass(frozen=True)
class Content:
    """The content of a file of a defect."""

    name: str
    content_type: str
    data: bytes = field(repr=False)


@dataclass(frozen=True)
class Defect:
    """A bug, or a test that failed in a run; all its texts are strangers'."""

    platform: str
    """The platform's key."""
    title_of_platform: str
    item: str
    """Its id: of a bug `88101`, of a failing test `RUN/TEST`."""
    kind: Kind
    marker: str
    """A word that the tracker's issue carries: the same for the same defect, whoever hands it over."""
    title: str
    level: Level
    severity: str = ""
    """The platform's own word, such as `visual`."""
    link: str = ""
    """Its page in the platform's web app."""
    description: str = ""
    steps: Sequence[str] = ()
    expected: str = ""
    actual: str = ""
    error: str = ""
    output: str = ""
    """What the test printed."""
    facts: Sequence[tuple[str, str]] = ()
    """Its environment and origin: device, browser, product, test, reporter; names and values."""
    files: Sequence[DefectFile] = ()
    product: str = ""
    """The id of its product or project."""
    where: str = ""
    """The name of its product or project."""
    exported_at: str = ""
    """When it was marked as exported; empty: it is not, or the platform has no such mark."""
    external: str = ""
    """Its id in a tracker, as the platform says."""


def facts_of(*pairs: tuple[str, object]) -> tuple[tuple[str, str], ...]:
    """The facts that are known: pairs without a value are left out."""
    return tuple((name, str(value)) for name, value in pairs if value is not None and str(value).strip())


@dataclass(frozen=True)
class DefectSource:
    """What a platform gives of its defects; each function takes the platform's client first."""

    says: str
    """What its items are, in a few words: `a bug's id, 88101`."""
    read: Callable[[Any, str, Inbox | None], Awaitable[Defect]]
    """Takes an item, and the inbox where the platform pushes events; raises NotFound or Refused with a sentence."""
    arrived: Callable[[Event], Defect | None] | None = None
    """Reads an event that the platform pushed; None where the event has no readable defect."""
    content: Callable[[Any, Defect, int], Awaitable[Content]] | None = None
    """Loads the file with this index; raises PlatformError or Refused."""
    mark_exported: Callable[[Any, Defect, str], Awaitable[None]] | None = None
    """Marks it as exported, which has no undo; takes the tracker's key for it."""


def with_texts(defect: Defect, change: Callable[[str], str]) -> Defect:
    """A defect with each of its texts changed, such as redacted."""
    return replace(
        defect,
        title=change(defect.title),
        description=change(defect.description),
        steps=[change(step) for step in defect.steps],
        expected=change(defect.expected),
        actual=change(defect.actual),
        error=change(defect.error),
        output=change(defect.output),
        facts=[(change(name), change(value)) for name, value in defect.facts],
        files=[replace(file, name=change(file.name)) for file in defect.files],
    )


_MARKER: Final = re.compile(r"\b([a-z]+)-(bug|failure)-(?=[0-9a-z])", re.IGNORECASE)


def without_markers(text: str) -> str:
    """A text in which nothing reads as a marker: a stranger's would make another defect's issue of this one."""
    return _MARKER.sub(r"\1 \2 ", clean(text))


LONGEST_MARKER: Final = 40
"""Characters; one of the trackers allows no more."""


def bug_marker(platform: str, bug_id: str | int) -> str:
    """The marker of a bug, such as `testio-bug-88101`: small letters, digits and hyphens."""
    return _bounded(f"{platform}-bug-{bug_id}".lower())


def failure_marker(platform: str, test: str, error: str) -> str:
    """The marker of a failing test: the same test with the same error has the same in every run."""
    digest = hashlib.sha256(f"{test}\n{error}".encode("utf-8", "surrogatepass")).hexdigest()
    return _bounded(f"{platform}-failure-{digest[:12]}")


def _bounded(marker: str) -> str:
    allowed = "".join(one if one.isascii() and one.isalnum() else "-" for one in marker).strip("-")
    if len(allowed) <= LONGEST_MARKER and allowed == marker:
        return allowed
    return f"{allowed[:27].rstrip('-')}-{hashlib.sha256(marker.encode('utf-8', 'surrogatepass')).hexdigest()[:12]}"
