"""Bugs in numbers: by device, browser, tester and more, how many are accepted, and how long a decision takes."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from statistics import median, quantiles
from typing import Annotated, Final, Literal

from pydantic import Field

from tools.analysis.reading import coverage_of, read_reports
from tools.kit.evidence import BugReport
from tools.kit.model import Answer
from tools.kit.page import Coverage
from tools.kit.survey import Query
from tools.kit.text import Untrusted
from tools.kit.toolset import Progress, Toolset
from tools.kit.when import Until, When, parse_timestamp
from tools.view import Source, View, resolve_time

tool = Toolset(View)

Subject = Literal["device", "system", "browser", "tester", "feature", "severity", "product", "run"]
FEWEST_TIMES: Final = 2
RATES: Final = (
    "acceptance_rate is accepted of accepted and rejected; open bugs do not count. A bug with several devices counts "
    "for each. Times run from the report to the last moment at which the decision had certainly been taken, as far as "
    "the platform gives one: the export of an accepted bug, the last comment of a rejected one. Real decisions are "
    "earlier; decided without such a time are left out."
)
"""How the figures are made."""


class Times(Answer):
    """How long decisions took at most, or open bugs wait, in hours."""

    bugs: int = Field(description="With a known time.")
    median_hours: float
    p90_hours: float | None = None
    longest_hours: float


class Numbers(Answer):
    """Bugs and what became of them."""

    reported: int
    open: int
    accepted: int
    accepted_by_time_limit: int | None = Field(None, description="Of the accepted, nobody decided.")
    rejected: int
    acceptance_rate: float | None = None
    triage: Times | None = None


class Part(Answer):
    """The bugs with one value."""

    value: Untrusted | None = Field(None, description="None: it is not known.")
    reported: int
    open: int
    accepted: int
    rejected: int
    acceptance_rate: float | None = None
    median_hours: float | None = None


class Breakdown(Answer):
    """Bugs by the values of one kind, the largest first."""

    by: Subject
    parts: list[Part]
    more: int | None = Field(None, description="Values that are not listed.")


class BugStatistics(Answer):
    """Bugs in numbers."""

    numbers: Numbers
    waiting: Times | None = Field(None, description="Open bugs, until now.")
    breakdowns: list[Breakdown]
    rule: str
    coverage: Coverage
    note: str | None = None
    sources: list[Source]


@tool.reads()
async def bug_statistics(
    view: View,
    progress: Progress,
    by: Annotated[list[Subject] | None, Field(max_length=4, description="Default: severity, device.")] = None,
    text: Annotated[str | None, Field(max_length=200, description="In titles of tests.")] = None,
    since: When = None,
    until: Until = None,
    limit: Annotated[int, Field(ge=1, le=100, description="Values of each kind.")] = 10,
) -> BugStatistics:
    """Bugs by device, browser, tester; acceptance rate, time to triage, age of open ones."""
    chosen = view.chosen(None)
    time = await resolve_time(view, chosen, since, until)
    sources, read = await read_reports(view, chosen, Query(since=time.since, until=time.until), progress)
    titles = Query(text=text)
    reports = [report for report in read if text is None or titles.fits(report.run, None, None)]
    now = await view.clock(chosen).clock()
    return BugStatistics(
        numbers=numbers_of(reports),
        waiting=times_of(waiting_hours(reports, now)),
        breakdowns=[breakdown_of(reports, subject, limit) for subject in dict.fromkeys(by or ("severity", "device"))],
        rule=RATES,
        coverage=coverage_of(sources, loaded=len(read), matched=len(reports)),
        note=time.note,
        sources=sources,
    )


def numbers_of(reports: Sequence[BugReport]) -> Numbers:
    """Count bugs by their outcomes."""
    accepted, rejected = _count(reports, "accepted"), _count(reports, "rejected")
    return Numbers(
        reported=len(reports),
        open=_count(reports, "open"),
        accepted=accepted,
        accepted_by_time_limit=sum(one.is_automatic and one.outcome == "accepted" for one in reports) or None,
        rejected=rejected,
        acceptance_rate=rate(accepted, rejected),
        triage=times_of(decided_hours(reports)),
    )


def rate(accepted: int, rejected: int) -> float | None:
    """The share of the accepted among the decided; None where nothing is decided."""
    return round(accepted / (accepted + rejected), 3) if accepted + rejected else None


def decided_hours(reports: Iterable[BugReport]) -> list[float]:
    """The hours until each decision at most, where they are known; what a time limit decided took nobody's time."""
    found = []
    for report in reports:
        began, ended = parse_timestamp(report.reported_at), parse_timestamp(report.decided_by)
        if began is not None and ended is not None and ended >= began and not report.is_automatic:
            found.append((ended - began).total_seconds() / 3600)
    return found


def waiting_hours(reports: Iterable[BugReport], now: datetime) -> list[float]:
    """The hours that each open bug waits."""
    times = (parse_timestamp(report.reported_at) for report in reports if report.outcome == "open")
    return [max(0.0, (now - began).total_seconds() / 3600) for began in times if began is not None]


def times_of(hours: Sequence[float]) -> Times | None:
    """Times in a few figures; None where there are none."""
    if not hours:
        return None
    many = len(hours) >= FEWEST_TIMES
    return Times(
        bugs=len(hours),
        median_hours=round(median(hours), 1),
        p90_hours=round(quantiles(hours, n=10, method="inclusive")[-1], 1) if many else None,
        longest_hours=round(max(hours), 1),
    )


def breakdown_of(reports: Iterable[BugReport], subject: Subject, limit: int) -> Breakdown:
    """Bugs by the values of one kind; values of the same size are sorted by name."""
    by_value: dict[str, list[BugReport]] = {}
    for report in reports:
        for value in values_of(report, subject):
            by_value.setdefault(value, []).append(report)
    ordered = sorted(by_value.items(), key=lambda item: (-len(item[1]), item[0]))
    return Breakdown(
        by=subject, parts=[_part(*item) for item in ordered[:limit]], more=max(0, len(ordered) - limit) or None
    )


def _part(value: str, reports: Sequence[BugReport]) -> Part:
    accepted, rejected = _count(reports, "accepted"), _count(reports, "rejected")
    hours = decided_hours(reports)
    return Part(
        value=value or None,
        reported=len(reports),
        open=_count(reports, "open"),
        accepted=accepted,
        rejected=rejected,
        acceptance_rate=rate(accepted, rejected),
        median_hours=round(median(hours), 1) if hours else None,
    )


def values_of(report: BugReport, subject: Subject) -> Iterator[str]:
    """The values that a bug counts for, each once; empty where it is not known."""
    if subject in {"device", "system", "browser"}:
        part = {"device": "name"}.get(subject, subject)
        yield from dict.fromkeys(getattr(device, part) for device in report.devices) or [""]
    elif subject == "severity":
        yield report.said or report.severity
    elif subject == "product":
        yield report.where
    else:
        yield str(getattr(report, subject))


def _count(reports: Iterable[BugReport], outcome: str) -> int:
    return sum(report.outcome == outcome for report in reports)
