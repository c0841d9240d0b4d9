"""Lifecycle: the states of a run from its creation to its end."""

from collections.abc import Iterable

from tools.testomatio.sandbox.answers import invalid
from tools.testomatio.sandbox.records import Example, Run, Test, Testrun
from tools.testomatio.sandbox.world import World

STARTS_WITHIN = 10
"""Seconds that a run is launching before it is running."""


def apply_event(world: World, run: Run, event: str) -> None:
    """Apply a `status_event` of v2.

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
    """Launch a run, which is running some seconds later."""
    run.status, run.launched_at, run.updated_at = "launching", world.now(), world.now()
    world.soon(STARTS_WITHIN, lambda: start(world, run))


def start(world: World, run: Run) -> None:
    """Set a launching or scheduled run to running."""
    if run.status in {"scheduled", "launching"}:
        run.status, run.launched_at = "running", run.launched_at or world.now()


def finish(world: World, run: Run) -> None:
    """Finish a run with the status of its results; pending results become skipped."""
    for result in world.results.of_run(run.id):
        if result.status == "pending":
            result.status, result.updated_at, result.finished_at = "skipped", world.now(), world.now()
    end(world, run, final_status(world.results.of_run(run.id)))


def end(world: World, run: Run, status: str) -> None:
    run.status, run.finished_at, run.updated_at = status, world.now(), world.now()


def rerun(world: World, run: Run) -> None:
    """Restart a run under its ID, with all results pending."""
    run.status, run.launched_at, run.finished_at, run.updated_at = "running", world.now(), None, world.now()
    for result in world.results.of_run(run.id):
        result.status, result.substatus, result.message, result.stack = "pending", None, None, None
        result.run_time, result.finished_at, result.updated_at = None, None, world.now()


def final_status(results: Iterable[Testrun]) -> str:
    """The status of a finished run; a test that failed and then passed counts as passed."""
    last = last_statuses(results)
    if "failed" in last:
        return "failed"
    return "passed" if "passed" in last else "finished"


def last_statuses(results: Iterable[Testrun]) -> list[str]:
    """The last status of each test of a run, or of each example of a test."""
    return list({(one.test_id or one.title, str(one.example)): one.status for one in results}.values())


def add_pending_results(world: World, run: Run, tests: Iterable[Test], assigned: dict[str, str | None]) -> None:
    """Add a pending result for each test to a run, and one for each example of a parametrised test."""
    there = {result.test_id for result in world.results.of_run(run.id)}
    for test in tests:
        if test.id not in there:
            rows: list[Example | None] = [*world.examples_of(test.id)] or [None]
            for row in rows:
                world.results.add(pending_result(world, run, test, row, assigned.get(test.id)))


def pending_result(world: World, run: Run, test: Test, row: Example | None, assigned_to: str | None) -> Testrun:
    """A new pending result."""
    suite = world.suites.get(test.suite_id, run.branch)
    return Testrun(
        id=next(world.result_ids),
        project=run.project,
        run_id=run.id,
        test_id=test.id,
        title=title_with_values(test, row),
        suite_title=None if suite is None else suite.title,
        status="pending",
        created_at=world.now(),
        updated_at=world.now(),
        automated=run.kind == "automated",
        assigned_to=assigned_to,
        example=None if row is None else dict(zip(test.params, row.cells, strict=False)),
    )


def title_with_values(test: Test, row: Example | None) -> str:
    """A test's title with the values of an example filled in."""
    title = test.title
    for name, value in zip(test.params, row.cells if row else [], strict=False):
        title = title.replace("${" + name + "}", value)
    return title
