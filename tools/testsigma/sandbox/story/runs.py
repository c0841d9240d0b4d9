"""Runs: test plans and runs with their results."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tools.testsigma.sandbox.identity import uuid_of
from tools.testsigma.sandbox.records import Plan, Run, RunCase
from tools.testsigma.sandbox.story import texts
from tools.testsigma.sandbox.story.days import at
from tools.testsigma.sandbox.story.shop import HARBOUR, KIOSK, folder_id, label_id, user_id
from tools.testsigma.sandbox.world import World

_FAILED_IN_MARCH = {19: "Failed", 33: "Failed", 27: "Blocked"}
_FAILED_IN_9 = {
    **dict.fromkeys((7, 9, 17, 60, texts.GERMAN, texts.PASTED), "Failed"),
    **dict.fromkeys((42, 43, 44), "Blocked"),
    **dict.fromkeys((28, texts.LONG), "Skipped"),
}
_BY_HAND = {
    **dict.fromkeys((5, 6, 8, 10, 11, 12, 13, 52, 58), "Passed"),
    **dict.fromkeys((7, 9, 17, 60), "Failed"),
    **dict.fromkeys((14, 16, 18, 53, 54), "UnTested"),
}
_TESTERS = ("iris", "jonas", "ann")


@dataclass(frozen=True)
class _RunData:
    """The data of a run; cases that are not in `results` have the status `default_status`."""

    title: str
    started: int
    numbers: Iterable[int]
    default_status: str = "Passed"
    results: Mapping[int, str] | None = None
    closed: int | None = None
    plan: int | None = None
    labels: tuple[str, ...] = ()
    has_summary: bool = False
    assignee: str = ""
    description: str = ""


_RUNS = (
    _RunData("Release 8.4 regression", at(3, 16), range(1, 45), results=_FAILED_IN_MARCH, closed=at(3, 17, 16),
           labels=("regression",), has_summary=True, assignee="mara"),
    _RunData("App 4.2 smoke", at(3, 30), (12, 18, 19, 20, 25, 40, 41, 42, 43, 44), results={44: "Failed"},
           closed=at(3, 30, 15), labels=("smoke", "ios"), assignee="ann"),
    _RunData("Release 9 regression", at(4, 1), (*range(1, 49), *range(51, 61)), results=_FAILED_IN_9,
           closed=at(4, 2, 17), plan=1, labels=("regression",), has_summary=True, assignee="mara",
           description="By hand, beside the crowd's test 5512."),
    _RunData("Release 9.0.1 checkout by hand", at(4, 3, 6, 30), sorted(_BY_HAND), "UnTested", _BY_HAND, plan=2,
           labels=("hotfix", "checkout"), assignee="iris",
           description="Only the checkout. What failed in HRB-R-3 comes first."),
    _RunData("Release 9.0.1 coupons, automated", at(4, 3, 7), (5, 6, 7, 8, 17, 52, 53, 58), "UnTested", plan=2,
           labels=("hotfix", "coupons"), assignee="robot", description="Filled by the pipeline's JUnit import."),
    _RunData("Smoke before 9.0.1 goes live", at(4, 3, 8), range(1, 61), "UnTested", {1: "In Progress", 2: "Passed"}),
    _RunData("Watch, exploratory", at(4, 3, 8, 30), (), description="Nothing was selected yet."),
)  # fmt: skip


def add_plans_and_runs(world: World) -> None:
    """Add the plans and runs."""
    for number, title, status, created, start, end in (
        (1, "Release 9", "COMPLETED", at(3, 20), at(4, 1), at(4, 2, 18)),
        (2, "Release 9.0.1", "ACTIVE", at(4, 3, 6), at(4, 3, 6), at(4, 4, 18)),
        (3, "Release 9.1", "ACTIVE", at(4, 3, 8), at(4, 20), at(4, 24)),
    ):
        human_id = world.projects[HARBOUR].next_human_id("P")
        plan = Plan(world.meta(f"plan/HRB-P-{number}", created), HARBOUR, human_id, title, "", status, start, end)
        plan.label_ids = [label_id("hotfix")] if number == 2 else []
        plan.completed_at = end if status == "COMPLETED" else None
        world.plans.add(plan)
    world.plans.of(HARBOUR)[1].description = "Der Hotfix für die Kasse: abgelaufene Codes und SHOP-412."
    for place, data in enumerate(_RUNS, 1):
        _add_run(world, HARBOUR, "HRB", place, data)
    smoke = world.runs.of(HARBOUR)[5]
    smoke.selection_type, smoke.static_filters = "DYNAMIC", []
    # The filter has one folder, but the run has all test cases: filters of a dynamic run do not filter.
    smoke.dynamic_filters = [{"field": "folder_id", "operator": "IN", "values": [folder_id("HRB", "coupons")]}]
    pilot = _RunData("Kiosk pilot, branch Altona", at(3, 11, 14), range(1, 7), results={3: "Failed"},
                   closed=at(3, 11, 16), labels=("kiosk",))  # fmt: skip
    _add_run(world, KIOSK, "KSK", 1, pilot)
    world.undocumented |= {
        uuid_of("run/HRB-R-2"): "ARCHIVED",
        uuid_of("plan/HRB-P-3"): "DRAFT",
        uuid_of("run/HRB-R-3/28"): "Not Applicable",
    }


def _add_run(world: World, project_id: str, prefix: str, place: int, data: _RunData) -> None:
    name = f"run/{prefix}-R-{place}"
    meta = world.meta(name, data.started)
    human_id = world.projects[project_id].next_human_id("R")
    run = Run(meta, project_id, human_id, data.title, data.description)
    run.case_ids = [uuid_of(f"case/{prefix}-{number}") for number in data.numbers]
    run.static_filters = [{"field": "id", "operator": "IN", "values": list(run.case_ids)}] if run.case_ids else []
    run.start_date, run.end_date = data.started, data.closed
    run.label_ids = [label_id(label) for label in data.labels]
    run.plan_id = uuid_of(f"plan/{prefix}-P-{data.plan}") if data.plan else ""
    run.assignee_id = user_id(data.assignee) if data.assignee else ""
    run.has_summary = data.has_summary
    if data.closed is not None:
        run.status, run.closed_by, meta.updated_at = "CLOSED", world.me, data.closed
    run.make_results = lambda: {row.case_id: row for row in _results(world, name, prefix, data)}
    world.runs.add(run)


def _results(world: World, name: str, prefix: str, data: _RunData) -> Iterable[RunCase]:
    done = data.results or {}
    for place, number in enumerate(data.numbers):
        status = done.get(number, data.default_status)
        result = RunCase(
            world.meta(f"{name}/{number}", data.started, place),
            uuid_of(f"case/{prefix}-{number}"),
            world.lookup("results", status),
        )
        if status != "UnTested":
            result.assignee_id, result.attempts = user_id(_TESTERS[place % len(_TESTERS)]), 1
            result.meta.updated_at = data.started + (place + 1) * 60_000
        if prefix == "HRB" and data.plan and (status == "Failed" or number == texts.INVISIBLE):
            result.description = texts.COMMENTS.get(number)
        yield result
