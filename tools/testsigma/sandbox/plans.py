"""Test plans: runs point at them; one that is completed stays so.

Where the reference is silent: completing a plan twice is 422, as is an end before the start; a completed plan can still
be edited; the status that an update sends is ignored.
"""

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testsigma.sandbox import runs
from tools.testsigma.sandbox.answers import Row, one, record, rendered, said, unprocessable
from tools.testsigma.sandbox.paging import listed
from tools.testsigma.sandbox.paths import named, project_of
from tools.testsigma.sandbox.records import Plan, Run
from tools.testsigma.sandbox.requests import (
    Fields,
    body,
    contains,
    differs,
    integer,
    label_ids,
    required,
    string,
    touch,
)
from tools.testsigma.sandbox.settings import shown_labels
from tools.testsigma.sandbox.world import World

routes: Routes[World] = Routes()

ACTIVE, COMPLETED = "ACTIVE", "COMPLETED"


@routes.get("/projects/{project_id}/test_plans")
async def list_plans(call: Call[World]) -> Response:
    """Plans; the documented filter is called `name__NEQ`, though what it looks at is the title."""
    world = call.world
    rows = [
        plan
        for plan in world.plans.of(project_of(call).id)
        if differs(call, "name", plan.title) and contains(call, "title", plan.title)
    ]
    return listed(call, "test_plans", "test_plans", rows, lambda plan: _shown(world, plan, is_listed=True))


@routes.get("/projects/{project_id}/test_plans/{plan_id}")
async def get_plan(call: Call[World]) -> Response:
    return one("test_plan", _shown(call.world, _find(call)))


@routes.post("/projects/{project_id}/test_plans")
async def create_plan(call: Call[World]) -> Response:
    world, project, sent = call.world, project_of(call), body(call)
    plan = Plan(world.new_mark(), project.id, "", required(sent, "title"))
    _fill(world, plan, sent)
    plan.human_id = project.next_human_id("P")
    world.plans.add(plan)
    return one("test_plan", _shown(world, plan), message="Test plan created successfully")


@routes.put("/projects/{project_id}/test_plans/{plan_id}")
async def update_plan(call: Call[World]) -> Response:
    world, plan = call.world, _find(call)
    _fill(world, plan, body(call))
    touch(world, plan)
    return one("test_plan", _shown(world, plan), message="Test plan updated successfully")


@routes.delete("/projects/{project_id}/test_plans/{plan_id}")
async def delete_plan(call: Call[World]) -> Response:
    """Delete a plan; its runs stay, without it."""
    world, plan = call.world, _find(call)
    for run in _runs_of(world, plan):
        run.plan_id = ""
    world.plans.drop(plan)
    return said("Test plan deleted successfully")


@routes.post("/projects/{project_id}/test_plans/{plan_id}/complete")
async def complete_plan(call: Call[World]) -> Response:
    world, plan = call.world, _find(call)
    if plan.status == COMPLETED:
        raise unprocessable("The test plan is completed already")
    touch(world, plan)
    plan.status, plan.completed_at = COMPLETED, world.now()
    told: Row = {"id": plan.id, "status": plan.status, "completed_at": world.moment(plan.completed_at)}
    message = "Test plan marked as completed"
    return rendered({"status": "success", "message": message, "data": {"test_plan": told}})


@routes.get("/projects/{project_id}/test_plans/{plan_id}/test_runs")
async def list_runs_of_plan(call: Call[World]) -> Response:
    world, rows = call.world, _runs_of(call.world, _find(call))
    show = _documented_run if world.switches.as_documented else runs.shown
    return listed(call, "test_runs", "test_runs", rows, lambda run: show(world, run))


def _find(call: Call[World]) -> Plan:
    return named(call, call.world.plans, "plan_id")


def _runs_of(world: World, plan: Plan) -> list[Run]:
    return [run for run in world.runs.of(plan.project_id) if run.plan_id == plan.id]


def _shown(world: World, plan: Plan, *, is_listed: bool = False) -> Row:
    own = _runs_of(world, plan)
    fields: Row = {
        "human_id": plan.human_id,
        "name" if world.switches.as_documented and is_listed else "title": plan.title,
        "description": plan.description,
        "status": world.word(plan.id, plan.status),
        "start_date": world.moment(plan.start_date),
        "end_date": world.moment(plan.end_date),
        "project_id": plan.project_id,
        "labels": shown_labels(world, plan.label_ids),
        "test_runs_count": len(own),
        "test_cases_count": sum(len(run.case_ids) for run in own),
    }
    return record(world, plan, fields)


def _documented_run(world: World, run: Run) -> Row:
    """A run as the documents show it below a plan, with lengths in seconds."""
    told = {world.lookups["results"][status_id].name: count for status_id, count in runs.counts(world, run).items()}
    passed, failed = told.get("Passed", 0), told.get("Failed", 0)
    started, ended = run.start_date or run.mark.created_at, run.end_date or run.mark.updated_at
    return {
        "id": run.id,
        "status": "FAILED" if failed else "PASSED",
        "started_at": started // 1000,
        "ended_at": ended // 1000,
        "duration": (ended - started) // 1000,
        "results": {"total": sum(told.values()), "passed": passed, "failed": failed},
    }


def _fill(world: World, plan: Plan, sent: Fields) -> None:
    """Give a plan what was sent; nothing changes unless all of it is sound."""
    title = required(sent, "title") if "title" in sent else plan.title
    description = string(sent, "description") if "description" in sent else plan.description
    start = integer(sent, "start_date") if "start_date" in sent else plan.start_date
    end = integer(sent, "end_date") if "end_date" in sent else plan.end_date
    if start and end and end < start:
        raise unprocessable("end_date must not lie before start_date")
    labels = label_ids(world, sent) if "label_ids" in sent else plan.label_ids
    plan.title, plan.description, plan.start_date, plan.end_date = title, description, start, end
    plan.label_ids = labels
