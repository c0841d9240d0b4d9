"""Monday items (GraphQL, version 2026-01).

An item has no text of its own: an update holds it, made in a second request. The marker is in the item's name, or in a
text column where the operator names one. Archived items are not found. Recalled, not looked up: HTML in updates, rules
on names, how soon a lookup shows a new item, and the codes of errors.
"""

import json
from collections.abc import Mapping
from typing import Any

import httpx

from tools.kit.defect import Content
from tools.kit.errors import NotFound, Refused, Unauthorized
from tools.kit.form import Attached, Form, MadeFile
from tools.kit.network import Account, HeaderToken
from tools.kit.text import quote
from tools.trackers.client import TrackerClient
from tools.trackers.graphql import ask, body_of, errors_of, mutation
from tools.trackers.markup.html import render
from tools.trackers.names import no_such, not_there, severity_among
from tools.trackers.scan import has_marker
from tools.trackers.tracker import (
    Choice,
    Created,
    Draft,
    Found,
    Op,
    Option,
    Problem,
    Secret,
    Send,
    Setup,
    State,
    Tracker,
    Who,
    at,
    listing,
    rows,
    text_of,
)

GRAPHQL, FILE = "/v2", "/v2/file"
ROUTES = (f"POST {GRAPHQL}",)
MOST = 500
"""Items of one lookup."""
FIELDS = {
    "marker_field": ("text", "long_text"),
    "severity_field": ("status", "color"),
    "link_field": ("link",),
    "status_field": ("status", "color"),
}
"""Types of the columns that options may name."""
LIMITED = ("COMPLEXITY", "LIMIT_EXCEEDED", "RATELIMIT", "RATE_LIMIT", "CONCURRENCY")
"""Parts of the codes of limits."""

ITEM = "id name url state column_values(ids: $columns) { id text ... on StatusValue { is_done } }"
ME = "query($board: [ID!]) { me { id name account { name } } boards(ids: $board) { id } }"
BOARDS = "query { boards(limit: 200, state: active) { id name } }"
BOARD = """query($board: [ID!]) { boards(ids: $board) {
    id board_kind groups { id title } columns { id title type settings } } }"""
BY_NAME = f"""query($board: [ID!], $limit: Int!, $rules: ItemsQuery, $columns: [String!]) {{
    boards(ids: $board) {{ id items_page(limit: $limit, query_params: $rules) {{ cursor items {{ {ITEM} }} }} }} }}"""
BY_COLUMN = f"""query($board: ID!, $limit: Int!, $wanted: [ItemsPageByColumnValuesQuery!], $columns: [String!]) {{
    items_page_by_column_values(board_id: $board, limit: $limit, columns: $wanted) {{ cursor items {{ {ITEM} }} }} }}"""
CREATE = """mutation($board: ID!, $group: String, $name: String!, $values: JSON) {
    create_item(board_id: $board, group_id: $group, item_name: $name, column_values: $values) { id url } }"""
UPDATES = "query($ids: [ID!]) { items(ids: $ids) { updates(limit: 100) { id body } } }"
UPDATE = "mutation($item: ID!, $body: String!) { create_update(item_id: $item, body: $body) { id } }"
READ = f"query($ids: [ID!], $columns: [String!]) {{ items(ids: $ids) {{ {ITEM} }} }}"
CHANGE = """mutation($board: ID!, $item: ID!, $values: JSON!) {
    change_multiple_column_values(board_id: $board, item_id: $item, column_values: $values) { id } }"""
ADD_FILE = "mutation($file: File!, $update: ID!) { add_file_to_update(file: $file, update_id: $update) { id } }"


def auth(account: Account, setup: Setup) -> httpx.Auth:
    return HeaderToken("Authorization", account.secret("token"))  # without a word before it


def issue_of(answer: Any) -> Created:
    item = text_of(at(answer, "id"))
    return Created(item, item, text_of(at(answer, "url")))


def state_of(item: Any) -> tuple[bool | None, str]:
    """Whether an item is open, and the word for it."""
    state, column = text_of(at(item, "state")), at(item, "column_values", 0)
    if state and state != "active":
        return False, state
    is_done = at(column, "is_done")
    return (not is_done if isinstance(is_done, bool) else True), text_of(at(column, "text")) or "no status"


async def board_of(api: TrackerClient) -> Any:
    """The board with its groups and columns."""
    board = at(await ask(api, GRAPHQL, BOARD, board=[api.setup["board"]]), "boards", 0)
    if board is None:
        raise await not_there(api, "board")
    return board


def column(board: Any, setup: Setup, option: str) -> dict[str, Any]:
    """The column that an option names.

    Raises:
        Refused: with the ids there are.
    """
    fitting = [row for row in rows(board, "columns") if row.get("type") in FIELDS[option]]
    for row in fitting:
        if row.get("id") == setup[option]:
            return row
    raise no_such(f"{option} (a column of type {FIELDS[option][0]})", setup[option], ids_of(fitting), setup)


