"""Reads what an analysis needs of all platforms: bug reports, and the results of the newest runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Annotated, Any, Final

from pydantic import Field

from tools.kit.evidence import BugReport, TestResult
from tools.kit.page import Coverage
from tools.kit.platform import Platform
from tools.kit.survey import Query, Results, RunRow, Survey
from tools.kit.text import many
from tools.kit.together import gather
from tools.kit.toolset import Progress
from tools.kit.when import milliseconds, parse_timestamp
from tools.view import Source, View, query_platforms

MOST_LISTED: Final = 400
"""Runs of a platform among which the newest with results are looked for."""
AT_ONCE: Final = 4

Runs = Annotated[int, Field(ge=1, le=50, description="Newest of each platform.")]


@dataclass(frozen=True, slots=True)
class TestedRun:
    """A run with the results of its tests."""

    __test__ = False

    run: RunRow
    results: list[TestResult]


async def read_reports(
    view: View, platforms: list[Platform], query: Query, progress: Progress
) -> tuple[list[Source], list[BugReport]]:
    """All bug reports of a span of time, in the order of their times."""
    answers = await query_platforms(
        view, platforms, lambda s, api: s.reports(api, query) if s.reports else None, progress
    )
    reports = [report for _, found in answers for report in found]
    reports.sort(
        key=lambda report: (milliseconds(report.reported_at), report.platform, len(report.bug_id), report.bug_id)
    )
    return [source for source, _ in answers], reports


async def read_results(
    view: View,
    platforms: list[Platform],
    query: Query,
    progress: Progress,
    *,
    runs: int,
    split: datetime | None = None,
) -> tuple[list[Source], list[TestedRun]]:
    """The newest runs of each platform with results, newest first; with a split, so many on either side of it."""
    answers = await query_platforms(
        view, platforms, lambda s, api: _newest(s, api, query, runs, split) if s.results else None, progress
    )
    tested = [run for _, found in answers for run in found]
    tested.sort(key=lambda one: -milliseconds(one.run.started_at))
    return [source for source, _ in answers], tested


async def _newest(survey: Survey, api: Any, query: Query, runs: int, split: datetime | None) -> Results[TestedRun]:
    listed = await survey.runs(api, query)
    rows = [row for row in listed.rows if row.status != "queued"]
    whys = [listed.why]
    found, advice = list[TestedRun](), "; raise runs" if split is None else " of a period"
    for part in ([row for row in rows if is_after(row, split)], [row for row in rows if not is_after(row, split)]):
        found += await _with_results(survey, api, query, part, runs, whys, advice)
    why = "; ".join(dict.fromkeys(filter(None, whys))) or None
    return Results(found, why is None, why)


async def _with_results(
    survey: Survey, api: Any, query: Query, rows: list[RunRow], runs: int, whys: list[str | None], advice: str
) -> list[TestedRun]:
    """The first of these runs that have results; `whys` says what was not read."""
    found, waiting = list[TestedRun](), rows
    while waiting and len(found) < runs:
        some, waiting = waiting[:AT_ONCE], waiting[AT_ONCE:]
        read = await gather([partial(_results, survey, api, row, query) for row in some])
        for row, results in zip(some, read, strict=True):
            if results.why:
                whys.append(f"run {row.run_id}: {results.why}")
            if results.rows:
                found.append(TestedRun(row, results.rows))
    if waiting or len(found) > runs:
        whys.append(f"only the newest {many(runs, 'run')} with results were read{advice}")
    return found[:runs]


def is_after(run: RunRow, split: datetime | None) -> bool:
    """Whether a run began after a time; one whose beginning is unknown did not."""
    began = parse_timestamp(run.started_at)
    return split is None or (began is not None and began >= split)


async def _results(survey: Survey, api: Any, row: RunRow, query: Query) -> Results[TestResult]:
    return await survey.results(api, row.run_id, query) if survey.results is not None else Results()


def coverage_of(sources: Sequence[Source], *, loaded: int, matched: int) -> Coverage:
    """What all platforms together provided; one without anything of the kind is complete."""
    why = "; ".join(f"{source.title}: {source.why}" for source in sources if source.why and not source.complete)
    return Coverage(total=None, loaded=loaded, matched=matched, complete=not why, why=why or None)


def also_missing(sources: Sequence[Source]) -> str:
    """For a sentence that something was not found: what was not read, so that it may be there after all."""
    why = coverage_of(sources, loaded=0, matched=0).why
    return f" Not everything was read: {why}." if why else ""
