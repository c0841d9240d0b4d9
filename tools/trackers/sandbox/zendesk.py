"""Zendesk's tickets: a key makes a repeated create the same ticket for two hours; closed tickets stay as they are."""

import base64
import binascii
from datetime import timedelta
from typing import Any

from starlette.responses import JSONResponse, Response

from tools.kit.sandbox.clock import Clock
from tools.kit.sandbox.request_body import Fields, json_object
from tools.kit.sandbox.routes import Call, Respond, Routes
from tools.kit.sandbox.sandbox import Sandbox
from tools.trackers.sandbox.common import WRONG, Issue, World, build, refuse

MOUNT = "/trackers/zendesk"
GROUP = 360001
PRIORITIES, TYPES = {"urgent", "high", "normal", "low"}, {"problem", "incident", "question", "task"}
STATUSES = {"new", "open", "pending", "hold", "solved"}
KEPT = timedelta(hours=2)

routes: Routes[World] = Routes()


def invalid(field: str, description: str, error: str, status: int = 422) -> Respond:
    details = {field: [{"description": description, "error": error}]}
    return refuse({"error": "RecordInvalid", "description": "Record validation errors", "details": details}, status)


def not_found() -> Respond:
    return refuse({"error": "RecordNotFound", "description": "Not found"}, 404)


