"""Shortcut's stories: a body with an unknown key is refused, and an external id may occur twice."""

from collections.abc import Collection
from typing import Any

from starlette.responses import JSONResponse, Response

from tools.kit.sandbox.clock import Clock
from tools.kit.sandbox.multipart import NotMultipart, parts
from tools.kit.sandbox.request_body import Fields, json_object
from tools.kit.sandbox.routes import Call, Respond, Routes
from tools.kit.sandbox.sandbox import Sandbox
from tools.trackers.sandbox.common import WRONG, Issue, World, build, refuse

MOUNT = "/trackers/shortcut"
TEAM, FIELD = "65a1f0c2-6f0f-4a52-9c1e-3f0d1a2b3c4d", "62b0a1d4-0d5b-4c3e-8f21-7a6b5c4d3e2f"
STATES = [
    {"id": 500000006, "name": "Backlog", "type": "backlog"},
    {"id": 500000007, "name": "Ready for Development", "type": "unstarted"},
    {"id": 500000008, "name": "In Development", "type": "started"},
    {"id": 500000009, "name": "Completed", "type": "done"},
]
SEVERITIES = {f"Severity {number}": f"62b0a1d4-0000-4c3e-8f21-00000000000{number}" for number in range(4)}
CREATE_KEYS = {"name", "story_type", "workflow_state_id", "project_id", "description", "labels", "external_id"} | {
    *("external_links", "group_id", "custom_fields", "linked_file_ids", "file_ids", "comments", "epic_id"),
    *("iteration_id", "owner_ids", "estimate", "deadline", "archived"),
}
SEARCH_KEYS = {"external_id", "archived", "story_type", "workflow_state_id", "label_name", "created_at_start"}
UPDATE_KEYS = CREATE_KEYS | {"before_id", "after_id"}

routes: Routes[World] = Routes()


def problem(status: int, message: str, errors: dict[str, str] | None = None) -> Respond:
    return refuse({"message": message} | ({"errors": errors} if errors else {}), status)


def admit(call: Call[World]) -> Response | None:
    token = call.request.headers.get("shortcut-token", "")
    if token and WRONG not in token:
        return None
    return refuse({"message": "Unauthorized", "tag": "organization2_missing"}, 401).response


def body(call: Call[World], known: Collection[str], *required: str) -> Fields:
    def invalid(errors: dict[str, str]) -> Respond:
        return problem(400, "The request included invalid or missing parameters.", errors)

    sent = json_object(call, lambda expected, why: problem(400, f"Malformed JSON: {why}"))
    if call.content_type.partition(";")[0] != "application/json":
        raise problem(415, "Unsupported Media Type")
    errors = {name: "disallowed-key" for name in sent if name not in known}
    errors |= {name: "missing-required-key" for name in required if not sent.get(name)}
    if errors:
        raise invalid(errors)
    return sent


def story_of(call: Call[World]) -> Issue:
    issue = call.world.issue(call.params["story"])
    if issue is None:
        raise problem(404, "Resource not found.")
    return issue


def check_state(sent: Fields) -> None:
    if sent.get("workflow_state_id") not in {state["id"] for state in STATES}:
        raise problem(400, "Workflow state not found.", {"workflow_state_id": "does not exist"})


def as_json(issue: Issue) -> dict[str, Any]:
    state = next(one for one in STATES if one["id"] == issue.fields["workflow_state_id"])
    return {
        "id": issue.number,
        "name": issue.title,
        "description": issue.text,
        "story_type": issue.fields.get("story_type", "feature"),
        "external_id": issue.fields.get("external_id"),
        "workflow_state_id": state["id"],
        "labels": [{"name": name} for name in issue.labels],
        "started": state["type"] == "started",
        "completed": state["type"] == "done",
        "archived": issue.fields.get("archived", False),
        "app_url": f"https://app.shortcut.com/harbour/story/{issue.number}",
    }


def world(clock: Clock) -> World:
    made = World(clock)
    made.add("Delivery times are wrong on Sundays", "Found by support.", workflow_state_id=500000008)
    made.add("Bump the checkout library", "Done.", workflow_state_id=500000009)
    return made


