"""Counts bugs by the values they share, over all that match and not only those on the page."""

from collections import Counter
from collections.abc import Sequence
from itertools import product
from typing import Annotated, Any, Literal

from pydantic import Field

from tools.kit.model import Answer
from tools.kit.page import Page
from tools.kit.text import Key, Untrusted
from tools.testio.models.bugs import BugRow, BugScan

MOST_GROUPS = 100

Subject = Literal["device", "feature", "severity", "status", "known", "test", "section", "author"]
CountBy = Annotated[
    list[Subject] | None,
    Field(
        min_length=1,
        max_length=3,
        description="Count matching bugs by these.",
    ),
]


class BugCount(Answer):
    """How many bugs share these values; values that they lack are left out."""

    device: Untrusted | None = None
    feature: Untrusted | None = None
    feature_id: int | None = None
    severity: Key | None = None
    status: Key | None = None
    known: bool | None = None
    test: Untrusted | None = None
    test_id: int | None = None
    section: Untrusted | None = None
    section_id: int | None = None
    author: Untrusted | None = None
    count: int


class BugList(Page[BugRow]):
    """Bugs, with counts where they were asked for."""

    counts: list[BugCount] = Field(default_factory=list, description="Largest first, over all matching bugs.")
    more_counts: int | None = Field(None, description="Smaller groups that are not shown.")


Values = tuple[tuple[str, Any], ...]


class Tally:
    """Counts bugs while a list is read."""

    def __init__(self, subjects: Sequence[Subject] | None) -> None:
        self._subjects = tuple(dict.fromkeys(subjects or ()))
        self._counts: Counter[Values] = Counter()

    def add(self, bug: BugScan) -> None:
        if self._subjects:
            for values in product(*(_values(bug, subject) for subject in self._subjects)):
                self._counts[sum(values, ())] += 1

    def counts(self) -> list[BugCount]:
        """The largest groups first; groups of the same size are sorted by name."""
        ordered = sorted(self._counts.items(), key=lambda group: (-group[1], str(group[0])))
        return [BugCount(**dict(values), count=count) for values, count in ordered[:MOST_GROUPS]]

    @property
    def more(self) -> int | None:
        return max(0, len(self._counts) - MOST_GROUPS) or None


def _values(bug: BugScan, subject: Subject) -> list[Values]:
    """The values a bug counts for: one, or one for each of its devices."""
    if subject == "device":
        return [(("device", device),) for device in dict.fromkeys(bug.devices)] or [()]
    if subject == "feature":
        return [(("feature", bug.feature_title), ("feature_id", bug.feature_id))]
    if subject == "test":
        return [(("test", bug.test_title), ("test_id", bug.test_id))]
    if subject == "section":
        return [(("section", bug.section_name), ("section_id", bug.section_id))]
    if subject == "known":
        return [(("known", bool(bug.known)),)]
    return [((subject, getattr(bug, subject)),)]
