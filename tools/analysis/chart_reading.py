"""Reads what a chart needs of all platforms, and draws it where Pillow is installed."""

from typing import Final

from tools.analysis.chart_numbers import WINDOW, Numbers, bugs_by_device, bugs_by_severity, flaky_tests, pass_rates
from tools.analysis.chart_rows import DrawnChart, Period, Subject
from tools.analysis.reading import MOST_LISTED, coverage_of, read_reports, read_results
from tools.kit.drawing import draw
from tools.kit.platform import Platform
from tools.kit.scaling import INSTALL, can_scale
from tools.kit.survey import Query
from tools.kit.toolset import Progress
from tools.kit.when import TimeSpan
from tools.view import Source, View, query_platforms

MOST_READ: Final = 30
"""Runs of a platform whose results are read; each takes a request or more."""
NOTHING: Final = "There is nothing to draw."
NOT_DRAWN: Final = f"The chart is not drawn here. To have that, {INSTALL}."


async def read_chart(
    view: View,
    progress: Progress,
    platforms: list[Platform],
    time: TimeSpan,
    *,
    of: Subject,
    text: str | None,
    by: Period | None,
    runs: int,
) -> DrawnChart:
    """A chart and all its numbers."""
    if of in {"bugs_by_severity", "devices"}:
        sources, numbers, loaded = await _of_bugs(view, platforms, time, text, by, progress, by_device=of == "devices")
    else:
        query = Query(since=time.since, until=time.until, text=text, limit=MOST_LISTED)
        sources, numbers, loaded = await (_of_runs if of == "runs" else _of_tests)(
            view, platforms, query, runs, progress
        )
    notes = [time.note, *numbers.notes]
    pictures = []
    if not numbers.rows:
        notes.append(NOTHING)
    elif can_scale():
        pictures = [await draw(numbers.chart)]
    else:
        notes.append(NOT_DRAWN)
    return DrawnChart(
        title=numbers.chart.title,
        subtitle=numbers.chart.subtitle,
        columns=numbers.columns,
        rows=numbers.rows,
        rule=numbers.rule or None,
        coverage=coverage_of(sources, loaded=loaded, matched=loaded),
        note=" ".join(filter(None, notes)) or None,
        sources=sources,
        pictures=pictures,
    )


Read = tuple[list[Source], Numbers, int]
"""The sources of some numbers, and how many bugs or runs were read."""


async def _of_bugs(
    view: View,
    platforms: list[Platform],
    time: TimeSpan,
    text: str | None,
    period: Period | None,
    progress: Progress,
    *,
    by_device: bool,
) -> Read:
    sources, reports = await read_reports(view, platforms, Query(since=time.since, until=time.until), progress)
    titles = Query(text=text)
    fitting = [report for report in reports if text is None or titles.fits(report.run, None, None)]
    numbers = bugs_by_device(fitting) if by_device else bugs_by_severity(fitting, period)
    return sources, numbers, len(fitting)


async def _of_runs(view: View, platforms: list[Platform], query: Query, runs: int, progress: Progress) -> Read:
    answers = await query_platforms(view, platforms, lambda survey, api: survey.runs(api, query), progress)
    rows = [row for _, found in answers for row in found]
    return [source for source, _ in answers], pass_rates(rows, runs), len(rows)


async def _of_tests(view: View, platforms: list[Platform], query: Query, runs: int, progress: Progress) -> Read:
    """The newest runs of all platforms together; a test is judged by earlier ones, so more are read."""
    read = min(runs + WINDOW - 1, MOST_READ)
    sources, tested = await read_results(view, platforms, query, progress, runs=read)
    return sources, flaky_tests(tested, runs), len(tested)
