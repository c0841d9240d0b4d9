"""Jira Data Center's issues: version 2 of the API, with texts in wiki markup, another search and another sign-in."""

from typing import Any

from starlette.responses import HTMLResponse, JSONResponse, Response

from tools.kit.sandbox.clock import Clock
from tools.kit.sandbox.routes import Call, Routes
from tools.kit.sandbox.sandbox import Sandbox
from tools.trackers.sandbox.common import WRONG, World, build, number_in, refuse
from tools.trackers.sandbox.jira import PROJECTS, as_json, found, shared
from tools.trackers.sandbox.jira import world as cloud

MOUNT = "/trackers/jira_dc"
LOGIN_PAGE = "<html><head><title>Unauthorized (401)</title></head><body>Basic Authentication Failure</body></html>"

routes: Routes[World] = Routes()


def is_anonymous(call: Call[World]) -> bool:
    scheme, _, token = call.request.headers.get("authorization", "").partition(" ")
    return scheme != "Bearer" or not token or WRONG in token


def admit(call: Call[World]) -> Response | None:
    if not is_anonymous(call) or call.world.switches.anonymous:
        return None
    return HTMLResponse(LOGIN_PAGE, 401, {"X-Seraph-LoginReason": "AUTHENTICATED_FAILED"})


@routes.get("/project")
async def projects(call: Call[World]) -> Response:
    rows = [{"id": str(n), "key": key, "name": PROJECTS[key]} for n, key in enumerate(PROJECTS, 10_000)]
    return JSONResponse([] if is_anonymous(call) else rows)


@routes.get("/search")
async def search(call: Call[World]) -> Response:
    issues = found(call, call.last("jql"))
    start, size = number_in(call, "startAt", 0), number_in(call, "maxResults", 50)
    rows = [as_json(call, issue) for issue in issues[start : start + size]]
    body: dict[str, Any] = {"startAt": start, "maxResults": size, "total": len(issues), "issues": rows}
    return JSONResponse(body)


def world(clock: Clock) -> World:
    made = cloud(clock)
    made.extra |= {"is_adf": False, "is_anonymous": is_anonymous}
    return made


def sandbox() -> Sandbox:
    table: Routes[World] = Routes()
    table.routes = [*routes, *shared]
    return build(MOUNT, table, world, admit=admit, not_found=lambda _: refuse("Not Found", 404).response)
