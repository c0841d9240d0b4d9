"""Rally's defects: 200 for everything, failures as a list of errors, and only the fields that were asked for."""

import base64
import re
from typing import Any

from starlette.responses import JSONResponse, Response

from tools.kit.sandbox.clock import Clock
from tools.kit.sandbox.request_body import Fields, json_object
from tools.kit.sandbox.routes import Call, Respond, Routes
from tools.kit.sandbox.sandbox import Sandbox
from tools.trackers.sandbox.common import WRONG, Issue, World, build, number_in, refuse

MOUNT = "/trackers/rally"
WORKSPACE, PROJECT, USER, TYPE, ATTRIBUTE = 41529001, 41529002, 41529003, -51006, -12513
SEVERITIES = ("None", "Crash/Data Loss", "Major Problem", "Minor Problem", "Cosmetic")
STATES = ("Submitted", "Open", "Fixed", "Closed")
TAGS = {"qa": 41529011, "later": 41529012}
FIELDS = {"Name", "Description", "Project", "State", "Severity", "Priority", "Tags", "c_TestIO"}
ABOUT = {"_rallyAPIMajor": "2", "_rallyAPIMinor": "0"}

FIRST = 90_001

routes: Routes[World] = Routes()


class Defects(World):
    """ObjectIDs are long, and the keys that people use count from 1."""

    first_number = FIRST


def failed(*errors: str, kind: str = "OperationResult") -> Respond:
    return Respond(JSONResponse({kind: ABOUT | {"Errors": list(errors), "Warnings": []}}))


def result(call: Call[World], found: list[dict[str, Any]]) -> Response:
    """A page of rows, with the fields that were asked for."""
    start, size = number_in(call, "start", 1), number_in(call, "pagesize", 20, most=2_000)
    page = [fetched(call, row) for row in found[start - 1 : start - 1 + size]]
    paging = {"TotalResultCount": len(found), "StartIndex": start, "PageSize": size}
    return JSONResponse({"QueryResult": ABOUT | {"Errors": [], "Warnings": [], "Results": page} | paging})


def fetched(call: Call[World], row: dict[str, Any]) -> dict[str, Any]:
    names = set((call.last("fetch") or "").split(",")) | {"_ref", "_type"}
    return row if "true" in names else {name: value for name, value in row.items() if name in names}


def admit(call: Call[World]) -> Response | None:
    key = call.request.headers.get("zsessionid", "")
    if not key or WRONG in key:
        page = "<html><head><title>Full authentication is required to access this resource</title></head></html>"
        return Response(page, 401, media_type="text/html")
    scope = call.last("workspace")
    if scope is not None and scope != f"/workspace/{WORKSPACE}":
        return failed(f"Could not read: could not read referenced object {scope}").response
    return None


def sent(call: Call[World], kind: str) -> Fields:
    whole = json_object(call, lambda expected, why: failed(f"Error parsing expression: {why}"))
    inner = whole.get(kind)
    if not isinstance(inner, dict):
        raise failed(f"Cannot find a {kind} element in the request", kind="CreateResult")
    return inner


def ref(call: Call[World], kind: str, number: int) -> str:
    return f"{call.base}/{kind.lower()}/{number}"


def created(call: Call[World], kind: str, row: dict[str, Any], warnings: list[str] | None = None) -> Response:
    inner = fetched(call, row | {"_ref": ref(call, kind, row["ObjectID"]), "_type": kind})
    return JSONResponse({"CreateResult": ABOUT | {"Errors": [], "Warnings": warnings or [], "Object": inner}})


def as_row(call: Call[World], issue: Issue) -> dict[str, Any]:
    return {
        **issue.fields["own"],
        "_ref": ref(call, "Defect", issue.number),
        "_type": "Defect",
        "ObjectID": issue.number,
        "FormattedID": f"DE{issue.number - FIRST + 1}",
        "Name": issue.title,
        "Description": issue.text,
        "State": issue.fields["own"].get("State", "Submitted"),
    }


def defect_of(call: Call[World], reference: str) -> Issue:
    issue = call.world.issue(reference.rpartition("/")[2])
    if issue is None:
        raise failed("Cannot find object to read")
    return issue


def set_fields(call: Call[World], fields: Fields, kind: str) -> list[str]:
    """Check what was sent; a field that does not exist is ignored with a warning."""
    if fields.get("Severity") not in {None, *SEVERITIES}:
        raise failed(f"Could not set value for Severity: {fields['Severity']}", kind=kind)
    if fields.get("State") not in {None, *STATES}:
        raise failed(f"Could not set value for State: {fields['State']}", kind=kind)
    return [f"Ignored JSON element Defect.{name} during processing of this request." for name in set(fields) - FIELDS]


def world(clock: Clock) -> World:
    made = Defects(clock)
    made.extra["contents"] = {}
    made.add("Delivery times are wrong on Sundays", "Found by support.", own={"State": "Open"})
    made.add("Bump the checkout library", "Done.", own={"State": "Closed"}).is_open = False
    return made


@routes.get("/user")
async def user(call: Call[World]) -> Response:
    row = {"ObjectID": USER, "UserName": "bot@harbour.example", "DisplayName": "Bot", "SubscriptionAdmin": False}
    return JSONResponse({"User": ABOUT | {"Errors": [], "Warnings": []} | fetched(call, row)})


