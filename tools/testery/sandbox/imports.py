"""Imports: a run from results of another system, and files attached to a run."""

import json
from datetime import timedelta

from starlette.responses import Response

from tools.kit.sandbox.multipart import Part
from tools.kit.sandbox.routes import Call, Routes
from tools.testery.sandbox.answers import answer, bad_request, not_found, server_error
from tools.testery.sandbox.execution import run_length
from tools.testery.sandbox.junit import NotJUnit, parse_junit
from tools.testery.sandbox.records import Coverage, Order, Run
from tools.testery.sandbox.requests import Reader, form
from tools.testery.sandbox.runs import find_run, render_run
from tools.testery.sandbox.world import World

routes: Routes[World] = Routes()

DOT_COVER = "dotcover"


@routes.post("/test-runs-upload")
async def import_run(call: Call[World]) -> Response:
    """Create a finished run from a JUnit file."""
    world, parts = call.world, form(call)
    file = _file(call, parts)
    sent = Reader(
        {name: part.text for name, part in parts.items() if part.filename is None},
        lambda message: bad_request(call, message),
    )
    sent.required("projectId")
    sent.required("environmentId")
    project = world.projects.get(sent.integer("projectId") or 0)
    environment = world.environment(sent.integer("environmentId"))
    suite_id = sent.integer("testSuiteId")
    if project is None or environment is None or (suite_id is not None and suite_id not in world.suites):
        raise not_found()
    branch, ref = sent.string("branch"), sent.string("ref")
    order = Order(f"{project.name}: {file.filename}", suite_id=suite_id, branch=branch, ref=ref)
    run = Run(next(world.run_ids), project.id, environment.id, order, call.clock.now(), "OVER")
    try:
        run.imported = parse_junit(run.id, project.id, file.content)
    except NotJUnit as error:
        raise server_error(f"The results could not be read: {error}") from error
    run.started_at = run.created_at - timedelta(seconds=run_length(run.imported).total_seconds())
    run.over_at = run.created_at
    return answer(render_run(world, world.add_run(run)), 201)


@routes.post("/test-runs/{run_id:int}/add-file/{kind}")
async def add_file(call: Call[World]) -> Response:
    """Attach a file of any kind; a dotCover report sets the run's code coverage."""
    run, kind = find_run(call), call.params["kind"]
    file = _file(call, form(call))
    if kind.lower() == DOT_COVER:
        run.coverage = _coverage(file)
    fields = {"id": next(call.world.file_ids), "testRunId": run.id, "kind": kind, "fileName": file.filename}
    return answer({**fields, "size": len(file.content)})


def _file(call: Call[World], parts: dict[str, Part]) -> Part:
    file = parts.get("file")
    if file is None or file.filename is None:
        raise bad_request(call, "Required request part 'file' is not present")
    return file


def _coverage(file: Part) -> Coverage:
    """The totals of a report."""
    try:
        fields = json.loads(file.text)
    except ValueError:
        fields = None
    if not isinstance(fields, dict):
        raise server_error("The coverage report could not be read")
    sent = Reader(fields, server_error)
    total, covered = sent.integer("TotalStatements"), sent.integer("CoveredStatements")
    percentage = fields.get("CoveragePercent")
    if not isinstance(percentage, int | float):
        percentage = round(100 * covered / total, 1) if total and covered is not None else None
    return Coverage("DotCover", sent.string("DotCoverVersion"), percentage, total, covered)
