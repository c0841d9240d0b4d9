"""Redmine's issues: an unknown filter is ignored, what may not be set is dropped, and an update answers nothing."""

from typing import Any

from starlette.responses import JSONResponse, Response

from tools.kit.sandbox.clock import Clock
from tools.kit.sandbox.request_body import Fields, json_object
from tools.kit.sandbox.routes import Call, Respond, Routes
from tools.kit.sandbox.sandbox import Sandbox
from tools.trackers.sandbox.common import WRONG, Issue, World, build, number_in, refuse

MOUNT = "/trackers/redmine"
PROJECT = {"id": 1, "name": "Harbour Shop", "identifier": "shop", "status": 1, "is_public": False}
TRACKERS = [{"id": 1, "name": "Bug"}, {"id": 2, "name": "Feature"}]
PRIORITIES = [{"id": number, "name": name} for number, name in enumerate(("Low", "Normal", "High", "Urgent"), 3)]
STATUSES = [
    {"id": 1, "name": "New", "is_closed": False},
    {"id": 2, "name": "In Progress", "is_closed": False},
    {"id": 5, "name": "Closed", "is_closed": True},
    {"id": 6, "name": "Rejected", "is_closed": True},
]
FIELD = {"id": 3, "name": "test IO"}

routes: Routes[World] = Routes()


def admit(call: Call[World]) -> Response | None:
    key = call.request.headers.get("x-redmine-api-key", "")
    if key and WRONG not in key:
        return None
    path = call.request.url.path.removeprefix(MOUNT)
    if call.world.switches.anonymous and call.method == "GET" and not path.startswith("/users/"):
        return None  # what is public is read by everybody
    return Response(status_code=401, headers={"WWW-Authenticate": 'Basic realm="Redmine API"'})


def nothing(status: int) -> Respond:
    return Respond(Response(status_code=status))


def errors(*sentences: str) -> Respond:
    return refuse({"errors": list(sentences)}, 422)


def sent_issue(call: Call[World]) -> Fields:
    sent = json_object(call, lambda expected, why: nothing(400)).get("issue")
    if call.content_type.partition(";")[0] != "application/json" or not isinstance(sent, dict):
        raise nothing(400)
    return sent


def issue_of(call: Call[World]) -> Issue:
    issue = call.world.issue(call.params["number"])
    if issue is None:
        raise nothing(404)
    return issue


def as_json(issue: Issue) -> dict[str, Any]:
    status = next(one for one in STATUSES if one["id"] == issue.fields.get("status_id", 1))
    named = {"tracker": (TRACKERS, "tracker_id", 1), "priority": (PRIORITIES, "priority_id", 4)}
    return {
        "id": issue.number,
        "project": {"id": 1, "name": PROJECT["name"]},
        "status": status,
        "subject": issue.title,
        "description": issue.text,
        "custom_fields": [FIELD | {"value": issue.fields.get("cf_3", "")}],
        "closed_on": "2026-11-02T10:00:00Z" if status["is_closed"] else None,
    } | {
        name: next(one for one in listed if one["id"] == issue.fields.get(field, default))
        for name, (listed, field, default) in named.items()
    }


def world(clock: Clock) -> World:
    made = World(clock)
    made.extra["uploads"] = {}
    made.add("Delivery times are wrong on Sundays", "Found by support.")
    made.add("Bump the checkout library", "Done.", status_id=5).is_open = False
    return made


@routes.get("/users/current.json")
async def user(call: Call[World]) -> Response:
    return JSONResponse({"user": {"id": 7, "login": "harbour-bot", "firstname": "Harbour", "lastname": "Bot"}})


@routes.get("/projects.json")
async def projects(call: Call[World]) -> Response:
    listed = [PROJECT] if number_in(call, "offset", 0) == 0 else []
    return JSONResponse({"projects": listed, "total_count": 1, "offset": 0, "limit": 25})


@routes.get("/projects/{project}.json")
async def one_project(call: Call[World]) -> Response:
    if call.params["project"] not in {"1", "shop"}:
        raise nothing(404)
    more = {"issue_custom_fields": [FIELD]} if "issue_custom_fields" in (call.last("include") or "") else {}
    return JSONResponse({"project": PROJECT | more})


