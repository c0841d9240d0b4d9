"""Charts across platforms: a picture where Pillow is installed, and all its numbers as text."""

from typing import Annotated, Final, Literal

from pydantic import Field

from tools.analysis.chart_numbers import (
    WINDOW,
    ChartRow,
    Numbers,
    bugs_by_device,
    bugs_by_severity,
    flaky_tests,
    pass_rates,
)
from tools.analysis.reading import MOST_LISTED, coverage_of, read_reports, read_results
from tools.analysis.spans import Period
from tools.kit.drawing import draw
from tools.kit.page import Coverage
from tools.kit.picture import Album
from tools.kit.platform import Platform
from tools.kit.scaling import INSTALL, can_scale
from tools.kit.survey import Query
from tools.kit.toolset import Progress, Toolset
from tools.kit.when import TimeSpan, Until, When
from tools.view import Platforms, Source, View, query_platforms, resolve_time

tool = Toolset(View)

Subject = Literal["bugs_by_severity", "runs", "flaky_tests", "devices"]
MOST_READ: Final = 30
"""Runs of a platform whose results are read; each takes a request or more."""
NOTHING: Final = "There is nothing to draw."
NOT_DRAWN: Final = f"The chart is not drawn here. To have that, {INSTALL}."


class DrawnChart(Album):
    """A chart and all its numbers."""

    is_drawn = True

    title: str
    subtitle: str
    columns: list[str] = Field(description="What the values of each row are.")
    rows: list[ChartRow]
    rule: str | None = None
    coverage: Coverage
    note: str | None = None
    sources: list[Source]


@tool.reads()
async def chart(
    view: View,
    progress: Progress,
    of: Annotated[Subject, Field(description="runs: pass rate and duration.")],
    text: Annotated[str | None, Field(max_length=200, description="Words in titles of runs.")] = None,
    since: When = None,
    until: Until = None,
    platforms: Platforms = None,
    by: Annotated[Period | None, Field(description="Columns of bugs_by_severity.")] = None,
    runs: Annotated[int, Field(ge=1, le=60, description="Newest runs to draw.")] = 30,
) -> DrawnChart:
    """Draw a chart, all numbers beside it: bugs by severity over time or by device, runs, flaky tests over time."""
    chosen = view.chosen(platforms)
    time = await resolve_time(view, chosen, since, until)
    if of in {"bugs_by_severity", "devices"}:
        sources, numbers, loaded = await _of_bugs(view, chosen, time, text, by, progress, by_device=of == "devices")
    else:
        query = Query(since=time.since, until=time.until, text=text, limit=MOST_LISTED)
        sources, numbers, loaded = await (_of_runs if of == "runs" else _of_tests)(view, chosen, query, runs, progress)
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
