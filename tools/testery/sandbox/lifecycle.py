"""Lifecycle: what runs and schedules do by themselves as time goes by."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from tools.testery.sandbox.execution import DISCOVERY, length, outcomes, selected, tally
from tools.testery.sandbox.records import Deploy, Environment, Order, Run, Schedule
from tools.testery.sandbox.world import World

PICKUP = timedelta(seconds=15)
"""How long a submitted run waits to be looked at."""
BREAKDOWN = timedelta(seconds=25)
"""How long a run takes to see that it cannot come to its tests."""
LONGEST = timedelta(hours=3)
CAUGHT_UP = timedelta(days=7)
"""How far back a schedule makes up for what it missed in a leap of the clock."""
APART = timedelta(seconds=30)
"""Between the runs of a deploy, where they come late."""

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
    return "FAIL" if run.breaks or run.is_stopped or tally(world, run).decisive else "PASS"


def end_of(world: World, run: Run) -> datetime | None:
    """When a run was over; None while it is not."""
    if run.state != "OVER":
        return None
    if run.over_at is not None or run.started_at is None:
        return run.over_at
    return run.started_at + DISCOVERY + length(outcomes(world, run))


def visible(world: World) -> Iterator[Run]:
    """The runs there are by now, newest first."""
    now = world.now()
    return (run for run in reversed(world.runs.values()) if run.created_at <= now)


def settle(world: World) -> None:
    """Do what has fallen due, in the order in which it did."""
    now = world.now()
    for schedule in world.schedules.values():
        if schedule.cron is not None and (schedule.next_at is None or schedule.next_at < now - CAUGHT_UP):
            since = world.clock.start if schedule.next_at is None else now - CAUGHT_UP
            schedule.next_at = schedule.cron.following(max(since, now - CAUGHT_UP))
    while True:
        change = min(_changes(world), key=lambda change: change[:2], default=None)
        if change is None or change[0] > now:
            return
        at, _, happen = change
        happen(at)


def _changes(world: World) -> Iterator[Change]:
    for run in world.active.values():
        if run.state == "SUBMITTED":
            yield run.created_at + PICKUP, run.id, partial(_pick_up, world, run)
        elif run.state == "RUNNING" and run.over_at is not None:
            yield run.over_at, run.id, partial(_finish, world, run)
    for schedule in world.schedules.values():
        if schedule.is_alive and schedule.next_at is not None:
            yield schedule.next_at, 0, partial(_keep_appointment, world, schedule)


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
    """Put a run in line."""
    run = Run(next(world.run_ids), project_id, environment_id, order, at)
    run.deploy_id = None if deploy is None else deploy.id
    run.schedule_id = None if schedule is None else schedule.id
    run.breaks = _trouble(world, run)
    return world.add_run(run)


def _trouble(world: World, run: Run) -> str | None:
    """Why a run will not come to its tests, if it will not."""
    order, project = run.order, world.projects[run.project_id]
    if order.latest_deploy and not order.build:
        return f"Nothing of {project.key} was deployed to this environment"
    if not (project.has_git or order.build or order.branch or order.ref):
        return f"Project {project.key} has no Git connection: a run of it needs a build"
    return None if selected(world, run) else "No tests were found"


def last_deploy(world: World, project_id: int, environment_id: int) -> Deploy | None:
    """What was deployed last."""
    where = (project_id, environment_id)
    found = [deploy for deploy in world.deploys.values() if (deploy.project_id, deploy.environment_id) == where]
    return found[-1] if found else None


def deployed(world: World, project_id: int, environment_id: int, order: Order) -> Order:
    """An order with the version put in that was deployed last, where it asks for that."""
    found = last_deploy(world, project_id, environment_id) if order.latest_deploy else None
    if found is None:
        return order
    return replace(order, build=found.build or found.commit, branch=found.branch, ref=found.commit)


def fire(world: World, schedule: Schedule, at: datetime, deploy: Deploy | None = None) -> Run:
    """Start what a schedule is for."""
    schedule.last_run_at = at
    order = deployed(world, schedule.project_id, schedule.environment_id, schedule.order)
    return submit(world, schedule.project_id, schedule.environment_id, order, at, deploy=deploy, schedule=schedule)


def _keep_appointment(world: World, schedule: Schedule, at: datetime) -> None:
    schedule.next_at = schedule.cron.following(at) if schedule.cron is not None else None
    if world.environment(schedule.environment_id) is not None:
        fire(world, schedule, at)


def _pick_up(world: World, run: Run, at: datetime) -> None:
    """Start a run, or let it wait; the one that waits already for the same is not needed any more."""
    environment = world.environments[run.environment_id]
    if _has_room(world, environment):
        _start(world, run, at)
        return
    run.state = "QUEUED"
    for older in [other for other in world.active.values() if other.state == "QUEUED" and other is not run]:
        if older.kind == run.kind:
            cancel(world, older, at, NEWER)


def _has_room(world: World, environment: Environment) -> bool:
    busy = sum(run.state == "RUNNING" and run.environment_id == environment.id for run in world.active.values())
    return not environment.most_at_once or busy < environment.most_at_once


def _start(world: World, run: Run, at: datetime) -> None:
    run.state, run.started_at = "RUNNING", at
    natural = at + (BREAKDOWN if run.breaks else DISCOVERY + length(outcomes(world, run)))
    minutes = run.order.timeout_minutes
    limit = at + (LONGEST if minutes is None else min(LONGEST, timedelta(minutes=minutes)))
    run.over_at, run.is_stopped = min(natural, limit), limit < natural


def _finish(world: World, run: Run, at: datetime) -> None:
    if run.is_stopped and run.started_at is not None and at - run.started_at >= LONGEST:
        run.is_canceled, run.status_info = True, TOO_LONG
    elif run.is_stopped:
        run.status_info = f"Timed out after {run.order.timeout_minutes} minutes"
    elif run.breaks:
        run.status_info = run.breaks
    _leave(world, run, at)


def cancel(world: World, run: Run, at: datetime, why: str) -> None:
    """Stop a run; tests that are not done stay undone."""
    run.is_canceled, run.status_info, run.over_at = True, why, at
    _leave(world, run, at)


def _leave(world: World, run: Run, at: datetime) -> None:
    run.state, run.over_at = "OVER", at
    del world.active[run.id]
    let_in(world, run.environment_id, at)


def let_in(world: World, environment_id: int, at: datetime) -> None:
    """Start runs that wait for an environment while it has room: the lowest priority first, then the oldest."""
    environment = world.environments[environment_id]
    stage = world.stages.get(environment.stage_id or 0)
    usual = stage.test_run_priority if stage is not None else 0

    def place(run: Run) -> tuple[int, int]:
        return (usual if run.order.priority is None else run.order.priority), run.id

    for run in sorted((run for run in world.active.values() if run.state == "QUEUED"), key=place):
        if run.environment_id == environment_id and _has_room(world, environment):
            _start(world, run, at)
