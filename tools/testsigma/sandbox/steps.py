"""Steps of a test case in the STEPS template; a step can embed a step group.

The API's type for such a step is not known; here it is `STEP_GROUP`, and its text is the group's title.
"""

from tools.testsigma.sandbox.answers import Row, not_found, render_record
from tools.testsigma.sandbox.records import Case, Step
from tools.testsigma.sandbox.requests import Fields, number, objects, string, uuid
from tools.testsigma.sandbox.world import World

DEFAULT, GROUP = "DEFAULT", "STEP_GROUP"


def read_steps(world: World, case: Case, sent: Fields) -> list[Step]:
    """The steps that replace all steps of a test case."""
    return [_read_step(world, case, entry, place) for place, entry in enumerate(objects(sent, "individual_steps"), 1)]


def render_step(world: World, case: Case, step: Step) -> Row:
    fields: Row = {
        "step_description": step.description,
        "expected_results": step.expected,
        "order": step.order,
        "step_type": step.kind,
        "step_group_id": step.group_id,
        "test_case_id": case.id,
    }
    return render_record(world, step, fields)


def _read_step(world: World, case: Case, entry: Fields, place: int) -> Step:
    group_id = uuid(entry["step_group_id"]) if entry.get("step_group_id") else None
    if group_id is not None:
        group = world.groups.get(group_id)
        if group is None or group.project_id != case.project_id:
            raise not_found("Step group", group_id)
    return Step(
        world.new_meta(),
        string(entry, "step_description"),
        string(entry, "expected_results"),
        number(entry, "order", float(place)),
        string(entry, "step_type") or DEFAULT,
        group_id,
    )
