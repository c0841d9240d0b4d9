"""Assessing a release: lines of evidence with their sources, and a verdict if they support one."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field

from tools.kit.failure_groups import first_words
from tools.kit.model import Answer
from tools.kit.survey import BugRow, RunRow, RunStory, Untested
from tools.kit.text import Key, Untrusted, many
from tools.view import Source

MOST_LINES = 40
"""Lines that an assessment shows, those against first; the rest are counted."""
MOST_EXPLAINED = 6
"""The newest failing runs whose causes are read; each takes a few requests."""
MOST_CAUSES = 3
"""Causes that a line lists, those with new failures first."""
SHORT = 100
"""Characters of an error or a title in a line."""
MOST_NAMED = 5
"""IDs that a line lists."""
Speaks = Literal["against", "not proven", "for"]
WORST = ("critical", "high", "medium", "low", "unknown")
SPEAKS = ("against", "not proven", "for")
DECIDED = frozenset({"passed", "failed", "blocked"})
"""Statuses of finished runs, which a later one can replace."""
BAD = ("critical", "high")
"""Severities of open bugs that count against a release."""


class Cause(Answer):
    """An error that failures of a run have in common."""

    error: Untrusted | None = None
    count: int
    marks: str = Field(description="How many are new, flaky, known.")


class Line(Answer):
    """One piece of evidence and its source."""

    speaks: Speaks = Field(exclude=True)
    says: str
    title: Untrusted | None = None
    causes: list[Cause] = Field(default_factory=list)
    more_causes: int | None = None
    note: str | None = None
    platform: Key | None = Field(None, description="Set where source is not a resource.")
    source: Key = Field(description="Resource that shows it; an ID if there is none.")
    link: Key | None = Field(None, description="Its page in the web app.")


class Counted(Answer):
    """How often a word occurs."""

    what: str
    count: int


class Assessment(Answer):
    """The evidence for and against a release, each line with its source."""

    scope: str
    verdict: Literal["evidence against", "not proven", "nothing found against"] | None = Field(
        default=None, description="None if the evidence does not support one; why_no_verdict says why."
    )
    why_no_verdict: str | None = None
    against: list[Line] = Field(default_factory=list)
    not_proven: list[Line] = Field(default_factory=list)
    speaking_for: list[Line] = Field(default_factory=list)
    open_bugs_by_severity: list[Counted]
    confirmed_bugs_by_severity: list[Counted] = Field(
        default_factory=list, description="Accepted as real; the platform does not say whether they are fixed."
    )
    untested_count: int = Field(description="Tests without a result, and runs that have not started.")
    left_out: str | None = None
    sources: list[Source]

    def add_lines(self, lines: list[Line]) -> None:
        """Add the first lines to their lists, and count the others."""
        for line in lines[:MOST_LINES]:
            place = {"against": self.against, "not proven": self.not_proven, "for": self.speaking_for}
            place[line.speaks].append(line)
        if len(lines) > MOST_LINES:
            self.left_out = f"{len(lines) - MOST_LINES} more lines"

    @property
    def lines(self) -> list[Line]:
        """All lines, those against first."""
        return [*self.against, *self.not_proven, *self.speaking_for]


Stories = Mapping[tuple[str, str], RunStory]
"""Why runs failed, by platform and ID."""


def lines_of(
    runs: list[tuple[RunRow, list[RunRow]]], bugs: list[BugRow], untested: list[Untested], stories: Stories
) -> list[Line]:
    """All evidence as lines, those against first."""
    gaps = Counter((gap.platform, gap.run_id) for gap in untested)
    lines = [
        *_run_lines(runs, gaps, stories),
        *_bug_lines(bugs),
        *_gap_lines(untested, {id_of(row) for row, _ in runs}),
    ]
    return sorted(lines, key=lambda line: SPEAKS.index(line.speaks))


def id_of(row: RunRow) -> tuple[str, str]:
    return row.platform, row.run_id


def is_failing(row: RunRow) -> bool:
    return row.status in {"failed", "blocked"} or bool(row.failed and row.status not in {"passed", "unknown"})


def current_runs(rows: list[RunRow]) -> list[tuple[RunRow, list[RunRow]]]:
    """The runs that count, newest first, each with the older ones that it replaces.

    A run replaces another of the same platform, title, project and environment if both finished and it has no fewer
    tests. A run that is still running, was cancelled or repeats only a part replaces none.
    """
    current: list[tuple[RunRow, list[RunRow]]] = []
    for row in rows:
        newer = next((one for one in current if _replaces(one[0], row)), None)
        if newer is None:
            current.append((row, []))
        else:
            newer[1].append(row)
    return current


def _replaces(newer: RunRow, older: RunRow) -> bool:
    return (
        newer.status in DECIDED
        and older.status in DECIDED
        and _place(newer) == _place(older)
        and (older.total is None or (newer.total is not None and newer.total >= older.total))
    )


def _place(row: RunRow) -> tuple[str | None, ...]:
    return row.platform, row.where, row.environment, (row.title or row.run_id).casefold()


def _join_ids(ids: list[str]) -> str:
    more = len(ids) - MOST_NAMED
    return ", ".join(ids[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _line(speaks: Speaks, says: str, platform: str, page: str | None, number: str, **more: Any) -> Line:
    return Line(speaks=speaks, says=says, platform=None if page else platform, source=page or number, **more)


def _run_lines(
    rows: list[tuple[RunRow, list[RunRow]]], gaps: Mapping[tuple[str, str], int], stories: Stories
) -> list[Line]:
    lines = []
    for row, replaced in rows:
        waiting, found = gaps.get(id_of(row), 0), stories.get(id_of(row))
        counts_of = found.run if found is not None else row
        counts = [
            f"{count} {word}"
            for word, count in (
                ("passed", counts_of.passed),
                ("failed", counts_of.failed),
                ("blocked", counts_of.blocked),
                ("bugs", counts_of.bugs),
                ("without a result", waiting),
            )
            if count
        ]
        counts += [f"{counts_of.total} in all"] if counts_of.total else []
        says = f"run {row.status}" + (f" ({row.said})" if _differs(row.said, row.status) else "")
        says += f": {', '.join(counts)}" if counts else ""
        if replaced:
            says += f", in place of {_join_ids([f'{old.run_id} ({old.status})' for old in replaced])}"
        speaks: Speaks = "not proven"
        if is_failing(row):
            speaks = "against"
        elif row.status == "passed" and not waiting:
            speaks = "for"
        groups = found.groups if found is not None else []
        more = len(groups) - MOST_CAUSES + (found.more_groups if found is not None else 0)
        lines.append(
            _line(
                speaks,
                says,
                row.platform,
                row.page,
                row.run_id,
                title=first_words(row.title, SHORT),
                causes=[
                    Cause(error=first_words(_first_line(group.error), SHORT), count=group.count, marks=group.marks)
                    for group in groups[:MOST_CAUSES]
                ],
                more_causes=more if more > 0 else None,
                note=found.note if found is not None else None,
                link=row.link,
            )
        )
    return lines


def _differs(said: str | None, status: str) -> bool:
    """Whether a platform's word differs from the shared one."""
    return said is not None and said.casefold() != status


