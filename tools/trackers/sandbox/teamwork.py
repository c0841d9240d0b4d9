"""Teamwork.com's tasks, as far as handing a defect over needs them: version 3, with comments of version 1."""

import base64
import binascii
from typing import Any

from starlette.responses import JSONResponse, Response

from tools.kit.sandbox.clock import Clock
from tools.kit.sandbox.request_body import Fields, json_object
from tools.kit.sandbox.routes import Call, Respond, Routes
from tools.kit.sandbox.sandbox import Sandbox
from tools.trackers.sandbox.common import WRONG, Issue, World, build, number_in, page_of, refuse

MOUNT = "/trackers/teamwork"
V3 = "/projects/api/v3"
LISTS = {"512": "Bugs", "513": "Ideas"}
TAGS = {71: "testio", 72: "checkout", 73: "checkout-old"}

routes: Routes[World] = Routes()


def problem(status: int, title: str, detail: str) -> Respond:
    error = {"id": "b2f7a1", "code": str(status), "title": title, "detail": detail, "meta": None}
    return refuse({"errors": [error]}, status)


def admit(call: Call[World]) -> Response | None:
    """The token is the user's name of Basic credentials; the password does not matter. The storage asks for none."""
    if "/storage/" in call.request.url.path:
        return None
    scheme, _, given = call.request.headers.get("authorization", "").partition(" ")
    try:
        token = base64.b64decode(given, validate=True).decode().partition(":")[0]
    except (binascii.Error, UnicodeDecodeError):
        token = ""
    if scheme.lower() != "basic" or not token or WRONG in token:
        return problem(401, "Unauthorized", "The credentials are not valid").response
    return None


def body(call: Call[World], wrapper: str) -> Fields:
    sent = json_object(call, lambda expected, why: problem(400, "Bad Request", "The body is not valid JSON"))
    inner = sent.get(wrapper)
    if not isinstance(inner, dict):
        raise problem(400, "Bad Request", f"{wrapper} is required")
    return inner


def the_list(call: Call[World]) -> str:
    if call.params["list"] not in LISTS:
        raise problem(404, "Not Found", "The task list does not exist")
    return str(call.params["list"])


def task_of(call: Call[World]) -> Issue:
    issue = call.world.issue(call.params["task"])
    if issue is None:
        raise problem(404, "Not Found", "The task does not exist")
    return issue


def as_json(issue: Issue) -> dict[str, Any]:
    return {
        "id": issue.number,
        "name": issue.title,
        "description": issue.text,
        "descriptionContentType": issue.fields.get("type", "TEXT"),
        "status": "new" if issue.is_open else "completed",
        "priority": issue.fields.get("priority"),
        "tagIds": issue.fields.get("tags", []),
        "completedAt": None if issue.is_open else "2026-04-03T09:00:00Z",
    }


class Tasks(World):
    first_number = 40_001


def world(clock: Clock) -> World:
    made = Tasks(clock)
    made.add("Delivery times are wrong on Sundays", "Found by support.", list="512")
    return made


@routes.get("/authenticate.json")
async def authenticate(call: Call[World]) -> Response:
    account = {"userId": "81", "firstname": "Harbour", "lastname": "Bot", "URL": "https://harbour.teamwork.com/"}
    return JSONResponse({"STATUS": "OK", "account": account})


@routes.get(f"{V3}/projects.json")
async def projects(call: Call[World]) -> Response:
    return JSONResponse({"projects": [{"id": 7, "name": "Shop"}], "meta": {"page": {"hasMore": False}}})


@routes.get(f"{V3}/projects/{{project}}/tasklists.json")
async def tasklists(call: Call[World]) -> Response:
    return JSONResponse({"tasklists": [{"id": int(number), "name": name} for number, name in LISTS.items()]})


@routes.get(f"{V3}/tags.json")
async def tags(call: Call[World]) -> Response:
    term = (call.last("searchTerm") or "").lower()
    return JSONResponse({"tags": [{"id": number, "name": name} for number, name in TAGS.items() if term in name]})


@routes.get(f"{V3}/tasklists/{{list}}/tasks.json")
async def tasks(call: Call[World]) -> Response:
    """Completed tasks are hidden unless asked for; the search covers names, and lags."""
    number, term = the_list(call), (call.last("searchTerm") or "").lower()
    with_completed = call.last("includeCompletedTasks") == "true"

    def fits(issue: Issue) -> bool:
        return issue.fields["list"] == number and term in issue.title.lower() and (with_completed or issue.is_open)

    found = call.world.search(fits)
    if call.last("orderMode") != "desc":
        found.reverse()
    page, size = number_in(call, "page", 1), number_in(call, "pageSize", 50, most=500)
    has_more = len(found) > page * size
    rows = [as_json(issue) for issue in page_of(found, page, size)]
    return JSONResponse(
        {"tasks": rows, "meta": {"page": {"pageOffset": page - 1, "pageSize": size, "hasMore": has_more}}}
    )


