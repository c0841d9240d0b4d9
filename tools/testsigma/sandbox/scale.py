"""Scale: a third project with 3,000 test cases and 200 runs, and a workspace of 45 people.

Folders and test cases are created up front; the cases of a run are created when they are first read.
"""

from functools import partial
from random import Random

from tools.testsigma.sandbox.identity import uuid_of
from tools.testsigma.sandbox.records import Case, Folder, Plan, Project, Run, RunCase, User
from tools.testsigma.sandbox.story.days import at
from tools.testsigma.sandbox.world import World

ATLANTIC = uuid_of("project/ATL")
PREFIX = "ATL"
CASES, RUNS, FOLDERS, PLANS, PEOPLE = 3000, 200, 60, 24, 45
IN_A_RUN = 120

_MINUTE = 60_000
_OPENED, _WRITTEN, _RUN = at(2, 10), at(2, 11), at(3, 8)
"""Creation times of the project, its first test case and its first run; each is later than the records before it."""
_BETWEEN_CASES, _BETWEEN_RUNS, _RUN_TAKES = 10 * _MINUTE, 180 * _MINUTE, 120 * _MINUTE
_AREAS = ("Cart", "Coupons", "Delivery address", "Payment", "Search", "Login", "Article page", "Account", "Returns",
          "Gift orders")  # fmt: skip
_PARTS = ("basics", "errors", "on a phone", "as a guest", "with a screen reader", "in German")
_BEHAVIOURS = ("opens", "is kept after a reload", "says what is wrong", "can be undone", "is quick", "is in the mail")
_OUTCOMES = {"Passed": 84, "Failed": 7, "Blocked": 3, "Skipped": 4, "UnTested": 2}


def add_large_project(world: World) -> None:
    """Add the large project to the sample data."""
    project = Project(world.meta("project/ATL", _OPENED), "Atlantic", "The fleet's other shops.", PREFIX)
    world.projects[project.id] = project
    _add_people(world)
    _add_folders(world)
    _add_cases(world, project)
    for number in range(1, PLANS + 1):
        meta = world.meta(f"plan/ATL-P-{number}", _RUN + (number - 1) * RUNS // PLANS * _BETWEEN_RUNS)
        status = "COMPLETED" if number < PLANS else "ACTIVE"
        world.plans.add(Plan(meta, ATLANTIC, project.next_human_id("P"), f"Fleet {number}", "", status))
    _add_runs(world, project)


def _add_people(world: World) -> None:
    for place in range(len(world.users) + 1, PEOPLE + 1):
        meta = world.meta(f"user/{place}", _OPENED + place * _MINUTE)
        world.users[meta.id] = User(meta, f"crew.{place}@fleet.example.test", "Crew", f"Number {place}")


def _add_folders(world: World) -> None:
    """One folder for each area, with a subfolder for each part."""
    for place in range(FOLDERS):
        area, part = divmod(place, len(_PARTS))
        meta = world.meta(f"folder/ATL/{place}", _OPENED + place * _MINUTE)
        above = uuid_of(f"folder/ATL/{area * len(_PARTS)}") if part else None
        world.folders.add(Folder(meta, ATLANTIC, "", f"{_AREAS[area]} {_PARTS[part]}", above, place))


def _add_cases(world: World, project: Project) -> None:
    people = list(world.users)
    kinds = {kind: list(rows) for kind, rows in world.lookups.items()}
    for number in range(1, CASES + 1):
        folder = (number - 1) % FOLDERS
        area, part = divmod(folder, len(_PARTS))
        deed, count = _BEHAVIOURS[number % len(_BEHAVIOURS)], (number - 1) // FOLDERS + 1
        world.cases.add(
            Case(
                world.meta(f"case/ATL-{number}", _WRITTEN + number * _BETWEEN_CASES),
                ATLANTIC,
                project.next_human_id(""),
                f"{_AREAS[area]} {_PARTS[part]}: article {count} {deed}",
                uuid_of(f"folder/ATL/{folder}"),
                kinds["types"][number % 4],
                kinds["statuses"][2],
                kinds["automation_types"][number % 2],
                kinds["priorities"][number % 4],
                owner_id=people[number % len(people)],
                steps=f"Open article {count}\nDo what is to be done",
                expected_results=f"Its page opens\nIt {deed}",
            )
        )


def _add_runs(world: World, project: Project) -> None:
    """Runs of 120 test cases each; the last one is active and has all test cases."""
    all_ids = [case.id for case in world.cases.of(ATLANTIC)]
    for number in range(1, RUNS + 1):
        is_last = number == RUNS
        begun = _RUN + number * _BETWEEN_RUNS
        meta = world.meta(f"run/ATL-R-{number}", begun)
        run = Run(meta, ATLANTIC, project.next_human_id("R"), f"Fleet round {number}")
        first = number * 97 % (CASES - IN_A_RUN)
        run.case_ids = list(all_ids) if is_last else all_ids[first : first + IN_A_RUN]
        run.selection_type = "DYNAMIC" if is_last else "STATIC"
        run.static_filters = [] if is_last else [{"field": "id", "operator": "IN", "values": list(run.case_ids)}]
        run.start_date, run.plan_id = begun, uuid_of(f"plan/ATL-P-{(number - 1) * PLANS // RUNS + 1}")
        if not is_last:
            run.status, run.closed_by, run.end_date = "CLOSED", world.me, begun + _RUN_TAKES
        run.make_results = partial(_make_results, world, run)
        world.runs.add(run)


def _make_results(world: World, run: Run) -> dict[str, RunCase]:
    """The result of each test case, always the same."""
    random = Random(run.id)  # noqa: S311 - sample data, not a secret
    ends = {name: world.lookup("results", name) for name in _OUTCOMES}
    chosen = random.choices(list(_OUTCOMES), list(_OUTCOMES.values()), k=len(run.case_ids))
    return {
        case_id: RunCase(world.meta(f"run/{run.human_id}/{case_id}", run.meta.created_at, place), case_id, ends[name])
        for place, (case_id, name) in enumerate(zip(run.case_ids, chosen, strict=True))
    }
