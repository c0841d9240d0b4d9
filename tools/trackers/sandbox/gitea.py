"""Gitea's issues, as far as handing a defect over needs them; labels are ids, of the repository or its organization."""

from typing import Any

from starlette.responses import JSONResponse, Response

from tools.kit.sandbox.clock import Clock
from tools.kit.sandbox.multipart import NotMultipart, parts
from tools.kit.sandbox.request_body import Fields, json_object
from tools.kit.sandbox.routes import Call, Respond, Routes
from tools.kit.sandbox.sandbox import Sandbox
from tools.trackers.sandbox.common import WRONG, Issue, World, build, number_in, page_of, refuse

MOUNT = "/trackers/gitea"
REPOSITORY = "harbour/shop"
LOGIN = "harbour-bot"
SITE = "https://gitea.example.com"
LABELS = {"testio": 1, "bug": 2, "severity:critical": 3, "severity:high": 4}
OF_ORGANIZATION = {"severity:low": 11}

routes: Routes[World] = Routes()


def problem(status: int, message: str) -> Respond:
    return refuse({"message": message, "url": f"{SITE}/api/swagger"}, status)


def admit(call: Call[World]) -> Response | None:
    if call.request.url.path.endswith("/settings/api"):
        return None
    scheme, _, token = call.request.headers.get("authorization", "").partition(" ")
    if scheme.lower() not in {"token", "bearer"} or not token:
        return problem(401, "token is required").response
    if WRONG in token:
        return problem(401, "invalid username, password or token").response
    return None


def repository(call: Call[World]) -> None:
    if f"{call.params['owner']}/{call.params['repo']}" != REPOSITORY:
        raise problem(404, "The target couldn't be found.")


def body(call: Call[World]) -> Fields:
    return json_object(call, lambda expected, why: problem(422, f"[]: {expected}: {why}"))


def issue_of(call: Call[World]) -> Issue:
    repository(call)
    issue = call.world.issue(call.params["number"])
    if issue is None:
        raise problem(404, "issue does not exist")
    return issue


def paged(call: Call[World], found: list[Any]) -> Response:
    """A page of a list, with no more rows than the site allows."""
    size = number_in(call, "limit", 30, most=call.world.extra["most"])
    return JSONResponse(page_of(found, number_in(call, "page", 1), size), headers={"X-Total-Count": str(len(found))})


def as_json(issue: Issue) -> dict[str, Any]:
    ids = LABELS | OF_ORGANIZATION
    return {
        "id": 9_000_000 + issue.number,
        "number": issue.number,
        "title": issue.title,
        "body": issue.text,
        "state": "open" if issue.is_open else "closed",
        "labels": [{"id": ids[name], "name": name, "color": "2f6feb"} for name in issue.labels],
        "user": {"login": issue.fields.get("creator", LOGIN)},
        "assets": [{"name": name, "size": len(data)} for name, data in issue.files],
        "html_url": f"http://10.0.0.7:3000/{REPOSITORY}/issues/{issue.number}",
    }


def world(clock: Clock) -> World:
    made = World(clock)
    made.extra["most"] = 50
    made.add("Delivery times are wrong on Sundays", "Found by support.", labels=["bug"], creator="mia")
    return made


@routes.get("/settings/api")
async def settings(call: Call[World]) -> Response:
    return JSONResponse({"max_response_items": call.world.extra["most"], "default_paging_num": 30})


@routes.get("/user")
async def user(call: Call[World]) -> Response:
    return JSONResponse({"id": 41, "login": LOGIN})


@routes.get("/user/repos")
async def repositories(call: Call[World]) -> Response:
    return paged(call, [{"id": 1, "full_name": REPOSITORY}, {"id": 2, "full_name": "harbour/app"}])


@routes.get("/repos/{owner}/{repo}")
async def one_repository(call: Call[World]) -> Response:
    repository(call)
    permissions = {"admin": False, "push": not call.world.switches.no_push, "pull": True}
    return JSONResponse({"full_name": REPOSITORY, "private": True, "internal": False, "permissions": permissions})


