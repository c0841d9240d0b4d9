"""Notion's pages, as far as handing a defect over needs them: one data source of one workspace."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from starlette.responses import JSONResponse, Response

from tools.kit.sandbox.clock import Clock
from tools.kit.sandbox.multipart import NotMultipart, parts
from tools.kit.sandbox.request_body import Fields, json_object
from tools.kit.sandbox.routes import Call, Respond, Routes
from tools.kit.sandbox.sandbox import Sandbox
from tools.trackers.sandbox.common import WRONG, Issue, World, build, number_in, refuse

MOUNT = "/trackers/notion"
SOURCE = "248104cd-477e-80af-bc30-000bd28de8f9"
DATABASE = "248104cd-477e-80af-bc30-000bd28de000"
GROUPS = {"To-do": ["Not started"], "In progress": ["In progress"], "Complete": ["Done", "Rejected"]}
SEVERITIES = ["Critical", "High", "Medium", "Low"]
LONGEST_TEXT = 2_000
MOST_BLOCKS = 100
BLOCKS = {"paragraph", "heading_3", "numbered_list_item", "bulleted_list_item", "table", "table_row", "code", "quote"}
FILES = {"image", "video", "audio", "pdf", "file"}

routes: Routes[World] = Routes()


def problem(status: int, code: str, message: str) -> Respond:
    body = {"object": "error", "status": status, "code": code, "message": message, "request_id": "9d2b"}
    return refuse(body, status)


def invalid(message: str) -> Respond:
    return problem(400, "validation_error", message)


def admit(call: Call[World]) -> Response | None:
    scheme, _, token = call.request.headers.get("authorization", "").partition(" ")
    if scheme != "Bearer" or not token or WRONG in token:
        return problem(401, "unauthorized", "API token is invalid.").response
    if call.request.headers.get("notion-version") != "2025-09-03":
        return problem(400, "missing_version", "Notion-Version header failed validation.").response
    return None


def body(call: Call[World]) -> Fields:
    return json_object(call, lambda expected, why: problem(400, "invalid_json", "Error parsing JSON body."))


def options(names: list[str]) -> list[dict[str, str]]:
    return [{"id": f"o-{name.lower().replace(' ', '-')}", "name": name, "color": "default"} for name in names]


def properties(call: Call[World]) -> dict[str, dict[str, Any]]:
    """The properties of the data source; `extra["properties"]` adds and changes some."""
    groups = [
        {"id": f"g-{name}", "name": name, "option_ids": [one["id"] for one in options(names)]}
        for name, names in GROUPS.items()
    ]
    status = {"options": options([name for names in GROUPS.values() for name in names]), "groups": groups}
    own: dict[str, dict[str, Any]] = {
        "Name": {"id": "title", "type": "title", "title": {}},
        "Status": {"id": "st%3A", "type": "status", "status": status},
        "Severity": {"id": "sv", "type": "select", "select": {"options": options(SEVERITIES)}},
        "test IO bug": {"id": "mk", "type": "rich_text", "rich_text": {}},
        "Tags": {"id": "tg", "type": "multi_select", "multi_select": {"options": []}},
        "Link": {"id": "li", "type": "url", "url": {}},
    }
    own |= call.world.extra["properties"]
    return own


def check_source(wanted: object) -> None:
    try:
        UUID(str(wanted))
    except ValueError:
        raise invalid(
            f"path failed validation: path.data_source_id should be a valid uuid, instead was `{wanted}`."
        ) from None
    if wanted != SOURCE:
        where = "Make sure the relevant pages and databases are shared with your integration."
        raise problem(404, "object_not_found", f"Could not find data source with ID: {wanted}. {where}")


def page_of(call: Call[World], wanted: object) -> Issue:
    for issue in call.world.issues:
        if issue.fields["id"] == wanted:
            return issue
    raise problem(404, "object_not_found", f"Could not find page with ID: {wanted}.")


def texts(value: object, place: str) -> list[dict[str, Any]]:
    """Rich text as it is answered; refused where it is too long."""
    if not isinstance(value, list) or len(value) > 100:
        raise invalid(f"body failed validation: {place}.length should be ≤ `100`.")
    made = []
    for text in value:
        content = text["text"]["content"]
        if len(content.encode("utf-16-le")) // 2 > LONGEST_TEXT:
            raise invalid(f"body failed validation: {place}[0].text.content.length should be ≤ `{LONGEST_TEXT}`.")
        made.append({"type": "text", "text": text["text"], "plain_text": content})
    return made


def value_of(call: Call[World], name: str, value: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """A property with its value, by its name."""
    for known, declared in properties(call).items():
        if name in {known, declared["id"]}:
            kind = str(declared["type"])
            if kind not in value:
                raise invalid(f"{known} is expected to be {kind}.")
            sent = value[kind]
            if kind in {"title", "rich_text"}:
                sent = texts(sent, f"body.properties.{known}.{kind}")
            names = [option["name"] for option in declared.get(kind, {}).get("options", [])]
            if kind == "status" and sent["name"] not in names:
                raise invalid(f'Invalid status option. Status option "{sent["name"]}" does not exist".')
            return known, {"id": declared["id"], "type": kind, kind: sent}
    raise invalid(f"{name} is not a property that exists.")


def checked(blocks: object, *, deep: bool = False) -> list[dict[str, Any]]:
    if not isinstance(blocks, list) or len(blocks) > MOST_BLOCKS:
        raise invalid(f"body failed validation: body.children.length should be ≤ `{MOST_BLOCKS}`.")
    for block in blocks:
        kind = block.get("type")
        content = block.get(kind)
        if kind in FILES and not deep:
            continue
        if kind not in BLOCKS or not isinstance(content, dict):
            raise invalid(f"body failed validation: body.children[0].{kind} should be defined.")
        if kind == "table_row":
            for cell in content["cells"]:
                texts(cell, "cells")
        elif kind == "table":
            checked(content["children"], deep=True)
        else:
            texts(content.get("rich_text"), f"body.children[0].{kind}.rich_text")
    return blocks


def as_json(issue: Issue) -> dict[str, Any]:
    own = issue.fields["id"]
    return {
        "object": "page",
        "id": own,
        "url": f"https://www.notion.so/{own.replace('-', '')}",
        "in_trash": False,
        "archived": False,
        "parent": {"type": "data_source_id", "data_source_id": SOURCE, "database_id": DATABASE},
        "properties": issue.fields["properties"],
    }


def add_blocks(call: Call[World], issue: Issue, sent: list[dict[str, Any]], after: object = None) -> list[Any]:
    """Add blocks behind another one, or at the end."""
    there = issue.fields["blocks"]
    place = next((n + 1 for n, block in enumerate(there) if block["id"] == after), len(there))
    made = []
    for block in sent:
        kind = block["type"]
        call.world.extra["blocks"] = count = call.world.extra.get("blocks", 0) + 1
        made.append({"object": "block", "id": f"b0b0b0b0-0000-4000-8000-{count:012}", "type": kind, kind: block[kind]})
        upload = call.world.extra["uploads"].get(block[kind].get("file_upload", {}).get("id"))
        if kind in FILES and (upload is None or upload[1] is None):
            raise invalid("The file upload was not found, or is not uploaded.")
        if kind in FILES:
            issue.files.append(upload)
    there[place:place] = made
    return made


@routes.get("/users/me")
async def me(call: Call[World]) -> Response:
    bot = {"owner": {"type": "workspace", "workspace": True}, "workspace_name": "Harbour"}
    return JSONResponse({"object": "user", "id": "b07", "type": "bot", "name": "Harbour Desk", "bot": bot})


@routes.get("/data_sources/{id}")
async def source(call: Call[World]) -> Response:
    check_source(call.params["id"])
    return JSONResponse(as_source(call))


def as_source(call: Call[World]) -> dict[str, Any]:
    title = [{"type": "text", "plain_text": "Bugs", "text": {"content": "Bugs"}}]
    return {"object": "data_source", "id": SOURCE, "title": title, "properties": properties(call)}


@routes.post("/search")
async def search(call: Call[World]) -> Response:
    wanted = body(call).get("filter")
    if wanted != {"property": "object", "value": "data_source"}:
        raise invalid("body failed validation: body.filter.value should be `page` or `data_source`.")
    return JSONResponse({"object": "list", "results": [as_source(call)], "has_more": False, "next_cursor": None})


@routes.post("/data_sources/{id}/query")
async def query(call: Call[World]) -> Response:
    check_source(call.params["id"])
    sent: Any = body(call)
    known = {key: value for name, value in properties(call).items() for key in (name, value["id"])}
    wanted = sent["filter"]["or"] if "or" in sent.get("filter", {}) else [sent.get("filter", {})]
    for one in wanted:
        if one.get("property") not in known or known[one["property"]]["type"] not in one:
            raise invalid(f"Could not find property with name or id: {one.get('property')}")

    def agrees(issue: Issue, one: dict[str, Any]) -> bool:
        declared = known[one["property"]]
        kind, values = declared["type"], issue.fields["properties"].values()
        text = "".join(part["plain_text"] for value in values if value["id"] == declared["id"] for part in value[kind])
        return bool(text == one[kind]["equals"] if "equals" in one[kind] else one[kind]["contains"] in text)

    def fits(issue: Issue) -> bool:
        return any(agrees(issue, one) for one in wanted)

    found = call.world.search(fits)
    if sent.get("sorts") == [{"timestamp": "created_time", "direction": "ascending"}]:
        found.reverse()
    start, size = int(sent.get("start_cursor") or 0), min(sent.get("page_size", 100), call.world.extra["page"])
    more = len(found) > start + size
    rows = [as_json(issue) for issue in found[start : start + size]]
    return JSONResponse({"results": rows, "has_more": more, "next_cursor": str(start + size) if more else None})


@routes.post("/pages")
async def create(call: Call[World]) -> Response:
    sent: Any = body(call)
    parent = sent.get("parent") or {}
    if "data_source_id" not in parent:
        raise invalid("body failed validation: body.parent.data_source_id should be defined.")
    check_source(parent["data_source_id"])
    values = dict(value_of(call, name, value) for name, value in (sent.get("properties") or {}).items())
    blocks = checked(sent.get("children", []))
    title = "".join(one["plain_text"] for one in values.get("Name", {"title": []})["title"])
    values.setdefault("Status", {"id": "st%3A", "type": "status", "status": {"name": "Not started"}})
    number = len(call.world.issues) + 1
    own = f"1a1a1a1a-0000-4000-8000-{number:012}"
    made = call.world.add(title, blocks, id=own, properties=values, blocks=[])
    add_blocks(call, made, blocks)
    return JSONResponse(as_json(made))


@routes.get("/pages/{id}")
async def one_page(call: Call[World]) -> Response:
    return JSONResponse(as_json(page_of(call, call.params["id"])))


@routes.patch("/pages/{id}")
async def change(call: Call[World]) -> Response:
    issue, sent = page_of(call, call.params["id"]), body(call)
    values: Any = sent.get("properties") or {}
    issue.fields["properties"] |= dict(value_of(call, name, value) for name, value in values.items())
    issue.is_open = issue.fields["properties"]["Status"]["status"]["name"] not in GROUPS["Complete"]
    return JSONResponse(as_json(issue))


@routes.get("/blocks/{id}/children")
async def children(call: Call[World]) -> Response:
    blocks = page_of(call, call.params["id"]).fields["blocks"]
    start, size = number_in(call, "start_cursor", 0), number_in(call, "page_size", 100, most=100)
    more = len(blocks) > start + size
    rows = blocks[start : start + size]
    return JSONResponse({"results": rows, "has_more": more, "next_cursor": str(start + size) if more else None})


@routes.patch("/blocks/{id}/children")
async def append(call: Call[World]) -> Response:
    issue, sent = page_of(call, call.params["id"]), body(call)
    made = add_blocks(call, issue, checked(sent.get("children")), sent.get("after"))
    return JSONResponse({"object": "list", "results": made, "has_more": False})


@routes.post("/comments")
async def comment(call: Call[World]) -> Response:
    sent: Any = body(call)
    issue = page_of(call, (sent.get("parent") or {}).get("page_id"))
    issue.comments.append(texts(sent.get("rich_text"), "body.rich_text"))
    return JSONResponse({"object": "comment", "id": f"c{len(issue.comments)}"})


@routes.post("/file_uploads")
async def upload(call: Call[World]) -> Response:
    sent = body(call)
    if sent.get("mode") != "single_part" or "." not in str(sent.get("filename")):
        raise invalid("body failed validation: body.filename should have an extension.")
    uploads: dict[str, Any] = call.world.extra["uploads"]
    own = f"f11e0000-0000-4000-8000-{len(uploads) + 1:012}"
    uploads[own] = (str(sent["filename"]), None)
    return JSONResponse({"object": "file_upload", "id": own, "status": "pending"})


@routes.post("/file_uploads/{id}/send")
async def send(call: Call[World]) -> Response:
    uploads, own = call.world.extra["uploads"], call.params["id"]
    if own not in uploads:
        raise problem(404, "object_not_found", f"Could not find file upload with ID: {own}.")
    try:
        content = next(part.content for part in parts(call.content_type, call.body) if part.name == "file")
    except (NotMultipart, StopIteration) as error:
        raise invalid("body failed validation: body.file should be defined.") from error
    uploads[own] = (uploads[own][0], content)
    return JSONResponse({"object": "file_upload", "id": own, "status": "uploaded"})


def world(clock: Clock) -> World:
    made = World(clock)
    made.extra |= {"uploads": {}, "page": 100, "properties": {}}
    title = [{"type": "text", "plain_text": "Delivery times are wrong on Sundays", "text": {}}]
    values: dict[str, Any] = {
        "Name": {"id": "title", "type": "title", "title": title},
        "Status": {"id": "st%3A", "type": "status", "status": {"name": "Done"}},
    }
    own = "1a1a1a1a-0000-4000-8000-000000000001"
    made.add("Delivery times are wrong on Sundays", [], id=own, properties=values, blocks=[])
    return made


def sandbox() -> Sandbox:
    missing = problem(400, "invalid_request_url", "Invalid request URL.")
    return build(MOUNT, routes, world, admit=admit, not_found=lambda _: missing.response)
