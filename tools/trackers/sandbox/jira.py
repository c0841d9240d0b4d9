"""Jira's issues, as far as handing a defect over needs them: what is Cloud's, and what Data Center shares with it."""

import base64
import json
import re
from typing import Any

from starlette.responses import JSONResponse, Response

from tools.kit.sandbox.clock import Clock
from tools.kit.sandbox.multipart import NotMultipart, parts
from tools.kit.sandbox.request_body import Fields, json_object
from tools.kit.sandbox.routes import Call, Respond, Routes
from tools.kit.sandbox.sandbox import Sandbox
from tools.trackers.sandbox.common import WRONG, Issue, World, build, number_in, refuse

MOUNT = "/trackers/jira"
PROJECTS = {"APP": "Harbour App", "SHOP": "Harbour Shop"}
TYPES = {"10001": "Task", "10004": "Bug"}
PRIORITIES = ["Highest", "High", "Medium", "Low", "Lowest"]
TRANSITIONS = {"21": ("Start progress", "In Progress", "indeterminate"), "31": ("Close", "Done", "done")}
STATUSES = {"new": "To Do", "indeterminate": "In Progress", "done": "Done"}
ADF = {"doc", "paragraph", "heading", "orderedList", "bulletList", "listItem", "codeBlock", "blockquote", "text",
       "table", "tableRow", "tableHeader", "tableCell", "hardBreak", "rule"}  # fmt: skip
LONGEST = 32_767
NO_ISSUE = "Issue does not exist or you do not have permission to see it."

routes: Routes[World] = Routes()
shared: Routes[World] = Routes()
"""What Data Center has too."""


def problem(status: int, *messages: str, **fields: str) -> Respond:
    return refuse({"errorMessages": list(messages), "errors": fields}, status)


def is_anonymous(call: Call[World]) -> bool:
    found: bool = call.world.extra["is_anonymous"](call)
    return found


def has_no_token(call: Call[World]) -> bool:
    """Whether Cloud does not know who asks."""
    scheme, _, value = call.request.headers.get("authorization", "").partition(" ")
    try:
        user, colon, token = base64.b64decode(value, validate=True).decode().partition(":")
    except ValueError:
        return True
    return scheme != "Basic" or "@" not in user or not colon or not token or WRONG in token


def admit(call: Call[World]) -> Response | None:
    if is_anonymous(call) and not call.world.switches.anonymous:
        return unauthenticated().response
    return None


def unauthenticated() -> Respond:
    message = "Client must be authenticated to access this resource."
    return refuse({"message": message, "status-code": 401}, 401, {"X-Seraph-LoginReason": "AUTHENTICATED_FAILED"})


def body(call: Call[World]) -> Fields:
    return json_object(call, lambda expected, why: problem(400, "There was an error parsing JSON."))


def issue_of(call: Call[World]) -> Issue:
    wanted = str(call.params["key"])
    for issue in call.world.issues:
        if wanted in {key_of(issue), str(10_000 + issue.number)} and not is_anonymous(call):
            return issue
    raise problem(404, NO_ISSUE)


def key_of(issue: Issue) -> str:
    return f"{issue.fields['project']}-{issue.number}"


def status_of(issue: Issue) -> dict[str, Any]:
    category = issue.fields.get("category", "new") if issue.is_open else "done"
    return {"name": STATUSES[category], "statusCategory": {"key": category, "name": STATUSES[category]}}


def as_json(call: Call[World], issue: Issue) -> dict[str, Any]:
    number = str(10_000 + issue.number)
    done = {"name": "Done"} if not issue.is_open else None
    fields = {"summary": issue.title, "status": status_of(issue), "resolution": done, "labels": issue.labels}
    return {"id": number, "key": key_of(issue), "self": f"{call.base}/issue/{number}", "fields": fields}


def check_text(call: Call[World], value: object, field: str) -> None:
    """Refuse a text in the format of the other version, or one that is too long."""
    if call.world.extra["is_adf"]:
        if not isinstance(value, dict):
            raise problem(400, **{field: "Operation value must be an Atlassian Document (see the Atlassian Document "
                                         "Format)"})  # fmt: skip
        if value.get("type") != "doc" or value.get("version") != 1 or not all(map(_is_node, value.get("content", []))):
            raise problem(400, "INVALID_INPUT")
        value = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    if not isinstance(value, str):
        raise problem(400, **{field: "Operation value must be a string"})
    if len(value) > LONGEST:
        raise problem(400, **{field: f"The entered text is too long. It exceeds the allowed limit of {LONGEST:,} "
                                     "characters."})  # fmt: skip


