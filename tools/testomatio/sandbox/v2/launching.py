"""Launching: the plans, tests and assignees of a new run."""

from itertools import cycle

from tools.kit.sandbox.routes import Call
from tools.testomatio.sandbox import lifecycle
from tools.testomatio.sandbox.access import project
from tools.testomatio.sandbox.answers import invalid
from tools.testomatio.sandbox.records import Run, Test
from tools.testomatio.sandbox.requests import Fields, string, strings
from tools.testomatio.sandbox.v2.plans import selected_tests, tests_of
from tools.testomatio.sandbox.world import World

KINDS = ("manual", "automated", "mixed")
STRATEGIES = ("test", "random", "none")


def read_plan_ids(call: Call[World], sent: Fields) -> list[str]:
    """The plans in a body, as a list or as the single one of the draft.

    Raises:
        Respond: 422 for an unknown plan.
    """
    single = string(sent, "plan_id")
    ids = strings(sent, "plan_ids") or ([single] if single else [])
    for plan_id in ids:
        plan = call.world.plans.get(plan_id)
        if plan is None or plan.project != project(call).slug:
            raise invalid(f"Plan {plan_id} does not exist")
    return ids


def add_chosen_tests(world: World, run: Run, sent: Fields) -> None:
    """Add a pending result for each selected test to a run."""
    tests = selected_tests(world, run.project, strings(sent, "test_ids"), strings(sent, "suite_ids"), run.branch)
    if "plan_ids" in sent or "plan_id" in sent:
        tests += [test for plan_id in run.plan_ids for test in tests_of(world, world.plans[plan_id])]
    tests = list(
        {test.id: test for test in tests if run.kind in {"mixed", "manual"} or test.state == run.kind}.values()
    )
    lifecycle.add_pending_results(world, run, tests, _assignments(world, run, tests))


def _assignments(world: World, run: Run, tests: list[Test]) -> dict[str, str | None]:
    """The assignee of each test: the test's, the members in turn, or the run's."""
    if run.assign_strategy == "test":
        return {test.id: test.assigned_to for test in tests}
    if run.assign_strategy == "random":
        people = [world.users[number] for number in world.projects[run.project].members if number in world.users]
        turns = cycle(person.email for person in people if not person.is_read_only)
        return {test.id: next(turns) for test in tests}
    return {test.id: run.assigned_to for test in tests}
