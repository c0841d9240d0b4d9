"""GitHub's issues, as far as handing a defect over needs them; pull requests are in the list of issues."""

from typing import Any

from starlette.responses import JSONResponse, Response

from tools.kit.sandbox.clock import Clock
from tools.kit.sandbox.request_body import Fields, json_object
from tools.kit.sandbox.routes import Call, Respond, Routes
from tools.kit.sandbox.sandbox import Sandbox
from tools.trackers.sandbox.common import WRONG, Issue, World, build, number_in, page_of, refuse

MOUNT = "/trackers/github"
REPOSITORY = "harbour/shop"
LOGIN = "harbour-bot"
DOCS = "https://docs.github.com/rest"

routes: Routes[World] = Routes()


def problem(status: int, message: str, *errors: dict[str, str]) -> Respond:
    body: dict[str, Any] = {"message": message, "documentation_url": DOCS, "status": str(status)}
    return refuse(body | ({"errors": list(errors)} if errors else {}), status)


def admit(call: Call[World]) -> Response | None:
    headers = call.request.headers
    if not headers.get("user-agent"):
        return refuse("Request forbidden by administrative rules. Please add a User-Agent header.", 403).response
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() not in {"bearer", "token"} or not token or WRONG in token:
        return problem(401, "Bad credentials").response
    return None


def repository(call: Call[World]) -> None:
    if f"{call.params['owner']}/{call.params['repo']}" != REPOSITORY:
        raise problem(404, "Not Found")


def body(call: Call[World]) -> Fields:
    return json_object(call, lambda expected, why: problem(400, "Problems parsing JSON"))


def issue_of(call: Call[World]) -> Issue:
    repository(call)
    issue = call.world.issue(call.params["number"])
    if issue is None:
        raise problem(404, "Not Found")
    return issue


def as_json(issue: Issue) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": 9_000_000 + issue.number,
        "node_id": f"I_{issue.number}",
        "number": issue.number,
        "title": issue.title,
        "body": issue.text,
        "state": "open" if issue.is_open else "closed",
        "state_reason": None if issue.is_open else issue.fields.get("state_reason", "completed"),
        "labels": [{"name": name} for name in issue.labels],
        "html_url": f"https://github.com/{REPOSITORY}/issues/{issue.number}",
    }
    if issue.fields.get("is_pull_request"):
        row["pull_request"] = {"url": f"https://api.github.com/repos/{REPOSITORY}/pulls/{issue.number}"}
    return row


def world(clock: Clock) -> World:
    made = World(clock)
    made.add("Bump the checkout library", "A pull request.", labels=["testio"], is_pull_request=True, creator="mia")
    made.add("Delivery times are wrong on Sundays", "Found by support.", labels=["bug"], creator="mia")
    return made


@routes.get("/user")
async def user(call: Call[World]) -> Response:
    return JSONResponse({"login": LOGIN, "id": 41, "type": "User"})


@routes.get("/user/repos")
async def repositories(call: Call[World]) -> Response:
    return JSONResponse([{"full_name": REPOSITORY, "private": True}, {"full_name": "harbour/app", "private": False}])


@routes.get("/repos/{owner}/{repo}")
async def one_repository(call: Call[World]) -> Response:
    repository(call)
    permissions = {"pull": True, "push": not call.world.switches.no_push, "admin": False}
    return JSONResponse({"full_name": REPOSITORY, "private": True, "permissions": permissions})


@routes.get("/repos/{owner}/{repo}/issues")
async def issues(call: Call[World]) -> Response:
    repository(call)
    state = call.last("state") or "open"
    labels = {name for name in (call.last("labels") or "").split(",") if name}
    creator = call.last("creator")

    def fits(issue: Issue) -> bool:
        is_by = creator in {None, issue.fields.get("creator", LOGIN)}
        return is_by and labels <= set(issue.labels) and (state == "all" or issue.is_open == (state == "open"))

    rows = call.world.search(fits)
    page = page_of(rows, number_in(call, "page", 1), number_in(call, "per_page", 30, most=100))
    return JSONResponse([as_json(issue) for issue in page])


@routes.post("/repos/{owner}/{repo}/issues")
async def create(call: Call[World]) -> Response:
    repository(call)
    sent = body(call)
    title, text, labels = sent.get("title"), sent.get("body"), sent.get("labels") or []
    if not isinstance(title, str) or not title.strip():
        raise problem(422, "Validation Failed", {"resource": "Issue", "field": "title", "code": "missing_field"})
    if len(title) > 256:
        raise problem(422, "Validation Failed", {"resource": "Issue", "field": "title", "code": "too_long"})
    if isinstance(text, str) and len(text) > 65_536:
        raise problem(422, "Validation Failed", {"resource": "Issue", "field": "body", "code": "too_long"})
    if not isinstance(labels, list) or not all(isinstance(name, str) for name in labels):
        raise problem(422, "Validation Failed", {"resource": "Issue", "field": "labels", "code": "invalid"})
    if sent.get("type") not in {None, "Bug", "Task"}:
        raise problem(422, "Validation Failed", {"resource": "Issue", "field": "type", "code": "invalid"})
    issue = call.world.add(title, text, labels=[] if call.world.switches.no_push else labels)
    return JSONResponse(as_json(issue), 201, {"Location": f"{call.base}/repos/{REPOSITORY}/issues/{issue.number}"})


@routes.get("/repos/{owner}/{repo}/issues/{number}")
async def one_issue(call: Call[World]) -> Response:
    return JSONResponse(as_json(issue_of(call)))


@routes.patch("/repos/{owner}/{repo}/issues/{number}")
async def change(call: Call[World]) -> Response:
    issue, sent = issue_of(call), body(call)
    if sent.get("state") not in {None, "open", "closed"}:
        raise problem(422, "Validation Failed", {"resource": "Issue", "field": "state", "code": "invalid"})
    issue.is_open = sent.get("state", "open") == "open"
    issue.fields["state_reason"] = sent.get("state_reason")
    return JSONResponse(as_json(issue))


@routes.post("/repos/{owner}/{repo}/issues/{number}/comments")
async def comment(call: Call[World]) -> Response:
    issue, text = issue_of(call), body(call).get("body")
    if not isinstance(text, str) or not text.strip():
        raise problem(422, "Validation Failed", {"resource": "IssueComment", "field": "body", "code": "missing_field"})
    issue.comments.append(text)
    number = 100 * issue.number + len(issue.comments)
    url = f"https://github.com/{REPOSITORY}/issues/{issue.number}#issuecomment-{number}"
    return JSONResponse({"id": number, "body": text, "html_url": url}, 201)


def sandbox() -> Sandbox:
    return build(MOUNT, routes, world, admit=admit, not_found=lambda _: problem(404, "Not Found").response)
