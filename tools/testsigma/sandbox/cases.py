"""Test cases, in two templates: TCD holds two texts, STEPS a list of steps.

Where the reference is silent: a folder that the project does not have is 404, a lookup row or a user that nobody has
is the database's own message; a test case without a template is TCD; an unknown template is 422. `search` finds a part
of a title or of a human id. A test case that is deleted vanishes from the runs it was in.
"""

from dataclasses import replace
from http import HTTPStatus

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testsigma.sandbox.answers import Row, foreign_key, not_found, one, record, said, unprocessable
from tools.testsigma.sandbox.paging import listed
from tools.testsigma.sandbox.paths import named, project_of
from tools.testsigma.sandbox.records import Case
from tools.testsigma.sandbox.requests import (
    Fields,
    body,
    contains,
    label_ids,
    required,
    string,
    touch,
    user,
    user_or_none,
    uuid,
)
from tools.testsigma.sandbox.settings import shown_labels
from tools.testsigma.sandbox.steps import read_steps, shown_step
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
    return listed(call, "test_cases", _TABLE, rows, lambda case: shown(world, case))


@routes.get("/projects/{project_id}/test_cases/{case_id}")
async def get_case(call: Call[World]) -> Response:
    return one("test_case", shown(call.world, _find(call)))


@routes.post("/projects/{project_id}/test_cases")
async def create_case(call: Call[World]) -> Response:
    world, project, sent = call.world, project_of(call), body(call)
    blank = Case(world.new_mark(), project.id, "", "", "", "", "", "", "")
    needed = {"title", "folder_id", *LOOKUPS} | ({"owner_id"} if not world.switches.owner_optional else set())
    case = _changed(world, blank, {**dict.fromkeys(needed), **sent})
    case.human_id = project.next_human_id("")
    world.cases.add(case)
    message = "Test case created successfully"
    return one("test_case", shown(world, case), message=message, status=HTTPStatus.CREATED)


@routes.put("/projects/{project_id}/test_cases/{case_id}")
async def update_case(call: Call[World]) -> Response:
    """Change what is sent, and nothing else."""
    world, case = call.world, _find(call)
    changed = _changed(world, case, body(call))
    touch(world, changed)
    world.cases.add(changed)
    return one("test_case", shown(world, changed))


@routes.delete("/projects/{project_id}/test_cases/{case_id}")
async def delete_case(call: Call[World]) -> Response:
    drop(call.world, _find(call))
    return said("")


def drop(world: World, case: Case) -> None:
    world.cases.drop(case)
    for run in world.runs.of(case.project_id):
        if case.id in run.case_ids:
            run.case_ids.remove(case.id)


def shown(world: World, case: Case) -> Row:
    """A test case whole; one without a second pair of eyes has no `reviewer_id` at all."""
    fields: Row = {
        "human_id": case.human_id,
        "title": case.title,
        "description": case.description,
        "preconditions": case.preconditions,
        "template_type": world.word(case.id, case.template_type),
        "steps": case.steps,
        "expected_results": case.expected_results,
        "individual_steps": None,
        "project_id": case.project_id,
        "folder_id": case.folder_id,
        "owner_id": case.owner_id,
        "type_id": case.type_id,
        "status_id": case.status_id,
        "automation_type_id": case.automation_type_id,
        "priority_id": case.priority_id,
        "labels": shown_labels(world, case.label_ids) or None,
    }
    if case.template_type == "STEPS":
        fields["individual_steps"] = [shown_step(world, case, step) for step in case.individual_steps]
    if case.reviewer_id:
        fields["reviewer_id"] = case.reviewer_id
    return record(world, case, fields)


def _find(call: Call[World]) -> Case:
    return named(call, call.world.cases, "case_id")


def _in_folder(call: Call[World], rows: list[Case]) -> list[Case]:
    """The test cases directly in the folder that was asked for; one that is not there has none."""
    wanted = call.last("folder_id")
    if not wanted:
        return rows
    folder = within(call.world, project_of(call).id, uuid(wanted))
    if folder is None:
        return []
    is_deep = call.world.switches.folder_with_subfolders
    inside = subtree(call.world, folder) if is_deep else {folder.id}
    return [case for case in rows if case.folder_id in inside]


def _changed(world: World, case: Case, sent: Fields) -> Case:
    """A test case with what was sent; the one that is there stays as it is until all of it was found sound."""
    changed = replace(case, mark=replace(case.mark))
    if "title" in sent:
        changed.title = _title(world, case, required(sent, "title"))
    for name in ("description", "preconditions", "steps", "expected_results"):
        if name in sent:
            setattr(changed, name, string(sent, name))
    for name, kind in LOOKUPS.items():
        if name in sent:
            setattr(changed, name, _row(world, kind, sent, name))
    if "folder_id" in sent:
        changed.folder_id = uuid(sent["folder_id"])
        if within(world, case.project_id, changed.folder_id) is None:
            raise not_found("Folder", changed.folder_id)
    if sent.get("project_id") is not None:
        uuid(sent["project_id"])
    if "owner_id" in sent:
        changed.owner_id = user(world, sent, "owner_id", _TABLE)
    if "reviewer_id" in sent:
        changed.reviewer_id = user_or_none(world, sent, "reviewer_id", _TABLE) or None
    if "label_ids" in sent:
        changed.label_ids = label_ids(world, sent)
    if sent.get("template_type"):
        changed.template_type = string(sent, "template_type")
        # A record that carries a strange word may be sent back as it was read.
        if changed.template_type not in (*TEMPLATES, case.template_type, world.word(case.id, case.template_type)):
            raise unprocessable(f"template_type must be one of {', '.join(TEMPLATES)}")
    if "individual_steps" in sent:
        changed.individual_steps = read_steps(world, changed, sent)
    return changed


def _title(world: World, case: Case, title: str) -> str:
    if world.switches.unique_case_titles:
        for other in world.cases.of(case.project_id):
            if other.title == title and other.id != case.id:
                raise unprocessable(f"A test case with the title {title!r} exists already")
    return title


def _row(world: World, kind: str, sent: Fields, name: str) -> str:
    row_id = uuid(sent.get(name))
    if row_id not in world.lookups[kind]:
        raise foreign_key(_TABLE, name.removesuffix("_id"))
    return row_id
