"""Step groups: lists of steps that test cases embed. `expected_result` is written, `expected_results` is read.

Where the reference is silent: a change of a group's title or steps touches each test case that embeds it.
"""

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testsigma.sandbox.answers import Row, gone, one, record
from tools.testsigma.sandbox.paging import listed
from tools.testsigma.sandbox.paths import named, project_of
from tools.testsigma.sandbox.records import Case, GroupStep, Step, StepGroup
from tools.testsigma.sandbox.requests import Fields, body, integer, label_ids, objects, required, string, touch
from tools.testsigma.sandbox.world import World

routes: Routes[World] = Routes()


@routes.get("/projects/{project_id}/step_groups")
async def list_groups(call: Call[World]) -> Response:
    """Step groups without their steps."""
    rows = call.world.groups.of(project_of(call).id)
    return listed(call, "step_groups", "step_groups", rows, lambda group: _shown(call.world, group))


@routes.get("/projects/{project_id}/step_groups/{group_id}")
async def get_group(call: Call[World]) -> Response:
    return one("step_group", _whole(call.world, _find(call)))


@routes.post("/projects/{project_id}/step_groups")
async def create_group(call: Call[World]) -> Response:
    world, project, sent = call.world, project_of(call), body(call)
    group = StepGroup(
        world.new_mark(),
        project.id,
        "",
        required(sent, "title"),
        string(sent, "description"),
        _read_steps(world, sent),
        label_ids(world, sent),
    )
    group.human_id = project.next_human_id("SG")
    world.groups.add(group)
    return one("step_group", _whole(world, group), message="Step group created successfully")


@routes.put("/projects/{project_id}/step_groups/{group_id}")
async def update_group(call: Call[World]) -> Response:
    world, group, sent = call.world, _find(call), body(call)
    title = required(sent, "title") if "title" in sent else group.title
    description = string(sent, "description") if "description" in sent else group.description
    steps = _read_steps(world, sent) if "steps" in sent else group.steps
    labels = label_ids(world, sent) if "label_ids" in sent else group.label_ids
    group.title, group.description, group.steps, group.label_ids = title, description, steps, labels
    touch(world, group)
    for case, step in _uses(world, group):
        step.description = title
        touch(world, case)
    return one("step_group", _whole(world, group), message="Step group updated successfully")


@routes.delete("/projects/{project_id}/step_groups/{group_id}")
async def delete_group(call: Call[World]) -> Response:
    """Delete a group; the steps that embedded it stay, without it."""
    world, group = call.world, _find(call)
    for _, step in _uses(world, group):
        step.group_id = None
    world.groups.drop(group)
    return gone()


def _find(call: Call[World]) -> StepGroup:
    return named(call, call.world.groups, "group_id")


def _uses(world: World, group: StepGroup) -> list[tuple[Case, Step]]:
    cases = world.cases.of(group.project_id)
    return [(case, step) for case in cases for step in case.individual_steps if step.group_id == group.id]


def _read_steps(world: World, sent: Fields) -> list[GroupStep]:
    steps = []
    for place, entry in enumerate(objects(sent, "steps"), 1):
        order = integer(entry, "order")
        description, expected = string(entry, "step_description"), string(entry, "expected_result")
        steps.append(GroupStep(world.new_mark(), description, expected, place if order is None else order))
    return steps


def _shown(world: World, group: StepGroup) -> Row:
    fields: Row = {
        "title": group.title,
        "description": group.description,
        "human_id": group.human_id,
        "project_id": group.project_id,
    }
    return record(world, group, fields)


def _whole(world: World, group: StepGroup) -> Row:
    return _shown(world, group) | {"steps": [_shown_step(world, group, step) for step in group.steps]}


def _shown_step(world: World, group: StepGroup, step: GroupStep) -> Row:
    fields: Row = {
        "step_description": step.description,
        "expected_results": step.expected,
        "order": step.order,
        "step_group_id": group.id,
    }
    return record(world, step, fields)
