"""What speaks for and against a release: lines of evidence with their sources, and a verdict where they carry one."""

from typing import Literal

from pydantic import Field

from tools.kit.model import Answer
from tools.kit.survey import BugRow, RunRow, Untested
from tools.kit.text import Key

MOST_LISTED = 20
"""Runs, open bugs and untested tests that an assessment names; the rest is counted."""
MOST_LINES = 60
"""Lines that an assessment shows, those that speak against first; the rest is counted."""
MOST_NAMED = 5
"""Ids that one line names."""
WORST = ("critical", "high", "medium", "low", "unknown")
SPEAKS = ("against", "not proven", "for")
DECIDED = frozenset({"passed", "failed", "blocked"})
"""Runs of these statuses have come to something that a later one can replace."""
BAD = ("critical", "high")
"""Severities of open bugs that speak against a release."""


class Source(Answer):
    """What came from one platform, and what did not."""

    platform: Key
    title: str
    rows: int = 0
    complete: bool = Field(
        description="Whether all that the platform can tell was looked at; why says what is missing."
    )
    why: str | None = None


class Line(Answer):
    """One thing that speaks for or against, and where it comes from."""

    speaks: Literal["against", "not proven", "for"]
    says: str
    platform: Key
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
    lines: list[Line]
    runs: list[RunRow]
    open_bugs_by_severity: list[Counted]
    open_bugs: list[BugRow]
    confirmed_bugs_by_severity: list[Counted] = Field(
        default_factory=list, description="Taken for real, and not told whether they are fixed."
    )
    untested_count: int = Field(description="Tests without a result, and runs that have not begun.")
    untested: list[Untested]
    left_out: str | None = None
    sources: list[Source]


def lines_of(rows: list[RunRow], bugs: list[BugRow], untested: list[Untested]) -> list[Line]:
    """All that is known as lines of evidence, what speaks against first."""
    lines = [*_of_runs(standing(rows)), *_of_bugs(bugs), *_of_gaps(untested)]
    return sorted(lines, key=lambda line: SPEAKS.index(line.speaks))


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


def _of_runs(rows: list[tuple[RunRow, list[RunRow]]]) -> list[Line]:
    lines = []
    for row, replaced in rows:
        counts = ", ".join(
            f"{count} {word}"
            for word, count in (
                ("passed", row.passed),
                ("failed", row.failed),
                ("blocked", row.blocked),
                ("bugs", row.bugs),
                ("in all", row.total),
            )
            if count is not None
        )
        told = f"run {row.run_id} {row.status} ({row.said or 'no word of its own'}{f': {counts}' if counts else ''})"
        if replaced:
            told += f", in place of {_named([f'{old.run_id} ({old.status})' for old in replaced])}"
        speaks: Literal["against", "not proven", "for"] = "not proven"
        if row.status in {"failed", "blocked"} or (row.failed and row.status not in {"passed", "unknown"}):
            speaks = "against"
        elif row.status == "passed":
            speaks = "for"
        lines.append(Line(speaks=speaks, says=told, platform=row.platform, source=row.page or row.run_id))
    return lines


def _of_bugs(bugs: list[BugRow]) -> list[Line]:
    lines = [
        Line(
            speaks="against" if bug.severity in BAD else "not proven",
            says=f"open bug {bug.bug_id} ({bug.status or 'no status'}), severity {bug.severity} "
            f"({bug.said or 'none said'})",
            platform=bug.platform,
            source=bug.page or bug.bug_id,
        )
        for bug in bugs
        if not bug.is_confirmed
    ]
    alike: dict[tuple[str, str], list[BugRow]] = {}
    for bug in bugs:
        if bug.is_confirmed:
            alike.setdefault((bug.platform, bug.severity), []).append(bug)
    return lines + [
        Line(
            speaks="not proven",
            says=f"{len(same)} confirmed bugs of severity {severity}, not told whether fixed: "
            f"{_named([bug.bug_id for bug in same])}",
            platform=platform,
            source=same[0].page or same[0].bug_id,
        )
        for (platform, severity), same in alike.items()
    ]


def _of_gaps(untested: list[Untested]) -> list[Line]:
    by_run: dict[tuple[str, str], list[Untested]] = {}
    for gap in untested:
        by_run.setdefault((gap.platform, gap.run_id), []).append(gap)
    return [
        Line(
            speaks="not proven",
            says=f"{len(gaps)} without a result in run {run_id}",
            platform=platform,
            source=gaps[0].page or run_id,
        )
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


def left_out(lines: list[Line], rows: list[RunRow], bugs: list[BugRow], untested: list[Untested]) -> str | None:
    told = [
        f"{count - most} more {what}"
        for count, most, what in (
            (len(lines), MOST_LINES, "lines"),
            (len(rows), MOST_LISTED, "runs"),
            (len(bugs), MOST_LISTED, "open bugs"),
            (len(untested), MOST_LISTED, "untested"),
        )
        if count > most
    ]
    return ", ".join(told) or None
