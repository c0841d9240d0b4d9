"""Bugzilla's bugs, as far as handing a defect over needs them; an alias is taken once in the whole installation."""

import base64
from typing import Any

from starlette.responses import JSONResponse, Response

from tools.kit.sandbox.clock import Clock
from tools.kit.sandbox.request_body import Fields, json_object
from tools.kit.sandbox.routes import Call, NotJson, Respond, Routes
from tools.kit.sandbox.sandbox import Sandbox
from tools.trackers.sandbox.common import WRONG, Issue, World, build, refuse

MOUNT = "/trackers/bugzilla"
PRODUCTS = {"Shop": (["Cart", "Search"], ["unspecified", "9.0"]), "App": (["Login"], ["unspecified"])}
VALUES = {
    "severity": ["blocker", "critical", "major", "normal", "minor", "trivial", "enhancement"],
    "priority": ["P1", "P2", "P3"],
    "op_sys": ["All", "Windows", "Linux"],
    "platform": ["All", "PC"],
}
OPEN = {"UNCONFIRMED", "CONFIRMED", "IN_PROGRESS"}
STATUS_OF_CODE = {51: 404, 101: 404, 102: 401, 106: 401, 410: 401}

routes: Routes[World] = Routes()


def problem(code: int, message: str) -> Respond:
    return refuse({"error": True, "code": code, "message": message}, STATUS_OF_CODE.get(code, 400))


def admit(call: Call[World]) -> Response | None:
    key: Any = call.last("api_key")
    if call.method != "GET":
        try:
            sent = call.json()
        except NotJson:
            sent = None
        key = sent.get("api_key") if isinstance(sent, dict) else None
    if call.world.extra.get("takes_header"):
        key = call.request.headers.get("x-bugzilla-api-key")
    if isinstance(key, str) and WRONG in key:
        text = "The API key you specified is invalid. Please check that you typed it correctly."
        return problem(306, text).response
    if not key and (call.method != "GET" or call.request.url.path.endswith("/whoami")):
        return problem(410, "You must log in before using this part of Bugzilla.").response
    return None


def body(call: Call[World]) -> Fields:
    return json_object(call, lambda expected, why: problem(32000, f"Could not parse the request: {why}"))


def issue_of(call: Call[World]) -> Issue:
    name = call.params["id"]
    issue = call.world.issue(name) or next((one for one in call.world.issues if name in one.labels), None)
    if issue is None:
        raise problem(101 if name.isdecimal() else 100, f"Bug #{name} does not exist.")
    return issue


def as_json(call: Call[World], issue: Issue) -> dict[str, Any]:
    """A bug with the fields that were asked for."""
    row = {
        "id": issue.number,
        "alias": issue.labels,
        "summary": issue.title,
        "is_open": issue.is_open,
        "status": issue.fields["status"],
        "resolution": issue.fields.get("resolution", ""),
        "url": issue.fields.get("url", ""),
    }
    wanted = [name for name in (call.last("include_fields") or "").split(",") if name]
    return {name: value for name, value in row.items() if not wanted or name in wanted}


def world(clock: Clock) -> World:
    made = World(clock)
    made.first_number = 35
    made.add("Delivery times are wrong on Sundays", "Found by support.", status="CONFIRMED")
    return made


@routes.get("/whoami")
async def whoami(call: Call[World]) -> Response:
    return JSONResponse({"id": 41, "name": "bot@harbour.example", "real_name": "Harbour Bot"})


@routes.get("/product")
async def products(call: Call[World]) -> Response:
    names = call.all("names")
    if call.last("type") != "enterable" and not names:
        raise problem(50, "The function requires that you set one of the following parameters: ids, names, type")
    found = [
        {
            "name": name,
            "components": [{"name": one} for one in components],
            "versions": [{"name": one} for one in versions],
        }
        for name, (components, versions) in PRODUCTS.items()
        if not names or name in names
    ]
    return JSONResponse({"products": found})


@routes.get("/field/bug/severity/values")
async def values(call: Call[World]) -> Response:
    return JSONResponse({"values": VALUES["severity"]})


@routes.get("/bug")
async def search(call: Call[World]) -> Response:
    aliases = set(call.all("alias"))
    found = call.world.search(lambda issue: not aliases or bool(aliases & set(issue.labels)))
    return JSONResponse({"bugs": [as_json(call, issue) for issue in found]})


