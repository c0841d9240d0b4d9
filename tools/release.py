"""What speaks for and against a release: lines of evidence with their sources, and a verdict where they carry one."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field

from tools.kit.failure_groups import first_words
from tools.kit.model import Answer
from tools.kit.survey import BugRow, RunRow, RunStory, Untested
from tools.kit.text import Key, Untrusted, many

MOST_LINES = 40
"""Lines that an assessment shows, those that speak against first; the rest is counted."""
MOST_EXPLAINED = 6
"""Failing runs whose causes are read, the newest; each takes a few requests."""
MOST_CAUSES = 3
"""Causes that a line names, those with new failures first."""
SHORT = 100
"""Characters of an error or a title in a line."""
MOST_NAMED = 5
"""Ids that one line names."""
Speaks = Literal["against", "not proven", "for"]
WORST = ("critical", "high", "medium", "low", "unknown")
SPEAKS = ("against", "not proven", "for")
DECIDED = frozenset({"passed", "failed", "blocked"})
"""Runs of these statuses have come to something that a later one can replace."""
BAD = ("critical", "high")
"""Severities of open bugs that speak against a release."""


class Source(Answer):
    """What came from one platform, and what did not."""

    platform: Key
    title: str = Field(exclude=True)
    rows: int = 0
    complete: bool = Field(
        description="Whether all that the platform can tell was looked at; why says what is missing."
    )
    why: str | None = None


class Cause(Answer):
    """An error that failures of a run share."""

    error: Untrusted | None = None
    count: int
    marks: str = Field(description="How many are new, flaky, known.")


class Line(Answer):
    """One thing that speaks for or against, and where it comes from."""

    speaks: Speaks = Field(exclude=True)
    says: str
    title: Untrusted | None = None
    causes: list[Cause] = Field(default_factory=list)
    more_causes: int | None = None
    note: str | None = None
    platform: Key | None = Field(None, description="Where source is no resource.")
    source: Key = Field(description="Resource that shows it; an id where there is none.")


class Counted(Answer):
    """How many of something there are, by its word."""

    what: str
    count: int


class Assessment(Answer):
    """What speaks for and against a release, each line with its source."""

    scope: str
    verdict: Literal["evidence against", "not proven", "nothing found against"] | None = Field(
        default=None, description="None where the evidence does not carry one; why_no_verdict says so."
    )
    why_no_verdict: str | None = None
    against: list[Line] = Field(default_factory=list)
    not_proven: list[Line] = Field(default_factory=list)
    speaking_for: list[Line] = Field(default_factory=list)
    open_bugs_by_severity: list[Counted]
    confirmed_bugs_by_severity: list[Counted] = Field(
        default_factory=list, description="Taken for real, and not told whether they are fixed."
    )
    untested_count: int = Field(description="Tests without a result, and runs that have not begun.")
    left_out: str | None = None
    sources: list[Source]

    def say(self, lines: list[Line]) -> None:
        """Put the first lines where they belong, and count the others."""
        for line in lines[:MOST_LINES]:
            place = {"against": self.against, "not proven": self.not_proven, "for": self.speaking_for}
            place[line.speaks].append(line)
        if len(lines) > MOST_LINES:
            self.left_out = f"{len(lines) - MOST_LINES} more lines"

    @property
    def lines(self) -> list[Line]:
        """All lines, those that speak against first."""
        return [*self.against, *self.not_proven, *self.speaking_for]


Stories = Mapping[tuple[str, str], RunStory]
"""What is known of why runs failed, by platform and id."""


def lines_of(
    runs: list[tuple[RunRow, list[RunRow]]], bugs: list[BugRow], untested: list[Untested], stories: Stories
) -> list[Line]:
    """All that is known as lines of evidence, what speaks against first."""
    gaps = Counter((gap.platform, gap.run_id) for gap in untested)
    lines = [*_of_runs(runs, gaps, stories), *_of_bugs(bugs), *_of_gaps(untested, {id_of(row) for row, _ in runs})]
    return sorted(lines, key=lambda line: SPEAKS.index(line.speaks))


def id_of(row: RunRow) -> tuple[str, str]:
    return row.platform, row.run_id


def is_failing(row: RunRow) -> bool:
    return row.status in {"failed", "blocked"} or bool(row.failed and row.status not in {"passed", "unknown"})


def standing(rows: list[RunRow]) -> list[tuple[RunRow, list[RunRow]]]:
    """The runs that count, newest first, each with the older ones that it replaces.

    One replaces another of its title, project and environment on its platform when both came to something and it
    held no fewer tests: what still runs, was cancelled or repeats a part takes no failure away.
    """
    counted: list[tuple[RunRow, list[RunRow]]] = []
    for row in rows:
        newer = next((one for one in counted if _replaces(one[0], row)), None)
        if newer is None:
            counted.append((row, []))
        else:
            newer[1].append(row)
    return counted


def _replaces(newer: RunRow, older: RunRow) -> bool:
    return (
        newer.status in DECIDED
        and older.status in DECIDED
        and _place(newer) == _place(older)
        and (older.total is None or (newer.total is not None and newer.total >= older.total))
    )


def _place(row: RunRow) -> tuple[str | None, ...]:
    return row.platform, row.where, row.environment, (row.title or row.run_id).casefold()


def _named(ids: list[str]) -> str:
    more = len(ids) - MOST_NAMED
    return ", ".join(ids[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _line(
    speaks: Literal["against", "not proven", "for"],
    says: str,
    platform: str,
    page: str | None,
    number: str,
    **more: Any,
) -> Line:
    return Line(speaks=speaks, says=says, platform=None if page else platform, source=page or number, **more)


def _of_runs(
    rows: list[tuple[RunRow, list[RunRow]]], gaps: Mapping[tuple[str, str], int], stories: Stories
) -> list[Line]:
    lines = []
    for row, replaced in rows:
        waiting, found = gaps.get(id_of(row), 0), stories.get(id_of(row))
        counted_row = found.run if found is not None else row
        counts = [
            f"{count} {word}"
            for word, count in (
                ("passed", counted_row.passed),
                ("failed", counted_row.failed),
                ("blocked", counted_row.blocked),
                ("bugs", counted_row.bugs),
                ("without a result", waiting),
            )
            if count
        ]
        counts += [f"{counted_row.total} in all"] if counted_row.total else []
        says = f"run {row.status}" + (f" ({row.said})" if _is_news(row.said, row.status) else "")
        says += f": {', '.join(counts)}" if counts else ""
        if replaced:
            says += f", in place of {_named([f'{old.run_id} ({old.status})' for old in replaced])}"
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
            )
        )
    return lines


def _is_news(said: str | None, status: str) -> bool:
    """Whether a platform's word says more than the shared one."""
    return said is not None and said.casefold() != status


