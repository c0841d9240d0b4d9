"""YouTrack's issues: an answer has only the fields that were asked for, and updates are POST."""

import re
from typing import Any

from starlette.responses import JSONResponse, Response

from tools.kit.sandbox.clock import Clock
from tools.kit.sandbox.multipart import NotMultipart, parts
from tools.kit.sandbox.request_body import Fields, json_object
from tools.kit.sandbox.routes import Call, Respond, Routes
from tools.kit.sandbox.sandbox import Sandbox
from tools.trackers.sandbox.common import WRONG, Issue, World, build, number_in, refuse

MOUNT = "/trackers/youtrack"
KEY, PROJECT = "SHOP", {"id": "0-3", "name": "Harbour Shop", "shortName": "SHOP", "archived": False, "$type": "Project"}
TYPES, PRIORITIES = ("Bug", "Feature", "Task"), ("Show-stopper", "Critical", "Major", "Normal", "Minor")
STATES = {"Submitted": False, "Open": False, "Fixed": True, "Won't fix": True}
FIELDS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "Type": ("enum[1]", "SingleEnumIssueCustomField", TYPES),
    "Priority": ("enum[1]", "SingleEnumIssueCustomField", PRIORITIES),
    "State": ("state[1]", "StateIssueCustomField", tuple(STATES)),
    "test IO": ("string", "SimpleIssueCustomField", ()),
}

routes: Routes[World] = Routes()


def problem(status: int, error: str, description: str) -> Respond:
    return refuse({"error": error, "error_description": description}, status)


def admit(call: Call[World]) -> Response | None:
    scheme, _, token = call.request.headers.get("authorization", "").partition(" ")
    if scheme == "Bearer" and token and WRONG not in token:
        return None
    if call.world.switches.anonymous and call.method == "GET":
        return None  # a guest may read
    return problem(401, "Unauthorized", "You are not logged in.").response


def is_guest(call: Call[World]) -> bool:
    return WRONG in call.request.headers.get("authorization", WRONG)


def chosen(call: Call[World], row: dict[str, Any], default: tuple[str, ...] = ("id",)) -> dict[str, Any]:
    """The fields of the first level that were asked for; what is inside them is given as a whole."""
    asked, flat = call.last("fields"), ""
    depth = 0
    for one in asked or "":
        depth += (one == "(") - (one == ")")
        flat += one if not depth and one != ")" else ""
    names = [name.strip() for name in flat.split(",")] if asked else default
    return {name: row[name] for name in names if name in row} | {"$type": row["$type"]}


def as_json(issue: Issue) -> dict[str, Any]:
    values = issue.fields["values"]
    own = [
        {"name": name, "$type": kind, "value": values.get(name), "projectCustomField": bundle(name)}
        for name, (_, kind, _) in FIELDS.items()
    ]
    return {
        "id": f"2-{issue.number}",
        "idReadable": f"{KEY}-{issue.number}",
        "summary": issue.title,
        "description": issue.text,
        "resolved": None if issue.is_open else 1_798_000_000_000,
        "customFields": own,
        "$type": "Issue",
    }


def bundle(name: str) -> dict[str, Any]:
    kind, _, names = FIELDS[name]
    row: dict[str, Any] = {"field": {"name": name, "fieldType": {"id": kind}}}
    if names:
        flags = [{"isResolved": STATES[one]} if name == "State" else {} for one in names]
        row["bundle"] = {"values": [{"name": one} | flag for one, flag in zip(names, flags, strict=True)]}
    return row


def issue_of(call: Call[World]) -> Issue:
    name = str(call.params["issue"])
    issue = call.world.issue(name.removeprefix("2-").removeprefix(f"{KEY}-"))
    if issue is None or "-" not in name:
        raise problem(404, "Not Found", f"Entity with id {name} not found")
    return issue


def body(call: Call[World]) -> Fields:
    return json_object(call, lambda expected, why: problem(400, "Bad Request", f"Could not read JSON: {why}"))


def set_fields(issue: Issue, sent: Fields) -> None:
    """Set custom fields, whose `$type` has to be the field's."""
    given = sent.get("customFields")
    for one in given if isinstance(given, list) else []:
        name, value = str(one.get("name")), one.get("value")
        if name not in FIELDS or one.get("$type") != FIELDS[name][1]:
            raise problem(400, "Bad Request", f"Incompatible field type: {name}")
        if FIELDS[name][2] and (value or {}).get("name") not in FIELDS[name][2]:
            raise problem(400, "Bad Request", f"Value is not allowed for the field {name}")
        issue.fields["values"][name] = value
        if name == "State":
            issue.is_open = not STATES[value["name"]]


def world(clock: Clock) -> World:
    made = World(clock)
    made.add("Delivery times are wrong on Sundays", "Found by support.", values={}, reporter="mia")
    made.add("Bump the checkout library", "Done.", values={}, reporter="harbour-bot")
    return made


