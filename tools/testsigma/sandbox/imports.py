"""JUnit imports: taken at once, worked off while the caller looks.

Three looks show `pending`, `in_progress`, `completed`; without them an import is done after a minute. Where the
reference is silent: a file that is no JUnit ends as `failed`, with a text instead of counts.
"""

from starlette.responses import Response

from tools.kit.sandbox.multipart import NotMultipart, parts
from tools.kit.sandbox.routes import Call, Routes
from tools.testsigma.sandbox import junit
from tools.testsigma.sandbox.answers import Row, invalid, not_found, one
from tools.testsigma.sandbox.paths import project_of
from tools.testsigma.sandbox.records import Import, RunCase
from tools.testsigma.sandbox.requests import touch
from tools.testsigma.sandbox.runs import CLOSED, find_open, results_of
from tools.testsigma.sandbox.world import World

routes: Routes[World] = Routes()

DONE_AFTER = 60_000  # milliseconds of the sandbox's clock
PENDING, IN_PROGRESS, COMPLETED, FAILED = "pending", "in_progress", "completed", "failed"


@routes.post("/projects/{project_id}/junit-import/test-run/{run_id}")
async def start_import(call: Call[World]) -> Response:
    world, run = call.world, find_open(call)
    mark = world.new_mark()
    started = Import(mark, run.project_id, run.id, str(call.params["run_id"]), _file(call), world.now() + DONE_AFTER)
    world.imports[started.id] = started
    told: Row = {
        "id": started.id,
        "status": started.status,
        "test_run_id": started.named,
        "created_at": world.moment(mark.created_at),
    }
    return one("import", told, message="Import started")


@routes.get("/projects/{project_id}/junit-imports/{import_id}/status")
async def get_import(call: Call[World]) -> Response:
    """Where an import is; each look brings it further."""
    world, project, key = call.world, project_of(call), str(call.params["import_id"])
    started = world.imports.get(key.lower())
    if started is None or started.project_id != project.id:
        raise not_found("Import", key)
    if started.status in (PENDING, IN_PROGRESS):
        started.polls += 1
        if started.polls == 2:
            started.status = IN_PROGRESS
        elif started.polls > 2:
            _finish(world, started)
    return one("import", {"status": started.status, "details": started.details})


def settle(world: World) -> None:
    """Finish the imports whose time has come."""
    now = world.now()
    for started in world.imports.values():
        if started.due_at <= now and started.status in (PENDING, IN_PROGRESS):
            _finish(world, started)


def _file(call: Call[World]) -> bytes:
    try:
        found = parts(call.content_type, call.body)
    except NotMultipart as error:
        raise invalid("The request body is not a valid form") from error
    for part in found:
        if part.name == "junit_xml" and part.filename is not None:
            return part.content
    raise invalid("junit_xml is required")


def _finish(world: World, started: Import) -> None:
    run, project = world.runs.get(started.run_id), world.projects[started.project_id]
    try:
        outcomes = junit.read(started.xml)
    except junit.NotJunit as error:
        started.status, started.details = FAILED, f"The file could not be read: {error}"
        return
    if run is None or run.status == CLOSED:
        started.status, started.details = FAILED, "The test run is closed"
        return
    inside = {result.case_id: result for result in results_of(world, run)}
    cases, errors = world.cases.of(project.id), list[str]()
    for outcome in outcomes:
        case = junit.meant(outcome, project.prefix, cases)
        result = inside.get(case.id) if case is not None else None
        if result is None:
            missing = "No test case matches" if case is None else f"{case.human_id} is not in the test run:"
            errors.append(f"{missing} {outcome.name!r}")
        else:
            _record(world, result, outcome)
    touch(world, run)
    imported = len(outcomes) - len(errors)
    started.status = COMPLETED
    started.details = {"imported_count": imported, "failed_count": len(errors), "errors": errors}


def _record(world: World, result: RunCase, outcome: junit.Outcome) -> None:
    result.status_id, result.attempts = world.lookup("results", outcome.status), result.attempts + 1
    if outcome.message:
        result.description = outcome.message.strip()
    touch(world, result)