def _first_line(error: str | None) -> str | None:
    return next((line.strip() for line in (error or "").splitlines() if line.strip()), None)


def _of_bugs(bugs: list[BugRow]) -> list[Line]:
    lines = [
        _line(
            "against" if bug.severity in BAD else "not proven",
            f"open bug, {bug.severity}{f' ({bug.said})' if _is_news(bug.said, bug.severity) else ''}, "
            f"{bug.status or 'no status'}",
            bug.platform,
            bug.page,
            bug.bug_id,
            title=first_words(bug.title, SHORT),
        )
        for bug in bugs
        if not bug.is_confirmed
    ]
    alike: dict[tuple[str, str], list[BugRow]] = {}
    for bug in bugs:
        if bug.is_confirmed:
            alike.setdefault((bug.platform, bug.severity), []).append(bug)
    return lines + [
        _line(
            "not proven",
            f"{many(len(same), 'confirmed bug')} of severity {severity}, not told whether fixed: "
            f"{_named([bug.bug_id for bug in same])}",
            platform,
            same[0].page,
            same[0].bug_id,
        )
        for (platform, severity), same in alike.items()
    ]


def _of_gaps(untested: list[Untested], named: set[tuple[str, str]]) -> list[Line]:
    """What is untested in runs that have no line of their own."""
    by_run: dict[tuple[str, str], list[Untested]] = {}
    for gap in untested:
        if (gap.platform, gap.run_id) not in named:
            by_run.setdefault((gap.platform, gap.run_id), []).append(gap)
    return [
        _line("not proven", f"{len(gaps)} without a result in run {run_id}", platform, gaps[0].page, run_id)
        for (platform, run_id), gaps in by_run.items()
    ]


def judge(assessment: Assessment, rows: list[RunRow]) -> None:
    """Give a verdict where the evidence carries one: something against counts at once, nothing against only of all."""
    missing = [source.title for source in assessment.sources if not source.complete]
    if any(line.speaks == "against" for line in assessment.lines):
        assessment.verdict = "evidence against"
    elif not rows:
        assessment.why_no_verdict = (
            "No run was found for it, so nothing is known. A number counts whole: 9.0 does not take in 9.0.1. "
            "across_search shows how runs are titled."
        )
    elif missing:
        assessment.why_no_verdict = f"Not everything could be looked at: {', '.join(missing)}."
    elif any(line.speaks == "not proven" for line in assessment.lines):
        assessment.verdict = "not proven"
    else:
        assessment.verdict = "nothing found against"


def counted(words: list[str]) -> list[Counted]:
    """How often each word stands there, in the order in which they first come."""
    return [Counted(what=word, count=words.count(word)) for word in dict.fromkeys(words)]