@routes.get("/subscription")
async def subscription(call: Call[World]) -> Response:
    return JSONResponse({"Subscription": ABOUT | {"Errors": [], "Warnings": [], "ObjectID": 100, "Name": "Harbour"}})


@routes.get("/subscription/{subscription}/Workspaces")
async def workspaces(call: Call[World]) -> Response:
    return result(call, [{"ObjectID": WORKSPACE, "Name": "Harbour"}])


@routes.get("/project")
async def projects(call: Call[World]) -> Response:
    return result(call, [{"ObjectID": PROJECT, "Name": "Shop"}])


@routes.get("/typedefinition")
async def types(call: Call[World]) -> Response:
    return result(call, [{"ObjectID": TYPE, "ElementName": "Defect", "Name": "Defect"}])


@routes.get("/typedefinition/{type}/Attributes")
async def attributes(call: Call[World]) -> Response:
    if call.params["type"] != str(TYPE):
        raise failed("Cannot find object to read")
    named = {"State": -12512, "Severity": ATTRIBUTE}
    return result(call, [{"ObjectID": number, "ElementName": name} for name, number in named.items()])


@routes.get("/attributedefinition/{attribute}/AllowedValues")
async def allowed_values(call: Call[World]) -> Response:
    if call.params["attribute"] != str(ATTRIBUTE):
        raise failed("Cannot find object to read")
    return result(call, [{"StringValue": value} for value in SEVERITIES])


@routes.get("/tag")
async def tags(call: Call[World]) -> Response:
    return result(call, [{"ObjectID": number, "Name": name} for name, number in TAGS.items()])


@routes.get("/defect")
async def defects(call: Call[World]) -> Response:
    if call.last("project") not in {None, f"/project/{PROJECT}"}:
        raise failed(f"Could not read referenced project {call.last('project')}", kind="QueryResult")
    query = re.fullmatch(r'\((\w+) (=|contains) "([^"]*)"\)', call.last("query") or "")
    if query is None:
        raise failed("Could not parse: Error parsing expression -- expected a parenthesised query", kind="QueryResult")
    name, operator, value = query.groups()
    if name not in FIELDS | {"FormattedID", "ObjectID"}:
        raise failed(f'Could not parse: Could not find the attribute "{name}" on type Defect', kind="QueryResult")
    found = list[dict[str, Any]]()
    for issue in reversed(call.world.issues):
        row = as_row(call, issue)
        text = str(row.get(name) or "")
        if value == text if operator == "=" else value.lower() in text.lower():
            found.append(row)
    return result(call, found)


@routes.post("/defect/create")
async def create(call: Call[World]) -> Response:
    fields, kind = sent(call, "Defect"), "CreateResult"
    if not fields.get("Name"):
        raise failed("Validation error: Defect.Name should not be null", kind=kind)
    if len(str(fields["Name"])) > 256 or len(str(fields.get("Description", ""))) > 32_768:
        raise failed("Validation error: Defect.Description is too long", kind=kind)
    if fields.get("Project") != f"/project/{PROJECT}":
        raise failed("Not authorized to create: Defect", kind=kind)
    warnings = set_fields(call, fields, kind)
    own = {name: value for name, value in fields.items() if name in FIELDS - {"Name", "Description"}}
    issue = call.world.add(str(fields["Name"]), str(fields.get("Description") or ""), own=own)
    return created(call, "Defect", as_row(call, issue), warnings)


@routes.get("/defect/{defect}")
async def one_defect(call: Call[World]) -> Response:
    row = fetched(call, as_row(call, defect_of(call, str(call.params["defect"]))))
    return JSONResponse({"Defect": ABOUT | {"Errors": [], "Warnings": []} | row})


@routes.post("/defect/{defect}")
async def change(call: Call[World]) -> Response:
    issue, fields = defect_of(call, str(call.params["defect"])), sent(call, "Defect")
    set_fields(call, fields, "OperationResult")
    issue.fields["own"] |= fields
    issue.is_open = issue.fields["own"].get("State") != "Closed"
    return JSONResponse({"OperationResult": ABOUT | {"Errors": [], "Warnings": [], "Object": as_row(call, issue)}})


@routes.post("/conversationpost/create")
async def comment(call: Call[World]) -> Response:
    fields = sent(call, "ConversationPost")
    issue = defect_of(call, str(fields.get("Artifact")))
    issue.comments.append(fields.get("Text"))
    return created(call, "ConversationPost", {"ObjectID": 700 + len(issue.comments)})


@routes.post("/attachmentcontent/create")
async def attachment_content(call: Call[World]) -> Response:
    contents = call.world.extra["contents"]
    number = 800 + len(contents)
    contents[f"/attachmentcontent/{number}"] = base64.b64decode(str(sent(call, "AttachmentContent").get("Content")))
    return created(call, "AttachmentContent", {"ObjectID": number})


@routes.post("/attachment/create")
async def attachment(call: Call[World]) -> Response:
    fields = sent(call, "Attachment")
    content = call.world.extra["contents"].get(fields.get("Content"))
    if content is None or fields.get("Size") != len(content):
        raise failed("Validation error: Attachment.Size does not match the content", kind="CreateResult")
    defect_of(call, str(fields.get("Artifact"))).files.append((str(fields.get("Name")), content))
    return created(call, "Attachment", {"ObjectID": 900})


def sandbox() -> Sandbox:
    return build(MOUNT, routes, world, admit=admit, not_found=lambda _: refuse("Not Found", 404).response)
