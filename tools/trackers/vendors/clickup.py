"""ClickUp tasks (API v2).

A comment is plain text. Recalled, not looked up: the shapes of the user, of a list's statuses and of custom task
types, that an unknown tag is created, the list of archived tasks, the upload's field name, and the keys of an error.
An unknown list is refused as one that may not be seen, with 401. `find_issue` reads the newest tasks of the list and
all of Testdesk's tag; a text field named by `marker_field` is an exact lookup in their place (`==`: a lone `=` means
"contains").
"""

import json
import re
from contextlib import suppress
from typing import Any, Final

import httpx

from tools.kit.client import path
from tools.kit.defect import Content
from tools.kit.errors import NotFound, PlatformError
from tools.kit.failures import FailureContext
from tools.kit.form import Attached, Form, MadeFile
from tools.kit.network import Account, HeaderToken
from tools.trackers.client import TrackerClient
from tools.trackers.markup import markdown, plain
from tools.trackers.names import no_such, not_there
from tools.trackers.scan import has_marker, newest_with
from tools.trackers.tracker import (
    LABEL,
    Choice,
    Created,
    Draft,
    Found,
    Op,
    Option,
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

PRIORITIES: Final = {"urgent": 1, "high": 2, "normal": 3, "low": 4}
TEXTS: Final = ("markdown_description", "text_content", "description", "name")
SIZE: Final = 100
_UNSEEN: Final = re.compile(r"OAUTH_0(?:23|26|27|29|3\d|4[0-5])")
"""Codes of a place that is not there, or that the credential may not see."""


def auth(account: Account, setup: Setup) -> httpx.Auth:
    return HeaderToken("Authorization", account.secret("token"))  # bare: a personal token has no scheme word


def issue_of(answer: Any) -> Created:
    number = text_of(at(answer, "id"))
    return Created(
        number, number, text_of(at(answer, "url")) or (f"https://app.clickup.com/t/{number}" if number else "")
    )


def is_open(answer: Any) -> bool | None:
    kind = text_of(at(answer, "status", "type")).lower()
    return kind not in {"closed", "done"} if kind else None


async def check(api: TrackerClient) -> Who:
    user = at(await api.look("/user"), "user")
    try:
        level = text_of(at(await api.look(path("list", api.setup["list"])), "permission_level"))
    except NotFound:
        raise await not_there(api, "list") from None
    may = f"Its right in the list is {level!r}." if level.isalpha() else ""
    return Who(text_of(at(user, "username")) or text_of(at(user, "email")), may)


async def choices(api: TrackerClient) -> list[Choice]:
    found = []
    for team in rows(await api.look("/team"), "teams"):
        found += [
            Choice("type", text_of(row.get("id")), text_of(row.get("name")))
            for row in rows(await api.look(path("team", text_of(team.get("id")), "custom_item")), "custom_items")
        ]
        for space in rows(await api.look(path("team", text_of(team.get("id")), "space")), "spaces"):
            found += await _lists(api, space)
    with suppress(PlatformError):  # the list may be the wrong one that this is to replace
        configured = await api.look(path("list", api.setup["list"]))
        found += [Choice("done", text_of(row.get("status"))) for row in rows(configured, "statuses")]
        fields = rows(await api.look(path("list", api.setup["list"], "field")), "fields")
        found += [
            Choice("marker_field", text_of(row.get("id")), text_of(row.get("name")))
            for row in fields
            if row.get("type") in {"text", "short_text"}
        ]
    return found


async def _lists(api: TrackerClient, space: dict[str, Any]) -> list[Choice]:
    """The lists of a space, in its folders and beside them."""
    number, name = text_of(space.get("id")), text_of(space.get("name"))
    places = [(path("space", number, "list"), name)]
    places += [
        (path("folder", text_of(row.get("id")), "list"), f"{name} / {text_of(row.get('name'))}")
        for row in rows(await api.look(path("space", number, "folder")), "folders")
    ]
    return [
        Choice("list", text_of(row.get("id")), f"{place} / {text_of(row.get('name'))}")
        for where, place in places
        for row in rows(await api.look(where), "lists")
    ]


async def find_issue(api: TrackerClient, marker: str) -> Found | None:
    if api.setup["marker_field"]:
        row = await _by_field(api, marker)
    else:
        newest = listing(await _tasks(api, [("page", 0)]), "tasks")  # also those that have lost their tag
        row = next((one for one in newest if any(has_marker(text_of(one.get(name)), marker) for name in TEXTS)), None)
        row = row or await _by_tag(api, marker, archived="false") or await _by_tag(api, marker, archived="true")
    return None if row is None else Found(issue_of(row), is_open(row))


async def _tasks(api: TrackerClient, query: list[tuple[str, str | int]]) -> Any:
    """A page of the list's tasks, the newest first, closed ones and subtasks too."""
    always: list[tuple[str, str | int]] = [("include_closed", "true"), ("subtasks", "true"), ("order_by", "created")]
    always += [("include_markdown_description", "true")]
    try:
        return await api.look(path("list", api.setup["list"], "task"), [*always, *query])
    except NotFound:
        raise await not_there(api, "list") from None


async def _by_tag(api: TrackerClient, marker: str, *, archived: str) -> dict[str, Any] | None:
    async def page(number: int) -> list[dict[str, Any]]:
        return listing(await _tasks(api, [("tags[]", LABEL), ("archived", archived), ("page", number)]), "tasks")

    return await newest_with(marker, page, texts=TEXTS, size=SIZE, first=0)


async def _by_field(api: TrackerClient, marker: str) -> dict[str, Any] | None:
    field = api.setup["marker_field"]
    wanted = json.dumps([{"field_id": field, "operator": "==", "value": marker}])

    def has(row: dict[str, Any]) -> bool:
        values = [text_of(one.get("value")) for one in rows(row, "custom_fields") if one.get("id") == field]
        return marker in values

    for archived in ("false", "true"):
        found = listing(await _tasks(api, [("custom_fields", wanted), ("archived", archived), ("page", 0)]), "tasks")
        if (row := next(filter(has, found), None)) is not None:
            return row
    return None


def create(draft: Draft, setup: Setup) -> Send:
    body: dict[str, Any] = {
        "name": draft.title,
        "markdown_content": draft.text,
        "tags": list(draft.labels),
        "notify_all": False,
        "check_required_custom_fields": False,
    }
    if draft.severity:
        body["priority"] = _priority(draft.severity, setup)
    if setup["type"]:
        body["custom_item_id"] = int(setup["type"]) if setup["type"].isdecimal() else setup["type"]
    if setup["marker_field"]:
        body["custom_fields"] = [{"id": setup["marker_field"], "value": draft.marker}]
    return Send("POST", path("list", setup["list"], "task"), body)


def _priority(name: str, setup: Setup) -> int:
    known = PRIORITIES | {str(number): number for number in PRIORITIES.values()}
    if name.strip().lower() not in known:
        raise no_such("Priority", name, list(PRIORITIES), setup)
    return known[name.strip().lower()]


def read_created(answer: Any, setup: Setup) -> Created:
    return issue_of(answer)


async def read(api: TrackerClient, issue: str) -> State:
    answer = await api.look(path("task", issue.lstrip("#")))
    return State(
        issue_of(answer), text_of(at(answer, "name")), is_open(answer), text_of(at(answer, "status", "status"))
    )


async def comment(api: TrackerClient, issue: str, text: Any) -> None:
    await api.act(Send("POST", path("task", issue, "comment"), {"comment_text": text, "notify_all": False}))


async def attach(api: TrackerClient, issue: str, content: Content) -> None:
    form = Form([Attached(MadeFile(content.name, content.data), content.content_type, "attachment")])
    await api.act(Send("POST", path("task", issue, "attachment"), content=form))


async def close(api: TrackerClient, issue: str) -> None:
    """Set the status that the setting names, else the list's own for closed tasks."""
    done = api.setup["done"]
    if not done:
        statuses = rows(await api.look(path("list", api.setup["list"])), "statuses")
        done = next((text_of(row.get("status")) for row in statuses if row.get("type") == "closed"), "complete")
    await api.act(Send("PUT", path("task", issue), {"status": done}))


def words(body: Any) -> str:
    said, code = text_of(at(body, "err")), text_of(at(body, "ECODE"))
    return f"{said} ({code})" if said and code else said or code


def failure(context: FailureContext) -> PlatformError | None:
    if context.status == 401 and _UNSEEN.search(context.words):
        return NotFound(f"{context.title} has no such list or task, or the credential may not see it.", **context.facts)
    return None


TRACKER = Tracker(
    key="clickup",
    title="ClickUp",
    docs="https://developer.clickup.com/reference/createtask",
    address="https://api.clickup.com/api/v2",
    options=(
        Option("list", "id of the list: the number after /li/ in its address", sandbox="901200000001"),
        Option("type", "id of a custom task type, such as that of Bug", False),
        Option("marker_field", "id of a text field for the marker, which makes the lookup exact", False),
        Option("done", "name of the status that closes a task; default: the list's own", False),
    ),
    secrets=(Secret("token", "under Settings, Apps: an API token, pk_..."),),
    container=("list",),
    auth=auth,
    render=lambda setup: markdown.render,
    render_comment=lambda setup: plain.render,
    mount="/trackers/clickup",
    check=Op(check, ("GET /user", "GET /list/{list}"), "R"),
    choices=Op(
        choices,
        (
            "GET /team",
            "GET /team/{team}/custom_item",
            "GET /team/{team}/space",
            "GET /space/{space}/list",
            "GET /space/{space}/folder",
            "GET /folder/{folder}/list",
            "GET /list/{list}",
            "GET /list/{list}/field",
        ),
        "R",
    ),
    find=Op(find_issue, ("GET /list/{list}/task",), "R"),
    create=Op(create, ("POST /list/{list}/task",), "C"),
    read_created=read_created,
    read=Op(read, ("GET /task/{task}",), "R"),
    comment=Op(comment, ("POST /task/{task}/comment",), "C"),
    attach=Op(attach, ("POST /task/{task}/attachment",), "R"),
    close=Op(close, ("GET /list/{list}", "PUT /task/{task}"), "C"),
    severities={"critical": "urgent", "high": "high", "normal": "normal", "low": "low"},
    lag_seconds=10.0,
    per_second=1.5,
    words=words,
    failure=failure,
)