@routes.post(f"{V3}/tasklists/{{list}}/tasks.json")
async def create(call: Call[World]) -> Response:
    number, sent = the_list(call), body(call, "task")
    name, text, marks = sent.get("name"), sent.get("description") or "", sent.get("tagIds") or []
    if not isinstance(name, str) or not name.strip() or len(name) > 255:
        raise problem(400, "Bad Request", "name is required and has at most 255 characters")
    if not isinstance(text, str) or sent.get("descriptionContentType", "TEXT") not in {"TEXT", "HTML"}:
        raise problem(400, "Bad Request", "description is invalid")
    if sent.get("priority") not in {None, "low", "medium", "high"}:
        raise problem(400, "Bad Request", "priority is invalid")
    if not isinstance(marks, list) or not all(type(one) is int and one in TAGS for one in marks):
        raise problem(400, "Bad Request", "tagIds is invalid")
    more: dict[str, Any] = {
        "priority": sent.get("priority"),
        "type": sent.get("descriptionContentType", "TEXT"),
        "tags": marks,
    }
    issue = call.world.add(name, text, list=number, **more)
    return JSONResponse({"task": as_json(issue)}, 201)


@routes.get(f"{V3}/tasks/{{task}}.json")
async def one_task(call: Call[World]) -> Response:
    return JSONResponse({"task": as_json(task_of(call))})


@routes.get("/projects/api/v1/pendingfiles/presignedurl.json")
async def presigned(call: Call[World]) -> Response:
    """An address at a storage, which is on another host in truth."""
    name, pending = call.last("fileName"), call.world.extra.setdefault("pending", {})
    if not name or number_in(call, "fileSize", 0) < 1:
        raise refuse({"MESSAGE": "fileName and fileSize are required", "STATUS": "Error"}, 422)
    reference = f"tf_{len(pending) + 1:08}"
    pending[reference] = (name, None)
    query = "X-Amz-SignedHeaders=content-length;host;x-amz-acl&X-Amz-Signature=5a4b"
    return JSONResponse({"ref": reference, "url": f"{call.base}/storage/{reference}?{query}"})


@routes.put("/storage/{reference}")
async def store(call: Call[World]) -> Response:
    """It takes the headers that the address is signed for, and no credential beside."""
    name, _ = call.world.extra.get("pending", {}).get(call.params["reference"], ("", None))
    headers = call.request.headers
    if not name or "authorization" in headers or headers.get("x-amz-acl") != "public-read":
        raise refuse("<Error><Code>SignatureDoesNotMatch</Code></Error>", 403)
    call.world.extra["pending"][call.params["reference"]] = (name, call.body)
    return Response()


@routes.patch(f"{V3}/tasks/{{task}}.json")
async def change(call: Call[World]) -> Response:
    """Adds files that were sent to the storage; they are beside the task in the body, not in it."""
    issue, sent = task_of(call), json_object(call, lambda expected, why: problem(400, "Bad Request", why))
    attachments, pending = sent.get("attachments"), call.world.extra.get("pending", {})
    files = attachments.get("pendingFiles", []) if isinstance(attachments, dict) else []
    for file in files:
        name, content = pending.pop(file.get("reference"), ("", None))
        if content is None:
            raise problem(400, "Bad Request", "The pending file does not exist")
        issue.files.append((name, content))
    return JSONResponse({"task": as_json(issue)})


@routes.post("/tasks/{task}/comments.json")
async def comment(call: Call[World]) -> Response:
    """Version 1: its refusals come with 200."""
    issue, text = task_of(call), body(call, "comment").get("body")
    if not isinstance(text, str) or not text.strip():
        raise refuse({"MESSAGE": "Comment body is required", "STATUS": "Error"}, 200)
    issue.comments.append(text)
    return JSONResponse({"commentId": str(100 * issue.number + len(issue.comments)), "STATUS": "OK"}, 201)


@routes.put("/tasks/{task}/complete.json")
async def complete(call: Call[World]) -> Response:
    task_of(call).is_open = False
    return JSONResponse({"STATUS": "OK"})


def sandbox() -> Sandbox:
    return build(
        MOUNT, routes, world, admit=admit, not_found=lambda _: problem(404, "Not Found", "No such path").response
    )
