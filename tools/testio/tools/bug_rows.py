"""Bugs as rows of lists: which columns they have, and which words they are found by."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from tools.kit.errors import Refused
from tools.kit.rows import minute, true_or_none
from tools.kit.text import clean, many
from tools.testio.models.bugs import Bug, BugRow, BugScan

Column = Literal[
    "devices", "feature", "test_title", "author", "section", "location", "fixed", "exported_at", "external_idx"
]
Columns = Annotated[list[Column] | None, Field(max_length=9, description="Columns to add.")]
NAMED = {"feature": "feature_title", "section": "section_name"}
"""Columns whose field of a bug has another name."""
DeviceWords = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=100)]] | None,
    Field(max_length=20, description="Such as iphone 14."),
]


def row_of(bug: BugScan, columns: Collection[str] = ()) -> BugRow:
    """A bug as a row, with extra columns."""
    row = BugRow(
        id=bug.id,
        title=bug.title,
        severity=bug.severity,
        status=bug.status,
        known=true_or_none(bug.known),
        test_id=bug.test_id,
        reported_at=minute(bug.reported_at),
    )
    for column in columns:
        value = getattr(bug, NAMED.get(column, column))
        setattr(row, column, minute(value) if column == "exported_at" else value)
    return row


def row_of_bug(bug: Bug) -> BugRow:
    """A bug that was read in full, as a row."""
    return BugRow(
        id=bug.id,
        title=bug.title,
        severity=bug.severity,
        status=bug.status,
        known=true_or_none(bug.known),
        author=bug.author,
        test_id=bug.test.id if bug.test is not None else None,
        reported_at=minute(bug.reported_at),
        exported_at=minute(bug.exported_at),
        external_idx=bug.external_idx,
    )


@dataclass
class Unnamed:
    """Counts the bugs that a filter cannot check, since the platform names no feature or device of theirs."""

    feature: bool
    device: bool
    features: int = 0
    devices: int = 0

    def see(self, bug: BugScan) -> None:
        self.features += self.feature and bug.feature_id is None
        self.devices += self.device and not bug.devices

    @property
    def note(self) -> str | None:
        counted = ((self.features, "feature"), (self.devices, "device"))
        parts = [f"{many(count, 'bug names', 'bugs name')} no {what}" for count, what in counted if count]
        return f"{' and '.join(parts)}, so the filter could not check them." if parts else None


def alternatives(text: str | None) -> list[list[str]]:
    """The words of each alternative; bars separate alternatives.

    Raises:
        Refused: for bars without a word.
    """
    wanted = [words for part in (text or "").casefold().split("|") if (words := part.split())]
    if not wanted and (text or "").strip():
        raise Refused("text has no word between its bars. Write it as coupon|voucher.")
    return wanted


def has_words(texts: Iterable[str | None], wanted: Sequence[Sequence[str]]) -> bool:
    """Whether the texts together have all words of one of the alternatives."""
    searched = clean("\n".join(text for text in texts if text)).casefold()
    return any(all(word in searched for word in words) for words in wanted)


def on_device(bug: BugScan, wanted: Sequence[Sequence[str]]) -> bool:
    """Whether one device of a bug has all words of one of the alternatives."""
    return any(has_words([device], wanted) for device in bug.devices)
