"""Wrike's tasks, as far as handing a defect over needs them; an unknown parameter is refused."""

import json
import re
from collections.abc import Iterable
from typing import Any

from starlette.responses import JSONResponse, Response

from tools.kit.sandbox.clock import Clock
from tools.kit.sandbox.request_body import Fields, json_object
from tools.kit.sandbox.routes import Call, Respond, Routes
from tools.kit.sandbox.sandbox import Sandbox
from tools.trackers.sandbox.common import WRONG, Issue, World, build, number_in, refuse

MOUNT = "/trackers/wrike"
FOLDERS = {"IEABHARB4I7BUGS1": "Bugs", "IEABHARB4I7IDEA1": "Ideas"}
FIELDS = {"metadata", "description", "customFields", "briefDescription", "attachmentCount", "hasAttachments"}
FILTERS = {"descendants", "fields", "metadata", "sortField", "sortOrder", "pageSize", "status", "title"}
STATUSES = {"Active", "Completed", "Deferred", "Cancelled"}
TAGS = re.compile(r"</?(?!(?:a|strong|b|em|i|u|s|span|img|br|ul|ol|li|h[1-6]|table|tr|td)\b)[a-z]+", re.IGNORECASE)

routes: Routes[World] = Routes()


def problem(status: int, error: str, said: str) -> Respond:
    return refuse({"errorDescription": said, "error": error}, status)


def invalid(name: str) -> Respond:
    return problem(400, "invalid_parameter", f"Parameter '{name}' value is invalid")


def admit(call: Call[World]) -> Response | None:
    scheme, _, token = call.request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token or WRONG in token:
        return problem(401, "not_authorized", "Access token is unknown or invalid").response
    return None


def known(given: Iterable[str], names: set[str]) -> None:
    if unknown := set(given) - names:
        raise problem(400, "invalid_parameter", f"Parameter '{min(unknown)}' is unknown")


def body(call: Call[World], names: set[str]) -> Fields:
    sent = json_object(call, lambda expected, why: problem(400, "invalid_request", "Request body is malformed"))
    known(sent, names)
    return sent


def parameter(call: Call[World], name: str, default: Any) -> Any:
    """A parameter of the query that is JSON."""
    try:
        return json.loads(call.last(name) or "null") or default
    except ValueError as error:
        raise invalid(name) from error


def answer(kind: str, *data: Any) -> Response:
    return JSONResponse({"kind": kind, "data": list(data)})


def folder(call: Call[World]) -> str:
    if call.params["folder"] not in FOLDERS:
        raise problem(404, "resource_not_found", "Requested entity not found")
    return str(call.params["folder"])


def task_of(call: Call[World]) -> Issue:
    issue = next((one for one in call.world.issues if id_of(one) == call.params["task"]), None)
    if issue is None:
        raise problem(404, "resource_not_found", "Requested entity not found")
    return issue


def id_of(issue: Issue) -> str:
    return f"IEABHARBKQ{issue.number:06}"


def as_json(issue: Issue, fields: Iterable[str] = ("description", "metadata")) -> dict[str, Any]:
    row = {
        "id": id_of(issue),
        "accountId": "IEABHARB",
        "title": issue.title,
        "status": issue.fields.get("status", "Active"),
        "importance": issue.fields.get("importance", "Normal"),
        "permalink": f"https://www.wrike.com/open.htm?id={900_000_000 + issue.number}",
    }
    more = {"description": issue.text, "metadata": issue.fields.get("metadata", [])}
    return row | {name: value for name, value in more.items() if name in fields}


def world(clock: Clock) -> World:
    made = World(clock)
    made.add("Delivery times are wrong on Sundays", "Found by support.", folder=next(iter(FOLDERS)))
    return made


@routes.get("/contacts")
async def contacts(call: Call[World]) -> Response:
    return answer("contacts", {"id": "KUAHARB1", "firstName": "Harbour", "lastName": "Bot", "type": "Person"})


