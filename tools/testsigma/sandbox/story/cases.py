"""Cases: test cases and step groups in the folders of the shop."""

from tools.testsigma.sandbox.identity import uuid_of
from tools.testsigma.sandbox.records import Case, GroupStep, Step, StepGroup
from tools.testsigma.sandbox.steps import GROUP
from tools.testsigma.sandbox.story import suite, texts
from tools.testsigma.sandbox.story.days import at
from tools.testsigma.sandbox.story.shop import HARBOUR, KIOSK, folder_id, label_id, user_id
from tools.testsigma.sandbox.world import World

FIRST_LATE_CASE = 51
"""The first test case that was created in March, for release 9."""

_HOUR = 3_600_000
_OWNERS = ("mara", "iris", "jonas", "ann", "priya")
_LABELS = {
    "cart": ("checkout",),
    "coupons": ("checkout", "coupons"),
    "payment": ("checkout", "payment"),
    "cards": ("checkout", "payment", "regression"),
    "wallets": ("payment", "ios"),
    "app-cart": ("ios",),
    "face": ("ios",),
    "watch": ("ios", "flaky"),
    "address": ("Lieferadresse",),
    "scan": ("kiosk",),
    "terminal": ("kiosk", "payment"),
}
_UNDOCUMENTED_TEMPLATE = 49


def add_cases(world: World) -> None:
    """Add step groups and test cases."""
    for place, (title, description, steps) in enumerate(suite.GROUPS, 1):
        meta = world.meta(f"group/HRB-SG-{place}", at(1, 8, 8) + place * _HOUR)
        rows = [
            GroupStep(world.meta(f"group/HRB-SG-{place}/{order}", meta.created_at), text, expected, order)
            for order, (text, expected) in enumerate(steps, 1)
        ]
        world.groups.add(
            StepGroup(meta, HARBOUR, world.projects[HARBOUR].next_human_id("SG"), title, description, rows)
        )
    for number, row in enumerate(suite.HARBOUR, 1):
        since = at(1, 9) if number < FIRST_LATE_CASE else at(3, 17)
        case = _case(world, HARBOUR, "HRB", number, since + number * _HOUR, row)
        case.description = texts.DESCRIPTIONS.get(number, "")
        if number == texts.LONG:
            case.steps, case.expected_results = texts.long_steps()
    for number, row in enumerate(suite.KIOSK, 1):
        _case(world, KIOSK, "KSK", number, at(2, 10) + number * _HOUR, row)
    world.undocumented[uuid_of(f"case/HRB-{_UNDOCUMENTED_TEMPLATE}")] = "BDD"


def _case(world: World, project_id: str, prefix: str, number: int, since: int, row: suite.CaseRow) -> Case:
    folder, template, title, priority, preconditions, steps, expected = row
    name = f"case/{prefix}-{number}"
    is_retired = folder == "retired"
    type_name = "Smoke" if priority == "Critical" else "Functional"
    status = "Outdated" if is_retired else "Draft" if number == 59 else "In Review" if number % 20 == 0 else "Ready"
    automation = "Obsolete" if is_retired else "Automated" if number % 3 == 0 else "Not Automated"
    case = Case(
        world.meta(name, since),
        project_id,
        world.projects[project_id].next_human_id(""),
        title,
        folder_id(prefix, folder),
        world.lookup("types", type_name),
        world.lookup("statuses", status),
        world.lookup("automation_types", "Can't Be Automated" if folder == "face" else automation),
        world.lookup("priorities", priority),
        owner_id=user_id(_OWNERS[number % len(_OWNERS)]),
        reviewer_id=user_id("mara") if number % 3 == 1 else None,
        template_type="STEPS" if template == "STEPS" else "TCD",
        preconditions=preconditions,
        label_ids=[label_id(label) for label in _LABELS.get(folder, ())],
    )
    lines, outcomes = steps.split("|"), expected.split("|")
    if template == "STEPS":
        case.individual_steps = _steps(world, name, since, lines, outcomes)
    elif template == "H":
        case.steps, case.expected_results = _html(lines), _html(outcomes)
    else:
        case.steps, case.expected_results = "\n".join(lines), "\n".join(outcomes)
    return world.cases.add(case)


def _steps(world: World, name: str, since: int, lines: list[str], outcomes: list[str]) -> list[Step]:
    found = []
    for order, (line, outcome) in enumerate(zip(lines, outcomes, strict=True), 1):
        meta = world.meta(f"{name}/{order}", since)
        if line.startswith("@"):
            group = suite.GROUPS[int(line[1:]) - 1][0]
            found.append(Step(meta, group, "", float(order), GROUP, uuid_of(f"group/HRB-SG-{line[1:]}")))
        else:
            found.append(Step(meta, line, outcome, float(order)))
    return found


def _html(lines: list[str]) -> str:
    """Lines as HTML from the web app's editor."""
    return "".join(f"<p>{line.replace('&', '&amp;').replace('the ', 'the&nbsp;', 1)}</p>" for line in lines)
