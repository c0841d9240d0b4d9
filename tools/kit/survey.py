"""A platform's runs, bugs and tests in the terms that all platforms share."""

import re
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Generic, Literal, TypeVar

from pydantic import Field

from tools.kit.errors import Invalid, NotFound, Refused
from tools.kit.evidence import BugReport, TestResult
from tools.kit.history import TestHistory
from tools.kit.model import Answer
from tools.kit.run_failures import ErrorGroup, Failure, describe_marks, error_groups, render_group
from tools.kit.subject import Area, Case, CrowdTest
from tools.kit.text import Key, Untrusted, clean
from tools.kit.vocabulary import Said, Severity, Status

T = TypeVar("T")

Kind = Literal["bug", "test", "run", "suite"]
"""What a search looks for; a folder of tests counts as a suite."""
FoundKind = Literal["bug", "test", "run", "suite", "result", "plan"]


class RunRow(Answer):
    """A run, a test cycle or an execution, in the terms that all platforms share. Missing counts are unknown."""

    platform: Key
    run_id: Key
    title: Untrusted | None = None
    status: Status
    said: Said = None
    where: Key | None = Field(default=None, description="Project or product it belongs to.")
    environment: Untrusted | None = Field(
        default=None, description="Where it was carried out, as the platform names it."
    )
    started_at: Key | None = None
    ended_at: Key | None = None
    total: int | None = None
    passed: int | None = None
    failed: int | None = None
    blocked: int | None = None
    skipped: int | None = None
    bugs: int | None = None
    page: Key | None = Field(default=None, description="Resource that shows it whole.")
    link: str | None = Field(default=None, exclude=True)
    """Its page in the web app; one that takes a request to know only where the query wants links."""


class RunStory(Answer):
    """A run, why it failed, and which failures are new."""

    run: RunRow
    failing: int = Field(default=0, description="Tests that failed, or bugs that were reported.")
    marks: str | None = Field(default=None, description="How many of them are new, flaky, known.")
    earlier_runs: int = Field(default=0, description="Earlier runs they were compared with.")
    groups: list[ErrorGroup] = Field(default_factory=list, description="By error, those with new failures first.")
    more_groups: int = Field(default=0, description="Groups that are not shown here.")
    note: str | None = None
    next: str | None = Field(default=None, description="The tool that tells more.")


MOST_GROUPS: Final = 10
"""Groups of failures that a story shows."""


def run_story(
    run: RunRow,
    failures: Sequence[Failure],
    *,
    earlier: int = 0,
    note: str | None = None,
    next_: str | None = None,
    is_ranked: bool = False,
) -> RunStory:
    """A run with its failures grouped; ranked ones come in order, the worst first."""
    groups = error_groups(failures, is_ranked=is_ranked)
    return RunStory(
        run=run,
        failing=len(failures),
        marks=describe_marks(failures) if failures else None,
        earlier_runs=earlier,
        groups=[render_group(group) for group in groups[:MOST_GROUPS]],
        more_groups=max(0, len(groups) - MOST_GROUPS),
        note=note,
        next=next_,
    )


class BugRow(Answer):
    """A bug that is open, or confirmed and not known to be fixed, in the terms that all platforms share."""

    platform: Key
    bug_id: Key
    title: Untrusted | None = None
    severity: Severity
    said: Said = None
    status: Key | None = None
    is_confirmed: bool = Field(
        default=False, description="Taken for real; the platform does not say whether it is fixed by now."
    )
    where: Key | None = None
    feature: Untrusted | None = None
    devices: list[Untrusted] = Field(default_factory=list)
    reported_at: Key | None = None
    page: Key | None = None
    link: str | None = Field(default=None, exclude=True)
    """Its page in the web app."""


class Found(Answer):
    """Something whose text, id or linked issue matches a search."""

    platform: Key
    kind: FoundKind
    id: Key
    title: Untrusted | None = None
    said: Said = None
    where: Key | None = None
    at: Key | None = None
    page: Key | None = None
    matched: str | None = Field(default=None, description="What fits, where it is not the title: id, linked issue.")


class Untested(Answer):
    """A test in a run without a result yet, or a run that has not begun."""

    platform: Key
    run_id: Key
    title: Untrusted | None = None
    said: Said = None
    page: Key | None = Field(default=None, description="Resource that shows the run.")


_NUMBER = re.compile(r"v?\d+(\.\d+)*")