@routes.post("/bug")
async def create(call: Call[World]) -> Response:
    sent = body(call)
    for name in ("product", "component", "summary", "version"):
        if not isinstance(sent.get(name), str) or not str(sent[name]).strip():
            raise problem(50, f"The function 'Bug.create' requires that you set the parameter {name}.")
    product, title = str(sent["product"]), str(sent["summary"])
    if product not in PRODUCTS:
        raise problem(106, f"Either the product '{product}' does not exist or you don't have access to it.")
    components, versions = PRODUCTS[product]
    if sent["component"] not in components:
        raise problem(105, f"There is no component named '{sent['component']}' in the '{product}' product.")
    if sent["version"] not in versions:
        raise problem(104, f"There is no version named '{sent['version']}' in the '{product}' product.")
    for name, allowed in VALUES.items():
        if name in sent and sent[name] not in allowed:
            raise problem(104, f"There is no {name} named '{sent[name]}'.")
    if len(title) > 255:
        raise problem(107, "The text you entered in the Summary field is too long (it must be at most 255 characters).")
    text = str(sent.get("description") or "")
    if len(text) > 65_535:
        raise problem(114, "Comments cannot be longer than 65535 characters.")
    if len(str(sent.get("url") or "")) > 255:
        raise problem(104, "The URL is too long.")
    given: Any = sent.get("alias") or []
    aliases = given if isinstance(given, list) else [given]
    for alias in aliases:
        taken = next((issue for issue in call.world.issues if alias in issue.labels), None)
        if not isinstance(alias, str) or alias.isdecimal() or {" ", ","} & set(alias) or len(alias) > 40:
            raise problem(103, f"'{alias}' is not a valid alias.")
        if taken is not None:
            raise problem(103, f"Bug {taken.number} has already taken the alias {alias}. Please choose another one.")
    fields = {name: value for name, value in sent.items() if name not in {"api_key", "summary", "description", "alias"}}
    issue = call.world.add(title, text, labels=aliases)
    issue.fields |= {"status": "CONFIRMED"} | fields
    return JSONResponse({"id": issue.number}, 201)


@routes.get("/bug/{id}")
async def one_bug(call: Call[World]) -> Response:
    return JSONResponse({"bugs": [as_json(call, issue_of(call))], "faults": []})


@routes.put("/bug/{id}")
async def change(call: Call[World]) -> Response:
    issue, sent = issue_of(call), body(call)
    status, resolution = sent.get("status"), sent.get("resolution")
    if status not in OPEN | {"RESOLVED", "VERIFIED"}:
        raise problem(104, f"There is no status named '{status}'.")
    if status not in OPEN and resolution not in {"FIXED", "INVALID", "WONTFIX", "WORKSFORME"}:
        raise problem(121, "You must specify a resolution.")
    issue.fields |= {"status": status, "resolution": resolution or ""}
    issue.is_open = status in OPEN
    return JSONResponse({"bugs": [{"id": issue.number, "alias": issue.labels, "changes": {}}]})


@routes.post("/bug/{id}/comment")
async def comment(call: Call[World]) -> Response:
    issue, text = issue_of(call), body(call).get("comment")
    if not isinstance(text, str) or not text.strip():
        raise problem(50, "The function 'Bug.add_comment' requires that you set the parameter comment.")
    issue.comments.append(text)
    return JSONResponse({"id": 100 * issue.number + len(issue.comments)}, 201)


@routes.post("/bug/{id}/attachment")
async def attach(call: Call[World]) -> Response:
    issue, sent = issue_of(call), body(call)
    for name in ("ids", "data", "file_name", "summary", "content_type"):
        if not sent.get(name):
            raise problem(50, f"The function 'Bug.add_attachment' requires that you set the parameter {name}.")
    try:
        content = base64.b64decode(str(sent["data"]), validate=True)
    except ValueError:
        raise problem(50, "The data is not base64.") from None
    issue.files.append((str(sent["file_name"]), content))
    return JSONResponse({"ids": [str(2796 + len(issue.files))]}, 201)


def sandbox() -> Sandbox:
    missing = "A REST API resource was not found for the request."
    return build(
        MOUNT, routes, world, admit=admit, not_found=lambda _: refuse({"error": True, "message": missing}, 404).response
    )
