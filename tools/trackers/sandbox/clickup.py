"""ClickUp's tasks, as far as handing a defect over needs them; one space with a folder."""

import json
import re
from typing import Any

from starlette.responses import JSONResponse, Response

from tools.kit.sandbox.clock import Clock
from tools.kit.sandbox.multipart import NotMultipart, parts
from tools.kit.sandbox.request_body import Fields, json_object
from tools.kit.sandbox.routes import Call, Respond, Routes
from tools.kit.sandbox.sandbox import Sandbox
from tools.trackers.sandbox.common import WRONG, Issue, World, build, number_in, page_of, refuse

MOUNT = "/trackers/clickup"
LIST = "901200000001"
LISTS = {LIST: "Bugs", "901200000002": "Ideas"}
FIELD = "0a52c486-5f05-403b-b4fd-c512ff05131c"
STATUSES = {"to do": "open", "in progress": "custom", "complete": "closed"}
BUG = 1004

routes: Routes[World] = Routes()


def problem(status: int, said: str, code: str) -> Respond:
    return refuse({"err": said, "ECODE": code}, status)


def admit(call: Call[World]) -> Response | None:
    """A personal token stands alone; `Bearer` belongs to the tokens of OAuth."""
    given = call.request.headers.get("authorization", "")
    if not given:
        return problem(401, "Authorization header required", "OAUTH_017").response
    scheme, _, rest = given.partition(" ")
    is_form_right = not rest or (scheme == "Bearer" and not rest.startswith("pk_"))
    return None if is_form_right and WRONG not in given else problem(401, "Token invalid", "OAUTH_025").response


def unseen() -> Respond:
    return problem(401, "Team not authorized", "OAUTH_027")


def body(call: Call[World]) -> Fields:
    return json_object(call, lambda expected, why: problem(400, "Unable to parse JSON", "JSON_001"))


def the_list(call: Call[World]) -> str:
    if call.params["list"] not in LISTS:
        raise unseen()
    return str(call.params["list"])


def task_of(call: Call[World]) -> Issue:
    found = re.fullmatch(r"86b(\d+)", call.params["task"])
    issue = call.world.issue(int(found[1])) if found else None
    if issue is None:
        raise unseen()
    return issue


def as_json(issue: Issue, *, markdown: bool = False) -> dict[str, Any]:
    word = issue.fields.get("status", "to do")
    number = f"86b{issue.number:04}"
    row = {
        "id": number,
        "custom_id": None,
        "custom_item_id": issue.fields.get("custom_item_id"),
        "name": issue.title,
        "text_content": issue.text,
        "description": issue.text,
        "status": {"status": word, "type": STATUSES[word]},
        "tags": [{"name": name} for name in issue.labels],
        "priority": {"id": str(issue.fields["priority"])} if issue.fields.get("priority") else None,
        "custom_fields": [{"id": FIELD, "name": "Marker", "type": "short_text", "value": issue.fields.get("marker")}],
        "archived": bool(issue.fields.get("archived")),
        "list": {"id": issue.fields.get("list", LIST)},
        "url": f"https://app.clickup.com/t/{number}",
    }
    return row | ({"markdown_description": issue.text} if markdown else {})


def world(clock: Clock) -> World:
    made = World(clock)
    made.add("Delivery times are wrong on Sundays", "Found by support.", labels=["support"])
    return made


@routes.get("/user")
async def user(call: Call[World]) -> Response:
    return JSONResponse({"user": {"id": 81, "username": "Harbour Bot", "email": "bot@example.com"}})


@routes.get("/team")
async def teams(call: Call[World]) -> Response:
    return JSONResponse({"teams": [{"id": "9012", "name": "Harbour"}]})


@routes.get("/team/{team}/custom_item")
async def custom_items(call: Call[World]) -> Response:
    return JSONResponse({"custom_items": [{"id": BUG, "name": "Bug"}]})


@routes.get("/team/{team}/space")
async def spaces(call: Call[World]) -> Response:
    return JSONResponse({"spaces": [{"id": "90120001", "name": "Shop"}]})


@routes.get("/space/{space}/folder")
async def folders(call: Call[World]) -> Response:
    return JSONResponse({"folders": [{"id": "90120011", "name": "Web"}]})


@routes.get("/space/{space}/list")
async def lists_beside_folders(call: Call[World]) -> Response:
    return JSONResponse({"lists": [{"id": "901200000002", "name": "Ideas"}]})


@routes.get("/folder/{folder}/list")
async def lists_of_a_folder(call: Call[World]) -> Response:
    return JSONResponse({"lists": [{"id": LIST, "name": "Bugs"}]})


@routes.get("/list/{list}")
async def one_list(call: Call[World]) -> Response:
    number = the_list(call)
    statuses = [{"status": name, "type": kind} for name, kind in STATUSES.items()]
    return JSONResponse({"id": number, "name": LISTS[number], "statuses": statuses, "permission_level": "create"})


