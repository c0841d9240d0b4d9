"""Plans: several suites that are started and canceled together."""

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testery.sandbox import variables
from tools.testery.sandbox.answers import answer, known, not_found
from tools.testery.sandbox.lifecycle import BY_USER, cancel, status, submit
from tools.testery.sandbox.records import Order, Plan, PlanRun
from tools.testery.sandbox.requests import read_body
from tools.testery.sandbox.story.shop import KIOSK_BUILD
from tools.testery.sandbox.world import World

routes: Routes[World] = Routes()


@routes.get("/test-plans")
async def list_plans(call: Call[World]) -> Response:
    plans = call.world.plans.values()
    if call.world.switches.sparse:
        return answer([{"id": plan.id, "key": plan.key} for plan in plans])
    return answer([{"id": plan.id, "key": plan.key, "name": plan.name} for plan in plans])


@routes.post("/test-plans/{plan_id:int}/runs")
async def run_plan(call: Call[World]) -> Response:
    """Start every suite of a plan; 200, where a single run is 201."""
    world, plan, sent = call.world, _plan(call), read_body(call)
    environment_id, deploy_id = sent.integer("environmentId"), sent.integer("deployId")
    environment = world.environment(plan.environment_id if environment_id is None else environment_id)
    deploy = world.deploys.get(deploy_id or 0)
    sent.boolean("updateVcsStatus", True)
    variables.read_variables(sent)
    if environment is None or environment.archived or (deploy_id is not None and deploy is None):
        raise not_found()
    started = PlanRun(next(world.plan_run_ids), plan.id, [])
    for suite_id in plan.suite_ids:
        suite = world.suites[suite_id]
        is_of_kiosk = not world.projects[suite.project_id].has_git
        order = Order(
            f"{plan.name}: {suite.name}",
            suite_id=suite_id,
            branch=None if is_of_kiosk else "main",
            build=KIOSK_BUILD if is_of_kiosk else None,
        )
        run = submit(world, suite.project_id, environment.id, order, call.clock.now(), deploy=deploy)
        started.run_ids.append(run.id)
    world.plan_runs[started.id] = started
    return answer({"id": started.id, "status": _status(world, started)})


@routes.post("/test-plans/{plan_id:int}/runs/{plan_run_id:int}/cancel")
async def cancel_plan_run(call: Call[World]) -> Response:
    """Cancel the runs of a plan that are not over."""
    world, plan = call.world, _plan(call)
    started = world.plan_runs.get(call.number("plan_run_id"))
    if started is None or started.plan_id != plan.id:
        raise not_found()
    read_body(call)
    for run_id in started.run_ids:
        if run_id in world.active:
            cancel(world, world.active[run_id], call.clock.now(), BY_USER)
            started.is_canceled = True
    return answer({"id": started.id, "status": _status(world, started)})


def _plan(call: Call[World]) -> Plan:
    return known(call.world.plans.get(call.number("plan_id")))


def _status(world: World, started: PlanRun) -> str:
    """The words of runs: those of plans are not known."""
    if started.is_canceled:
        return "CANCELED"
    words = {status(world, world.runs[run_id]) for run_id in started.run_ids}
    order = ("RUNNING", "QUEUED", "SUBMITTED", "FAIL", "CANCELED", "PASS")
    return next(word for word in order if word in words)
