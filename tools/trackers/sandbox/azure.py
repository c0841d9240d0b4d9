"""Work items of Azure DevOps, as far as handing a defect over needs them: the Agile process, one project."""

import base64
import json
import re
from typing import Any

from starlette.responses import JSONResponse, Response

from tools.kit.sandbox.clock import Clock
from tools.kit.sandbox.request_body import json_object
from tools.kit.sandbox.routes import Call, NotJson, Respond, Routes
from tools.kit.sandbox.sandbox import Sandbox
from tools.trackers.sandbox.common import WRONG, Issue, World, build, refuse

MOUNT = "/trackers/azure"
PROJECT = "Shop"
USER = {"id": "6f1c0d3a-0000-4000-8000-000000000041", "descriptor": "Microsoft.IdentityModel;bot"}
NOBODY = {"id": "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa", "descriptor": "System:PublicAccess;aaaaaaaa"}
SEVERITIES = ["1 - Critical", "2 - High", "3 - Medium", "4 - Low"]
COMMON = ["System.Title", "System.Description", "System.Tags", "System.State", "System.History", "System.AreaPath"]
FIELDS = {
    "Bug": [*COMMON, "Microsoft.VSTS.TCM.ReproSteps", "Microsoft.VSTS.Common.Severity", "Custom.TestIO"],
    "Issue": COMMON,
}
STATES = [("New", "Proposed"), ("Active", "InProgress"), ("Resolved", "Resolved"), ("Closed", "Completed")]

routes: Routes[World] = Routes()


def problem(status: int, message: str, name: str = "VssServiceException") -> Respond:
    body = {
        "$id": "1",
        "innerException": None,
        "message": message,
        "typeName": f"Microsoft.VisualStudio.Services.Common.{name}, Microsoft.VisualStudio.Services.Common",
        "typeKey": name,
        "errorCode": 0,
        "eventId": 3000,
    }
    return refuse(body, status)


def admit(call: Call[World]) -> Response | None:
    scheme, _, value = call.request.headers.get("authorization", "").partition(" ")
    try:
        user, _, token = base64.b64decode(value).decode().partition(":")
    except ValueError:
        user, token = "", ""
    if scheme.lower() != "basic" or user or not token or WRONG in token:
        if not call.world.switches.anonymous:
            return Response(
                "<html><title>Access Denied: The Personal Access Token used has expired.</title></html>", 401
            )
        if not call.request.url.path.endswith("/connectionData"):
            return Response("<html><title>Azure DevOps Services | Sign In</title></html>", 203, media_type="text/html")
        return JSONResponse({"authenticatedUser": NOBODY | {"providerDisplayName": "Anonymous"}})
    if call.method != "GET" and not call.last("api-version"):
        return problem(400, f'No api-version was supplied for the "{call.method}" request.').response
    return None


def project(call: Call[World]) -> None:
    if call.params["project"] != PROJECT:
        raise problem(404, f"TF200016: The following project does not exist: {call.params['project']}.")


def kind_of(call: Call[World]) -> str:
    project(call)
    kind: str = call.params["type"]
    if kind not in FIELDS:
        raise problem(404, f"VS402323: Work item type {kind} does not exist in project {PROJECT}.")
    return kind


def issue_of(call: Call[World]) -> Issue:
    project(call)
    issue = call.world.issue(call.params["id"])
    if issue is None:
        raise problem(404, f"TF401232: Work item {call.params['id']} does not exist, or you do not have permissions.")
    return issue


def listed(values: list[Any]) -> Response:
    return JSONResponse({"count": len(values), "value": values})


def as_json(call: Call[World], issue: Issue) -> dict[str, Any]:
    return {
        "id": issue.number,
        "rev": 1 + len(issue.comments),
        "fields": issue.fields,
        "url": f"{call.base}/_apis/wit/workItems/{issue.number}",
        "_links": {"html": {"href": f"https://dev.azure.com/harbour/{PROJECT}/_workitems/edit/{issue.number}"}},
    }


def operations(call: Call[World]) -> list[dict[str, Any]]:
    """The operations of a JSON Patch."""
    if call.content_type.partition(";")[0] != "application/json-patch+json":
        raise problem(
            415, f"TF400898: The media type {call.content_type} is not supported: application/json-patch+json."
        )
    try:
        sent = call.json()
    except NotJson:
        sent = None
    if not isinstance(sent, list) or not all(isinstance(one, dict) and one.get("op") == "add" for one in sent):
        raise problem(400, "You must pass a valid patch document in the body of the request.")
    return sent


