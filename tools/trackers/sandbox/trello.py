"""Trello's cards, as far as handing a defect over needs them; its errors are plain text."""

import re
from typing import Any

from starlette.responses import JSONResponse, Response

from tools.kit.sandbox.clock import Clock
from tools.kit.sandbox.multipart import NotMultipart, parts
from tools.kit.sandbox.request_body import Fields, json_object
from tools.kit.sandbox.routes import Call, Respond, Routes
from tools.kit.sandbox.sandbox import Sandbox
from tools.trackers.sandbox.common import WRONG, Issue, World, build, number_in, refuse

MOUNT = "/trackers/trello"
BOARD = "5f0000000000000000000b01"
LISTS = {"5f0000000000000000000c01": "Inbox", "5f0000000000000000000c02": "Done"}
LABELS = {
    "5f0000000000000000000d01": ("", "red"),
    "5f0000000000000000000d02": ("", "orange"),
    "5f0000000000000000000d03": ("testio", "green"),
    "5f0000000000000000000d04": ("Checkout", "purple"),
}
LONGEST = 16_384
CREDENTIAL = re.compile(r'OAuth oauth_consumer_key="([^"]+)", ?oauth_token="([^"]+)"')

routes: Routes[World] = Routes()


def invalid(name: str) -> Respond:
    return refuse(f"invalid value for {name}", 400)


def missing() -> Respond:
    return refuse("The requested resource was not found.", 404)


def admit(call: Call[World]) -> Response | None:
    """Key and token in the header; the real one also takes them in the query, where nobody should put them."""
    found = CREDENTIAL.fullmatch(call.request.headers.get("authorization", ""))
    if found is None:
        return refuse("unauthorized permission requested", 401).response
    if WRONG in found[1]:
        return refuse("invalid key", 401).response
    return refuse("invalid token", 401).response if WRONG in found[2] else None


def body(call: Call[World]) -> Fields:
    return json_object(call, lambda expected, why: refuse("Error parsing body", 400))


def board(call: Call[World]) -> None:
    if not re.fullmatch("[0-9a-f]{24}|[A-Za-z0-9]{8}", call.params["board"]):
        raise refuse("invalid id", 400)
    if call.params["board"] != BOARD:
        raise missing()


def id_of(issue: Issue) -> str:
    return f"5f{issue.number:022x}"


def card_of(call: Call[World]) -> Issue:
    wanted = call.params["card"]
    found = next((one for one in call.world.issues if wanted in {id_of(one), f"card{one.number:04}"}), None)
    if found is None:
        raise missing()
    return found


def as_json(issue: Issue, fields: str | None = None) -> dict[str, Any]:
    link = f"card{issue.number:04}"
    row = {
        "idShort": issue.number,
        "name": issue.title,
        "desc": issue.text,
        "closed": not issue.is_open,
        "idList": issue.fields.get("idList"),
        "idBoard": BOARD,
        "idLabels": issue.labels,
        "shortLink": link,
        "shortUrl": f"https://trello.com/c/{link}",
        "url": f"https://trello.com/c/{link}/{issue.number}-card",
    }
    wanted = set(row) if fields is None else set(fields.split(","))
    return {"id": id_of(issue), **{name: value for name, value in row.items() if name in wanted}}


def world(clock: Clock) -> World:
    made = World(clock)
    made.add("Delivery times are wrong on Sundays", "Found by support.", idList=next(iter(LISTS)))
    return made


@routes.get("/members/me")
async def me(call: Call[World]) -> Response:
    return JSONResponse({"id": "5f0000000000000000000a01", "username": "harbourbot", "fullName": "Harbour Bot"})


@routes.get("/members/me/boards")
async def boards(call: Call[World]) -> Response:
    return JSONResponse([{"id": BOARD, "name": "Shop", "url": "https://trello.com/b/shop0001"}])


@routes.get("/boards/{board}")
async def one_board(call: Call[World]) -> Response:
    board(call)
    return JSONResponse({"id": BOARD, "name": "Shop", "prefs": {"permissionLevel": "org"}})


@routes.get("/boards/{board}/lists")
async def lists(call: Call[World]) -> Response:
    board(call)
    return JSONResponse([{"id": number, "name": name} for number, name in LISTS.items()])


@routes.get("/boards/{board}/labels")
async def labels(call: Call[World]) -> Response:
    board(call)
    return JSONResponse([{"id": number, "name": name, "color": color} for number, (name, color) in LABELS.items()])


@routes.get("/boards/{board}/cards/all")
async def cards(call: Call[World]) -> Response:
    """Archived ones too; `before` is an id; of more than `limit` the newest are given, in the order of the board."""
    board(call)
    before = call.last("before")
    found = call.world.search(lambda issue: before is None or id_of(issue) < before)
    newest = found[: number_in(call, "limit", 1_000, most=1_000)]
    return JSONResponse([as_json(issue, call.last("fields")) for issue in reversed(newest)])


@routes.post("/cards")
async def create(call: Call[World]) -> Response:
    sent = body(call)
    name, text, marks = sent.get("name", ""), sent.get("desc", ""), sent.get("idLabels") or []
    if sent.get("idList") not in LISTS:
        raise invalid("idList")
    if not isinstance(name, str) or len(name) > LONGEST:
        raise invalid("name")
    if not isinstance(text, str) or len(text) > LONGEST:
        raise invalid("desc")
    if not isinstance(marks, list) or set(marks) - set(LABELS):
        raise invalid("idLabels")
    return JSONResponse(as_json(call.world.add(name, text, labels=marks, idList=sent["idList"])))


@routes.get("/cards/{card}")
async def one_card(call: Call[World]) -> Response:
    issue = card_of(call)
    row = as_json(issue, call.last("fields"))
    if call.last("list") == "true":
        number = issue.fields["idList"]
        row["list"] = {"id": number, "name": LISTS[number]}
    return JSONResponse(row)


@routes.put("/cards/{card}")
async def change(call: Call[World]) -> Response:
    issue, sent = card_of(call), body(call)
    if sent.get("idList", issue.fields["idList"]) not in LISTS:
        raise invalid("idList")
    if not isinstance(sent.get("closed", False), bool):
        raise invalid("closed")
    issue.fields["idList"] = sent.get("idList", issue.fields["idList"])
    issue.is_open = not sent.get("closed", not issue.is_open)
    return JSONResponse(as_json(issue))


@routes.post("/cards/{card}/actions/comments")
async def comment(call: Call[World]) -> Response:
    issue, text = card_of(call), body(call).get("text") or call.last("text")
    if not isinstance(text, str) or not text.strip() or len(text) > LONGEST:
        raise invalid("text")
    issue.comments.append(text)
    return JSONResponse({"id": f"5e{len(issue.comments):022x}", "type": "commentCard", "data": {"text": text}})


@routes.post("/cards/{card}/attachments")
async def attach(call: Call[World]) -> Response:
    issue = card_of(call)
    try:
        sent = {part.name: part for part in parts(call.content_type, call.body)}
    except NotMultipart as error:
        raise refuse("Must provide either url or file", 400) from error
    if "file" not in sent:
        raise refuse("Must provide either url or file", 400)
    name = sent["name"].text if "name" in sent else sent["file"].filename or ""
    if len(name) > 256:
        raise invalid("name")
    issue.files.append((name, sent["file"].content))
    return JSONResponse({"id": f"5d{len(issue.files):022x}", "name": name, "isUpload": True})


def sandbox() -> Sandbox:
    return build(
        MOUNT, routes, world, admit=admit, not_found=lambda call: refuse(f"Cannot {call.method}", 404).response
    )