def _stands(word: str, text: str, *, whole: bool) -> bool:
    """Whether a word is in a text; as a `whole` number 9.0 is neither in 9.0.1 nor in 19.0."""
    if whole and _NUMBER.fullmatch(word):
        joined = r"\." if "." in word else r"[.-]"  # 9 is no part of 2026-04-9, but kiosk2-9.0.1 is of 9.0.1
        return re.search(rf"(?<!\d)(?<!\d{joined}){re.escape(word)}(?!\d|{joined}\d)", text) is not None
    return word in text


@dataclass(frozen=True)
class Query:
    """Which runs or bugs are wanted; None does not filter."""

    since: datetime | None = None
    until: datetime | None = None
    text: str | None = None
    """Words that the title must contain, in any case."""
    limit: int = 50
    whole_numbers: bool = False
    """Whether a number among the words must be a whole version, not part of another or of a date."""
    links: bool = False
    """Whether rows are to have links that take a request to know."""
    memory: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)
    """Results of `once`, by key."""

    async def once(self, what: str, read: Callable[[], Awaitable[T]]) -> T:
        """Read something once per query: runs, bugs and untested tests share much."""
        if what not in self.memory:
            self.memory[what] = await read()
        known: T = self.memory[what]
        return known

    def fits(self, title: str | None, began: datetime | None, ended: datetime | None) -> bool:
        """Whether something with this title that lasted from `began` to `ended` matches (None: unknown)."""
        here = clean(title or "").casefold()
        if self.text is not None and not all(
            _stands(word, here, whole=self.whole_numbers) for word in self.text.casefold().split()
        ):
            return False
        if self.until is not None and (began is None or began > self.until):
            return False
        last = ended or began
        return self.since is None or (last is not None and last >= self.since) or (began is not None and ended is None)


@dataclass
class Results(Generic[T]):
    """Rows in display order, and whether everything was read."""

    rows: list[T] = field(default_factory=list)
    complete: bool = True
    why: str | None = None
    """What was not read, for people."""


async def none_if_missing(read: Awaitable[T]) -> T | None:
    """The result of a read, or None if it does not exist or the word cannot be an id."""
    try:
        return await read
    except (NotFound, Refused, Invalid):
        return None


@dataclass(frozen=True)
class Survey:
    """Functions that take the platform's client first; a platform without bugs or open results leaves those out."""

    runs: Callable[[Any, Query], Awaitable[Results[RunRow]]]
    """Newest first."""
    run: Callable[[Any, str, Query], Awaitable[RunStory]]
    """Takes an id as `runs` gives it, and the query it is read for; raises NotFound or Refused with a sentence."""
    search: Callable[[Any, str, Collection[Kind], int], Awaitable[Results[Found]]]
    """Takes words, the kinds wanted and how many at most."""
    bugs: Callable[[Any, Query], Awaitable[Results[BugRow]]] | None = None
    """Open bugs, the worst first, then those that are confirmed and not known to be fixed."""
    untested: Callable[[Any, Query], Awaitable[Results[Untested]]] | None = None
    """Tests without a result in the matching runs."""
    lookup: Callable[[Any, str], Awaitable[Results[Found]]] | None = None
    """Takes one word, and finds what has it as its id or as the key of a linked issue."""
    reports: Callable[[Any, Query], Awaitable[Results[BugReport]]] | None = None
    """All bugs that were reported in the span, whatever became of them; neither text nor limit of the query counts."""
    results: Callable[[Any, str, Query], Awaitable[Results[TestResult]]] | None = None
    """The results of a run by its id, as `runs` gives it for the same query; the tries of a test in their order."""
    areas: Callable[[Any, Query], Awaitable[Results[Area]]] | None = None
    """What its products are divided into, whatever the query's text."""
    cases: Callable[[Any, Collection[str], Query], Awaitable[Results[Case]]] | None = None
    """Takes words; tests that may have one of them, and possibly others."""
    past: Callable[[Any, Sequence[Case], Query], Awaitable[Results[TestHistory]]] | None = None
    """Takes cases of `cases`; the history of each, in their order, over the newest runs."""
    crowd_tests: Callable[[Any, Query], Awaitable[Results[CrowdTest]]] | None = None
    """Tests that people outside of the team carried out, newest first, whatever the query's text."""
    crowd_test: Callable[[Any, str, Query], Awaitable[CrowdTest]] | None = None
    """Takes an id as `crowd_tests` gives it; one with what it found and took, which lists may lack."""