@routes.get("/list/{list}/field")
async def fields(call: Call[World]) -> Response:
    the_list(call)
    return JSONResponse({"fields": [{"id": FIELD, "name": "Marker", "type": "short_text"}]})


@routes.get("/list/{list}/task")
async def tasks(call: Call[World]) -> Response:
    number, tags = the_list(call), set(call.all("tags[]"))
    closed, archived = call.last("include_closed") == "true", call.last("archived") == "true"
    filters = _filters(call)

    def fits(issue: Issue) -> bool:
        value = str(issue.fields.get("marker") or "")
        return (
            issue.fields.get("list", LIST) == number
            and tags <= set(issue.labels)
            and (closed or issue.is_open)
            and bool(issue.fields.get("archived")) == archived
            and all(wanted == value if operator == "==" else wanted in value for operator, wanted in filters)
        )

    found = call.world.search(fits)
    page = page_of(found, number_in(call, "page", 0), 100, first=0)
    markdown = call.last("include_markdown_description") == "true"
    is_last = len(found) <= (number_in(call, "page", 0) + 1) * 100
    return JSONResponse({"tasks": [as_json(issue, markdown=markdown) for issue in page], "last_page": is_last})


def _filters(call: Call[World]) -> list[tuple[str, str]]:
    """The filters by custom fields: JSON in the query; a lone `=` means "contains"."""
    try:
        given = json.loads(call.last("custom_fields") or "[]")
        filters = [(one["field_id"], one["operator"], one["value"]) for one in given]
    except (ValueError, TypeError, KeyError) as error:
        raise problem(400, "Custom fields must be a valid JSON array", "FIELD_015") from error
    if any(field != FIELD for field, _, _ in filters):
        raise problem(400, "Custom field not found", "FIELD_033")
    return [(operator, value) for _, operator, value in filters]


@routes.post("/list/{list}/task")
async def create(call: Call[World]) -> Response:
    number, sent = the_list(call), body(call)
    name, tags, priority = sent.get("name"), sent.get("tags") or [], sent.get("priority")
    text = sent.get("markdown_content") or sent.get("markdown_description") or sent.get("description") or ""
    if not isinstance(name, str) or not name.strip():
        raise problem(400, "Task name invalid", "INPUT_005")
    if not isinstance(text, str):
        raise problem(400, "Task description invalid", "INPUT_006")
    if priority is not None and (type(priority) is not int or not 1 <= priority <= 4):
        raise problem(400, "Priority invalid", "INPUT_008")
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        raise problem(400, "Tags invalid", "INPUT_009")
    if sent.get("custom_item_id") not in {None, BUG}:
        raise problem(400, "Custom item not found", "ITEM_103")
    given = sent.get("custom_fields") or []
    values: dict[str, Any] = {one["id"]: one["value"] for one in given} if isinstance(given, list) else {}
    if set(values) - {FIELD}:
        raise problem(400, "Custom field not found", "FIELD_033")
    more = {"list": number, "priority": priority, "custom_item_id": sent.get("custom_item_id")}
    issue = call.world.add(name, text, labels=tags, marker=values.get(FIELD), **more)
    return JSONResponse(as_json(issue))


@routes.get("/task/{task}")
async def one_task(call: Call[World]) -> Response:
    return JSONResponse(as_json(task_of(call)))


@routes.put("/task/{task}")
async def change(call: Call[World]) -> Response:
    issue, status = task_of(call), body(call).get("status")
    if not isinstance(status, str) or status not in STATUSES:
        raise problem(400, "Status not found", "ITEM_114")
    issue.fields["status"], issue.is_open = status, STATUSES[status] != "closed"
    return JSONResponse(as_json(issue))


@routes.post("/task/{task}/comment")
async def comment(call: Call[World]) -> Response:
    issue, text = task_of(call), body(call).get("comment_text")
    if not isinstance(text, str) or not text.strip():
        raise problem(400, "Comment text invalid", "COMM_002")
    issue.comments.append(text)
    return JSONResponse({"id": 458_000 + len(issue.comments), "hist_id": "26508", "date": 1_770_000_000_000})


@routes.post("/task/{task}/attachment")
async def attach(call: Call[World]) -> Response:
    issue = task_of(call)
    try:
        sent = [part for part in parts(call.content_type, call.body) if part.name in {"attachment", "attachment[0]"}]
    except NotMultipart as error:
        raise problem(400, "No file uploaded", "UPLOAD_002") from error
    if not sent or sent[0].filename is None:
        raise problem(400, "No file uploaded", "UPLOAD_002")
    issue.files.append((sent[0].filename, sent[0].content))
    return JSONResponse({"id": f"{issue.number}.png", "title": sent[0].filename})


def sandbox() -> Sandbox:
    return build(
        MOUNT, routes, world, admit=admit, not_found=lambda _: problem(404, "Route not found", "APP_001").response
    )