@routes.get("/folders")
async def folders(call: Call[World]) -> Response:
    rows = [{"id": number, "title": title, "childIds": [], "scope": "WsFolder"} for number, title in FOLDERS.items()]
    project = {"project": {"status": "Green"}}
    return answer(
        "folderTree",
        rows[0] | project,
        *rows[1:],
        {"id": "IEABHARBI7777776", "title": "Recycle Bin", "scope": "RbRoot"},
    )


@routes.get("/folders/{folder}/tasks")
async def tasks(call: Call[World]) -> Response:
    """Without `fields` neither descriptions nor metadata are in the answer."""
    number, wanted, fields = folder(call), parameter(call, "metadata", {}), parameter(call, "fields", [])
    known(call.request.query_params, FILTERS)
    if not isinstance(fields, list) or set(fields) - FIELDS:
        raise invalid("fields")

    def fits(issue: Issue) -> bool:
        return issue.fields["folder"] == number and (not wanted or wanted in issue.fields.get("metadata", []))

    found = call.world.search(fits)[: number_in(call, "pageSize", 1_000, most=1_000)]
    if call.last("sortOrder") != "Desc":
        found.reverse()
    return answer("tasks", *(as_json(issue, fields) for issue in found))


@routes.post("/folders/{folder}/tasks")
async def create(call: Call[World]) -> Response:
    number, sent = (
        folder(call),
        body(call, {"title", "description", "importance", "metadata", "status", "customFields"}),
    )
    title, text, metadata = sent.get("title"), sent.get("description", ""), sent.get("metadata", [])
    if not isinstance(title, str) or not title.strip():
        raise problem(400, "parameter_required", "Parameter 'title' is required")
    if not isinstance(text, str) or TAGS.search(text):
        raise invalid("description")
    if sent.get("importance", "Normal") not in {"High", "Normal", "Low"}:
        raise invalid("importance")
    if not isinstance(metadata, list) or any(set(one) != {"key", "value"} for one in metadata):
        raise invalid("metadata")
    importance = sent.get("importance", "Normal")
    issue = call.world.add(title, text, folder=number, importance=importance, metadata=metadata)
    return answer("tasks", as_json(issue))


@routes.get("/tasks/{task}")
async def one_task(call: Call[World]) -> Response:
    return answer("tasks", as_json(task_of(call)))


@routes.put("/tasks/{task}")
async def change(call: Call[World]) -> Response:
    issue, status = task_of(call), body(call, {"status", "importance"}).get("status")
    if status not in STATUSES:
        raise invalid("status")
    issue.fields["status"], issue.is_open = status, status in {"Active", "Deferred"}
    return answer("tasks", as_json(issue))


@routes.post("/tasks/{task}/comments")
async def comment(call: Call[World]) -> Response:
    issue, sent = task_of(call), body(call, {"text", "plainText"})
    text = sent.get("text")
    if not isinstance(text, str) or not text.strip():
        raise problem(400, "parameter_required", "Parameter 'text' is required")
    if not isinstance(sent.get("plainText", False), bool):
        raise invalid("plainText")
    issue.comments.append(text if sent.get("plainText") else f"as HTML: {text}")
    return answer("comments", {"id": f"IEABHARBIM{len(issue.comments):06}", "taskId": id_of(issue), "text": text})


@routes.post("/tasks/{task}/attachments")
async def attach(call: Call[World]) -> Response:
    """The body is the file itself; its name is in a header."""
    issue, headers = task_of(call), call.request.headers
    if headers.get("x-requested-with") != "XMLHttpRequest" or not headers.get("x-file-name"):
        raise problem(400, "invalid_request", "Header 'X-File-Name' is required")
    if call.content_type.startswith(("multipart/", "application/json")):
        raise problem(400, "invalid_request", "Content type is not supported")
    issue.files.append((headers["x-file-name"], call.body))
    return answer("attachments", {"id": f"IEABHARBIY{len(issue.files):06}", "name": headers["x-file-name"]})


def sandbox() -> Sandbox:
    refused = problem(404, "method_not_found", "HTTP method or path is unknown").response
    return build(MOUNT, routes, world, admit=admit, not_found=lambda _: refused)