def is_known(call: Call[World]) -> bool:
    scheme, _, text = call.request.headers.get("authorization", "").partition(" ")
    try:
        user, _, token = base64.b64decode(text, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return False
    return scheme == "Basic" and "@" in user and user.endswith("/token") and bool(token) and WRONG not in token


def admit(call: Call[World]) -> Response | None:
    is_asking_who = call.request.url.path.endswith("/users/me")
    if is_known(call) or (call.world.switches.anonymous and is_asking_who):
        return None
    return refuse({"error": "Couldn't authenticate you"}, 401).response


def body(call: Call[World]) -> Fields:
    def wrong(expected: str, why: str) -> Respond:
        return refuse({"error": {"title": "Invalid attribute", "message": why}}, 400)

    sent = json_object(call, wrong).get("ticket")
    if not isinstance(sent, dict):
        raise wrong("an object", "You passed an invalid value for the ticket attribute. Must be an object")
    return sent


def ticket_of(call: Call[World]) -> Issue:
    issue = call.world.issue(call.params["ticket"])
    if issue is None:
        raise not_found()
    return issue


def as_json(call: Call[World], issue: Issue) -> dict[str, Any]:
    return {
        "id": issue.number,
        "url": f"{call.base}/tickets/{issue.number}.json",
        "external_id": issue.fields.get("external_id"),
        "subject": issue.title,
        "description": issue.text,
        "status": issue.fields.get("status", "new"),
        "priority": issue.fields.get("priority"),
        "type": issue.fields.get("type"),
        "tags": issue.labels,
    }


def check_values(sent: Fields) -> None:
    if sent.get("priority") not in {None, *PRIORITIES}:
        raise invalid("priority", f"Priority: {sent['priority']} is not a valid option", "InvalidValue")
    if sent.get("type") not in {None, *TYPES}:
        raise invalid("ticket_type", f"Type: {sent['type']} is not a valid option", "InvalidValue")
    if sent.get("status") not in {None, *STATUSES}:
        raise invalid("status", f"Status: {sent['status']} is not a valid option", "InvalidValue")
    if str(sent.get("group_id") or GROUP) != str(GROUP):
        raise invalid("group", "Group: is invalid", "InvalidValue")


def text_of(comment: Fields) -> str:
    text = comment.get("html_body") or comment.get("body")
    if not isinstance(text, str) or not text.strip():
        raise invalid("base", "Description: cannot be blank", "BlankValue")
    if len(text.encode()) > 65_536:
        raise invalid("comment", "Comment: is too long", "RecordInvalid")
    return text


def world(clock: Clock) -> World:
    made = World(clock)
    made.extra = {"uploads": {}, "keys": {}}
    made.add("Delivery times are wrong on Sundays", "A customer wrote.", status="open")
    made.add("Where is my parcel?", "A customer wrote.", status="closed").is_open = False
    return made


@routes.get("/users/me")
async def user(call: Call[World]) -> Response:
    if not is_known(call):
        anonymous = {"id": None, "name": "Anonymous user", "email": "invalid@example.com", "role": "end-user"}
        return JSONResponse({"user": anonymous})
    return JSONResponse({"user": {"id": 7, "name": "Bot", "email": "bot@harbour.example", "role": "agent"}})


@routes.get("/groups")
async def groups(call: Call[World]) -> Response:
    return JSONResponse({"groups": [{"id": GROUP, "name": "Web"}], "next_page": None, "count": 1})


@routes.get("/tickets")
async def tickets(call: Call[World]) -> Response:
    """Without the archived ones, whatever they are."""
    wanted = call.last("external_id")
    found = [
        as_json(call, issue)
        for issue in call.world.issues
        if not issue.fields.get("archived") and (wanted is None or issue.fields.get("external_id") == wanted)
    ]
    return JSONResponse({"tickets": found[:100], "next_page": None, "count": len(found)})


@routes.get("/search")
async def search(call: Call[World]) -> Response:
    _, _, wanted = (call.last("query") or "").partition("external_id:")
    found = call.world.search(lambda issue: issue.fields.get("external_id") == wanted.strip('"'))
    return JSONResponse({"results": [as_json(call, issue) for issue in found], "count": len(found)})


@routes.post("/tickets")
async def create(call: Call[World]) -> Response:
    key, keys = call.request.headers.get("idempotency-key"), call.world.extra["keys"]
    before, sent_then, number = keys.get(key, (None, b"", 0))
    if before is not None and call.clock.now() - before < KEPT:
        if sent_then != call.body:
            why = "Request parameters don't match the given idempotency key"
            raise refuse({"error": "IdempotentRequestError", "description": why}, 400)
        return created(call, call.world.issue(number), "hit")
    sent = body(call)
    comment, subject = sent.get("comment"), sent.get("subject")
    if not isinstance(comment, dict):
        raise invalid("base", "Description: cannot be blank", "BlankValue")
    if not isinstance(subject, str) or len(subject) > 150:
        raise invalid("subject", "Subject: is too long", "RecordInvalid")
    check_values(sent)
    fields = {name: value for name, value in sent.items() if name not in {"comment", "subject", "tags"}}
    tags = sent.get("tags")
    labels = [str(tag) for tag in tags] if isinstance(tags, list) else []
    issue = call.world.add(subject, text_of(comment), labels=labels, public=comment.get("public", True), **fields)
    if key:
        keys[key] = (call.clock.now(), call.body, issue.number)
    return created(call, issue, "miss")


def created(call: Call[World], issue: Issue | None, lookup: str) -> Response:
    if issue is None:
        raise not_found()
    row = as_json(call, issue)
    return JSONResponse({"ticket": row}, 201, {"Location": row["url"], "x-idempotency-lookup": lookup})


@routes.get("/tickets/{ticket}")
async def one_ticket(call: Call[World]) -> Response:
    return JSONResponse({"ticket": as_json(call, ticket_of(call))})


@routes.put("/tickets/{ticket}")
async def change(call: Call[World]) -> Response:
    issue, sent = ticket_of(call), body(call)
    if issue.fields.get("status") == "closed":
        raise invalid("status", "Status: closed prevents ticket update", "ClosedTicket")
    check_values(sent)
    comment = sent.get("comment")
    if isinstance(comment, dict):
        issue.comments.append({"text": text_of(comment), "public": comment.get("public", True)})
        for token in comment.get("uploads", []):
            issue.files += call.world.extra["uploads"].pop(token, [])
    if "status" in sent:
        issue.fields["status"], issue.is_open = sent["status"], sent["status"] != "solved"
    return JSONResponse({"ticket": as_json(call, issue)})


@routes.post("/uploads")
async def upload(call: Call[World]) -> Response:
    name, uploads = call.last("filename"), call.world.extra["uploads"]
    if not name or not call.content_type or not call.body:
        raise refuse({"error": "AttachmentUnprocessable", "description": "filename or content is missing"}, 422)
    token = f"6bk3{len(uploads)}{sum(len(issue.files) for issue in call.world.issues)}"
    uploads[token] = [(name, call.body)]
    return JSONResponse({"upload": {"token": token, "attachment": {"file_name": name}}}, 201)


def sandbox() -> Sandbox:
    return build(MOUNT, routes, world, admit=admit, not_found=lambda _: not_found().response)
