"""What is known about a change, as rows of an answer that fits into a prompt."""

import json
from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import BaseModel, Field

from tools.kit.model import Answer
from tools.kit.rows import Brief
from tools.kit.subject import AreaKind
from tools.kit.text import Key, Untrusted
from tools.kit.vocabulary import Said, Severity, Status

MOST_BYTES: Final = 5_100
"""Of the answer's own JSON; the server adds which fields others wrote, and the whole stays within 6 kB."""
SHARES: Final[Mapping[str, tuple[float, int]]] = {
    "cases": (0.32, 3),
    "bugs": (0.24, 2),
    "areas": (0.14, 2),
    "untested": (0.12, 2),
    "crowd_tests": (0.08, 1),
    "runs": (0.1, 2),
}
"""The share of the bytes for each list, and how many rows stay in any case."""

Short = Annotated[Untrusted | None, Brief(70)]
Shorts = Annotated[list[Untrusted], Brief(50)]
Matched = Annotated[list[str], Field(description="Words that it shares with the change.")]


class PlanSource(Answer):
    """What one platform gave."""

    platform: Key
    account: str | None = Field(None, description="Which one was read, where there are several.")
    rows: int = Field(0, description="Compared with the change.")
    complete: bool = Field(description="Whether all it has was read; why says what is missing.")
    why: str | None = None
    has_no: list[str] = Field(default_factory=list, description="What it does not have.")


class AreaMatch(Answer):
    """A feature, user story, suite or folder that the change may touch."""

    platform: Key
    kind: AreaKind
    id: Key | None = None
    title: Short
    where: Key | None = None
    inside: Short = None
    cases: int | None = Field(None, description="Test cases in it.")
    score: int
    matched: Matched


class CaseMatch(Answer):
    """A test to consider, with its last result there and how it fared before."""

    platform: Key
    id: Key | None = None
    title: Short
    where: Key | None = None
    place: Short = None
    last: Status | None = Field(None, description="None: no result in the runs that were read.")
    last_at: Key | None = None
    trend: str | None = None
    pattern: str | None = Field(None, description="A letter a run, oldest first: P, F, or B for both.")
    in_version: Status | None = Field(None, description="Its result in a run of the version.")
    score: int
    matched: Matched


class BugMatch(Answer):
    """A bug of the area that is open, or confirmed and not known to be fixed."""

    platform: Key
    bug_id: Key
    title: Short
    severity: Severity
    said: Said = None
    status: Key | None = None
    feature: Short = None
    devices: Shorts = Field(default_factory=list)
    score: int
    matched: Matched


class OnDevice(Answer):
    """How many bugs that match were seen on a device."""

    device: Short
    bugs: int


class Gap(Answer):
    """Something of the change that no result covers."""

    platform: Key
    what: str
    id: Key | None = None
    title: Short = None
    run_id: Key | None = None


class CrowdMatch(Answer):
    """A crowd test of like kind: what it was about, found and took."""

    platform: Key
    run_id: Key
    title: Short
    where: Key | None = None
    kind: Key | None = None
    features: Shorts = Field(default_factory=list)
    started_at: Key | None = None
    hours: float | None = None
    testers: int | None = None
    devices: int | None = None
    bugs: int | None = None
    found: Shorts = Field(default_factory=list, description="The worst bugs.")
    score: int
    matched: Matched


class VersionRun(Answer):
    """A run of the version."""

    platform: Key
    run_id: Key
    title: Short = None
    status: Status
    said: Said = None
    total: int | None = None
    failed: int | None = None
    bugs: int | None = None


class PlanInputs(Answer):
    """What is known about a change, the most relevant first; `left_out` counts what matches too."""

    scope: str
    words: list[Untrusted] = Field(description="That were looked for, the weightiest first.")
    areas: list[AreaMatch]
    cases: list[CaseMatch]
    bugs: list[BugMatch]
    untested: list[Gap]
    crowd_tests: list[CrowdMatch]
    runs: list[VersionRun] = Field(default_factory=list, description="Of the version, failing ones first.")
    devices: list[OnDevice] = Field(default_factory=list, description="Of all bugs that match.")
    left_out: str | None = Field(default=None, description="Rows that match and are not here.")
    note: str | None = None
    rule: str
    sources: list[PlanSource]

    def fit(self, matching: Mapping[str, int], most: int = MOST_BYTES) -> "PlanInputs":
        """Drop the last rows of lists that take more than their share until the answer fits; count what is left out.

        `matching` has the number of rows that match, by the names of the lists. Titles in scripts of three bytes a
        letter may leave less than the rows that stay otherwise.
        """
        for at_least in (MOST_BYTES, 1, 0):
            while self._count(matching) and _size(self) > most and (name := self._largest(at_least)) is not None:
                self._list(name).pop()
        return self

    def _list(self, name: str) -> list[Answer]:
        rows: list[Answer] = getattr(self, name)
        return rows

    def _largest(self, at_least: int) -> str | None:
        """The list that takes the most bytes for its share, of those with more rows than stay, at most `at_least`."""
        sizes = {
            name: sum(map(_size, self._list(name))) / share
            for name, (share, fewest) in SHARES.items()
            if len(self._list(name)) > min(fewest, at_least)
        }
        return max(sizes, key=lambda name: sizes[name], default=None)

    def _count(self, matching: Mapping[str, int]) -> bool:
        """Say how many rows are left out; always true."""
        counts = {name: count - len(self._list(name)) for name, count in matching.items()}
        words = [f"{count} {name.replace('_', ' ')}" for name, count in counts.items() if count > 0]
        self.left_out = f"{', '.join(words)} match too" if words else None
        return True


def _size(answer: BaseModel) -> int:
    """Bytes of an answer as it is sent: without nulls and empty lists, long titles cut."""
    return len(json.dumps(_as_sent(answer), ensure_ascii=False, separators=(",", ":")).encode())


def _as_sent(value: object) -> object:
    if isinstance(value, BaseModel):
        out: dict[str, object] = {}
        for name, info in type(value).model_fields.items():
            sent = _as_sent(getattr(value, name))
            cut = next((extra for extra in info.metadata if isinstance(extra, Brief)), None)
            if cut is not None:
                sent = [cut(str(one)) for one in sent] if isinstance(sent, list) else cut(str(sent)) if sent else None
            if sent not in (None, "", []):
                out[name] = sent
        return out
    return [_as_sent(one) for one in value] if isinstance(value, list) else value