def _is_node(node: Any) -> bool:
    if not isinstance(node, dict) or node.get("type") not in ADF:
        return False
    if node["type"] == "text":
        return bool(node.get("text")) and all(mark["type"] == "link" for mark in node.get("marks", []))
    children = node.get("content", [])
    if node["type"] == "listItem" and (not children or children[0].get("type") != "paragraph"):
        return False
    return all(map(_is_node, children))


def paged(call: Call[World], name: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    start, size = number_in(call, "startAt", 0), number_in(call, "maxResults", 50, most=200)
    page = rows[start : start + size]
    name = name if call.world.extra["is_adf"] else "values"
    return {"startAt": start, "maxResults": size, "total": len(rows), name: page}


@shared.get("/myself")
async def myself(call: Call[World]) -> Response:
    if is_anonymous(call):
        raise unauthenticated()
    return JSONResponse({"accountId": "5b10ac8d82e05b22cc7d4ef5", "name": "desk", "displayName": "Harbour Desk"})


@shared.get("/mypermissions")
async def permissions(call: Call[World]) -> Response:
    project = call.last("projectKey") or ""
    if project not in PROJECTS:
        raise problem(404, f"No project could be found with key '{project}'.")
    names = (call.last("permissions") or "").split(",")
    if not all(names):
        raise problem(400, "The 'permissions' query parameter is required.")
    has = {name: name != "CREATE_ISSUES" or call.world.extra["may_create"] for name in names}
    return JSONResponse({"permissions": {name: {"key": name, "havePermission": has[name]} for name in names}})


@routes.get("/project/search")
async def projects(call: Call[World]) -> Response:
    rows = [{"id": str(n), "key": key, "name": PROJECTS[key]} for n, key in enumerate(PROJECTS, 10_000)]
    return JSONResponse({**paged(call, "values", [] if is_anonymous(call) else rows), "isLast": True})


@shared.get("/issue/createmeta/{project}/issuetypes")
async def types(call: Call[World]) -> Response:
    if call.params["project"] not in PROJECTS or is_anonymous(call):
        raise problem(404, f"No project could be found with key '{call.params['project']}'.")
    rows = [{"id": key, "name": name, "subtask": False} for key, name in TYPES.items()]
    rows.append({"id": "10009", "name": "Sub-task", "subtask": True})
    return JSONResponse(paged(call, "issueTypes", rows if call.world.extra["may_create"] else []))


@shared.get("/issue/createmeta/{project}/issuetypes/{type}")
async def fields(call: Call[World]) -> Response:
    if call.params["project"] not in PROJECTS or call.params["type"] not in TYPES:
        raise problem(404, "The issue type does not exist.")
    allowed = {"priority": [{"id": str(n), "name": name} for n, name in enumerate(call.world.extra["priorities"], 1)]}
    rows = [
        {"fieldId": name, "key": name, "name": name.title(), "required": name in {"summary", "project"}}
        | ({"allowedValues": allowed[name]} if name in allowed else {})
        for name in call.world.extra["screen"]
    ]
    return JSONResponse(paged(call, "fields", rows))


def found(call: Call[World], jql: object) -> list[Issue]:
    """The issues of a query, which has a project and a label."""
    wanted = re.fullmatch(r'project = "([^"]*)" AND labels = "([^"]*)"(?: ORDER BY created (ASC|DESC))?', str(jql))
    if wanted is None:
        raise problem(400, f"Error in the JQL Query: {jql}")
    project, label, order = wanted.groups()
    if project not in PROJECTS:
        raise problem(400, f"The value '{project}' does not exist for the field 'project'.")
    newest = call.world.search(lambda issue: label in issue.labels and issue.fields["project"] == project)
    if is_anonymous(call):
        return []
    return newest[::-1] if order == "ASC" else newest


@routes.post("/search/jql")
async def search(call: Call[World]) -> Response:
    sent = body(call)
    size = sent.get("maxResults", 50)
    rows = found(call, sent.get("jql"))[: size if isinstance(size, int) else 50]
    full = [as_json(call, issue) for issue in rows]
    only_ids = [{"id": row["id"]} for row in full]
    return JSONResponse({"issues": full if sent.get("fields") else only_ids, "isLast": True})


@shared.post("/issue")
async def create(call: Call[World]) -> Response:
    sent = body(call).get("fields")
    if is_anonymous(call):
        raise problem(400, "You do not have permission to create issues in this project.")
    if not isinstance(sent, dict):
        raise problem(400, "The fields are missing.")
    if outside := set(sent) - {*call.world.extra["screen"], "project", "issuetype"}:
        name = min(outside)
        why = f"Field '{name}' cannot be set. It is not on the appropriate screen, or unknown."
        raise problem(400, **{name: why})
    project, kind = (sent.get("project") or {}).get("key"), sent.get("issuetype") or {}
    if project not in PROJECTS:
        raise problem(400, project="valid project is required")
    if kind.get("id") not in TYPES and kind.get("name") not in TYPES.values():
        raise problem(400, issuetype="Specify a valid issue type")
    title, labels, priority = sent.get("summary"), sent.get("labels") or [], sent.get("priority")
    if not isinstance(title, str) or not title.strip():
        raise problem(400, summary="You must specify a summary of the issue.")
    if len(title) > 255 or "\n" in title:
        raise problem(400, summary="Summary can't exceed 255 characters, and must not contain newline characters.")
    for label in labels:
        if " " in label or len(label) > 255:
            raise problem(400, labels=f"The label '{label}' contains spaces which is invalid.")
    if priority is not None and priority.get("name") not in call.world.extra["priorities"]:
        raise problem(400, priority="The priority selected is invalid.")
    if sent.get("description") is not None:
        check_text(call, sent["description"], "description")
    issue = call.world.add(title, sent.get("description"), labels=labels, project=project, priority=priority)
    row = as_json(call, issue)
    return JSONResponse({name: row[name] for name in ("id", "key", "self")}, 201)


@shared.get("/issue/{key}")
async def one_issue(call: Call[World]) -> Response:
    return JSONResponse(as_json(call, issue_of(call)))


@shared.post("/issue/{key}/comment")
async def comment(call: Call[World]) -> Response:
    issue, text = issue_of(call), body(call).get("body")
    check_text(call, text, "comment")
    issue.comments.append(text)
    return JSONResponse({"id": str(len(issue.comments)), "body": text}, 201)


@shared.post("/issue/{key}/attachments")
async def attach(call: Call[World]) -> Response:
    issue = issue_of(call)
    if call.request.headers.get("x-atlassian-token") not in {"no-check", "nocheck"}:
        raise refuse("XSRF check failed", 403)
    try:
        files = [part for part in parts(call.content_type, call.body) if part.name == "file" and part.filename]
    except NotMultipart as error:
        raise problem(415, str(error)) from error
    if not files:
        raise problem(400, "The form has no file.")
    issue.files += [(str(part.filename), part.content) for part in files]
    return JSONResponse([{"id": "1", "filename": part.filename, "size": len(part.content)} for part in files])


@shared.get("/issue/{key}/transitions")
async def transitions(call: Call[World]) -> Response:
    rows = [
        {"id": number, "name": name, "to": {"name": to, "statusCategory": {"key": category}}}
        for number, (name, to, category) in TRANSITIONS.items()
    ]
    return JSONResponse({"transitions": rows if issue_of(call).is_open else rows[:1]})


@shared.post("/issue/{key}/transitions")
async def move(call: Call[World]) -> Response:
    issue, sent = issue_of(call), body(call).get("transition")
    number = sent.get("id") if isinstance(sent, dict) else None
    if number not in TRANSITIONS:
        raise problem(400, "It is not possible to transition the issue to this status.")
    issue.fields["category"] = TRANSITIONS[number][2]
    issue.is_open = TRANSITIONS[number][2] != "done"
    return Response(status_code=204)


def world(clock: Clock) -> World:
    made = World(clock)
    made.extra = {
        "is_adf": True,
        "may_create": True,
        "is_anonymous": has_no_token,
        "priorities": list(PRIORITIES),
        "screen": ["summary", "description", "labels", "priority"],
    }
    made.add("Delivery times are wrong on Sundays", None, labels=["shop"], project="SHOP")
    return made


def sandbox() -> Sandbox:
    table: Routes[World] = Routes()
    table.routes = [*routes, *shared]
    return build(MOUNT, table, world, admit=admit, not_found=lambda _: refuse("Not Found", 404).response)
