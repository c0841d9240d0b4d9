"""Pages: the web pages of projects, runs, tests and suites, without credentials.

The platform serves a web app there. The fake API serves simple pages with the main fields.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from html import escape

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testomatio.sandbox.dates import zulu
from tools.testomatio.sandbox.records import Project, Run
from tools.testomatio.sandbox.world import World

routes: Routes[World] = Routes()

PREFIXES = ("/projects/", "/report/")
"""Prefixes of the paths of pages."""
MOST_ROWS = 200
_HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}
_STYLE = "body{font:16px sans-serif;margin:2rem}td,th{padding:.2rem .8rem .2rem 0;text-align:left}"

Row = tuple[object, ...]


def run_url(call: Call[World], run: Run) -> str:
    """The URL of a run's page."""
    return f"{call.base}/projects/{run.project}/runs/{run.id}"


def report_url(call: Call[World], run: Run) -> str:
    """The URL of a public run's page."""
    return f"{call.base}/report/{run.id}"


@routes.get("/projects/{slug}")
async def show_project(call: Call[World]) -> Response:
    world, project = call.world, _project(call)
    if project is None:
        return _not_found_page()
    runs = sorted((run for run in world.runs.values() if run.project == project.slug), key=lambda run: run.created_at)
    rows = [(run.title, run.status, zulu(run.created_at)) for run in reversed(runs)]
    tests = sum(1 for _ in world.tests.of(project.slug))
    return _page(project.title, [("Tests", tests), ("Runs", len(runs))], rows)


@routes.get("/projects/{slug}/runs/{run_id}")
async def show_run(call: Call[World]) -> Response:
    project, run = _project(call), call.world.runs.get(str(call.params["run_id"]))
    if project is None or run is None or run.project != project.slug:
        return _not_found_page()
    return _run_page(call.world, project, run)


@routes.get("/report/{run_id}")
async def show_public_report(call: Call[World]) -> Response:
    run = call.world.runs.get(str(call.params["run_id"]))
    if run is None or not run.is_public:
        return _not_found_page()
    return _run_page(call.world, call.world.projects[run.project], run)


@routes.get("/projects/{slug}/test/{test_id}")
async def show_test(call: Call[World]) -> Response:
    project, test = _project(call), call.world.tests.get(str(call.params["test_id"]))
    if project is None or test is None or test.project != project.slug:
        return _not_found_page()
    facts = [("Project", project.title), ("State", test.state), ("Priority", test.priority)]
    rows = [(result.status, zulu(result.finished_at)) for result in call.world.results.of_test(test.id)]
    return _page(test.title, [*facts, ("Description", test.description or "")], rows)


@routes.get("/projects/{slug}/suite/{suite_id}")
async def show_suite(call: Call[World]) -> Response:
    project, suite = _project(call), call.world.suites.get(str(call.params["suite_id"]))
    if project is None or suite is None or suite.project != project.slug:
        return _not_found_page()
    rows = [(test.id, test.title) for test in call.world.tests_in(suite)]
    return _page(suite.title, [("Project", project.title), ("Description", suite.description or "")], rows)


def _run_page(world: World, project: Project, run: Run) -> Response:
    results = list(world.results.of_run(run.id))
    facts: list[tuple[str, object]] = [("Project", project.title), ("Status", run.status), ("Results", len(results))]
    facts += sorted(Counter(result.status.capitalize() for result in results).items())
    return _page(run.title, facts, [(one.title, one.status, one.message or "") for one in results])


def _project(call: Call[World]) -> Project | None:
    return call.world.projects.get(str(call.params["slug"]))


def _not_found_page() -> Response:
    return _page("Nothing is here", [], [], status=404)


def _page(title: str, facts: Iterable[tuple[str, object]], rows: Sequence[Row], *, status: int = 200) -> Response:
    """A page without scripts or external resources; all text is escaped."""
    lines = ["<!doctype html>", '<meta charset="utf-8">', f"<title>{escape(title)}</title>"]
    lines += [
        f"<style>{_STYLE}</style>",
        f"<h1>{escape(title)}</h1>",
        "<p>Testdesk sandbox: all of it is invented.</p>",
    ]
    lines.append("<table>")
    lines += [f"<tr><th>{escape(name)}</th><td>{escape(str(value))}</td></tr>" for name, value in facts]
    lines += ["</table>", "<table>"]
    lines += ["<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows[:MOST_ROWS]]
    lines.append("</table>")
    if len(rows) > MOST_ROWS:
        lines.append(f"<p>and {len(rows) - MOST_ROWS} more</p>")
    return Response("\n".join(lines).encode("utf-8", "replace"), status, _HEADERS, "text/html; charset=utf-8")