@routes.get("/repos/{owner}/{repo}/labels")
async def labels(call: Call[World]) -> Response:
    repository(call)
    return paged(call, [{"id": number, "name": name} for name, number in LABELS.items()])


@routes.get("/orgs/{org}/labels")
async def labels_of_organization(call: Call[World]) -> Response:
    if call.params["org"] != REPOSITORY.partition("/")[0]:
        raise problem(404, "The target couldn't be found.")
    return paged(call, [{"id": number, "name": name} for name, number in OF_ORGANIZATION.items()])


@routes.get("/repos/{owner}/{repo}/issues")
async def issues(call: Call[World]) -> Response:
    """A label that the repository does not have is discarded, so that everything is listed; a text needs the index."""
    repository(call)
    state, creator, text = call.last("state") or "open", call.last("created_by"), (call.last("q") or "").lower()
    known = {name for name in (call.last("labels") or "").split(",") if name in LABELS}

    def fits(issue: Issue) -> bool:
        is_by = creator in {None, issue.fields.get("creator", LOGIN)}
        has_label = known <= set(issue.labels)
        has_text = text in f"{issue.title} {issue.text}".lower()
        return is_by and has_label and has_text and (state == "all" or issue.is_open == (state == "open"))

    found = call.world.search(fits) if text else [issue for issue in reversed(call.world.issues) if fits(issue)]
    return paged(call, [as_json(issue) for issue in found])


@routes.post("/repos/{owner}/{repo}/issues")
async def create(call: Call[World]) -> Response:
    repository(call)
    sent = body(call)
    title, text, ids = sent.get("title"), sent.get("body") or "", sent.get("labels") or []
    if not isinstance(title, str) or not title.strip():
        raise problem(422, "[Title]: Required")
    if len(title) > 255:
        raise problem(422, "[Title]: MaxSize")
    if not isinstance(ids, list) or not all(isinstance(one, int) for one in ids):
        raise problem(
            422, "[]: json: cannot unmarshal string into Go struct field CreateIssueOption.labels of type int64"
        )
    names = [name for name, number in (LABELS | OF_ORGANIZATION).items() if number in ids]
    issue = call.world.add(title, text, labels=[] if call.world.switches.no_push else names)
    return JSONResponse(as_json(issue), 201)


@routes.get("/repos/{owner}/{repo}/issues/{number}")
async def one_issue(call: Call[World]) -> Response:
    return JSONResponse(as_json(issue_of(call)))


@routes.patch("/repos/{owner}/{repo}/issues/{number}")
async def change(call: Call[World]) -> Response:
    issue, state = issue_of(call), body(call).get("state")
    if state not in {"open", "closed"}:
        raise problem(422, f"unknown state: {state}")
    issue.is_open = state == "open"
    return JSONResponse(as_json(issue), 201)


@routes.post("/repos/{owner}/{repo}/issues/{number}/comments")
async def comment(call: Call[World]) -> Response:
    issue, text = issue_of(call), body(call).get("body")
    if not isinstance(text, str) or not text.strip():
        raise problem(422, "[Body]: Required")
    issue.comments.append(text)
    return JSONResponse({"id": 100 * issue.number + len(issue.comments), "body": text}, 201)


@routes.post("/repos/{owner}/{repo}/issues/{number}/assets")
async def attach(call: Call[World]) -> Response:
    issue = issue_of(call)
    try:
        file = next((part for part in parts(call.content_type, call.body) if part.name == "attachment"), None)
    except NotMultipart:
        file = None
    if file is None or file.filename is None:
        raise problem(400, "http: no such file")
    name = call.last("name") or file.filename
    if name.rpartition(".")[2].lower() not in {"png", "jpg", "gif", "mp4", "txt", "log", "zip"}:
        raise problem(422, "This file cannot be uploaded or modified due to a forbidden file extension or type.")
    issue.files.append((name, file.content))
    return JSONResponse({"id": len(issue.files), "name": name, "uuid": f"a{len(issue.files)}"}, 201)


def sandbox() -> Sandbox:
    return build(MOUNT, routes, world, admit=admit, not_found=lambda _: problem(404, "Not Found").response)