@routes.get("/member")
async def member(call: Call[World]) -> Response:
    workspace = {"url_slug": "harbour", "name": "Harbour"}
    row = {
        "id": "5f0c",
        "name": "Harbour Bot",
        "mention_name": "harbour-bot",
        "role": "member",
        "workspace2": workspace,
    }
    return JSONResponse(row)


@routes.get("/workflows")
async def workflows(call: Call[World]) -> Response:
    return JSONResponse([{"id": 500000005, "name": "Engineering", "states": STATES}])


@routes.get("/groups")
async def groups(call: Call[World]) -> Response:
    return JSONResponse([{"id": TEAM, "name": "Web", "archived": False}])


@routes.get("/custom-fields")
async def custom_fields(call: Call[World]) -> Response:
    values = [{"id": number, "value": name, "enabled": True} for name, number in SEVERITIES.items()]
    field = {"id": FIELD, "name": "Severity", "canonical_name": "severity", "field_type": "enum", "enabled": True}
    return JSONResponse([field | {"values": values}])


@routes.post("/stories/search")
async def search(call: Call[World]) -> Response:
    wanted = body(call, SEARCH_KEYS).get("external_id")
    found = [issue for issue in call.world.issues if wanted is None or issue.fields.get("external_id") == wanted]
    return JSONResponse([as_json(issue) for issue in found], 201)


@routes.post("/stories")
async def create(call: Call[World]) -> Response:
    sent = body(call, CREATE_KEYS, "name")
    if ("workflow_state_id" in sent) == ("project_id" in sent):
        raise problem(400, "Exactly one of workflow_state_id and project_id is required.")
    check_state(sent)
    if len(str(sent["name"])) > 512 or len(str(sent.get("description", ""))) > 100_000:
        raise problem(400, "The request included invalid or missing parameters.", {"description": "too-long"})
    if sent.get("story_type", "feature") not in {"feature", "chore", "bug"}:
        raise problem(400, "The request included invalid or missing parameters.", {"story_type": "invalid"})
    fields = sent.get("custom_fields")
    for one in fields if isinstance(fields, list) else []:
        if one.get("field_id") != FIELD or one.get("value_id") not in SEVERITIES.values():
            raise problem(422, "Custom field value not found.")
    labels = sent.get("labels")
    names = [str(label["name"]) for label in labels] if isinstance(labels, list) else []
    rest = {name: value for name, value in sent.items() if name not in {"name", "description", "labels"}}
    issue = call.world.add(str(sent["name"]), str(sent.get("description") or ""), labels=names, **rest)
    return JSONResponse(as_json(issue), 201)


@routes.get("/stories/{story}")
async def one_story(call: Call[World]) -> Response:
    return JSONResponse(as_json(story_of(call)))


@routes.put("/stories/{story}")
async def change(call: Call[World]) -> Response:
    issue, sent = story_of(call), body(call, UPDATE_KEYS)
    check_state(sent)
    issue.fields["workflow_state_id"] = sent["workflow_state_id"]
    return JSONResponse(as_json(issue))


@routes.post("/stories/{story}/comments")
async def comment(call: Call[World]) -> Response:
    issue = story_of(call)
    text = str(body(call, {"text", "external_id", "author_id"}, "text")["text"])
    issue.comments.append(text)
    return JSONResponse({"id": 900 + len(issue.comments), "text": text}, 201)


@routes.post("/files")
async def upload(call: Call[World]) -> Response:
    try:
        sent = parts(call.content_type, call.body)
    except NotMultipart as error:
        raise problem(400, str(error)) from error
    number = next((part.text for part in sent if part.name == "story_id"), "")
    issue = call.world.issue(number)
    if issue is None:
        raise problem(404, "Resource not found.")
    files = [(part.filename, part.content) for part in sent if part.filename and part.name.startswith("file")]
    issue.files += files
    return JSONResponse([{"id": 70 + n, "name": name} for n, (name, _) in enumerate(files)], 201)


def sandbox() -> Sandbox:
    return build(MOUNT, routes, world, admit=admit, not_found=lambda _: problem(404, "Resource not found.").response)
