"""Work packages of OpenProject, as far as handing a defect over needs them; its project is private."""

import base64
import json
from typing import Any

from starlette.responses import JSONResponse, Response

from tools.kit.sandbox.clock import Clock
from tools.kit.sandbox.multipart import NotMultipart, parts
from tools.kit.sandbox.request_body import Fields, json_object
from tools.kit.sandbox.routes import Call, Respond, Routes
from tools.kit.sandbox.sandbox import Sandbox
from tools.trackers.sandbox.common import WRONG, Issue, World, build, number_in, page_of, refuse

MOUNT = "/trackers/openproject"
PROJECT = ("42", "shop", "Shop")
TYPES = {"1": "Task", "7": "Bug"}
PRIORITIES = {"8": "Low", "9": "Normal", "10": "High", "11": "Immediate"}
STATUSES = {"1": ("New", False), "7": ("In progress", False), "12": ("Closed", True), "14": ("Rejected", True)}
FIELD = "customField5"

routes: Routes[World] = Routes()


def problem(status: int, name: str, message: str, **embedded: Any) -> Respond:
    body = {"_type": "Error", "errorIdentifier": f"urn:openproject-org:api:v3:errors:{name}", "message": message}
    return refuse(body | ({"_embedded": embedded} if embedded else {}), status)


def violation(*reasons: tuple[str, str]) -> Respond:
    """One violated constraint, or several in one error."""
    bodies = [
        {
            "_type": "Error",
            "errorIdentifier": "urn:openproject-org:api:v3:errors:PropertyConstraintViolation",
            "message": message,
            "_embedded": {"details": {"attribute": attribute}},
        }
        for attribute, message in reasons
    ]
    if len(bodies) == 1:
        return refuse(bodies[0], 422)
    return problem(422, "MultipleErrors", "Multiple field constraints have been violated.", errors=bodies)


def admit(call: Call[World]) -> Response | None:
    scheme, _, value = call.request.headers.get("authorization", "").partition(" ")
    try:
        user, _, token = base64.b64decode(value).decode().partition(":")
    except ValueError:
        user, token = "", ""
    if scheme.lower() == "basic" and user == "apikey" and token and WRONG not in token:
        return None
    if not call.world.switches.anonymous:
        return problem(401, "Unauthenticated", "You did not provide the correct credentials.").response
    if call.request.url.path.endswith("/users/me"):
        return JSONResponse({"_type": "User", "id": 3, "name": "Anonymous", "login": ""})
    return problem(404, "NotFound", "The requested resource could not be found.").response


def project(call: Call[World]) -> None:
    if call.params["project"] not in PROJECT[:2]:
        raise problem(404, "NotFound", "The requested resource could not be found.")


def body(call: Call[World]) -> Fields:
    if call.content_type.partition(";")[0] not in {"application/json", "application/hal+json"}:
        raise problem(
            415, "TypeNotSupported", f"Expected CONTENT-TYPE to be application/json but got {call.content_type}."
        )
    return json_object(
        call, lambda expected, why: problem(400, "InvalidRequestBody", "The request body was not valid.")
    )


def issue_of(call: Call[World]) -> Issue:
    issue = call.world.issue(call.params["id"])
    if issue is None:
        raise problem(404, "NotFound", "The requested resource could not be found.")
    return issue


def link(kind: str, number: str, title: str) -> dict[str, str]:
    return {"href": f"/api/v3/{kind}/{number}", "title": title}


def linked(sent: Fields, name: str, kind: str) -> str | None:
    """The id in a link, if there is one of this kind."""
    links = sent.get("_links")
    one = links.get(name) if isinstance(links, dict) else None
    href = one.get("href") if isinstance(one, dict) else None
    start = f"/api/v3/{kind}/"
    return href.removeprefix(start) if isinstance(href, str) and href.startswith(start) else None


def collection(elements: list[Any], *, total: int | None = None) -> Response:
    count = {"count": len(elements), "total": len(elements) if total is None else total}
    return JSONResponse({"_type": "Collection", **count, "_embedded": {"elements": elements}})


def as_json(issue: Issue) -> dict[str, Any]:
    status = issue.fields["status"]
    return {
        "_type": "WorkPackage",
        "id": issue.number,
        "subject": issue.title,
        "description": {"format": "markdown", "raw": issue.text, "html": ""},
        FIELD: issue.fields.get(FIELD),
        "lockVersion": issue.fields.setdefault("lockVersion", 0),
        "_links": {
            "self": link("work_packages", str(issue.number), issue.title),
            "status": link("statuses", status, STATUSES[status][0]),
            "priority": link("priorities", issue.fields["priority"], PRIORITIES[issue.fields["priority"]]),
        },
    }


def world(clock: Clock) -> World:
    made = World(clock)
    made.first_number = 1_200
    made.add("Delivery times are wrong on Sundays", "Found by support.", status="7", priority="9")
    return made


@routes.get("/users/me")
async def me(call: Call[World]) -> Response:
    return JSONResponse({"_type": "User", "id": 41, "name": "Harbour Bot", "login": "harbour-bot", "status": "active"})


@routes.get("/projects")
async def projects(call: Call[World]) -> Response:
    return collection([_project(*PROJECT), _project("43", "app", "App")])


@routes.get("/projects/{project}")
async def one_project(call: Call[World]) -> Response:
    project(call)
    return JSONResponse(_project(*PROJECT))


def _project(number: str, identifier: str, name: str) -> dict[str, Any]:
    links = {"self": link("projects", number, name), "createWorkPackage": {"href": "/api/v3/x", "method": "post"}}
    return {
        "_type": "Project",
        "id": int(number),
        "identifier": identifier,
        "name": name,
        "public": False,
        "_links": links,
    }


