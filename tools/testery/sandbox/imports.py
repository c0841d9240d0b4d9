"""Imports: results that were made elsewhere become a run, and a run gets a file."""

import json
from datetime import timedelta

from starlette.responses import Response

from tools.kit.sandbox.multipart import Part
from tools.kit.sandbox.routes import Call, Routes
from tools.testery.sandbox.answers import answer, bad_request, not_found, unprocessed
from tools.testery.sandbox.execution import length
from tools.testery.sandbox.junit import NotJUnit, outcomes
from tools.testery.sandbox.records import Coverage, Order, Run
from tools.testery.sandbox.requests import Reader, form
from tools.testery.sandbox.runs import find, shown
from tools.testery.sandbox.world import World

routes: Routes[World] = Routes()

DOT_COVER = "dotcover"


@routes.post("/test-runs-upload")
async def import_run(call: Call[World]) -> Response:
    """Make a run that is over out of a JUnit file."""
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
        run.imported = outcomes(run.id, project.id, file.content)
    except NotJUnit as error:
        raise unprocessed(f"The results could not be read: {error}") from error
    run.started_at = run.created_at - timedelta(seconds=length(run.imported).total_seconds())
    run.over_at = run.created_at
    return answer(shown(world, world.add_run(run)), 201)


@routes.post("/test-runs/{run_id:int}/add-file/{kind}")
async def add_file(call: Call[World]) -> Response:
    """Attach a file of any kind; a coverage report of dotCover shows in the numbers of the run."""
    run, kind = find(call), call.params["kind"]
    file = _file(call, form(call))
    if kind.lower() == DOT_COVER:
        run.coverage = _coverage(file)
    told = {"id": next(call.world.file_ids), "testRunId": run.id, "kind": kind, "fileName": file.filename}
    return answer({**told, "size": len(file.content)})


def _file(call: Call[World], parts: dict[str, Part]) -> Part:
    file = parts.get("file")
    if file is None or file.filename is None:
        raise bad_request(call, "Required request part 'file' is not present")
    return file


def _coverage(file: Part) -> Coverage:
    """The totals of a report."""
    try:
        told = json.loads(file.text)
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise unprocessed("The coverage report could not be read")
    sent = Reader(told, unprocessed)
    total, covered = sent.integer("TotalStatements"), sent.integer("CoveredStatements")
    percentage = told.get("CoveragePercent")
    if not isinstance(percentage, int | float):
        percentage = round(100 * covered / total, 1) if total and covered is not None else None
    return Coverage("DotCover", sent.string("DotCoverVersion"), percentage, total, covered)
