"""Launching: what a new run is made of: its plans, its tests, the people they fall to."""

from itertools import cycle

from tools.kit.sandbox.routes import Call
from tools.testomatio.sandbox import lifecycle
from tools.testomatio.sandbox.access import project
from tools.testomatio.sandbox.answers import invalid
from tools.testomatio.sandbox.records import Run, Test
from tools.testomatio.sandbox.requests import Fields, string, strings
from tools.testomatio.sandbox.v2.plans import chosen, tests_of
from tools.testomatio.sandbox.world import World

KINDS = ("manual", "automated", "mixed")
STRATEGIES = ("test", "random", "none")


def plans_named(call: Call[World], sent: Fields) -> list[str]:
    """The plans a body names, as a list or as the draft's single one.

    Raises:
        Respond: 422 for one that is not there.
    """
    single = string(sent, "plan_id")
    named = strings(sent, "plan_ids") or ([single] if single else [])
    for plan_id in named:
        plan = call.world.plans.get(plan_id)
        if plan is None or plan.project != project(call).slug:
            raise invalid(f"Plan {plan_id} does not exist")
    return named


def fill(world: World, run: Run, sent: Fields) -> None:
    """Put a waiting result for each test that was chosen into a run."""
    wanted = chosen(world, run.project, strings(sent, "test_ids"), strings(sent, "suite_ids"), run.branch)
    if "plan_ids" in sent or "plan_id" in sent:
        wanted += [test for plan_id in run.plan_ids for test in tests_of(world, world.plans[plan_id])]
    tests = list(
        {test.id: test for test in wanted if run.kind in {"mixed", "manual"} or test.state == run.kind}.values()
    )
    lifecycle.await_results(world, run, tests, _assigned(world, run, tests))


def _assigned(world: World, run: Run, tests: list[Test]) -> dict[str, str | None]:
    """Who each test falls to: whom the test names, the members by turns, or whom the run names."""
    if run.assign_strategy == "test":
        return {test.id: test.assigned_to for test in tests}
    if run.assign_strategy == "random":
        people = [world.users[number] for number in world.projects[run.project].members if number in world.users]
        turns = cycle(person.email for person in people if not person.is_read_only)
        return {test.id: next(turns) for test in tests}
    return {test.id: run.assigned_to for test in tests}
