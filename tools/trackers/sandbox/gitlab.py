"""GitLab's issues, as far as handing a defect over needs them; a line that begins with /close closes the issue."""

from typing import Any

from starlette.responses import JSONResponse, Response

from tools.kit.sandbox.clock import Clock
from tools.kit.sandbox.multipart import NotMultipart, parts
from tools.kit.sandbox.request_body import Fields, json_object
from tools.kit.sandbox.routes import Call, Respond, Routes
from tools.kit.sandbox.sandbox import Sandbox
from tools.trackers.sandbox.common import WRONG, Issue, World, build, number_in, page_of, refuse

MOUNT = "/trackers/gitlab"
PATH = "harbour/shop"
SITE = "https://gitlab.example.com"
PROJECT = "/projects/{group}/{project}"
"""One segment for GitLab: the slash in it is encoded, and decoded before the routes see it."""

routes: Routes[World] = Routes()


def problem(status: int, message: Any) -> Respond:
    return refuse({"message": message}, status)


def admit(call: Call[World]) -> Response | None:
    token = call.request.headers.get("private-token", "")
    if not token or WRONG in token:
        return problem(401, "401 Unauthorized").response
    return None


def project(call: Call[World]) -> None:
    is_encoded = PATH.replace("/", "%2f").encode() in call.request.scope.get("raw_path", b"").lower()
    if not is_encoded or f"{call.params['group']}/{call.params['project']}" != PATH:
        raise problem(404, "404 Project Not Found")


def body(call: Call[World]) -> Fields:
    return json_object(call, lambda expected, why: refuse({"error": "The request could not be parsed"}, 400))


def issue_of(call: Call[World]) -> Issue:
    project(call)
    issue = call.world.issue(call.params["iid"])
    if issue is None:
        raise problem(404, "404 Not found")
    return issue


def as_json(issue: Issue) -> dict[str, Any]:
    return {
        "id": 7_000_000 + issue.number,
        "iid": issue.number,
        "project_id": 41,
        "title": issue.title,
        "description": issue.text,
        "state": "opened" if issue.is_open else "closed",
        "labels": issue.labels,
        "confidential": issue.fields.get("confidential", False),
        "web_url": f"{SITE}/{PATH}/-/work_items/{issue.number}",
        "references": {"short": f"#{issue.number}", "relative": f"#{issue.number}", "full": f"{PATH}#{issue.number}"},
    }


def run_quick_actions(issue: Issue, text: str) -> str:
    """Carry out what lines order, and return the other lines."""
    lines = text.split("\n")
    if any(line.split(" ")[0] == "/close" for line in lines):
        issue.is_open = False
    return "\n".join(line for line in lines if line.split(" ")[0] != "/close")


def world(clock: Clock) -> World:
    made = World(clock)
    made.add("Delivery times are wrong on Sundays", "Found by support.", labels=["bug"])
    return made


@routes.get("/user")
async def user(call: Call[World]) -> Response:
    return JSONResponse({"id": 41, "username": "harbour-bot", "name": "Harbour Bot", "bot": True})


@routes.get("/projects")
async def projects(call: Call[World]) -> Response:
    names = {"shop": "Shop", "app": "App"}
    return JSONResponse(
        [{"id": 41, "name": name, "path_with_namespace": f"harbour/{key}"} for key, name in names.items()]
    )


@routes.get(PROJECT)
async def one_project(call: Call[World]) -> Response:
    project(call)
    access = {"access_level": 10 if call.world.switches.no_push else 30}
    permissions = {"project_access": access, "group_access": None}
    return JSONResponse(
        {
            "id": 41,
            "path_with_namespace": PATH,
            "visibility": "private",
            "issues_access_level": "enabled",
            "permissions": permissions,
        }
    )


@routes.get(PROJECT + "/issues")
async def issues(call: Call[World]) -> Response:
    project(call)
    state, wanted = call.last("state") or "all", (call.last("search") or "").lower()
    places = set((call.last("in") or "title,description").split(","))

    def fits(issue: Issue) -> bool:
        texts = {"title": issue.title, "description": issue.text}
        has_it = any(wanted in texts[place].lower() for place in places & texts.keys())
        return has_it and (state == "all" or issue.is_open == (state == "opened"))

    size = number_in(call, "per_page", 20, most=100)
    return JSONResponse([as_json(one) for one in page_of(call.world.search(fits), number_in(call, "page", 1), size)])


@routes.post(PROJECT + "/issues")
async def create(call: Call[World]) -> Response:
    project(call)
    sent = body(call)
    title, text, labels = sent.get("title"), sent.get("description") or "", sent.get("labels") or ""
    if title is None:
        raise refuse({"error": "title is missing"}, 400)
    if not isinstance(title, str) or not title.strip():
        raise problem(400, {"title": ["can't be blank"]})
    if len(title) > 255:
        raise problem(400, {"title": ["is too long (maximum is 255 characters)"]})
    if not isinstance(text, str) or len(text) > 1_048_576:
        raise problem(400, {"description": ["is too long (maximum is 1048576 characters)"]})
    if not isinstance(labels, str):
        raise refuse({"error": "labels is invalid"}, 400)
    names = [] if call.world.switches.no_push else [name.strip() for name in labels.split(",") if name.strip()]
    issue = call.world.add(title, text, labels=names, confidential=sent.get("confidential") is True)
    issue.text = run_quick_actions(issue, text)
    return JSONResponse(as_json(issue), 201)


@routes.get(PROJECT + "/issues/{iid}")
async def one_issue(call: Call[World]) -> Response:
    return JSONResponse(as_json(issue_of(call)))


@routes.put(PROJECT + "/issues/{iid}")
async def change(call: Call[World]) -> Response:
    issue, event = issue_of(call), body(call).get("state_event")
    if event not in {"close", "reopen"}:
        raise refuse({"error": "state_event does not have a valid value"}, 400)
    issue.is_open = event == "reopen"
    return JSONResponse(as_json(issue))


@routes.post(PROJECT + "/issues/{iid}/notes")
async def comment(call: Call[World]) -> Response:
    issue, text = issue_of(call), body(call).get("body")
    if not isinstance(text, str) or not text.strip():
        raise refuse({"error": "body is missing"}, 400)
    rest = run_quick_actions(issue, text)
    if not rest.strip():
        return JSONResponse({"commands_changes": {"state_event": "close"}}, 202)
    issue.files += [file for url, file in call.world.extra.items() if url in rest]
    issue.comments.append(rest)
    return JSONResponse({"id": 100 * issue.number + len(issue.comments), "body": rest, "system": False}, 201)


@routes.post(PROJECT + "/uploads")
async def upload(call: Call[World]) -> Response:
    project(call)
    try:
        file = next((part for part in parts(call.content_type, call.body) if part.name == "file"), None)
    except NotMultipart:
        file = None
    if file is None or file.filename is None:
        raise refuse({"error": "file is missing"}, 400)
    number = len(call.world.extra) + 1
    url = f"/uploads/{number:032x}/{file.filename}"
    call.world.extra[url] = (file.filename, file.content)
    answer = {"id": number, "alt": file.filename, "url": url, "full_path": f"/-/project/41{url}"}
    return JSONResponse(answer | {"markdown": f"![{file.filename}]({url})"}, 201)


def not_found(call: Call[World]) -> Response:
    is_project = call.request.url.path.removeprefix(MOUNT).startswith("/projects/")
    answer = problem(404, "404 Project Not Found") if is_project else refuse({"error": "404 Not Found"}, 404)
    return answer.response


def sandbox() -> Sandbox:
    return build(MOUNT, routes, world, admit=admit, not_found=not_found)
