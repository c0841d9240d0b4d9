"""Lifecycle: what becomes of a run between its creation and its end."""

from collections.abc import Iterable

from tools.testomatio.sandbox.answers import invalid
from tools.testomatio.sandbox.records import Example, Run, Test, Testrun
from tools.testomatio.sandbox.world import World

STARTS_WITHIN = 10
"""Seconds a run is launching before it runs."""


def fire(world: World, run: Run, event: str) -> None:
    """Do a `status_event` of v2.

    Raises:
        Respond: 422 when the run's status or kind does not allow it.
    """
    is_by_hand = run.kind != "automated"
    if event in {"finish", "finish_manual"} and is_by_hand != (event == "finish_manual"):
        raise invalid(f"Event {event} is not for a run that is {run.kind}")
    if event in {"finish", "finish_manual", "terminate", "scheduled"} and run.is_over:
        raise invalid(f"Run is already {run.status}")
    if event == "launch" and run.status != "scheduled":
        raise invalid(f"A run that is {run.status} cannot be launched")
    if event == "rerun" and not run.is_over:
        raise invalid(f"A run that is {run.status} cannot be run again")
    if event in {"finish", "finish_manual"}:
        finish(world, run)
    elif event == "terminate":
        end(world, run, "terminated")
    elif event == "launch":
        launch(world, run)
    elif event == "rerun":
        rerun(world, run)
    else:
        run.status, run.launched_at, run.updated_at = "scheduled", None, world.now()


def launch(world: World, run: Run) -> None:
    """Start a run; a moment later it runs."""
    run.status, run.launched_at, run.updated_at = "launching", world.now(), world.now()
    world.soon(STARTS_WITHIN, lambda: start(world, run))


def start(world: World, run: Run) -> None:
    """A run that was launching or scheduled is running."""
    if run.status in {"scheduled", "launching"}:
        run.status, run.launched_at = "running", run.launched_at or world.now()


def finish(world: World, run: Run) -> None:
    """End a run with the status its results give it; results that are pending become skipped."""
    for result in world.results.of_run(run.id):
        if result.status == "pending":
            result.status, result.updated_at, result.finished_at = "skipped", world.now(), world.now()
    end(world, run, verdict(world.results.of_run(run.id)))


def end(world: World, run: Run, status: str) -> None:
    run.status, run.finished_at, run.updated_at = status, world.now(), world.now()


def rerun(world: World, run: Run) -> None:
    """Begin a run anew under its id, with its results back to pending."""
    run.status, run.launched_at, run.finished_at, run.updated_at = "running", world.now(), None, world.now()
    for result in world.results.of_run(run.id):
        result.status, result.substatus, result.message, result.stack = "pending", None, None, None
        result.run_time, result.finished_at, result.updated_at = None, None, world.now()


def verdict(results: Iterable[Testrun]) -> str:
    """The status a finished run gets: a test that failed and then passed is a pass."""
    last = last_statuses(results)
    if "failed" in last:
        return "failed"
    return "passed" if "passed" in last else "finished"


def last_statuses(results: Iterable[Testrun]) -> list[str]:
    """One status for each test of a run, or for each row of one: of a test that was tried again the last."""
    return list({(one.test_id or one.title, str(one.example)): one.status for one in results}.values())


def await_results(world: World, run: Run, tests: Iterable[Test], assigned: dict[str, str | None]) -> None:
    """Put a pending result for each test into a run, one for each row of a parametrised test."""
    there = {result.test_id for result in world.results.of_run(run.id)}
    for test in tests:
        if test.id not in there:
            rows: list[Example | None] = [*world.examples_of(test.id)] or [None]
            for row in rows:
                world.results.add(pending(world, run, test, row, assigned.get(test.id)))


def pending(world: World, run: Run, test: Test, row: Example | None, assigned_to: str | None) -> Testrun:
    """A result that waits for somebody to try."""
    suite = world.suites.get(test.suite_id, run.branch)
    return Testrun(
        id=next(world.result_ids),
        project=run.project,
        run_id=run.id,
        test_id=test.id,
        title=filled(test, row),
        suite_title=None if suite is None else suite.title,
        status="pending",
        created_at=world.now(),
        updated_at=world.now(),
        automated=run.kind == "automated",
        assigned_to=assigned_to,
        example=None if row is None else dict(zip(test.params, row.cells, strict=False)),
    )


def filled(test: Test, row: Example | None) -> str:
    """A test's title with the values of a row in the places of their names."""
    title = test.title
    for name, value in zip(test.params, row.cells if row else [], strict=False):
        title = title.replace("${" + name + "}", value)
    return title
