"""JUnit imports: accepted at once and processed as the caller polls.

Three polls return `pending`, `in_progress` and `completed`; otherwise an import completes after a minute. Where the
reference is silent: a file that is not JUnit ends as `failed`, with a text instead of counts.
"""

from starlette.responses import Response

from tools.kit.sandbox.multipart import NotMultipart, parts
from tools.kit.sandbox.routes import Call, Routes
from tools.testsigma.sandbox import junit
from tools.testsigma.sandbox.answers import Row, answer_record, invalid, not_found
from tools.testsigma.sandbox.paths import project_of
from tools.testsigma.sandbox.records import Import, RunCase
from tools.testsigma.sandbox.requests import set_updated
from tools.testsigma.sandbox.runs import CLOSED, find_open_run, results_of
from tools.testsigma.sandbox.world import World

routes: Routes[World] = Routes()

DONE_AFTER = 60_000  # milliseconds of the sandbox's clock
PENDING, IN_PROGRESS, COMPLETED, FAILED = "pending", "in_progress", "completed", "failed"


@routes.post("/projects/{project_id}/junit-import/test-run/{run_id}")
async def start_import(call: Call[World]) -> Response:
    world, run = call.world, find_open_run(call)
    meta = world.new_meta()
    started = Import(meta, run.project_id, run.id, str(call.params["run_id"]), _file(call), world.now() + DONE_AFTER)
    world.imports[started.id] = started
    fields: Row = {
        "id": started.id,
        "status": started.status,
        "test_run_id": started.run_key,
        "created_at": world.timestamp(meta.created_at),
    }
    return answer_record("import", fields, message="Import started")


@routes.get("/projects/{project_id}/junit-imports/{import_id}/status")
async def get_import(call: Call[World]) -> Response:
    """The status of an import, which advances with each poll."""
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
    return answer_record("import", {"status": started.status, "details": started.details})


def finish_due(world: World) -> None:
    """Finish the imports that are due."""
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
        outcomes = junit.parse_junit(started.xml)
    except junit.NotJunit as error:
        started.status, started.details = FAILED, f"The file could not be read: {error}"
        return
    if run is None or run.status == CLOSED:
        started.status, started.details = FAILED, "The test run is closed"
        return
    results = {result.case_id: result for result in results_of(world, run)}
    cases, errors = world.cases.of(project.id), list[str]()
    for outcome in outcomes:
        case = junit.matching_case(outcome, project.prefix, cases)
        result = results.get(case.id) if case is not None else None
        if result is None:
            missing = "No test case matches" if case is None else f"{case.human_id} is not in the test run:"
            errors.append(f"{missing} {outcome.name!r}")
        else:
            _record(world, result, outcome)
    set_updated(world, run)
    imported = len(outcomes) - len(errors)
    started.status = COMPLETED
    started.details = {"imported_count": imported, "failed_count": len(errors), "errors": errors}


def _record(world: World, result: RunCase, outcome: junit.Outcome) -> None:
    result.status_id, result.attempts = world.lookup("results", outcome.status), result.attempts + 1
    if outcome.message:
        result.description = outcome.message.strip()
    set_updated(world, result)
