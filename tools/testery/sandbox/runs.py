"""Runs: the list with its two spellings of a page, one run, and the runs of a deploy."""

from hashlib import sha1
from itertools import islice

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testery.sandbox.answers import answer, not_found
from tools.testery.sandbox.dates import stamp
from tools.testery.sandbox.execution import moment, tally
from tools.testery.sandbox.lifecycle import end_of, status, visible
from tools.testery.sandbox.records import Run
from tools.testery.sandbox.requests import page_window
from tools.testery.sandbox.world import ACCOUNT_ID, World

routes: Routes[World] = Routes()

DEFAULT_LIMIT = 50
"""Rows where no limit is asked for; the API's own number is not known."""

_LEGACY = {"CANCELED": "CANCEL", "SUBMITTED": "PENDING"}
_FIELDS_OF_2020 = (
    "id", "name", "testName", "key", "startTime", "endTime", "createTime", "accountId", "projectId", "status", "copies",
    "passCount", "failCount", "ignoredCount", "totalCount", "codeCoverageName", "codeCoverageVersion",
    "codeCoveragePercentage", "codeCoverageTotalStatements", "codeCoverageCoveredStatements", "totalTestingTime",
    "isSchedule", "gitRef", "buildKey", "environment", "statusInfo", "includeTags", "complete",
)  # fmt: skip
_NEVER_MISSING = frozenset({"id", "status", "ended", "passCount", "failCount", "ignoredCount", "totalCount"})
_LAST_TO_GO = frozenset({"name", "projectId", "environment", "createTime", "startTime", "endTime", "branch"})


@routes.get("/test-runs")
async def list_runs(call: Call[World]) -> Response:
    """Newest first; a bare array that says neither how many there are nor where the next rows begin."""
    first, limit = page_window(call, DEFAULT_LIMIT)
    return answer([shown(call.world, run) for run in islice(visible(call.world), first, first + limit)])


@routes.get("/test-runs/{run_id:int}")
async def get_run(call: Call[World]) -> Response:
    return answer(shown(call.world, find(call)))


@routes.get("/test-runs/by-deploy/{deploy_id:int}")
async def list_runs_of_deploy(call: Call[World]) -> Response:
    """What a deploy started so far; of a deploy that is not known that is nothing."""
    deploy_id = call.number("deploy_id")
    return answer([shown(call.world, run) for run in visible(call.world) if run.deploy_id == deploy_id])


def find(call: Call[World]) -> Run:
    """The run that the path names."""
    run = call.world.runs.get(call.number("run_id"))
    if run is None or run.created_at > call.clock.now():
        raise not_found()
    return run


def shown(world: World, run: Run) -> dict[str, object]:
    """A run as it is read."""
    told, switches = _told(world, run), world.switches
    if switches.answers_of_2020:
        told = {name: told[name] for name in _FIELDS_OF_2020}
    if switches.sparse:
        told = {
            name: value
            for name, value in told.items()
            if name in _NEVER_MISSING or (value is not None and name in _LAST_TO_GO)
        }
    return told


def _told(world: World, run: Run) -> dict[str, object]:
    order, coverage, numbers = run.order, run.coverage, tally(world, run)
    word = status(world, run)
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
        "status": _LEGACY.get(word, word) if world.switches.legacy_words else word,
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
    """What a running run is at."""
    if run.state != "RUNNING":
        return None
    return "DISCOVERY" if moment(run, world.now()) < 0 else "EXECUTION"
