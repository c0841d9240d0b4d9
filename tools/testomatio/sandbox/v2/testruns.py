"""Testruns: results with their filters, and creating and changing results."""

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testomatio.sandbox import lifecycle
from tools.testomatio.sandbox.access import caller
from tools.testomatio.sandbox.answers import created, invalid, no_content, v2_answer
from tools.testomatio.sandbox.records import Run, Test, Testrun
from tools.testomatio.sandbox.requests import Fields, boolean, choice, fields_of, number, require, string
from tools.testomatio.sandbox.v2 import result_filters
from tools.testomatio.sandbox.v2.pages import Groups, Row, page_of
from tools.testomatio.sandbox.v2.scope import V2, assignee, find_record, owned
from tools.testomatio.sandbox.world import World

routes: Routes[World] = Routes()

STATUSES = ("passed", "failed", "skipped", "pending")
_GROUPS: Groups[Testrun] = {
    "status": lambda result: result.status,
    "substatus": lambda result: result.substatus,
    "assigned_to": lambda result: result.assigned_to,
    "run_id": lambda result: result.run_id,
    "test_id": lambda result: result.test_id,
    "suite_title": lambda result: result.suite_title,
}


@routes.get(f"{V2}/testruns")
async def list_testruns(call: Call[World]) -> Response:
    return page_of(
        call, result_filters.sorted_results(call, result_filters.matching_results(call)), render_result, groups=_GROUPS
    )


@routes.get(f"{V2}/testruns/{{id:int}}")
async def get_testrun(call: Call[World]) -> Response:
    return v2_answer(call, _render_single(call.world, _find_result(call)))


@routes.post(f"{V2}/testruns")
async def create_testrun(call: Call[World]) -> Response:
    """Create a result; a test may have several, also in a run that is over."""
    world, sent = call.world, fields_of(call, "testrun")
    require(sent, "run_id")
    run = _run(call, sent)
    test = _test(call, run, sent.get("test_id"))
    title = string(sent, "test_title") or (None if test is None else test.title)
    if title is None:
        raise invalid("Test or its title can't be blank")
    result = Testrun(0, run.project, run.id, None, title, None, "pending", world.now(), world.now())
    result.automated = boolean(sent, "automated", default=run.kind == "automated")
    _set_fields(call, result, sent)
    if test is not None:
        result.test_id = test.id
        suite = world.suites.get(test.suite_id, run.branch)
        result.suite_title = None if suite is None else suite.title
    result.id = next(world.result_ids)
    world.results.add(result)
    if result.status != "pending":
        lifecycle.start(world, run)
    return created(call, _render_single(world, result))


@routes.put(f"{V2}/testruns/{{id:int}}")
@routes.patch(f"{V2}/testruns/{{id:int}}")
async def update_testrun(call: Call[World]) -> Response:
    world, result, sent = call.world, _find_result(call), fields_of(call, "testrun")
    run = _run(call, sent) if "run_id" in sent else world.runs[result.run_id]
    test_id = result.test_id
    if "test_id" in sent:
        test = _test(call, run, sent["test_id"])
        test_id = None if test is None else test.id
    title, automated = string(sent, "test_title"), boolean(sent, "automated", default=result.automated)
    _set_fields(call, result, sent)
    result.title, result.automated = title or result.title, automated
    if (run.id, test_id) != (result.run_id, result.test_id):
        world.results.move(result, run_id=run.id, test_id=test_id)
    if result.status != "pending":
        lifecycle.start(world, run)
    return v2_answer(call, _render_single(world, result))


@routes.delete(f"{V2}/testruns/{{id:int}}")
async def delete_testrun(call: Call[World]) -> Response:
    call.world.drop_result(_find_result(call))
    return no_content()


def _set_fields(call: Call[World], result: Testrun, sent: Fields) -> None:
    """Set the fields that were sent; a run time is stored unchanged, in whatever unit."""
    now = call.world.now()
    status = choice(sent, "status", STATUSES, result.status)
    run_time = number(sent, "run_time") if "run_time" in sent else result.run_time
    assigned_to = assignee(call, sent) if "assigned_to" in sent else result.assigned_to
    message = string(sent, "message") if "message" in sent else result.message
    if "status" in sent:
        result.executed_by = None if status == "pending" else caller(call).email
        result.finished_at = None if status == "pending" else now
    if status != result.status:
        result.substatus = None
    result.status, result.run_time, result.assigned_to, result.message = status, run_time, assigned_to, message
    result.updated_at = now


def _run(call: Call[World], sent: Fields) -> Run:
    return find_record(call, call.world.runs, string(sent, "run_id") or "", "Run")


def _test(call: Call[World], run: Run, test_id: object) -> Test | None:
    if test_id is None or test_id == "":
        return None
    return owned(call, call.world.tests.get(str(test_id), run.branch), "Test")


def _find_result(call: Call[World]) -> Testrun:
    return owned(call, call.world.results.get(call.number("id")), "Testrun")


def render_result(result: Testrun) -> Row:
    """A result in a list, whose artifacts do not include uploaded files."""
    return {
        "id": result.id,
        "type": "testrun",
        "test_title": result.title,
        "suite_title": result.suite_title,
        "status": result.status,
        "substatus": result.substatus,
        "message": result.message,
        "run_time": result.run_time,
        "automated": result.automated,
        "assigned_to": result.assigned_to,
        "run_id": result.run_id,
        "test_id": result.test_id,
        "artifacts": result.artifacts,
    }


def _render_single(world: World, result: Testrun) -> Row:
    """A single result, with its test, in which the example's values are not filled in."""
    test = world.tests.get(result.test_id or "", world.runs[result.run_id].branch)
    description = None if test is None else test.description
    version = None if test is None else {"title": test.title, "description": description}
    return render_result(result) | {"description": description, "test_version": version}
