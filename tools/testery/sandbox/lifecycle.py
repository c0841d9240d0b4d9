"""Lifecycle: what runs and schedules do as time passes."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from tools.testery.sandbox.execution import DISCOVERY, outcomes_of, run_length, selected_cases, tally_of
from tools.testery.sandbox.records import Deploy, Environment, Order, Run, Schedule
from tools.testery.sandbox.world import World

PICKUP = timedelta(seconds=15)
"""How long a submitted run waits before it starts or is queued."""
STARTUP_FAILURE = timedelta(seconds=25)
"""How long a run takes to fail when it cannot run its tests."""
LONGEST = timedelta(hours=3)
CATCH_UP_LIMIT = timedelta(days=7)
"""How far back a schedule catches up on missed runs when the clock is advanced."""
DEPLOY_RUN_INTERVAL = timedelta(seconds=30)
"""Time between the runs of a deploy, with the switch `late_deploy_runs`."""

BY_USER = "Canceled - By user"
TOO_LONG = "Canceled - Due to running too long"
NEWER = "Canceled - Due to newer test run"

Change = tuple[datetime, int, Callable[[datetime], object]]


def status(world: World, run: Run) -> str:
    """SUBMITTED, QUEUED, RUNNING, PASS, FAIL or CANCELED."""
    if run.is_canceled:
        return "CANCELED"
    if run.state != "OVER":
        return run.state
    return "FAIL" if run.startup_error or run.is_stopped or tally_of(world, run).counting_failures else "PASS"


def end_of(world: World, run: Run) -> datetime | None:
    """When a run ended; None while it has not."""
    if run.state != "OVER":
        return None
    if run.over_at is not None or run.started_at is None:
        return run.over_at
    return run.started_at + DISCOVERY + run_length(outcomes_of(world, run))


def visible_runs(world: World) -> Iterator[Run]:
    """The runs that exist by now, newest first."""
    now = world.now()
    return (run for run in reversed(world.runs.values()) if run.created_at <= now)


def apply_due_changes(world: World) -> None:
    """Apply every change that is due, in order of time."""
    now = world.now()
    for schedule in world.schedules.values():
        if schedule.cron is not None and (schedule.next_at is None or schedule.next_at < now - CATCH_UP_LIMIT):
            since = world.clock.start if schedule.next_at is None else now - CATCH_UP_LIMIT
            schedule.next_at = schedule.cron.following(max(since, now - CATCH_UP_LIMIT))
    while True:
        change = min(_changes(world), key=lambda change: change[:2], default=None)
        if change is None or change[0] > now:
            return
        at, _, apply = change
        apply(at)


def _changes(world: World) -> Iterator[Change]:
    for run in world.active.values():
        if run.state == "SUBMITTED":
            yield run.created_at + PICKUP, run.id, partial(_pick_up, world, run)
        elif run.state == "RUNNING" and run.over_at is not None:
            yield run.over_at, run.id, partial(_finish, world, run)
    for schedule in world.schedules.values():
        if schedule.is_active and schedule.next_at is not None:
            yield schedule.next_at, 0, partial(_run_schedule, world, schedule)


def submit(
    world: World,
    project_id: int,
    environment_id: int,
    order: Order,
    at: datetime,
    *,
    deploy: Deploy | None = None,
    schedule: Schedule | None = None,
) -> Run:
    """Submit a run."""
    run = Run(next(world.run_ids), project_id, environment_id, order, at)
    run.deploy_id = None if deploy is None else deploy.id
    run.schedule_id = None if schedule is None else schedule.id
    run.startup_error = _blocking_reason(world, run)
    return world.add_run(run)


def _blocking_reason(world: World, run: Run) -> str | None:
    """Why a run cannot run any tests, if that is so."""
    order, project = run.order, world.projects[run.project_id]
    if order.latest_deploy and not order.build:
        return f"Nothing of {project.key} was deployed to this environment"
    if not (project.has_git or order.build or order.branch or order.ref):
        return f"Project {project.key} has no Git connection: a run of it needs a build"
    return None if selected_cases(world, run) else "No tests were found"


def last_deploy(world: World, project_id: int, environment_id: int) -> Deploy | None:
    """The last deploy of a project to an environment."""
    where = (project_id, environment_id)
    found = [deploy for deploy in world.deploys.values() if (deploy.project_id, deploy.environment_id) == where]
    return found[-1] if found else None


def with_deployed_version(world: World, project_id: int, environment_id: int, order: Order) -> Order:
    """The order with the version of the last deploy filled in, if it asks for that."""
    found = last_deploy(world, project_id, environment_id) if order.latest_deploy else None
    if found is None:
        return order
    return replace(order, build=found.build or found.commit, branch=found.branch, ref=found.commit)


def trigger(world: World, schedule: Schedule, at: datetime, deploy: Deploy | None = None) -> Run:
    """Submit the run of a schedule."""
    schedule.last_run_at = at
    order = with_deployed_version(world, schedule.project_id, schedule.environment_id, schedule.order)
    return submit(world, schedule.project_id, schedule.environment_id, order, at, deploy=deploy, schedule=schedule)


def _run_schedule(world: World, schedule: Schedule, at: datetime) -> None:
    schedule.next_at = schedule.cron.following(at) if schedule.cron is not None else None
    if world.environment(schedule.environment_id) is not None:
        trigger(world, schedule, at)


def _pick_up(world: World, run: Run, at: datetime) -> None:
    """Start a run or queue it; a queued run that it supersedes is canceled."""
    environment = world.environments[run.environment_id]
    if _has_capacity(world, environment):
        _start(world, run, at)
        return
    run.state = "QUEUED"
    for older in [other for other in world.active.values() if other.state == "QUEUED" and other is not run]:
        if older.superseding_key == run.superseding_key:
            cancel(world, older, at, NEWER)


def _has_capacity(world: World, environment: Environment) -> bool:
    running = sum(run.state == "RUNNING" and run.environment_id == environment.id for run in world.active.values())
    return not environment.max_parallel_runs or running < environment.max_parallel_runs


def _start(world: World, run: Run, at: datetime) -> None:
    run.state, run.started_at = "RUNNING", at
    expected_end = at + (STARTUP_FAILURE if run.startup_error else DISCOVERY + run_length(outcomes_of(world, run)))
    minutes = run.order.timeout_minutes
    limit = at + (LONGEST if minutes is None else min(LONGEST, timedelta(minutes=minutes)))
    run.over_at, run.is_stopped = min(expected_end, limit), limit < expected_end


def _finish(world: World, run: Run, at: datetime) -> None:
    if run.is_stopped and run.started_at is not None and at - run.started_at >= LONGEST:
        run.is_canceled, run.status_info = True, TOO_LONG
    elif run.is_stopped:
        run.status_info = f"Timed out after {run.order.timeout_minutes} minutes"
    elif run.startup_error:
        run.status_info = run.startup_error
    _end(world, run, at)


def cancel(world: World, run: Run, at: datetime, why: str) -> None:
    """Stop a run; its remaining tests are not run."""
    run.is_canceled, run.status_info, run.over_at = True, why, at
    _end(world, run, at)


def _end(world: World, run: Run, at: datetime) -> None:
    run.state, run.over_at = "OVER", at
    del world.active[run.id]
    start_queued_runs(world, run.environment_id, at)


def start_queued_runs(world: World, environment_id: int, at: datetime) -> None:
    """Start queued runs while the environment has capacity: lowest priority number first, then oldest."""
    environment = world.environments[environment_id]
    stage = world.stages.get(environment.stage_id or 0)
    default_priority = stage.test_run_priority if stage is not None else 0

    def position(run: Run) -> tuple[int, int]:
        return (default_priority if run.order.priority is None else run.order.priority), run.id

    for run in sorted((run for run in world.active.values() if run.state == "QUEUED"), key=position):
        if run.environment_id == environment_id and _has_capacity(world, environment):
            _start(world, run, at)
