"""Charts: saved queries over tests or runs, and their current results."""

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testomatio.sandbox.access import caller, project
from tools.testomatio.sandbox.answers import invalid, v2_answer
from tools.testomatio.sandbox.project_records import Chart
from tools.testomatio.sandbox.query.fields import pick_runs, pick_tests
from tools.testomatio.sandbox.records import Run, Test
from tools.testomatio.sandbox.requests import is_on
from tools.testomatio.sandbox.v2 import runs, tests
from tools.testomatio.sandbox.v2.pages import Groups, Row, page_of
from tools.testomatio.sandbox.v2.scope import V2, find_record, require_feature
from tools.testomatio.sandbox.world import World

routes: Routes[World] = Routes()

_GROUPS: Groups[Chart] = {"context": lambda chart: chart.context, "chart": lambda chart: chart.chart}


@routes.get(f"{V2}/analytics/charts")
async def list_charts(call: Call[World]) -> Response:
    _allow(call)
    found = [chart for chart in call.world.charts.values() if chart.project == project(call).slug]
    if (has_chart := call.last("has_chart")) is not None:
        found = [chart for chart in found if (chart.chart is not None) == (has_chart.lower() in {"true", "1"})]
    if kind := call.last("kind"):
        found = [chart for chart in found if chart.context == kind]
    if is_on(call, "my_charts"):
        found = [chart for chart in found if chart.created_by == caller(call).email]
    if is_on(call, "only_widgets"):
        found = [chart for chart in found if chart.is_widget]
    return page_of(call, found, render_chart, groups=_GROUPS)


@routes.get(f"{V2}/analytics/charts/{{id}}")
async def get_chart(call: Call[World]) -> Response:
    return v2_answer(call, render_chart(_find_chart(call)))


@routes.get(f"{V2}/analytics/charts/{{id}}/result")
async def get_chart_result(call: Call[World]) -> Response:
    """The number of results of each query; with a query number, a page of its results."""
    world, chart = call.world, _find_chart(call)
    number = call.last("number")
    if number is None:
        return v2_answer(call, [_counted(world, chart, query) for query in chart.queries])
    if not number.isdecimal() or int(number) >= len(chart.queries):
        raise invalid(f"number is 0 to {len(chart.queries) - 1}")
    query = str(chart.queries[int(number)]["query"])
    if chart.context == "runs":
        return page_of(call, _runs(world, chart, query), lambda run: runs.render_run(world, run))
    return page_of(call, _tests(world, chart, query), lambda test: tests.render_test(world, test))


def _counted(world: World, chart: Chart, query: dict[str, object]) -> Row:
    text = str(query["query"])
    found = len(_runs(world, chart, text) if chart.context == "runs" else _tests(world, chart, text))
    return {"number": query["number"], "title": query["title"], "query": text, "count": found}


def _tests(world: World, chart: Chart, query: str) -> list[Test]:
    return pick_tests(world, query, world.tests.of(chart.project))


def _runs(world: World, chart: Chart, query: str) -> list[Run]:
    return pick_runs(world, query, [run for run in world.runs.values() if run.project == chart.project])


def _allow(call: Call[World]) -> None:
    require_feature(call, "api_analytics", is_off=call.world.switches.without_analytics)


def _find_chart(call: Call[World]) -> Chart:
    _allow(call)
    return find_record(call, call.world.charts, str(call.params["id"]), "Chart")


def render_chart(chart: Chart) -> Row:
    return {
        "id": chart.id,
        "title": chart.title,
        "context": chart.context,
        "chart": chart.chart,
        "queries": chart.queries,
        "options": chart.options,
        "url": f"https://testomat.example.test/projects/{chart.project}/analytics/{chart.id}",
    }
