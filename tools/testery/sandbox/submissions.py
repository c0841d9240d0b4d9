"""Submissions: a run is requested, rerun or canceled."""

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testery.sandbox import variables
from tools.testery.sandbox.answers import answer, bad_request, conflict, not_found
from tools.testery.sandbox.lifecycle import BY_USER, cancel, submit, with_deployed_version
from tools.testery.sandbox.records import Environment, Order, Project
from tools.testery.sandbox.requests import Reader, body, read_body
from tools.testery.sandbox.runs import find_run, render_run
from tools.testery.sandbox.world import World

routes: Routes[World] = Routes()

CANCELED = ("CANCELED", "CANCEL")
"""The current status, and the one that old clients send."""


@routes.post("/test-run-requests-build")
async def submit_run(call: Call[World]) -> Response:
    """Request a run by the keys of its project and environment; an unknown key is 404."""
    world, sent = call.world, read_body(call)
    project, environment = _target(world, sent)
    deploy_id, suite_id = sent.integer("deployId"), sent.integer("testSuiteId")
    deploy = world.deploys.get(deploy_id or 0)
    suite = world.suites.get(suite_id or 0)
    if (deploy is None) != (deploy_id is None) or (suite is None) != (suite_id is None):
        raise not_found()
    if suite is not None and suite.project_id != project.id:
        raise not_found()
    sent.boolean("updateVcsStatus", True)
    sent.boolean("applyTestSelectionRules")
    sent.string("playwrightProject")
    variables.read_variables(sent)
    order = with_deployed_version(world, project.id, environment.id, _order(sent, project, environment))
    run = submit(world, project.id, environment.id, order, call.clock.now(), deploy=deploy)
    return answer(render_run(world, run), 201)


def _target(world: World, sent: Reader) -> tuple[Project, Environment]:
    project = world.project_of(sent.string("project"))
    environment = world.environment_of(sent.string("environment"))
    if project is None or environment is None or environment.archived:
        raise not_found()
    return project, environment


def _order(sent: Reader, project: Project, environment: Environment) -> Order:
    """The parameters of the run; the commit status is named after the environment unless `statusName` is sent."""
    test_name, status_name = sent.string("testName"), sent.string("statusName")
    return Order(
        status_name or test_name or f"{project.name} on {environment.name}",
        test_name=status_name or (test_name and f"{test_name} ({environment.name})"),
        suite_id=sent.integer("testSuiteId"),
        include_tags=tuple(sent.strings("includeTags")),
        excluded_tags=tuple(sent.strings("excludedTags")),
        filters=tuple(sent.strings("testFilters")),
        by_file=sent.boolean("parallelizeByFile", True),
        runners=sent.count("runners", 4),
        copies=sent.count("copies", 1),
        retry=sent.boolean("retryFailedTests"),
        timeout_minutes=sent.count("timeoutMinutes", 0, 10_000) or None,
        test_timeout_seconds=sent.count("testTimeoutSeconds", 0, 100_000) or None,
        branch=sent.string("branch"),
        ref=sent.string("ref"),
        build=sent.string("buildId"),
        latest_deploy=sent.boolean("latestDeploy"),
    )


@routes.post("/test-runs/{run_id:int}/rerun")
async def rerun(call: Call[World]) -> Response:
    """Run all tests of a run again; a body is refused."""
    world, run = call.world, find_run(call)
    if call.body.strip():
        raise bad_request(call, "Request body is not expected")
    again = submit(world, run.project_id, run.environment_id, run.order, call.clock.now())
    return answer(render_run(world, again), 201)


@routes.patch("/test-runs/{run_id:int}")
async def cancel_run(call: Call[World]) -> Response:
    """Cancel a run; a run that is over does not change."""
    world, run, sent = call.world, find_run(call), body(call)
    if sent.get("status") not in CANCELED or len(sent) != 1:
        raise bad_request(call, "Only the status CANCELED can be set")
    if run.state != "OVER":
        cancel(world, run, call.clock.now(), BY_USER)
    elif world.switches.strict_cancel:
        raise conflict()
    return answer(render_run(world, run))
