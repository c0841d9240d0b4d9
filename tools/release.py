"""What speaks for and against a release: lines of evidence with their sources, and a verdict where they carry one."""

from typing import Literal

from pydantic import Field

from tools.kit.model import Answer
from tools.kit.survey import BugRow, RunRow, Untested
from tools.kit.text import Key

MOST_LISTED = 20
"""Open bugs and untested tests that an assessment names; the rest is counted."""
BAD = ("critical", "high")
"""Severities of open bugs that speak against a release."""


class Source(Answer):
    """What came from one platform, and what did not."""

    platform: Key
    title: str
    rows: int = 0
    complete: bool = Field(description="Whether all there is was looked at; if not, why says what is missing.")
    why: str | None = None


class Line(Answer):
    """One thing that speaks for or against, and where it comes from."""

    speaks: Literal["against", "not proven", "for"]
    says: str
    platform: Key
    source: Key = Field(description="Resource or id that shows it.")


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
    untested_count: int
    untested: list[Untested]
    left_out: str | None = None
    sources: list[Source]


def lines_of(rows: list[RunRow], bugs: list[BugRow], untested: list[Untested]) -> list[Line]:
    """All that is known as lines of evidence."""
    return [*_of_runs(newest_of_each(rows)), *_of_bugs(bugs), *_of_gaps(untested)]


def newest_of_each(rows: list[RunRow]) -> list[RunRow]:
    """Of runs with one title on one platform only the newest: a repeated run replaces the one before."""
    newest: dict[tuple[str, str], RunRow] = {}
    for row in rows:
        newest.setdefault((row.platform, (row.title or row.run_id).casefold()), row)
    return list(newest.values())


def _of_runs(rows: list[RunRow]) -> list[Line]:
    lines = []
    for row in rows:
        counts = ", ".join(
            f"{count} {word}"
            for word, count in (
                ("passed", row.passed),
                ("failed", row.failed),
                ("bugs", row.bugs),
                ("in all", row.total),
            )
            if count is not None
        )
        told = f"run {row.run_id} {row.status} ({row.said or 'no word of its own'}{f': {counts}' if counts else ''})"
        speaks: Literal["against", "not proven", "for"] = "not proven"
        if row.status in {"failed", "blocked"} or (row.failed and row.status not in {"passed", "unknown"}):
            speaks = "against"
        elif row.status == "passed":
            speaks = "for"
        lines.append(Line(speaks=speaks, says=told, platform=row.platform, source=row.page or row.run_id))
    return lines


def _of_bugs(bugs: list[BugRow]) -> list[Line]:
    return [
        Line(
            speaks="against" if bug.severity in BAD else "not proven",
            says=f"open bug {bug.bug_id}, severity {bug.severity} ({bug.said or 'none said'})",
            platform=bug.platform,
            source=bug.page or bug.bug_id,
        )
        for bug in bugs[:MOST_LISTED]
    ]


def _of_gaps(untested: list[Untested]) -> list[Line]:
    by_run: dict[tuple[str, str], int] = {}
    for gap in untested:
        by_run[gap.platform, gap.run_id] = by_run.get((gap.platform, gap.run_id), 0) + 1
    return [
        Line(speaks="not proven", says=f"{count} without a result in run {run_id}", platform=platform, source=run_id)
        for (platform, run_id), count in by_run.items()
    ]


def judge(assessment: Assessment, rows: list[RunRow]) -> None:
    """Give a verdict where the evidence carries one: something against counts at once, nothing against only of all."""
    missing = [source.title for source in assessment.sources if not source.complete]
    if any(line.speaks == "against" for line in assessment.lines):
        assessment.verdict = "evidence against"
    elif not rows:
        assessment.why_no_verdict = "No run was found for it, so nothing is known."
    elif missing:
        assessment.why_no_verdict = f"Not everything could be looked at: {', '.join(missing)}."
    elif any(line.speaks == "not proven" for line in assessment.lines):
        assessment.verdict = "not proven"
    else:
        assessment.verdict = "nothing found against"


def counted(words: list[str]) -> list[Counted]:
    """How often each word stands there, in the order in which they first come."""
    return [Counted(what=word, count=words.count(word)) for word in dict.fromkeys(words)]


def left_out(rows: list[RunRow], bugs: list[BugRow], untested: list[Untested]) -> str | None:
    told = [
        f"{len(found) - MOST_LISTED} more {what}"
        for found, what in ((rows, "runs"), (bugs, "open bugs"), (untested, "untested"))
        if len(found) > MOST_LISTED
    ]
    return ", ".join(told) or None
