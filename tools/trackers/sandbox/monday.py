"""Monday's items, as far as handing a defect over needs them: one board, and errors that come with 200."""

import json
from collections.abc import Mapping
from typing import Any

from starlette.responses import JSONResponse, Response

from tools.kit.sandbox.clock import Clock
from tools.kit.sandbox.multipart import NotMultipart, parts
from tools.kit.sandbox.routes import Call, Respond, Routes
from tools.kit.sandbox.sandbox import Sandbox
from tools.trackers.sandbox.common import WRONG, Issue, World, build, refuse
from tools.trackers.sandbox.graphql import Failed, Field, run

MOUNT = "/trackers/monday"
BOARD = "1234567890"
FIRST_ITEM = 9_876_543_210
STATUSES = {"Working on it": False, "Done": True, "Stuck": False}
SEVERITIES = ["Critical", "High", "Medium", "Low"]

routes: Routes[World] = Routes()
fields: dict[str, Field] = {}


def failed(code: str, message: str, status: int = 200, **data: Any) -> Failed:
    return Failed(message, code=code, status_code=status, error_data=data)


def answer_of(error: Failed) -> Respond:
    is_document = str(error.extensions.get("code", "")).startswith(("GRAPHQL", "BAD"))
    one = {"message": error.message, "locations": [], "path": [], "extensions": error.extensions}
    return refuse({"data": None, "errors": [one], "account_id": 12}, 400 if is_document else 200)


def admit(call: Call[World]) -> Response | None:
    token = call.request.headers.get("authorization", "")
    if not token or WRONG in token:
        return refuse({"errors": ["Not Authenticated"]}, 401).response
    return None


def status_settings(labels: Mapping[str, bool]) -> dict[str, Any]:
    return {
        "labels": [
            {"id": n, "index": n, "label": name, "is_done": is_done, "is_deactivated": False}
            for n, (name, is_done) in enumerate(labels.items())
        ]
    }


def columns(call: Call[World]) -> list[dict[str, Any]]:
    severities = dict.fromkeys(call.world.extra["severities"], False)
    return [
        {"id": "name", "title": "Name", "type": "name", "settings": {}},
        {"id": "status", "title": "Status", "type": "status", "settings": status_settings(STATUSES)},
        {"id": "severity", "title": "Severity", "type": "status", "settings": status_settings(severities)},
        {"id": "text_mk1", "title": "test IO", "type": "text", "settings": {}},
        {"id": "link", "title": "Link", "type": "link", "settings": {}},
    ]


def item_id(issue: Issue) -> str:
    return str(FIRST_ITEM + issue.number)


def as_json(call: Call[World], issue: Issue) -> dict[str, Any]:
    values = issue.fields["columns"]

    def column_values(given: Mapping[str, Any]) -> list[dict[str, Any]]:
        wanted = given.get("ids")
        return [
            {"id": row["id"], "text": values.get(row["id"])}
            | ({"is_done": STATUSES.get(values.get("status"), False)} if row["id"] == "status" else {})
            for row in columns(call)
            if wanted is None or row["id"] in wanted
        ]

    return {
        "id": item_id(issue),
        "name": issue.title,
        "url": f"https://harbour.monday.com/boards/{BOARD}/pulses/{item_id(issue)}",
        "state": "active",
        "column_values": column_values,
        "updates": [{"id": str(n), "body": body} for n, body in issue.fields["updates"].items()],
    }


def item(call: Call[World], wanted: object) -> Issue:
    for issue in call.world.issues:
        if item_id(issue) == str(wanted):
            return issue
    raise failed("ResourceNotFoundException", "Item not found", 404, item_id=wanted)


def set_columns(call: Call[World], issue: Issue, sent: object) -> None:
    """Set the values of columns, which come as JSON inside of JSON."""
    if not isinstance(sent, str):
        raise failed("InvalidArgumentException", "Variable $values of type JSON was provided invalid value")
    known = {row["id"]: row for row in columns(call)}
    made = {}
    for name, value in json.loads(sent).items():
        if name not in known:
            raise failed("InvalidColumnIdException", "This column ID doesn't exist for the board", column_id=name)
        made[name] = column_value(known[name], value)
    issue.fields["columns"] |= made


def column_value(column: Mapping[str, Any], value: Any) -> str:
    """A value as its column shows it."""
    if column["type"] == "status":
        allowed = {row["index"]: row["label"] for row in column["settings"]["labels"]}
        if value["label"] not in allowed.values():
            why = f"This status label doesn't exist, possible statuses are: {allowed}"
            raise failed("ColumnValueException", why, column_value=value, column_type="color")
        return str(value["label"])
    return f"{value['text']} - {value['url']}" if isinstance(value, dict) else str(value)


async def me(call: Call[World], given: Mapping[str, Any]) -> Any:
    return {"id": "41", "name": "Harbour Desk", "account": {"name": "Harbour", "slug": "harbour"}}


