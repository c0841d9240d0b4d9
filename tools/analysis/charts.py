"""Charts across platforms: a picture where Pillow is installed, and all its numbers as text."""

from typing import Annotated

from pydantic import Field

from tools.analysis.chart_rows import DrawnChart, Period, Subject
from tools.kit.toolset import Progress, Toolset
from tools.kit.when import Until, When
from tools.view import Platforms, View, resolve_time

tool = Toolset(View)


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
    from tools.analysis.chart_reading import read_chart  # no start pays for it

    chosen = view.chosen(platforms)
    time = await resolve_time(view, chosen, since, until)
    return await read_chart(view, progress, chosen, time, of=of, text=text, by=by, runs=runs)
