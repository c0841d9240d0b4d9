"""Projects; deleting one deletes everything in it.

Where the reference is silent: a project without a prefix gets one from its name; a prefix that is taken is 422.
"""

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testsigma.sandbox.answers import Row, answer_message, answer_record, render_record, unprocessable
from tools.testsigma.sandbox.paging import answer_page
from tools.testsigma.sandbox.paths import project_of
from tools.testsigma.sandbox.records import Project
from tools.testsigma.sandbox.requests import body, contains, differs, required, set_updated, string
from tools.testsigma.sandbox.world import World

routes: Routes[World] = Routes()

PREFIX_LENGTH = 3


@routes.get("/projects")
async def list_projects(call: Call[World]) -> Response:
    rows = [
        project
        for project in call.world.projects.values()
        if differs(call, project.name) and contains(call, "name", project.name)
    ]
    return answer_page(call, "projects", "projects", rows, lambda project: render_project(call.world, project))


@routes.get("/projects/{project_id}")
async def get_project(call: Call[World]) -> Response:
    return answer_record("project", render_project(call.world, project_of(call)))


@routes.post("/projects")
async def create_project(call: Call[World]) -> Response:
    world, sent = call.world, body(call)
    name = required(sent, "name")
    prefix = string(sent, "human_id_prefix").strip() or _free_prefix(world, name)
    if not prefix.isalnum() or not prefix.isascii():
        raise unprocessable("human_id_prefix must consist of letters and digits")
    if prefix.upper() in _prefixes(world):
        raise unprocessable(f"human_id_prefix {prefix.upper()} is taken")
    project = Project(world.new_meta(), name, string(sent, "description"), prefix.upper())
    world.projects[project.id] = project
    return answer_record("project", render_project(world, project), message="Project created successfully")


@routes.put("/projects/{project_id}")
async def update_project(call: Call[World]) -> Response:
    """Change name and description; a prefix is ignored."""
    world, project, sent = call.world, project_of(call), body(call)
    name = required(sent, "name") if "name" in sent else project.name
    description = string(sent, "description") if "description" in sent else project.description
    project.name, project.description = name, description
    set_updated(world, project)
    return answer_record("project", render_project(world, project), message="Project updated successfully")


@routes.delete("/projects/{project_id}")
async def delete_project(call: Call[World]) -> Response:
    world, project = call.world, project_of(call)
    for table in (world.folders, world.cases, world.groups, world.runs, world.plans):
        table.empty(project.id)
    world.imports = {key: job for key, job in world.imports.items() if job.project_id != project.id}
    del world.projects[project.id]
    return answer_message("Project deleted successfully")


def render_project(world: World, project: Project) -> Row:
    fields: Row = {
        "name": project.name,
        "description": project.description,
        "human_id_prefix": project.prefix,
    }
    return render_record(world, project, fields)


def _prefixes(world: World) -> set[str]:
    return {project.prefix for project in world.projects.values()}


def _free_prefix(world: World, name: str) -> str:
    """The first letters of a name, followed by a number if they are taken."""
    letters = "".join(c for c in name.upper() if c.isascii() and c.isalnum())[:PREFIX_LENGTH] or "PRJ"
    taken, number, prefix = _prefixes(world), 1, letters
    while prefix in taken:
        number += 1
        prefix = f"{letters}{number}"
    return prefix
