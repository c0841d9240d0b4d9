"""Test cases, in two templates: TCD has two texts, STEPS a list of steps.

Where the reference is silent: a folder that is not in the project is 404, an unknown lookup row or user is the
database's message; a test case without a template is TCD; an unknown template is 422. `search` finds a part of a title
or human ID. A deleted test case is removed from its runs.
"""

from dataclasses import replace
from http import HTTPStatus

from starlette.responses import Response

from tools.kit.sandbox.attributes import attributes
from tools.kit.sandbox.routes import Call, Routes
from tools.testsigma.sandbox.answers import (
    Row,
    answer_message,
    answer_record,
    foreign_key,
    not_found,
    render_record,
    unprocessable,
)
from tools.testsigma.sandbox.paging import answer_page
from tools.testsigma.sandbox.paths import project_of, record_of
from tools.testsigma.sandbox.records import Case
from tools.testsigma.sandbox.requests import (
    Fields,
    body,
    contains,
    labels_in,
    required,
    set_updated,
    string,
    user_in,
    user_or_none,
    uuid,
)
from tools.testsigma.sandbox.settings import render_labels
from tools.testsigma.sandbox.steps import read_steps, render_step
from tools.testsigma.sandbox.tree import subtree, within
from tools.testsigma.sandbox.world import World

routes: Routes[World] = Routes()

TEMPLATES = ("TCD", "STEPS")
LOOKUPS = {
    "type_id": "types",
    "status_id": "statuses",
    "automation_type_id": "automation_types",
    "priority_id": "priorities",
}
_TABLE = "test_cases"


@routes.get("/projects/{project_id}/test_cases")
async def list_cases(call: Call[World]) -> Response:
    world, project = call.world, project_of(call)
    rows = _in_folder(call, world.cases.of(project.id))
    term = (call.last("search") or "").strip().casefold()
    rows = [
        case
        for case in rows
        if contains(call, "title", case.title) and (term in case.title.casefold() or term in case.human_id.casefold())
    ]
    return answer_page(call, "test_cases", _TABLE, rows, lambda case: render_case(world, case))


@routes.get("/projects/{project_id}/test_cases/{case_id}")
async def get_case(call: Call[World]) -> Response:
    return answer_record("test_case", render_case(call.world, _find_case(call)))


@routes.post("/projects/{project_id}/test_cases")
async def create_case(call: Call[World]) -> Response:
    world, project, sent = call.world, project_of(call), body(call)
    blank = Case(world.new_meta(), project.id, "", "", "", "", "", "", "")
    needed = {"title", "folder_id", *LOOKUPS} | ({"owner_id"} if not world.switches.owner_optional else set())
    case = _with_fields(world, blank, {**dict.fromkeys(needed), **sent})
    case.human_id = project.next_human_id("")
    world.cases.add(case)
    message = "Test case created successfully"
    return answer_record("test_case", render_case(world, case), message=message, status=HTTPStatus.CREATED)


@routes.put("/projects/{project_id}/test_cases/{case_id}")
async def update_case(call: Call[World]) -> Response:
    """Change the fields that were sent."""
    world, case = call.world, _find_case(call)
    changed = _with_fields(world, case, body(call))
    set_updated(world, changed)
    world.cases.add(changed)
    return answer_record("test_case", render_case(world, changed))


@routes.delete("/projects/{project_id}/test_cases/{case_id}")
async def delete_case(call: Call[World]) -> Response:
    delete(call.world, _find_case(call))
    return answer_message("")


def delete(world: World, case: Case) -> None:
    world.cases.drop(case)
    for run in world.runs.of(case.project_id):
        if case.id in run.case_ids:
            run.case_ids.remove(case.id)


def render_case(world: World, case: Case) -> Row:
    """A test case with all fields; without a reviewer it has no `reviewer_id`."""
    fields: Row = {
        **attributes(case, "human_id", "title", "description", "preconditions"),
        "template_type": world.value_of(case.id, case.template_type),
        "steps": case.steps,
        "expected_results": case.expected_results,
        "individual_steps": None,
        **attributes(case, "project_id", "folder_id", "owner_id", "type_id", "status_id", "automation_type_id"),
        "priority_id": case.priority_id,
        "labels": render_labels(world, case.label_ids) or None,
    }
    if case.template_type == "STEPS":
        fields["individual_steps"] = [render_step(world, case, step) for step in case.individual_steps]
    if case.reviewer_id:
        fields["reviewer_id"] = case.reviewer_id
    return render_record(world, case, fields)


def _find_case(call: Call[World]) -> Case:
    return record_of(call, call.world.cases, "case_id")


def _in_folder(call: Call[World], rows: list[Case]) -> list[Case]:
    """The test cases directly in the requested folder; none for an unknown folder."""
    wanted = call.last("folder_id")
    if not wanted:
        return rows
    folder = within(call.world, project_of(call).id, uuid(wanted))
    if folder is None:
        return []
    is_deep = call.world.switches.folder_with_subfolders
    inside = subtree(call.world, folder) if is_deep else {folder.id}
    return [case for case in rows if case.folder_id in inside]


def _with_fields(world: World, case: Case, sent: Fields) -> Case:
    """A copy of a test case with the fields that were sent, once all of them are valid."""
    changed = replace(case, meta=replace(case.meta))
    if "title" in sent:
        changed.title = _valid_title(world, case, required(sent, "title"))
    for name in ("description", "preconditions", "steps", "expected_results"):
        if name in sent:
            setattr(changed, name, string(sent, name))
    for name, kind in LOOKUPS.items():
        if name in sent:
            row_id = uuid(sent[name])
            if row_id not in world.lookups[kind]:
                raise foreign_key(_TABLE, name.removesuffix("_id"))
            setattr(changed, name, row_id)
    if "folder_id" in sent:
        changed.folder_id = uuid(sent["folder_id"])
        if within(world, case.project_id, changed.folder_id) is None:
            raise not_found("Folder", changed.folder_id)
    if sent.get("project_id") is not None:
        uuid(sent["project_id"])
    if "owner_id" in sent:
        changed.owner_id = user_in(world, sent, "owner_id", _TABLE)
    if "reviewer_id" in sent:
        changed.reviewer_id = user_or_none(world, sent, "reviewer_id", _TABLE) or None
    if "label_ids" in sent:
        changed.label_ids = labels_in(world, sent)
    if sent.get("template_type"):
        changed.template_type = string(sent, "template_type")
        # A record with an undocumented value may be sent back as it was read.
        if changed.template_type not in (*TEMPLATES, case.template_type, world.value_of(case.id, case.template_type)):
            raise unprocessable(f"template_type must be one of {', '.join(TEMPLATES)}")
    if "individual_steps" in sent:
        changed.individual_steps = read_steps(world, changed, sent)
    return changed


def _valid_title(world: World, case: Case, title: str) -> str:
    if world.switches.unique_case_titles:
        for other in world.cases.of(case.project_id):
            if other.title == title and other.id != case.id:
                raise unprocessable(f"A test case with the title {title!r} exists already")
    return title