def apply(call: Call[World], issue: Issue, kind: str, sent: list[dict[str, Any]]) -> None:
    """Change a work item; refuses before it changes anything."""
    for one in sent:
        where, value = str(one.get("path")), one.get("value")
        name = where.removeprefix("/fields/")
        if where == "/relations/-":
            if not isinstance(value, dict) or value.get("rel") not in {"Hyperlink", "AttachedFile"}:
                raise problem(400, "TF401349: The relation is not valid.")
            if value["rel"] == "AttachedFile" and value.get("url") not in call.world.extra:
                raise problem(400, "VS403088: The attachment does not exist.")
        elif name == where or name not in FIELDS[kind]:
            raise problem(400, f"TF51535: Cannot find field {name}.", "WorkItemFieldInvalidException")
        elif name.endswith("Severity") and value not in SEVERITIES:
            raise problem(400, "TF401320: Rule Error for field Severity. Error code: ListOfValues, InvalidNotEmpty.")
        elif name == "System.State" and value not in dict(STATES):
            raise problem(400, "TF401320: Rule Error for field State. Error code: ListOfValues, InvalidNotEmpty.")
    for one in sent:
        where, value = str(one["path"]), one["value"]
        if where == "/relations/-":
            issue.fields.setdefault("relations", []).append(value)
            if value["rel"] == "AttachedFile":
                issue.files.append(call.world.extra[value["url"]])
        elif where == "/fields/System.History":
            issue.comments.append(value)
        else:
            issue.fields[where.removeprefix("/fields/")] = value
    issue.is_open = dict(STATES)[issue.fields["System.State"]] not in {"Completed", "Removed"}
    issue.labels = [tag.strip() for tag in issue.fields.get("System.Tags", "").split(";") if tag.strip()]


def world(clock: Clock) -> World:
    made = World(clock)
    made.first_number = 131_480
    fields = {"System.WorkItemType": "Bug", "System.State": "Active"}
    issue = made.add("Delivery times are wrong on Sundays", "")
    issue.fields |= fields | {"System.Title": issue.title, "Microsoft.VSTS.TCM.ReproSteps": "<p>Found by support.</p>"}
    return made


@routes.get("/_apis/connectionData")
async def connection(call: Call[World]) -> Response:
    return JSONResponse({"authenticatedUser": USER | {"providerDisplayName": "Harbour Bot"}})


@routes.get("/_apis/projects")
async def projects(call: Call[World]) -> Response:
    return listed([{"id": "p1", "name": PROJECT, "visibility": "private"}, {"id": "p2", "name": "App"}])


@routes.get("/_apis/projects/{project}")
async def one_project(call: Call[World]) -> Response:
    project(call)
    return JSONResponse({"id": "p1", "name": PROJECT, "visibility": "private"})


@routes.get("/{project}/_apis/wit/workitemtypes")
async def types(call: Call[World]) -> Response:
    project(call)
    return listed([{"name": name, "referenceName": f"Microsoft.VSTS.WorkItemTypes.{name}"} for name in FIELDS])


@routes.get("/{project}/_apis/wit/workitemtypes/{type}/fields")
async def fields_of_type(call: Call[World]) -> Response:
    is_expanded = (call.last("$expand") or "").lower() in {"allowedvalues", "all"}
    return listed(
        [
            {"referenceName": name}
            | ({"allowedValues": SEVERITIES if name.endswith("Severity") else []} if is_expanded else {})
            for name in FIELDS[kind_of(call)]
        ]
    )


@routes.get("/{project}/_apis/wit/workitemtypes/{type}/states")
async def states(call: Call[World]) -> Response:
    kind_of(call)
    return listed([{"name": name, "color": "b2b2b2", "category": category} for name, category in STATES])


