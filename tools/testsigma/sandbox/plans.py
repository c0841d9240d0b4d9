"""Test plans: groups of runs; a completed plan cannot be reopened.

Where the reference is silent: completing a plan twice is 422, as is an end before the start; a completed plan can be
edited; a status in an update is ignored.
"""

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testsigma.sandbox import runs
from tools.testsigma.sandbox.answers import (
    Row,
    answer_message,
    answer_record,
    json_response,
    render_record,
    unprocessable,
)
from tools.testsigma.sandbox.paging import answer_page
from tools.testsigma.sandbox.paths import project_of, record_of
from tools.testsigma.sandbox.records import Plan, Run
from tools.testsigma.sandbox.requests import (
    Fields,
    body,
    contains,
    differs,
    integer,
    labels_in,
    required,
    set_updated,
    string,
)
from tools.testsigma.sandbox.settings import render_labels
from tools.testsigma.sandbox.world import World

routes: Routes[World] = Routes()

ACTIVE, COMPLETED = "ACTIVE", "COMPLETED"


@routes.get("/projects/{project_id}/test_plans")
async def list_plans(call: Call[World]) -> Response:
    """List plans; the documented filter is called `name__NEQ`, although it compares the title."""
    world = call.world
    rows = [
        plan
        for plan in world.plans.of(project_of(call).id)
        if differs(call, plan.title) and contains(call, "title", plan.title)
    ]
    return answer_page(call, "test_plans", "test_plans", rows, lambda plan: _render_plan(world, plan, is_listed=True))


@routes.get("/projects/{project_id}/test_plans/{plan_id}")
async def get_plan(call: Call[World]) -> Response:
    return answer_record("test_plan", _render_plan(call.world, _find_plan(call)))


@routes.post("/projects/{project_id}/test_plans")
async def create_plan(call: Call[World]) -> Response:
    world, project, sent = call.world, project_of(call), body(call)
    plan = Plan(world.new_meta(), project.id, "", required(sent, "title"))
    _set_fields(world, plan, sent)
    plan.human_id = project.next_human_id("P")
    world.plans.add(plan)
    return answer_record("test_plan", _render_plan(world, plan), message="Test plan created successfully")


@routes.put("/projects/{project_id}/test_plans/{plan_id}")
async def update_plan(call: Call[World]) -> Response:
    world, plan = call.world, _find_plan(call)
    _set_fields(world, plan, body(call))
    set_updated(world, plan)
    return answer_record("test_plan", _render_plan(world, plan), message="Test plan updated successfully")


@routes.delete("/projects/{project_id}/test_plans/{plan_id}")
async def delete_plan(call: Call[World]) -> Response:
    """Delete a plan; its runs remain without a plan."""
    world, plan = call.world, _find_plan(call)
    for run in _runs_of(world, plan):
        run.plan_id = ""
    world.plans.drop(plan)
    return answer_message("Test plan deleted successfully")


@routes.post("/projects/{project_id}/test_plans/{plan_id}/complete")
async def complete_plan(call: Call[World]) -> Response:
    world, plan = call.world, _find_plan(call)
    if plan.status == COMPLETED:
        raise unprocessable("The test plan is completed already")
    set_updated(world, plan)
    plan.status, plan.completed_at = COMPLETED, world.now()
    fields: Row = {"id": plan.id, "status": plan.status, "completed_at": world.timestamp(plan.completed_at)}
    message = "Test plan marked as completed"
    return json_response({"status": "success", "message": message, "data": {"test_plan": fields}})


@routes.get("/projects/{project_id}/test_plans/{plan_id}/test_runs")
async def list_runs_of_plan(call: Call[World]) -> Response:
    world, rows = call.world, _runs_of(call.world, _find_plan(call))
    render = _render_documented_run if world.switches.as_documented else runs.render_run
    return answer_page(call, "test_runs", "test_runs", rows, lambda run: render(world, run))


def _find_plan(call: Call[World]) -> Plan:
    return record_of(call, call.world.plans, "plan_id")


def _runs_of(world: World, plan: Plan) -> list[Run]:
    return [run for run in world.runs.of(plan.project_id) if run.plan_id == plan.id]


def _render_plan(world: World, plan: Plan, *, is_listed: bool = False) -> Row:
    own = _runs_of(world, plan)
    fields: Row = {
        "human_id": plan.human_id,
        "name" if world.switches.as_documented and is_listed else "title": plan.title,
        "description": plan.description,
        "status": world.value_of(plan.id, plan.status),
        "start_date": world.timestamp(plan.start_date),
        "end_date": world.timestamp(plan.end_date),
        "project_id": plan.project_id,
        "labels": render_labels(world, plan.label_ids),
        "test_runs_count": len(own),
        "test_cases_count": sum(len(run.case_ids) for run in own),
    }
    return render_record(world, plan, fields)


def _render_documented_run(world: World, run: Run) -> Row:
    """A run of a plan as documented, with times in seconds."""
    statuses = world.lookups["results"]
    counts = {statuses[status_id].name: count for status_id, count in runs.status_counts(world, run).items()}
    passed, failed = counts.get("Passed", 0), counts.get("Failed", 0)
    started, ended = run.start_date or run.meta.created_at, run.end_date or run.meta.updated_at
    return {
        "id": run.id,
        "status": "FAILED" if failed else "PASSED",
        "started_at": started // 1000,
        "ended_at": ended // 1000,
        "duration": (ended - started) // 1000,
        "results": {"total": sum(counts.values()), "passed": passed, "failed": failed},
    }


def _set_fields(world: World, plan: Plan, sent: Fields) -> None:
    """Set the fields that were sent, once all of them are valid."""
    title = required(sent, "title") if "title" in sent else plan.title
    description = string(sent, "description") if "description" in sent else plan.description
    start = integer(sent, "start_date") if "start_date" in sent else plan.start_date
    end = integer(sent, "end_date") if "end_date" in sent else plan.end_date
    if start and end and end < start:
        raise unprocessable("end_date must not lie before start_date")
    labels = labels_in(world, sent) if "label_ids" in sent else plan.label_ids
    plan.title, plan.description, plan.start_date, plan.end_date = title, description, start, end
    plan.label_ids = labels
