"""Step groups: lists of steps that test cases embed. Written as `expected_result`, read as `expected_results`.

Where the reference is silent: changing a group's title or steps sets `updated_at` of each test case that embeds it.
"""

from starlette.responses import Response

from tools.kit.sandbox.attributes import attributes
from tools.kit.sandbox.routes import Call, Routes
from tools.testsigma.sandbox.answers import Row, answer_record, no_content, render_record
from tools.testsigma.sandbox.paging import answer_page
from tools.testsigma.sandbox.paths import project_of, record_of
from tools.testsigma.sandbox.records import Case, GroupStep, Step, StepGroup
from tools.testsigma.sandbox.requests import Fields, body, integer, labels_in, objects, required, set_updated, string
from tools.testsigma.sandbox.world import World

routes: Routes[World] = Routes()


@routes.get("/projects/{project_id}/step_groups")
async def list_groups(call: Call[World]) -> Response:
    """List step groups without their steps."""
    rows = call.world.groups.of(project_of(call).id)
    return answer_page(call, "step_groups", "step_groups", rows, lambda group: _render_summary(call.world, group))


@routes.get("/projects/{project_id}/step_groups/{group_id}")
async def get_group(call: Call[World]) -> Response:
    return answer_record("step_group", _render_group(call.world, _find_group(call)))


@routes.post("/projects/{project_id}/step_groups")
async def create_group(call: Call[World]) -> Response:
    world, project, sent = call.world, project_of(call), body(call)
    group = StepGroup(
        world.new_meta(),
        project.id,
        "",
        required(sent, "title"),
        string(sent, "description"),
        _read_steps(world, sent),
        labels_in(world, sent),
    )
    group.human_id = project.next_human_id("SG")
    world.groups.add(group)
    return answer_record("step_group", _render_group(world, group), message="Step group created successfully")


@routes.put("/projects/{project_id}/step_groups/{group_id}")
async def update_group(call: Call[World]) -> Response:
    world, group, sent = call.world, _find_group(call), body(call)
    title = required(sent, "title") if "title" in sent else group.title
    description = string(sent, "description") if "description" in sent else group.description
    steps = _read_steps(world, sent) if "steps" in sent else group.steps
    labels = labels_in(world, sent) if "label_ids" in sent else group.label_ids
    group.title, group.description, group.steps, group.label_ids = title, description, steps, labels
    set_updated(world, group)
    for case, step in _uses(world, group):
        step.description = title
        set_updated(world, case)
    return answer_record("step_group", _render_group(world, group), message="Step group updated successfully")


@routes.delete("/projects/{project_id}/step_groups/{group_id}")
async def delete_group(call: Call[World]) -> Response:
    """Delete a group; steps that embed it remain, without the group."""
    world, group = call.world, _find_group(call)
    for _, step in _uses(world, group):
        step.group_id = None
    world.groups.drop(group)
    return no_content()


def _find_group(call: Call[World]) -> StepGroup:
    return record_of(call, call.world.groups, "group_id")


def _uses(world: World, group: StepGroup) -> list[tuple[Case, Step]]:
    cases = world.cases.of(group.project_id)
    return [(case, step) for case in cases for step in case.individual_steps if step.group_id == group.id]


def _read_steps(world: World, sent: Fields) -> list[GroupStep]:
    steps = []
    for place, entry in enumerate(objects(sent, "steps"), 1):
        order = integer(entry, "order")
        description, expected = string(entry, "step_description"), string(entry, "expected_result")
        steps.append(GroupStep(world.new_meta(), description, expected, place if order is None else order))
    return steps


def _render_summary(world: World, group: StepGroup) -> Row:
    return render_record(world, group, attributes(group, "title", "description", "human_id", "project_id"))


def _render_group(world: World, group: StepGroup) -> Row:
    return _render_summary(world, group) | {"steps": [_render_step(world, group, step) for step in group.steps]}


def _render_step(world: World, group: StepGroup, step: GroupStep) -> Row:
    fields: Row = {
        "step_description": step.description,
        "expected_results": step.expected,
        "order": step.order,
        "step_group_id": group.id,
    }
    return render_record(world, step, fields)