@routes.get("/users/me")
async def user(call: Call[World]) -> Response:
    login = "guest" if is_guest(call) else "harbour-bot"
    row = {"id": "1-7", "login": login, "fullName": login, "guest": is_guest(call), "banned": False, "$type": "Me"}
    return JSONResponse(chosen(call, row))


@routes.get("/admin/projects")
async def projects(call: Call[World]) -> Response:
    return JSONResponse([chosen(call, PROJECT)])


@routes.get("/admin/projects/{project}")
async def one_project(call: Call[World]) -> Response:
    if call.params["project"] not in {"0-3", KEY}:
        raise problem(404, "Not Found", f"Entity with id {call.params['project']} not found")
    return JSONResponse(chosen(call, PROJECT | {"customFields": [bundle(name) for name in FIELDS]}))


@routes.get("/tags")
async def tags(call: Call[World]) -> Response:
    known = [{"id": "6-0", "name": "qa", "$type": "Tag"}, {"id": "6-1", "name": "star", "$type": "Tag"}]
    return JSONResponse([chosen(call, row) for row in known])


@routes.get("/issues")
async def issues(call: Call[World]) -> Response:
    query = (call.last("query") or "").removesuffix("sort by: created desc").strip()
    project = re.match(r"project: \{([^}]*)\} ?", query)
    if project is None or project[1] != KEY:
        raise problem(400, "invalid_query", f"Can't parse search query: {query}")
    rest = query[project.end() :]
    field, words = re.fullmatch(r"\{([^}]*)\}: \{([^}]*)\}", rest), re.fullmatch(r'"([^"]*)"', rest)
    if field is not None and field[1] not in FIELDS:
        raise problem(400, "invalid_query", f"Can't parse search query: unknown field {field[1]}")

    def fits(issue: Issue) -> bool:
        if field is not None:
            return bool(issue.fields["values"].get(field[1]) == field[2])
        if words is not None and call.world.extra.get("finds_no_words"):
            return False
        if words is not None:  # tokens in their order
            wanted, text = (re.findall(r"\w+", one.lower()) for one in (words[1], f"{issue.title} {issue.text}"))
            return any(text[n : n + len(wanted)] == wanted for n in range(len(text)))
        return rest != "reporter: me" or issue.fields.get("reporter", "harbour-bot") == "harbour-bot"

    found, start = call.world.search(fits), number_in(call, "$skip", 0)
    return JSONResponse([chosen(call, as_json(one)) for one in found[start : start + number_in(call, "$top", 42)]])


@routes.post("/issues")
async def create(call: Call[World]) -> Response:
    sent = body(call)
    project, summary = sent.get("project"), sent.get("summary")
    if not isinstance(project, dict) or (project.get("id") != "0-3" and project.get("shortName") != KEY):
        raise problem(400, "Bad Request", "Project is required")
    if not isinstance(summary, str) or not summary.strip():
        raise problem(400, "Bad Request", "Summary is required")
    made = Issue(0, summary, str(sent.get("description") or ""), fields={"values": {"State": {"name": "Submitted"}}})
    set_fields(made, sent)
    given = sent.get("tags")
    labels = [str(tag.get("id")) for tag in given] if isinstance(given, list) else []
    issue = call.world.add(made.title, made.text, labels=labels, **made.fields)
    return JSONResponse(chosen(call, as_json(issue)))


@routes.get("/issues/{issue}")
async def one_issue(call: Call[World]) -> Response:
    return JSONResponse(chosen(call, as_json(issue_of(call))))


@routes.post("/issues/{issue}")
async def change(call: Call[World]) -> Response:
    issue = issue_of(call)
    set_fields(issue, body(call))
    return JSONResponse(chosen(call, as_json(issue)))


@routes.post("/issues/{issue}/comments")
async def comment(call: Call[World]) -> Response:
    issue, text = issue_of(call), body(call).get("text")
    if not isinstance(text, str) or not text.strip():
        raise problem(400, "Bad Request", "Comment text is required")
    issue.comments.append(text)
    return JSONResponse(chosen(call, {"id": f"4-{len(issue.comments)}", "text": text, "$type": "IssueComment"}))


@routes.post("/issues/{issue}/attachments")
async def attach(call: Call[World]) -> Response:
    issue = issue_of(call)
    try:
        files = [(part.filename, part.content) for part in parts(call.content_type, call.body) if part.filename]
    except NotMultipart as error:
        raise problem(415, "Unsupported Media Type", str(error)) from error
    issue.files += files
    return JSONResponse(
        [{"id": f"8-{len(issue.files)}", "name": name, "$type": "IssueAttachment"} for name, _ in files]
    )


def sandbox() -> Sandbox:
    return build(MOUNT, routes, world, admit=admit, not_found=lambda _: problem(404, "Not Found", "HTTP 404").response)
