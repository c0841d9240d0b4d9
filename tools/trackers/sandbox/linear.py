"""Linear's issues, as far as handing a defect over needs them: one address, and errors that come with 200."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from starlette.responses import JSONResponse, Response

from tools.kit.sandbox.clock import Clock
from tools.kit.sandbox.routes import Call, Respond, Routes
from tools.kit.sandbox.sandbox import Sandbox
from tools.trackers.sandbox.common import WRONG, Issue, World, build, refuse
from tools.trackers.sandbox.graphql import Failed, Field, run

MOUNT = "/trackers/linear"
TEAM = {"id": "5e6f1f5a-6a4c-4c1e-9a53-1f7f0a3f1b01", "key": "ENG", "name": "Harbour Engineering", "private": False}
STATES = {
    "triage": ("a1f0b9a0-0000-4000-8000-000000000001", "Triage"),
    "started": ("a1f0b9a0-0000-4000-8000-000000000002", "In Progress"),
    "completed": ("a1f0b9a0-0000-4000-8000-000000000003", "Done"),
    "canceled": ("a1f0b9a0-0000-4000-8000-000000000004", "Canceled"),
}
LABELS = {"testio": "b2f0b9a0-0000-4000-8000-000000000001", "web": "b2f0b9a0-0000-4000-8000-000000000002"}

STORAGE = "/storage/{number}"
"""It is on another host in truth, and takes no credential."""

routes: Routes[World] = Routes()
fields: dict[str, Field] = {}


def invalid(message: str) -> Failed:
    return Failed(message, type="invalid input", code="INPUT_ERROR", userError=True, userPresentableMessage=message)


def answer_of(failed: Failed) -> Respond:
    error = {"message": failed.message, "extensions": failed.extensions}
    is_document = str(failed.extensions.get("code", "")).startswith(("GRAPHQL", "BAD"))
    return refuse({"errors": [error], "data": None}, 400 if is_document else 200)


def admit(call: Call[World]) -> Response | None:
    token = call.request.headers.get("authorization", "")
    if call.method == "PUT":
        return None
    if token.startswith("Bearer "):
        why = "It looks like you're trying to use an API key as a Bearer token. Remove the Bearer prefix."
        return authentication(why).response
    if not token or WRONG in token:
        return authentication("Authentication required, not authenticated").response
    return None


def authentication(message: str) -> Respond:
    extensions = {"type": "authentication error", "code": "AUTHENTICATION_ERROR", "userError": True}
    return refuse({"errors": [{"message": message, "extensions": extensions}]}, 401)


def as_json(issue: Issue) -> dict[str, Any]:
    kind = issue.fields.get("state", "triage")
    key = f"ENG-{issue.number}"
    return {
        "id": issue.fields["id"],
        "identifier": key,
        "url": f"https://linear.app/harbour/issue/{key}/{'-'.join(issue.title.lower().split()[:3])}",
        "title": issue.title,
        "description": issue.text,
        "state": {"id": STATES[kind][0], "name": STATES[kind][1], "type": kind},
        "team": {**TEAM, "states": {"nodes": [{"id": i, "name": n, "type": t} for t, (i, n) in STATES.items()]}},
        "trashed": None,
        "archivedAt": None,
    }


def issue_with(call: Call[World], wanted: object) -> Issue:
    for issue in call.world.issues:
        if wanted in {issue.fields["id"], f"ENG-{issue.number}"}:
            return issue
    raise invalid("Entity not found: Issue")


def is_team(wanted: Mapping[str, Any] | None) -> bool:
    """Whether a filter is that of the team."""
    asked = wanted or {}
    names = {name.casefold() for name in asked.get("key", {}).values()}
    return not asked or TEAM["id"] in asked.get("id", {}).values() or str(TEAM["key"]).casefold() in names


def fits(issue: Issue, wanted: Mapping[str, Any]) -> bool:
    """Whether an issue is one of a filter: every comparator that is in it has to agree."""
    if unknown := set(wanted) - {"or", "id", "description", "team"}:
        raise Failed(f'Field "{min(unknown)}" is not defined by type "IssueFilter".', code="GRAPHQL_VALIDATION_FAILED")
    return (
        ("or" not in wanted or any(fits(issue, one) for one in wanted["or"]))
        and ("id" not in wanted or wanted["id"].get("eq") == issue.fields["id"])
        and ("description" not in wanted or wanted["description"].get("contains", "") in (issue.text or ""))
        and is_team(wanted.get("team"))
    )


async def viewer(call: Call[World], given: Mapping[str, Any]) -> Any:
    return {"id": "c3", "name": "Harbour Desk", "organization": {"name": "Harbour", "urlKey": "harbour"}}


async def teams(call: Call[World], given: Mapping[str, Any]) -> Any:
    return {"nodes": [TEAM] if is_team(given.get("filter")) else []}


async def issue_labels(call: Call[World], given: Mapping[str, Any]) -> Any:
    names = given["filter"]["name"]["in"]
    return {"nodes": [{"id": i, "name": name, "team": None} for name, i in LABELS.items() if name in names]}


async def issues(call: Call[World], given: Mapping[str, Any]) -> Any:
    found = [issue for issue in call.world.issues if fits(issue, given["filter"])]
    return {"nodes": [as_json(issue) for issue in found[::-1]][: given.get("first", 50)]}


async def issue(call: Call[World], given: Mapping[str, Any]) -> Any:
    return as_json(issue_with(call, given["id"]))


async def issue_create(call: Call[World], given: Mapping[str, Any]) -> Any:
    sent = given["input"]
    own, title, labels = sent.get("id"), sent.get("title"), sent.get("labelIds") or []
    if sent.get("teamId") != TEAM["id"]:
        raise invalid("Entity not found: Team - Could not find referenced Team.")
    if not isinstance(title, str) or not title.strip() or len(title) > 255:
        raise invalid("title must be longer than or equal to 1 and shorter than or equal to 255 characters")
    if not isinstance(own, str) or UUID(own).version != 4:
        raise invalid("id must be a UUID")
    if any(one.fields["id"] == own for one in call.world.issues):
        raise invalid("Entity already exists: an issue with this id exists.")
    if sent.get("priority") not in {0, 1, 2, 3, 4}:
        raise invalid("priority must be one of 0, 1, 2, 3, 4")
    if set(labels) - set(LABELS.values()):
        raise invalid("Entity not found: IssueLabel")
    made = call.world.add(title, sent.get("description"), labels=labels, id=own, priority=sent["priority"])
    return {"success": True, "issue": as_json(made)}


async def issue_update(call: Call[World], given: Mapping[str, Any]) -> Any:
    changed, wanted = issue_with(call, given["id"]), given["input"].get("stateId")
    kinds = [kind for kind, (own, _) in STATES.items() if own == wanted]
    if not kinds:
        raise invalid("Entity not found: WorkflowState")
    changed.fields["state"] = kinds[0]
    changed.is_open = kinds[0] not in {"completed", "canceled"}
    return {"success": True}


async def comment_create(call: Call[World], given: Mapping[str, Any]) -> Any:
    text = given["input"].get("body")
    if not isinstance(text, str) or not text.strip():
        raise invalid("body must be a string")
    issue_with(call, given["input"].get("issueId")).comments.append(text)
    return {"success": True}


async def attachment_create(call: Call[World], given: Mapping[str, Any]) -> Any:
    sent = given["input"]
    linked = issue_with(call, sent.get("issueId"))
    links = linked.fields.setdefault("links", {})
    asset = call.world.extra["assets"].get(sent["url"])
    if asset is not None and sent["url"] not in links:
        linked.files.append((sent["title"], asset))
    links[sent["url"]] = sent["title"]  # the same address again changes the link
    return {"success": True}


async def file_upload(call: Call[World], given: Mapping[str, Any]) -> Any:
    assets = call.world.extra["assets"]
    asset = f"https://uploads.linear.app/harbour/{len(assets) + 1}"
    assets[asset] = b""
    place = {
        "uploadUrl": f"{call.base}{STORAGE.format(number=len(assets))}?X-Goog-Signature=sandbox%2Fsignature",
        "assetUrl": asset,
        "headers": [{"key": "x-goog-content-length-range", "value": f"{given['size']},{given['size']}"}],
    }
    return {"success": True, "uploadFile": place}


@routes.put(STORAGE)
async def upload(call: Call[World]) -> Response:
    headers = call.request.headers
    asset = f"https://uploads.linear.app/harbour/{call.params['number']}"
    size = len(call.body)
    if "authorization" in headers or asset not in call.world.extra["assets"]:
        raise refuse("<Error><Message>Invalid argument.</Message></Error>", 400)
    is_signed = "X-Goog-Signature=sandbox%2Fsignature" in str(call.request.url)
    if not is_signed or headers.get("x-goog-content-length-range") != f"{size},{size}":
        raise refuse("<Error><Message>The request signature does not match.</Message></Error>", 403)
    call.world.extra["assets"][asset] = call.body
    return Response(status_code=200)


fields |= {
    "viewer": viewer,
    "teams": teams,
    "issueLabels": issue_labels,
    "issues": issues,
    "issue": issue,
    "issueCreate": issue_create,
    "issueUpdate": issue_update,
    "commentCreate": comment_create,
    "attachmentCreate": attachment_create,
    "fileUpload": file_upload,
}


@routes.post("/graphql")
async def graphql(call: Call[World]) -> Response:
    return JSONResponse({"data": await run(call, fields, answer_of)})


def world(clock: Clock) -> World:
    made = World(clock)
    made.extra["assets"] = {}
    made.add("Delivery times are wrong on Sundays", "By support.", id="d4f0b9a0-0000-4000-8000-000000000001")
    return made


def sandbox() -> Sandbox:
    return build(MOUNT, routes, world, admit=admit, not_found=lambda _: refuse("Not Found", 404).response)
