"""Folders: a tree in a flat list.

Where the reference is silent: deleting a folder deletes its subfolders and all their test cases; null moves a folder
to the root; a folder cannot be moved below itself (422). `children` is set when a single folder is read.
"""

from http import HTTPStatus

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testsigma.sandbox import cases
from tools.testsigma.sandbox.answers import Row, answer_message, answer_record, not_found, render_record, unprocessable
from tools.testsigma.sandbox.paging import answer_page
from tools.testsigma.sandbox.paths import project_of, record_of
from tools.testsigma.sandbox.records import Folder
from tools.testsigma.sandbox.requests import body, integer, required, set_updated, uuid
from tools.testsigma.sandbox.tree import subtree, within
from tools.testsigma.sandbox.world import World

routes: Routes[World] = Routes()

NO_ORDER = -1


@routes.get("/projects/{project_id}/folders")
async def list_folders(call: Call[World]) -> Response:
    rows = call.world.folders.of(project_of(call).id)
    return answer_page(call, "folders", "folders", rows, lambda folder: render_folder(call.world, folder))


@routes.get("/projects/{project_id}/folders/{folder_id}")
async def get_folder(call: Call[World]) -> Response:
    world, folder = call.world, _find_folder(call)
    below = [
        render_folder(world, child) for child in world.folders.of(folder.project_id) if child.parent_id == folder.id
    ]
    return answer_record("folder", render_folder(world, folder) | {"children": below})


@routes.post("/projects/{project_id}/folders")
async def create_folder(call: Call[World]) -> Response:
    """Create a folder at the root; a parent is ignored."""
    world, project, sent = call.world, project_of(call), body(call)
    name, order = required(sent, "name"), integer(sent, "order")
    folder = Folder(world.new_meta(), project.id, "", name, order=NO_ORDER if order is None else order)
    world.folders.add(folder)
    return answer_record(
        "folder", render_folder(world, folder), message="Folder created successfully", status=HTTPStatus.CREATED
    )


@routes.put("/projects/{project_id}/folders/{folder_id}")
async def update_folder(call: Call[World]) -> Response:
    world, folder, sent = call.world, _find_folder(call), body(call)
    name, order = required(sent, "name") if "name" in sent else folder.name, integer(sent, "order")
    folder.name, folder.order = name, folder.order if order is None else order
    set_updated(world, folder)
    return answer_record("folder", render_folder(world, folder))


@routes.post("/projects/{project_id}/folders/{folder_id}/move")
async def move_folder(call: Call[World]) -> Response:
    world, folder, sent = call.world, _find_folder(call), body(call)
    if "parent_folder_id" in sent and sent["parent_folder_id"] is None and not world.switches.refuse_move_to_root:
        folder.parent_id = None
    else:
        parent_id = uuid(sent.get("parent_folder_id"))
        if within(world, folder.project_id, parent_id) is None:
            raise not_found("Folder", parent_id)
        if parent_id in subtree(world, folder):
            raise unprocessable("A folder cannot be moved into itself")
        folder.parent_id = parent_id
    set_updated(world, folder)
    return answer_record("folder", render_folder(world, folder))


@routes.delete("/projects/{project_id}/folders/{folder_id}")
async def delete_folder(call: Call[World]) -> Response:
    world, folder = call.world, _find_folder(call)
    folder_ids = subtree(world, folder)
    for case in world.cases.of(folder.project_id):
        if case.folder_id in folder_ids:
            cases.delete(world, case)
    for below in world.folders.of(folder.project_id):
        if below.id in folder_ids:
            world.folders.drop(below)
    return answer_message("")


def render_folder(world: World, folder: Folder) -> Row:
    root = "" if world.switches.as_documented else None
    fields: Row = {
        "name": folder.name,
        "project_id": folder.project_id,
        "parent_folder_id": folder.parent_id or root,
        "order": folder.order,
        "children": [],
    }
    return render_record(world, folder, fields)


def _find_folder(call: Call[World]) -> Folder:
    return record_of(call, call.world.folders, "folder_id")