def ids_of(found: list[dict[str, Any]]) -> list[str]:
    return [f"{text_of(row.get('id'))} ({text_of(row.get('title'))})" for row in found]


def labels(status: Mapping[str, Any], *, done: bool = False) -> list[str]:
    """The labels of a status column; `done`: those that mean that nothing is left to do."""
    return [
        text_of(row.get("label"))
        for row in rows(status, "settings", "labels")
        if row.get("label") and row.get("is_deactivated") is not True and (not done or row.get("is_done") is True)
    ]


async def check(api: TrackerClient) -> Who:
    data = await ask(api, GRAPHQL, ME, board=[api.setup["board"]])
    name = text_of(at(data, "me", "name"))
    if not name:
        raise Unauthorized("Monday does not say whose token it is, so it counts as wrong.")
    if not rows(data, "boards"):
        raise await not_there(api, "board")
    account = text_of(at(data, "me", "account", "name"))
    return Who(name, f"It is a user of the account {quote(account)}." if account else "")


async def choices(api: TrackerClient) -> list[Choice]:
    boards = rows(await ask(api, GRAPHQL, BOARDS), "boards")
    own = at(await ask(api, GRAPHQL, BOARD, board=[api.setup["board"]]), "boards", 0)
    return [
        *(Choice("board", text_of(row.get("id")), text_of(row.get("name"))) for row in boards),
        *(Choice("group", text_of(row.get("id")), text_of(row.get("title"))) for row in rows(own, "groups")),
        *(
            Choice(option, text_of(row.get("id")), text_of(row.get("title")))
            for option, types in FIELDS.items()
            for row in rows(own, "columns")
            if row.get("type") in types
        ),
        *(
            Choice("severities", name, "a severity")
            for row in rows(own, "columns")
            if row.get("id") == api.setup["severity_field"]
            for name in labels(row)
        ),
    ]


async def find_issue(api: TrackerClient, marker: str) -> Found | None:
    setup, columns = api.setup, [api.setup["status_field"]]
    rule = {"column_id": "name", "compare_value": [marker], "operator": "contains_text"}
    data = await ask(
        api, GRAPHQL, BY_NAME, board=[setup["board"]], limit=MOST, rules={"rules": [rule]}, columns=columns
    )
    if not rows(data, "boards"):
        raise await not_there(api, "board")
    page = at(data, "boards", 0, "items_page")
    for row in listing(page, "items"):
        if has_marker(row.get("name"), marker):
            return Found(issue_of(row), state_of(row)[0])
    if text_of(at(page, "cursor")):
        raise Refused("Monday has too many items whose names are alike, so whether the item exists is not known.")
    if not setup["marker_field"]:
        return None
    wanted = [{"column_id": setup["marker_field"], "column_values": [marker]}]
    data = await ask(api, GRAPHQL, BY_COLUMN, board=setup["board"], limit=2, wanted=wanted, columns=columns)
    for row in listing(data, "items_page_by_column_values", "items"):
        return Found(issue_of(row), state_of(row)[0])
    return None


async def resolve(api: TrackerClient, draft: Draft) -> Mapping[str, Any]:
    """The severity as the board has it; what options name has to exist."""
    board = await board_of(api)
    groups = rows(board, "groups")
    if api.setup["group"] and api.setup["group"] not in [text_of(row.get("id")) for row in groups]:
        raise no_such("group", api.setup["group"], ids_of(groups), api.setup)
    named = {option: column(board, api.setup, option) for option in FIELDS if api.setup[option]}
    if "severity_field" not in named:
        return {}
    return {"severity": severity_among(draft, api.setup, labels(named["severity_field"]), "Severity")}


def create(draft: Draft, setup: Setup) -> Send:
    values: dict[str, Any] = {}
    if setup["marker_field"]:
        values[setup["marker_field"]] = draft.marker
    if severity := draft.resolved.get("severity"):
        values[setup["severity_field"]] = {"label": severity}
    if setup["link_field"] and draft.link:
        values[setup["link_field"]] = {"url": draft.link, "text": draft.marker}
    more = {"group": setup["group"]} if setup["group"] else {}
    return mutation(GRAPHQL, CREATE, board=setup["board"], name=draft.title, values=json.dumps(values), **more)


def read_created(answer: Any, setup: Setup) -> Created:
    return issue_of(at(answer, "data", "create_item"))


async def own_update(api: TrackerClient, item: str, marker: str) -> str:
    """The id of the update that holds the text; empty if there is none."""
    updates = rows(await ask(api, GRAPHQL, UPDATES, ids=[item]), "items", 0, "updates")
    return next((text_of(row.get("id")) for row in updates if has_marker(row.get("body"), marker)), "")


