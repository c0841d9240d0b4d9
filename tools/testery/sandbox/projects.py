"""Projects: what they are called, their suites, and where the files of their builds go."""

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testery.sandbox import uploads
from tools.testery.sandbox.answers import answer, bad_request, not_found, plain_text
from tools.testery.sandbox.world import ACCOUNT_ID, World

routes: Routes[World] = Routes()

WRONG_PROJECT = "invalid request"


@routes.get("/projects")
async def list_projects(call: Call[World]) -> Response:
    rows = [
        {"id": project.id, "key": project.key, "name": project.name, "accountId": ACCOUNT_ID}
        for project in call.world.projects.values()
    ]
    return answer([{"id": r["id"], "key": r["key"]} for r in rows] if call.world.switches.sparse else rows)


@routes.get("/projects/{project_id:int}/test-suites")
async def list_suites(call: Call[World]) -> Response:
    project_id = call.number("project_id")
    if project_id not in call.world.projects:
        raise not_found()
    suites = (suite for suite in call.world.suites.values() if suite.project_id == project_id)
    return answer([{"id": suite.id, "name": suite.name} for suite in suites])


@routes.get("/projects/{project_key}/upload-url")
async def get_upload_url(call: Call[World]) -> Response:
    """The URL as plain text; for an unknown project it is an error text with the same status."""
    project = call.world.project_of(call.params["project_key"])
    if project is None:
        return plain_text(WRONG_PROJECT)
    build, file = call.last("build"), call.last("file")
    for name, value in (("build", build), ("file", file)):
        if not value:
            raise bad_request(
                call, f"Required request parameter '{name}' for method parameter type String is not present"
            )
    return plain_text(uploads.upload_url(call, project.id, str(build), str(file), call.clock.now()))
