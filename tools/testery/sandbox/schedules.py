"""Schedules: runs that start at a time or after a deploy."""

from starlette.responses import Response

from tools.kit.sandbox.clock import STORY_START
from tools.kit.sandbox.routes import Call, Routes
from tools.testery.sandbox import cron, variables
from tools.testery.sandbox.answers import answer, known, no_content, server_error
from tools.testery.sandbox.dates import stamp
from tools.testery.sandbox.records import Order, Schedule
from tools.testery.sandbox.requests import Reader, body
from tools.testery.sandbox.world import World

routes: Routes[World] = Routes()

TYPES = ("interval", "deploy")


@routes.get("/schedules")
async def list_schedules(call: Call[World]) -> Response:
    """All schedules, including archived ones."""
    return answer([render_schedule(call.world, schedule) for schedule in call.world.schedules.values()])


@routes.post("/schedules")
async def create_schedule(call: Call[World]) -> Response:
    """Create a schedule, which is enabled; an invalid one is 500 with a sentence."""
    world, sent = call.world, Reader(body(call), server_error)
    kind, project_id, environment_id = (
        sent.required("scheduleType"),
        sent.integer("projectId"),
        sent.integer("environmentId"),
    )
    environment = world.environment(environment_id)
    if kind not in TYPES:
        raise server_error(f"Schedule type {kind} is not one of {', '.join(TYPES)}")
    if project_id is None or project_id not in world.projects:
        raise server_error(f"Project {project_id} does not exist")
    if environment is None or environment.archived:
        raise server_error(f"Environment {environment_id} does not exist")
    schedule = Schedule(0, kind, project_id, environment.id, _order(world, sent, project_id), _cron(sent))
    schedule.on_deploy = sent.boolean("onDeploy")
    schedule.deployed_project_ids = sent.integers("deployedProjectIds")
    schedule.follow = sent.boolean("followTestRun")
    schedule.variables = variables.read_variables(sent)
    if any(number and number not in world.projects for number in schedule.deployed_project_ids):
        raise server_error("A deployed project does not exist")
    schedule.next_at = None if schedule.cron is None else schedule.cron.following(call.clock.now())
    schedule.id = next(world.schedule_ids)
    world.schedules[schedule.id] = schedule
    return answer(render_schedule(world, schedule), 201)


@routes.delete("/schedules/{schedule_id:int}")
async def delete_schedule(call: Call[World]) -> Response:
    schedule = known(call.world.schedules.get(call.number("schedule_id")))
    if call.world.switches.delete_archives:
        schedule.archived = True
    else:
        del call.world.schedules[schedule.id]
    return no_content()


def _cron(sent: Reader) -> cron.Cron | None:
    line = sent.string("cron")
    if line is None:
        return None
    try:
        found = cron.parse_cron(line)
    except cron.BadCron as error:
        raise server_error(str(error)) from error
    if found.following(STORY_START) is None:
        raise server_error(f'Cron expression "{line}" never comes true')
    return found


def _order(world: World, sent: Reader, project_id: int) -> Order:
    """The parameters of the run; a schedule has other names for them than a run request."""
    suite_id = sent.integer("testSuiteId")
    suite = world.suites.get(suite_id or 0)
    if suite_id is not None and (suite is None or suite.project_id != project_id):
        raise server_error(f"Test suite {suite_id} does not exist")
    return Order(
        sent.required("name"),
        test_name=sent.string("testName"),
        suite_id=suite_id,
        include_tags=tuple(sent.strings("includeTags")),
        excluded_tags=tuple(sent.strings("excludedTags")),
        filters=tuple(sent.strings("testFilters")),
        by_file=sent.boolean("parallelizeByFile", sent.boolean("defaultToParallelizeByFile", True)),
        runners=sent.count("maxRunners", 4),
        copies=sent.count("copies", 1),
        retry=sent.boolean("retryFailedTests"),
        timeout_minutes=sent.count("timeoutMinutes", 0, 10_000) or None,
        test_timeout_seconds=sent.count("testTimeoutSeconds", 0, 100_000) or None,
        priority=sent.integer("priority"),
        branch=sent.string("branch"),
        ref=sent.string("commit"),
        build=sent.string("buildName"),
        latest_deploy=sent.boolean("latestDeploy"),
    )


def render_schedule(world: World, schedule: Schedule) -> dict[str, object]:
    """A schedule as the API returns it."""
    order = schedule.order
    fields: dict[str, object] = {
        "id": schedule.id,
        "name": order.name,
        "enabled": schedule.enabled,
        "archived": schedule.archived,
        "cron": schedule.cron and schedule.cron.text,
        "onDeploy": schedule.on_deploy,
        "deployedProjectIds": schedule.deployed_project_ids,
        "lastRunAt": stamp(schedule.last_run_at),
        "projectId": schedule.project_id,
        "environmentId": schedule.environment_id,
        "scheduleType": schedule.type,
        "branch": order.branch,
        "buildName": order.build,
        "commit": order.ref,
        "latestDeploy": order.latest_deploy,
        "testSuiteId": order.suite_id,
        "includeTags": list(order.include_tags),
        "excludedTags": list(order.excluded_tags),
        "testFilters": list(order.filters),
        "copies": order.copies,
        "maxRunners": order.runners,
        "defaultToParallelizeByFile": order.by_file,
        "retryFailedTests": order.retry,
        "timeoutMinutes": order.timeout_minutes,
        "testTimeoutSeconds": order.test_timeout_seconds,
        "priority": order.priority,
        "followTestRun": schedule.follow,
    }
    if world.switches.sparse:
        return {name: fields[name] for name in ("id", "name", "enabled", "archived")}
    return fields
