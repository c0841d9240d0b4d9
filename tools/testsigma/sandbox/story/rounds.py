"""Rounds: the story's test plans and runs, and what came of each test case in them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tools.testsigma.sandbox.identity import uuid_of
from tools.testsigma.sandbox.records import Plan, Run, RunCase
from tools.testsigma.sandbox.story import told
from tools.testsigma.sandbox.story.days import at
from tools.testsigma.sandbox.story.shop import HARBOUR, KIOSK, folder_id, label_id, user_id
from tools.testsigma.sandbox.world import World

_FAILED_IN_MARCH = {19: "Failed", 33: "Failed", 27: "Blocked"}
_FAILED_IN_9 = {
    **dict.fromkeys((7, 9, 17, 60, told.GERMAN, told.PASTED), "Failed"),
    **dict.fromkeys((42, 43, 44), "Blocked"),
    **dict.fromkeys((28, told.LONG), "Skipped"),
}
_BY_HAND = {
    **dict.fromkeys((5, 6, 8, 10, 11, 12, 13, 52, 58), "Passed"),
    **dict.fromkeys((7, 9, 17, 60), "Failed"),
    **dict.fromkeys((14, 16, 18, 53, 54), "UnTested"),
}
_TESTERS = ("iris", "jonas", "ann")


@dataclass(frozen=True)
class _Round:
    """A run as the story tells it; what is not in `results` has the status `rest`."""

    title: str
    begun: int
    numbers: Iterable[int]
    rest: str = "Passed"
    results: Mapping[int, str] | None = None
    closed: int | None = None
    plan: int | None = None
    labels: tuple[str, ...] = ()
    is_summed_up: bool = False
    assignee: str = ""
    description: str = ""


_ROUNDS = (
    _Round("Release 8.4 regression", at(3, 16), range(1, 45), results=_FAILED_IN_MARCH, closed=at(3, 17, 16),
           labels=("regression",), is_summed_up=True, assignee="mara"),
    _Round("App 4.2 smoke", at(3, 30), (12, 18, 19, 20, 25, 40, 41, 42, 43, 44), results={44: "Failed"},
           closed=at(3, 30, 15), labels=("smoke", "ios"), assignee="ann"),
    _Round("Release 9 regression", at(4, 1), (*range(1, 49), *range(51, 61)), results=_FAILED_IN_9,
           closed=at(4, 2, 17), plan=1, labels=("regression",), is_summed_up=True, assignee="mara",
           description="By hand, beside the crowd's test 5512."),
    _Round("Release 9.0.1 checkout by hand", at(4, 3, 6, 30), sorted(_BY_HAND), "UnTested", _BY_HAND, plan=2,
           labels=("hotfix", "checkout"), assignee="iris",
           description="Only the checkout. What failed in HRB-R-3 comes first."),
    _Round("Release 9.0.1 coupons, automated", at(4, 3, 7), (5, 6, 7, 8, 17, 52, 53, 58), "UnTested", plan=2,
           labels=("hotfix", "coupons"), assignee="robot", description="Filled by the pipeline's JUnit import."),
    _Round("Smoke before 9.0.1 goes live", at(4, 3, 8), range(1, 61), "UnTested", {1: "In Progress", 2: "Passed"}),
    _Round("Watch, exploratory", at(4, 3, 8, 30), (), description="Nothing was selected yet."),
)  # fmt: skip


def run_rounds(world: World) -> None:
    """Put the plans and runs into a world with test cases."""
    for number, title, status, made, start, end in (
        (1, "Release 9", "COMPLETED", at(3, 20), at(4, 1), at(4, 2, 18)),
        (2, "Release 9.0.1", "ACTIVE", at(4, 3, 6), at(4, 3, 6), at(4, 4, 18)),
        (3, "Release 9.1", "ACTIVE", at(4, 3, 8), at(4, 20), at(4, 24)),
    ):
        human_id = world.projects[HARBOUR].next_human_id("P")
        plan = Plan(world.mark(f"plan/HRB-P-{number}", made), HARBOUR, human_id, title, "", status, start, end)
        plan.label_ids = [label_id("hotfix")] if number == 2 else []
        plan.completed_at = end if status == "COMPLETED" else None
        world.plans.add(plan)
    world.plans.of(HARBOUR)[1].description = "Der Hotfix für die Kasse: abgelaufene Codes und SHOP-412."
    for place, told_round in enumerate(_ROUNDS, 1):
        _add(world, HARBOUR, "HRB", place, told_round)
    smoke = world.runs.of(HARBOUR)[5]
    smoke.selection_type, smoke.static_filters = "DYNAMIC", []
    # The filter names one folder and all test cases came: filters of a dynamic run do not filter.
    smoke.dynamic_filters = [{"field": "folder_id", "operator": "IN", "values": [folder_id("HRB", "coupons")]}]
    pilot = _Round("Kiosk pilot, branch Altona", at(3, 11, 14), range(1, 7), results={3: "Failed"},
                   closed=at(3, 11, 16), labels=("kiosk",))  # fmt: skip
    _add(world, KIOSK, "KSK", 1, pilot)
    world.strange |= {
        uuid_of("run/HRB-R-2"): "ARCHIVED",
        uuid_of("plan/HRB-P-3"): "DRAFT",
        uuid_of("run/HRB-R-3/28"): "Not Applicable",
    }


def _add(world: World, project_id: str, prefix: str, place: int, told_round: _Round) -> None:
    name = f"run/{prefix}-R-{place}"
    mark = world.mark(name, told_round.begun)
    human_id = world.projects[project_id].next_human_id("R")
    run = Run(mark, project_id, human_id, told_round.title, told_round.description)
    run.case_ids = [uuid_of(f"case/{prefix}-{number}") for number in told_round.numbers]
    run.static_filters = [{"field": "id", "operator": "IN", "values": list(run.case_ids)}] if run.case_ids else []
    run.start_date, run.end_date = told_round.begun, told_round.closed
    run.label_ids = [label_id(label) for label in told_round.labels]
    run.plan_id = uuid_of(f"plan/{prefix}-P-{told_round.plan}") if told_round.plan else ""
    run.assignee_id = user_id(told_round.assignee) if told_round.assignee else ""
    run.is_summed_up = told_round.is_summed_up
    if told_round.closed is not None:
        run.status, run.closed_by, mark.updated_at = "CLOSED", world.me, told_round.closed
    run.draw = lambda: {row.case_id: row for row in _results(world, name, prefix, told_round)}
    world.runs.add(run)


def _results(world: World, name: str, prefix: str, told_round: _Round) -> Iterable[RunCase]:
    done = told_round.results or {}
    for place, number in enumerate(told_round.numbers):
        status = done.get(number, told_round.rest)
        result = RunCase(
            world.mark(f"{name}/{number}", told_round.begun, place),
            uuid_of(f"case/{prefix}-{number}"),
            world.lookup("results", status),
        )
        if status != "UnTested":
            result.assignee_id, result.attempts = user_id(_TESTERS[place % len(_TESTERS)]), 1
            result.mark.updated_at = told_round.begun + (place + 1) * 60_000
        if prefix == "HRB" and told_round.plan and (status == "Failed" or number == told.INVISIBLE):
            result.description = told.REMARKS.get(number)
        yield result