@routes.get("/trackers.json")
async def trackers(call: Call[World]) -> Response:
    return JSONResponse({"trackers": TRACKERS})


@routes.get("/enumerations/issue_priorities.json")
async def priorities(call: Call[World]) -> Response:
    return JSONResponse({"issue_priorities": [one | {"active": True} for one in PRIORITIES]})


@routes.get("/issue_statuses.json")
async def statuses(call: Call[World]) -> Response:
    return JSONResponse({"issue_statuses": STATUSES})


@routes.get("/issues.json")
async def issues(call: Call[World]) -> Response:
    if call.last("project_id") not in {None, "1", "shop"}:
        raise nothing(404)
    status, field, text = call.last("status_id") or "open", call.last("cf_3"), call.last("description") or ""

    def fits(issue: Issue) -> bool:
        is_wanted = status == "*" or issue.is_open == (status == "open")
        has_field = field is None or issue.fields.get("cf_3") == field
        return is_wanted and has_field and (not text.startswith("~") or text[1:].lower() in issue.text.lower())

    found = [issue for issue in reversed(call.world.issues) if fits(issue)]
    start, size = number_in(call, "offset", 0), number_in(call, "limit", 25, most=100)
    page = [as_json(issue) for issue in found[start : start + size]]
    return JSONResponse({"issues": page, "total_count": len(found), "offset": start, "limit": size})


@routes.post("/issues.json")
async def create(call: Call[World]) -> Response:
    sent, wrong = sent_issue(call), list[str]()
    subject = sent.get("subject")
    if str(sent.get("project_id")) not in {"1", "shop"}:
        wrong.append("Project cannot be blank")
    if not isinstance(subject, str) or not subject.strip():
        wrong.append("Subject cannot be blank")
    elif len(subject) > 255:
        wrong.append("Subject is too long (maximum is 255 characters)")
    if sent.get("tracker_id", 1) not in {one["id"] for one in TRACKERS}:
        wrong.append("Tracker is not included in the list")
    if sent.get("priority_id", 4) not in {one["id"] for one in PRIORITIES}:
        wrong.append("Priority cannot be blank")
    if wrong:
        raise errors(*wrong)
    fields: dict[str, Any] = {name: sent[name] for name in ("tracker_id", "priority_id") if name in sent}
    custom = sent.get("custom_fields")
    for one in custom if isinstance(custom, list) else []:
        if str(one.get("id")) == "3":  # every other one is dropped
            fields["cf_3"] = str(one.get("value"))
    issue = call.world.add(str(subject), str(sent.get("description") or ""), **fields)
    return JSONResponse({"issue": as_json(issue)}, 201, {"Location": f"{call.base}/issues/{issue.number}"})


@routes.get("/issues/{number}.json")
async def one_issue(call: Call[World]) -> Response:
    more = {"allowed_statuses": STATUSES} if "allowed_statuses" in (call.last("include") or "") else {}
    return JSONResponse({"issue": as_json(issue_of(call)) | more})


@routes.put("/issues/{number}.json")
async def change(call: Call[World]) -> Response:
    issue, sent = issue_of(call), sent_issue(call)
    if isinstance(sent.get("notes"), str) and sent["notes"]:
        issue.comments.append(sent["notes"])
    status = next((one for one in STATUSES if one["id"] == sent.get("status_id")), None)
    if status is not None and not call.world.extra.get("keeps_open"):
        issue.fields["status_id"], issue.is_open = status["id"], not status["is_closed"]
    uploads = sent.get("uploads")
    for upload in uploads if isinstance(uploads, list) else []:
        content = call.world.extra["uploads"].pop(upload.get("token"), None)
        if content is not None:
            issue.files.append((str(upload.get("filename")), content))
    return Response(status_code=204)


@routes.post("/uploads.json")
async def upload(call: Call[World]) -> Response:
    if call.content_type != "application/octet-stream":
        raise nothing(406)
    uploads = call.world.extra["uploads"]
    number = 7_000 + len(uploads) + sum(len(issue.files) for issue in call.world.issues)
    uploads[token := f"{number}.ed1ccdb093229ca1bd0b043618d88743"] = call.body
    return JSONResponse({"upload": {"id": number, "token": token}}, 201)


def sandbox() -> Sandbox:
    return build(MOUNT, routes, world, admit=admit, not_found=lambda _: nothing(404).response)