@routes.get("/projects/{project}/types")
async def types(call: Call[World]) -> Response:
    project(call)
    return collection(
        [{"id": int(one), "name": name, "_links": {"self": link("types", one, name)}} for one, name in TYPES.items()]
    )


@routes.get("/priorities")
async def priorities(call: Call[World]) -> Response:
    return collection(
        [
            {"id": int(one), "name": name, "_links": {"self": link("priorities", one, name)}}
            for one, name in PRIORITIES.items()
        ]
    )


@routes.get("/statuses")
async def statuses(call: Call[World]) -> Response:
    return collection([_status(number) for number in STATUSES])


@routes.get("/statuses/{id}")
async def one_status(call: Call[World]) -> Response:
    if call.params["id"] not in STATUSES:
        raise problem(404, "NotFound", "The requested resource could not be found.")
    return JSONResponse(_status(call.params["id"]))


def _status(number: str) -> dict[str, Any]:
    name, is_closed = STATUSES[number]
    links = {"self": link("statuses", number, name)}
    return {"_type": "Status", "id": int(number), "name": name, "isClosed": is_closed, "_links": links}


@routes.get("/projects/{project}/work_packages")
async def packages(call: Call[World]) -> Response:
    """Open ones only, unless filters are sent."""
    project(call)
    try:
        filters = json.loads(call.last("filters") or '[{"status":{"operator":"o","values":[]}}]')
        found = [
            one
            for one in reversed(call.world.issues)
            if all(_fits(one, name, by) for f in filters for name, by in f.items())
        ]
    except (ValueError, TypeError, KeyError, AttributeError):
        raise problem(400, "InvalidQuery", "The filters are not valid.") from None
    size, number = (
        number_in(call, "pageSize", 20, most=call.world.extra.get("most", 1000)),
        number_in(call, "offset", 1),
    )
    return collection([as_json(issue) for issue in page_of(found, number, size)], total=len(found))


def _fits(issue: Issue, name: str, by: dict[str, Any]) -> bool:
    match name, by["operator"]:
        case "status", "o":
            return issue.is_open
        case "description", "~":
            return all(str(value).lower() in issue.text.lower() for value in by["values"])
        case "customField5", "=":
            return issue.fields.get(FIELD) in by["values"]
    raise problem(400, "InvalidQuery", f"{name} filter does not exist.")


@routes.post("/work_packages")
async def create(call: Call[World]) -> Response:
    sent = body(call)
    title, text = sent.get("subject"), sent.get("description")
    raw = text.get("raw") if isinstance(text, dict) else ""
    number, kind = linked(sent, "project", "projects"), linked(sent, "type", "types")
    reasons = []
    if number != PROJECT[0]:
        reasons.append(("project", "Project can't be blank."))
    if kind not in TYPES:
        reasons.append(("type", "Type is not set to one of the allowed values."))
    if not isinstance(title, str) or not title.strip():
        reasons.append(("subject", "Subject can't be blank."))
    elif len(title) > 255:
        reasons.append(("subject", "Subject is too long (maximum is 255 characters)."))
    priority = linked(sent, "priority", "priorities") or "9"
    if priority not in PRIORITIES:
        reasons.append(("priority", "Priority is invalid."))
    if reasons:
        raise violation(*reasons)
    issue = call.world.add(str(title), str(raw or ""), status="1", priority=priority, type=kind)
    issue.fields[FIELD] = sent.get(FIELD)
    return JSONResponse(as_json(issue), 201)


@routes.get("/work_packages/{id}")
async def one_package(call: Call[World]) -> Response:
    return JSONResponse(as_json(issue_of(call)))


@routes.patch("/work_packages/{id}")
async def change(call: Call[World]) -> Response:
    issue, sent = issue_of(call), body(call)
    if sent.get("lockVersion") != issue.fields.setdefault("lockVersion", 0):
        message = "Couldn't update the resource because of conflicting modifications."
        raise problem(409, "UpdateConflict", message)
    status = linked(sent, "status", "statuses")
    if status is not None and status not in STATUSES:
        raise violation(("status", "Status is invalid."))
    if status is not None:
        issue.fields["status"], issue.is_open = status, not STATUSES[status][1]
    issue.fields["lockVersion"] += 1
    return JSONResponse(as_json(issue))


@routes.post("/work_packages/{id}/activities")
async def comment(call: Call[World]) -> Response:
    issue, text = issue_of(call), body(call).get("comment")
    raw = text.get("raw") if isinstance(text, dict) else None
    if not isinstance(raw, str) or not raw.strip():
        raise violation(("comment", "Comment can't be blank."))
    issue.comments.append(raw)
    return JSONResponse({"_type": "Activity::Comment", "id": len(issue.comments), "comment": {"raw": raw}}, 201)


@routes.post("/work_packages/{id}/attachments")
async def attach(call: Call[World]) -> Response:
    issue = issue_of(call)
    try:
        sent = {part.name: part for part in parts(call.content_type, call.body)}
        name = json.loads(sent["metadata"].text)["fileName"]
        content = sent["file"].content
    except (NotMultipart, KeyError, ValueError, TypeError):
        raise problem(
            400, "InvalidRequestBody", "The request could not be parsed as two parts, metadata and file."
        ) from None
    if len(content) > 5_242_880:
        raise violation(("file", "File is too large (maximum size is 5242880 Bytes)."))
    issue.files.append((name, content))
    issue.fields["lockVersion"] = issue.fields.get("lockVersion", 0) + 1
    return JSONResponse({"_type": "Attachment", "id": len(issue.files), "fileName": name}, 201)


def sandbox() -> Sandbox:
    missing = "The requested resource could not be found."
    return build(MOUNT, routes, world, admit=admit, not_found=lambda _: problem(404, "NotFound", missing).response)
