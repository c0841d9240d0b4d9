"""Projects; deleting one takes along all that is in it.

Where the reference is silent: a project without a prefix gets one made of its name; a prefix that is taken is 422.
"""

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testsigma.sandbox.answers import Row, one, record, said, unprocessable
from tools.testsigma.sandbox.paging import listed
from tools.testsigma.sandbox.paths import project_of
from tools.testsigma.sandbox.records import Project
from tools.testsigma.sandbox.requests import body, contains, differs, required, string, touch
from tools.testsigma.sandbox.world import World

routes: Routes[World] = Routes()

PREFIX_LENGTH = 3


@routes.get("/projects")
async def list_projects(call: Call[World]) -> Response:
    rows = [
        project
        for project in call.world.projects.values()
        if differs(call, "name", project.name) and contains(call, "name", project.name)
    ]
    return listed(call, "projects", "projects", rows, lambda project: shown(call.world, project))


@routes.get("/projects/{project_id}")
async def get_project(call: Call[World]) -> Response:
    return one("project", shown(call.world, project_of(call)))


@routes.post("/projects")
async def create_project(call: Call[World]) -> Response:
    world, sent = call.world, body(call)
    name = required(sent, "name")
    prefix = string(sent, "human_id_prefix").strip() or _free_prefix(world, name)
    if not prefix.isalnum() or not prefix.isascii():
        raise unprocessable("human_id_prefix must consist of letters and digits")
    if prefix.upper() in _prefixes(world):
        raise unprocessable(f"human_id_prefix {prefix.upper()} is taken")
    project = Project(world.new_mark(), name, string(sent, "description"), prefix.upper())
    world.projects[project.id] = project
    return one("project", shown(world, project), message="Project created successfully")


@routes.put("/projects/{project_id}")
async def update_project(call: Call[World]) -> Response:
    """Rename or redescribe; the prefix stays what it was, whatever is sent."""
    world, project, sent = call.world, project_of(call), body(call)
    name = required(sent, "name") if "name" in sent else project.name
    description = string(sent, "description") if "description" in sent else project.description
    project.name, project.description = name, description
    touch(world, project)
    return one("project", shown(world, project), message="Project updated successfully")


@routes.delete("/projects/{project_id}")
async def delete_project(call: Call[World]) -> Response:
    world, project = call.world, project_of(call)
    for shelf in (world.folders, world.cases, world.groups, world.runs, world.plans):
        shelf.empty(project.id)
    world.imports = {key: kept for key, kept in world.imports.items() if kept.project_id != project.id}
    del world.projects[project.id]
    return said("Project deleted successfully")


def shown(world: World, project: Project) -> Row:
    fields: Row = {
        "name": project.name,
        "description": project.description,
        "human_id_prefix": project.prefix,
    }
    return record(world, project, fields)


def _prefixes(world: World) -> set[str]:
    return {project.prefix for project in world.projects.values()}


def _free_prefix(world: World, name: str) -> str:
    """The first letters of a name, with a number behind them where they are taken."""
    letters = "".join(c for c in name.upper() if c.isascii() and c.isalnum())[:PREFIX_LENGTH] or "PRJ"
    taken, number, prefix = _prefixes(world), 1, letters
    while prefix in taken:
        number += 1
        prefix = f"{letters}{number}"
    return prefix
