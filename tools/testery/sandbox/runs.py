"""Runs: the list with its two forms of paging, one run, and the runs of a deploy."""

from hashlib import sha1
from itertools import islice

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testery.sandbox.answers import answer, not_found
from tools.testery.sandbox.dates import stamp
from tools.testery.sandbox.execution import seconds_in, tally_of
from tools.testery.sandbox.lifecycle import end_of, status, visible_runs
from tools.testery.sandbox.records import Run
from tools.testery.sandbox.requests import page_window
from tools.testery.sandbox.world import ACCOUNT_ID, World

routes: Routes[World] = Routes()

DEFAULT_LIMIT = 50
"""Rows on a page when no limit is sent; the API's own default is not known."""

_LEGACY = {"CANCELED": "CANCEL", "SUBMITTED": "PENDING"}
_FIELDS_OF_2020 = (
    "id", "name", "testName", "key", "startTime", "endTime", "createTime", "accountId", "projectId", "status", "copies",
    "passCount", "failCount", "ignoredCount", "totalCount", "codeCoverageName", "codeCoverageVersion",
    "codeCoveragePercentage", "codeCoverageTotalStatements", "codeCoverageCoveredStatements", "totalTestingTime",
    "isSchedule", "gitRef", "buildKey", "environment", "statusInfo", "includeTags", "complete",
)  # fmt: skip
_ALWAYS_PRESENT = frozenset({"id", "status", "ended", "passCount", "failCount", "ignoredCount", "totalCount"})
_PRESENT_WHEN_SET = frozenset({"name", "projectId", "environment", "createTime", "startTime", "endTime", "branch"})


@routes.get("/test-runs")
async def list_runs(call: Call[World]) -> Response:
    """Newest first, as a bare array without a total or a next page."""
    first, limit = page_window(call, DEFAULT_LIMIT)
    return answer([render_run(call.world, run) for run in islice(visible_runs(call.world), first, first + limit)])


@routes.get("/test-runs/{run_id:int}")
async def get_run(call: Call[World]) -> Response:
    return answer(render_run(call.world, find_run(call)))


@routes.get("/test-runs/by-deploy/{deploy_id:int}")
async def list_runs_of_deploy(call: Call[World]) -> Response:
    """The runs of a deploy so far; empty for an unknown deploy."""
    deploy_id = call.number("deploy_id")
    return answer([render_run(call.world, run) for run in visible_runs(call.world) if run.deploy_id == deploy_id])


def find_run(call: Call[World]) -> Run:
    """The run in the path."""
    run = call.world.runs.get(call.number("run_id"))
    if run is None or run.created_at > call.clock.now():
        raise not_found()
    return run


def render_run(world: World, run: Run) -> dict[str, object]:
    """A run as the API returns it."""
    fields, switches = _fields(world, run), world.switches
    if switches.answers_of_2020:
        fields = {name: fields[name] for name in _FIELDS_OF_2020}
    if switches.sparse:
        fields = {
            name: value
            for name, value in fields.items()
            if name in _ALWAYS_PRESENT or (value is not None and name in _PRESENT_WHEN_SET)
        }
    return fields


def _fields(world: World, run: Run) -> dict[str, object]:
    order, coverage, numbers = run.order, run.coverage, tally_of(world, run)
    status_name = status(world, run)
    is_over = run.state == "OVER"
    key = sha1(f"run {run.id}".encode(), usedforsecurity=False).hexdigest().upper()
    return {
        "id": run.id,
        "name": order.name,
        "testName": order.test_name,
        "key": key,
        "startTime": stamp(run.started_at),
        "endTime": stamp(end_of(world, run)),
        "createTime": stamp(run.created_at),
        "accountId": ACCOUNT_ID,
        "projectId": run.project_id,
        "status": _LEGACY.get(status_name, status_name) if world.switches.legacy_words else status_name,
        "copies": order.copies,
        "passCount": numbers.passed,
        "failCount": numbers.failed,
        "ignoredCount": numbers.ignored,
        "totalCount": numbers.total,
        "codeCoverageName": coverage and coverage.name,
        "codeCoverageVersion": coverage and coverage.version,
        "codeCoveragePercentage": coverage and coverage.percentage,
        "codeCoverageTotalStatements": coverage and coverage.statements,
        "codeCoverageCoveredStatements": coverage and coverage.covered,
        "totalTestingTime": numbers.milliseconds,
        "isSchedule": run.schedule_id is not None,
        "gitRef": order.ref or (key[::-1].lower() if order.branch and world.projects[run.project_id].has_git else None),
        "buildKey": order.build,
        "environment": _environment(world, run),
        "statusInfo": run.status_info,
        "includeTags": list(order.include_tags),
        "complete": is_over,
        "ended": is_over,
        "branch": order.branch,
        "environmentId": run.environment_id,
        "phase": _phase(world, run),
        "notRunCount": numbers.not_run,
        "timeoutCount": numbers.timed_out,
        "hasFlakyTest": numbers.is_flaky,
        "deployId": run.deploy_id,
        "testSuiteId": order.suite_id,
        "priority": order.priority,
        "maxRunners": order.runners,
        "retryFailedTests": order.retry,
        "statusSetByUser": False,
        "excludedTags": list(order.excluded_tags),
        "testFilters": list(order.filters),
        "defaultToParallelizeByFile": order.by_file,
        "testTimeoutSeconds": order.test_timeout_seconds,
        "timeoutMinutes": order.timeout_minutes,
    }


def _environment(world: World, run: Run) -> object:
    environment = world.environments[run.environment_id]
    if not world.switches.environment_as_object:
        return environment.key
    return {
        "id": environment.id,
        "name": environment.name,
        "key": environment.key,
        "archived": environment.archived,
        "pipelineStageId": environment.stage_id,
        "url": environment.url,
    }


def _phase(world: World, run: Run) -> str | None:
    """The phase of a run while it is running."""
    if run.state != "RUNNING":
        return None
    return "DISCOVERY" if seconds_in(run, world.now()) < 0 else "EXECUTION"