async def boards(call: Call[World], given: Mapping[str, Any]) -> Any:
    def items_page(given: Mapping[str, Any]) -> Any:
        rules = given["query_params"]["rules"]
        if [rule["operator"] for rule in rules] != ["contains_text"] or rules[0]["column_id"] != "name":
            raise failed("InvalidArgumentException", "The rule is not known here.")
        words = rules[0]["compare_value"][0]
        return page(call, call.world.search(lambda issue: words in issue.title), given["limit"])

    board = {
        "id": BOARD,
        "name": "Bugs",
        "board_kind": "public",
        "groups": [{"id": "topics", "title": "New"}, {"id": "group_1", "title": "Later"}],
        "columns": columns(call),
        "items_page": items_page,
    }
    return [board] if given.get("ids") in (None, [BOARD]) else []


def page(call: Call[World], found: list[Issue], limit: int) -> dict[str, Any]:
    if not 0 < limit <= 500:
        raise failed("InvalidArgumentException", "limit has to be between 1 and 500")
    return {"cursor": "MSw1" if len(found) > limit else None, "items": [as_json(call, one) for one in found[:limit]]}


async def by_column(call: Call[World], given: Mapping[str, Any]) -> Any:
    (wanted,) = given["columns"]
    if given["board_id"] != BOARD or wanted["column_id"] not in [row["id"] for row in columns(call)]:
        raise failed("InvalidColumnIdException", "This column ID doesn't exist for the board")
    found = call.world.search(lambda one: one.fields["columns"].get(wanted["column_id"]) in wanted["column_values"])
    return page(call, found, given["limit"])


async def items(call: Call[World], given: Mapping[str, Any]) -> Any:
    return [as_json(call, issue) for issue in call.world.issues if item_id(issue) in given["ids"]]


async def create_item(call: Call[World], given: Mapping[str, Any]) -> Any:
    name = given["item_name"]
    if given["board_id"] != BOARD:
        raise failed("InvalidBoardIdException", "Board not found", 404)
    if given.get("group_id") not in {None, "topics", "group_1"}:
        raise failed("ResourceNotFoundException", "Group not found", 404)
    if not name or len(name) > 255:
        raise failed("ItemNameTooLongException", "Item name exceeded maximum length of 255")
    made = Issue(0, name, "", fields={"columns": {}, "updates": {}})
    if given.get("column_values") is not None:
        set_columns(call, made, given["column_values"])
    return as_json(call, call.world.add(name, "", **made.fields))


async def change_columns(call: Call[World], given: Mapping[str, Any]) -> Any:
    changed = item(call, given["item_id"])
    set_columns(call, changed, given["column_values"])
    changed.is_open = not STATUSES.get(changed.fields["columns"].get("status", ""), False)
    return as_json(call, changed)


async def create_update(call: Call[World], given: Mapping[str, Any]) -> Any:
    issue, text = item(call, given["item_id"]), given["body"]
    if not text.strip():
        raise failed("InvalidArgumentException", "Update text is missing")
    call.world.extra["updates"] = number = call.world.extra["updates"] + 1
    issue.fields["updates"][number] = text
    issue.comments.append(text)
    return {"id": str(number)}


async def add_file(call: Call[World], given: Mapping[str, Any]) -> Any:
    for issue in call.world.issues:
        if str(given["update_id"]) in map(str, issue.fields["updates"]):
            issue.files.append(given["file"])
            return {"id": "1"}
    raise failed("ResourceNotFoundException", "Update not found", 404)


fields |= {
    "me": me,
    "boards": boards,
    "items_page_by_column_values": by_column,
    "items": items,
    "create_item": create_item,
    "change_multiple_column_values": change_columns,
    "create_update": create_update,
}


@routes.post("/v2")
async def graphql(call: Call[World]) -> Response:
    return JSONResponse({"data": await run(call, fields, answer_of), "account_id": 12})


@routes.post("/v2/file")
async def file(call: Call[World]) -> Response:
    try:
        sent = {part.name: part for part in parts(call.content_type, call.body)}
    except NotMultipart as error:
        raise refuse({"errors": [{"message": str(error)}]}, 400) from error
    variables = json.loads(sent["variables"].text)
    for name, place in json.loads(sent["map"].text).items():
        variables[place.removeprefix("variables.")] = (sent[name].filename, sent[name].content)
    document = {"query": sent["query"].text, "variables": variables}
    return JSONResponse({"data": await run(call, {"add_file_to_update": add_file}, answer_of, document)})


def world(clock: Clock) -> World:
    made = World(clock)
    made.extra |= {"severities": list(SEVERITIES), "updates": 0}
    made.add("Delivery times are wrong on Sundays", "", columns={"status": "Stuck"}, updates={})
    return made


def sandbox() -> Sandbox:
    return build(MOUNT, routes, world, admit=admit, not_found=lambda _: refuse("Not Found", 404).response)