def _first_line(error: str | None) -> str | None:
    return next((line.strip() for line in (error or "").splitlines() if line.strip()), None)


def _bug_lines(bugs: list[BugRow]) -> list[Line]:
    lines = [
        _line(
            "against" if bug.severity in BAD else "not proven",
            f"open bug, {bug.severity}{f' ({bug.said})' if _differs(bug.said, bug.severity) else ''}, "
            f"{bug.status or 'no status'}",
            bug.platform,
            bug.page,
            bug.bug_id,
            title=first_words(bug.title, SHORT),
            link=bug.link,
        )
        for bug in bugs
        if not bug.is_confirmed
    ]
    by_severity: dict[tuple[str, str], list[BugRow]] = {}
    for bug in bugs:
        if bug.is_confirmed:
            by_severity.setdefault((bug.platform, bug.severity), []).append(bug)
    return lines + [
        _line(
            "not proven",
            f"{many(len(same), 'confirmed bug')} of severity {severity}, not known to be fixed: "
            f"{_join_ids([bug.bug_id for bug in same])}",
            platform,
            same[0].page,
            same[0].bug_id,
            link=same[0].link,
        )
        for (platform, severity), same in by_severity.items()
    ]


def _gap_lines(untested: list[Untested], named: set[tuple[str, str]]) -> list[Line]:
    """Untested parts of runs without a line of their own."""
    by_run: dict[tuple[str, str], list[Untested]] = {}
    for gap in untested:
        if (gap.platform, gap.run_id) not in named:
            by_run.setdefault((gap.platform, gap.run_id), []).append(gap)
    return [
        _line("not proven", f"{len(gaps)} without a result in run {run_id}", platform, gaps[0].page, run_id)
        for (platform, run_id), gaps in by_run.items()
    ]


def set_verdict(assessment: Assessment, rows: list[RunRow]) -> None:
    """Set the verdict, if there is enough evidence.

    One line against is enough for a negative verdict; any other needs every source to be complete.
    """
    missing = [source.title for source in assessment.sources if not source.complete]
    unread = f"Not everything could be read: {', '.join(missing)}." if missing else ""
    if any(line.speaks == "against" for line in assessment.lines):
        assessment.verdict = "evidence against"
    elif not rows:
        assessment.why_no_verdict = (
            "No run was found for it, so nothing is known. Numbers match whole: 9.0 does not match 9.0.1. "
            f"across_search shows the titles of runs. {unread}"
        ).rstrip()
    elif unread:
        assessment.why_no_verdict = unread
    elif any(line.speaks == "not proven" for line in assessment.lines):
        assessment.verdict = "not proven"
    else:
        assessment.verdict = "nothing found against"


def count_words(words: list[str]) -> list[Counted]:
    """How often each word occurs, in order of first occurrence."""
    return [Counted(what=word, count=words.count(word)) for word in dict.fromkeys(words)]