@routes.post("/{project}/_apis/wit/wiql")
async def wiql(call: Call[World]) -> Response:
    """Answers `=` and CONTAINS, joined by AND and OR, and ids only."""
    project(call)
    sent = json_object(call, lambda expected, why: problem(400, f"TF400898: {expected}: {why}"))
    query = re.fullmatch(
        r"SELECT .+ FROM WorkItems WHERE (.+?)(?: ORDER BY .+)?", str(sent.get("query")), re.IGNORECASE
    )
    if query is None:
        raise problem(400, "TF51006: The query statement is missing a FROM clause.")
    found = [issue for issue in reversed(call.world.issues) if _fits(issue, query[1])]
    return JSONResponse({"queryType": "flat", "workItems": [{"id": issue.number} for issue in found]})


def _fits(issue: Issue, condition: str) -> bool:
    """Whether a work item fits a condition."""
    condition = condition.strip()
    for joint, takes in ((" OR ", any), (" AND ", all)):
        parts = _split(condition, joint)
        if len(parts) > 1:
            return takes(_fits(issue, part) for part in parts)
    if condition.startswith("(") and condition.endswith(")"):
        return _fits(issue, condition[1:-1])
    if condition == "[System.TeamProject] = @project":
        return True
    one = re.fullmatch(r"\[([\w.]+)\] (=|CONTAINS) '([^']*)'", condition)
    if one is None:
        raise problem(400, f"TF51005: The query references something that is not known: {condition[:80]}.")
    value, wanted = str(issue.fields.get(one[1], "")).lower(), one[3].lower()
    if one[1] == "System.Tags" and one[2] == "CONTAINS":
        return wanted in [tag.lower() for tag in issue.labels]
    return wanted == value if one[2] == "=" else wanted in value


def _split(condition: str, joint: str) -> list[str]:
    """The parts of a condition between the joints that are in no parentheses."""
    parts, depth, rest = [""], 0, condition
    while rest:
        if depth == 0 and rest.startswith(joint):
            parts.append("")
            rest = rest[len(joint) :]
            continue
        depth += {"(": 1, ")": -1}.get(rest[0], 0)
        parts[-1] += rest[0]
        rest = rest[1:]
    return parts


@routes.post("/{project}/_apis/wit/workitems/${type}")
async def create(call: Call[World]) -> Response:
    kind, sent = kind_of(call), operations(call)
    title = next((one.get("value") for one in sent if one.get("path") == "/fields/System.Title"), None)
    if not isinstance(title, str) or not title.strip():
        raise problem(400, "TF401320: Rule Error for field Title. Error code: Required, InvalidEmpty.")
    if len(title) > 255:
        raise problem(400, "TF401320: Rule Error for field Title. Error code: InvalidTooLong.")
    issue = Issue(0, title, "", fields={"System.WorkItemType": kind, "System.State": "New"})
    apply(call, issue, kind, sent)
    made = call.world.add(title, json.dumps(sent), labels=issue.labels)
    made.fields |= issue.fields
    return JSONResponse(as_json(call, made))


@routes.get("/{project}/_apis/wit/workitems")
async def items(call: Call[World]) -> Response:
    project(call)
    ids = [one for one in (call.last("ids") or "").split(",") if one]
    if not 0 < len(ids) <= 200:
        raise problem(400, "VS402337: The number of work items in the request is 0 or exceeds the limit of 200.")
    return listed([as_json(call, issue) for one in ids if (issue := call.world.issue(one))])


@routes.get("/{project}/_apis/wit/workitems/{id}")
async def one_item(call: Call[World]) -> Response:
    return JSONResponse(as_json(call, issue_of(call)))


@routes.patch("/{project}/_apis/wit/workitems/{id}")
async def change(call: Call[World]) -> Response:
    issue = issue_of(call)
    apply(call, issue, issue.fields["System.WorkItemType"], operations(call))
    return JSONResponse(as_json(call, issue))


@routes.post("/{project}/_apis/wit/attachments")
async def upload(call: Call[World]) -> Response:
    project(call)
    if call.content_type != "application/octet-stream":
        raise problem(415, "The media type must be application/octet-stream.")
    number, name = f"a{len(call.world.extra)}", call.last("fileName") or "attachment"
    url = f"{call.base}/_apis/wit/attachments/{number}?fileName={name}"
    call.world.extra[url] = (name, call.body)
    return JSONResponse({"id": number, "url": url}, 201)


def sandbox() -> Sandbox:
    return build(MOUNT, routes, world, admit=admit, not_found=lambda _: problem(404, "Page not found.").response)