async def finish(api: TrackerClient, issue: Created, draft: Draft) -> None:
    """Write the text, unless an earlier attempt did."""
    if not await own_update(api, issue.id, draft.marker):
        await comment(api, issue.id, draft.text)


async def read(api: TrackerClient, issue: str) -> State:
    item = at(await ask(api, GRAPHQL, READ, ids=[issue], columns=[api.setup["status_field"]]), "items", 0)
    if item is None:
        raise NotFound(f"Monday has no item {quote(issue)}, or the token's user may not see it.", status=404)
    is_open, word = state_of(item)
    return State(issue_of(item), text_of(at(item, "name")), is_open, word)


async def comment(api: TrackerClient, issue: str, text: Any) -> None:
    await api.act(mutation(GRAPHQL, UPDATE, item=issue, body=text))


async def attach(api: TrackerClient, issue: str, content: Content) -> None:
    """Add the file to the first update of the item, which holds the text."""
    updates = rows(await ask(api, GRAPHQL, UPDATES, ids=[issue]), "items", 0, "updates")
    first = min((text_of(row.get("id")) for row in updates), key=lambda one: (len(one), one), default="")
    if not first:
        raise Refused("The item has no update that a file could be added to.")
    body = body_of(ADD_FILE, update=first)
    fields = {"query": body["query"], "variables": json.dumps(body["variables"]), "map": '{"file":"variables.file"}'}
    file = Attached(MadeFile(content.name, content.data), content.content_type or "application/octet-stream")
    await api.act(Send("POST", FILE, content=Form([file], fields)))


async def close(api: TrackerClient, issue: str) -> None:
    done = labels(column(await board_of(api), api.setup, "status_field"), done=True)
    if not done:
        raise Refused(f"The column {quote(api.setup['status_field'])} has no label for items that are done.")
    values = json.dumps({api.setup["status_field"]: {"label": done[0]}})
    await api.act(mutation(GRAPHQL, CHANGE, board=api.setup["board"], item=issue, values=values))


async def audience(api: TrackerClient) -> str:
    return {
        "private": "The board is private: its members can read it.",
        "public": "Every member of the account can read the board.",
        "share": "The board is shared: its members and the guests who were invited can read it.",
    }.get(text_of(at(await board_of(api), "board_kind")), "")


def problem(answer: Any) -> str | Problem:
    for error in errors_of(answer):
        code = text_of(at(error, "extensions", "code"))
        return reason(code, text_of(error.get("message")), at(error, "extensions"))
    if at(answer, "data") is None and (at(answer, "error_code") or at(answer, "error_message")):
        return reason(text_of(at(answer, "error_code")), text_of(at(answer, "error_message")), answer)
    return ""


def reason(code: str, words: str, details: Any) -> Problem:
    status, wait = at(details, "status_code"), at(details, "retry_in_seconds")
    status = status if isinstance(status, int) and 400 <= status < 600 else 400
    if any(part in code.upper() for part in LIMITED):
        status, wait = 429, 3_600 if "DAILY" in code.upper() else wait
    elif "UNAUTHORIZED" in code.upper():
        status = 403
    elif "INTERNAL" in code.upper():
        status = 500
    return Problem(words or code or "no reason", status, float(wait) if isinstance(wait, int | float) else None)


TRACKER = Tracker(
    key="monday",
    title="Monday",
    docs="https://developer.monday.com/api-reference/reference/items",
    address="https://api.monday.com",
    options=(
        Option("board", "id of the board: 1234567890", sandbox="1234567890"),
        Option("group", "id of the group: topics; else the first", False, sandbox="topics"),
        Option("severity_field", "id of a status column for the severity", False, sandbox="severity"),
        Option("marker_field", "id of a text column for the marker, which is else in the name", False),
        Option("link_field", "id of a link column for the link to the bug", False),
        Option("status_field", "id of the status column that says what is done", False, default="status"),
    ),
    secrets=(Secret("token", "under the avatar, Developers, API access tokens"),),
    container=("board",),
    auth=auth,
    render=lambda setup: render,
    mount="/trackers/monday",
    headers={"API-Version": "2026-01"},
    check=Op(check, ROUTES, "R"),
    choices=Op(choices, ROUTES, "R"),
    find=Op(find_issue, ROUTES, "R"),
    create=Op(create, ROUTES, "C"),
    read_created=read_created,
    read=Op(read, ROUTES, "R"),
    comment=Op(comment, ROUTES, "R"),
    attach=Op(attach, (*ROUTES, f"POST {FILE}"), "C"),
    close=Op(close, ROUTES, "R"),
    resolve=Op(resolve, ROUTES, "D"),
    finish=Op(finish, ROUTES, "R"),
    audience=Op(audience, ROUTES, "R"),
    severities={"critical": "Critical", "high": "High", "normal": "Medium", "low": "Low"},
    marks_titles=True,
    takes_labels=False,
    is_exact=True,
    lag_seconds=10.0,
    problem=problem,
)
