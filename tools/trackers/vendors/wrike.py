"""Wrike tasks (API v4).

The marker is kept as metadata of the task, which Wrike filters by exactly; it keeps them apart for each API app, so the
newest tasks of the folder are read too. A description has a limited set of tags, by which a line break is one and a
paragraph is none; comments have another set, so that they are sent as plain text. Recalled, not looked up: how metadata
are kept apart, the headers of an upload, and that a list has tasks of every status. Labels are not sent: Wrike has
folders in their place.
"""

import json
from typing import Any, Final
from urllib.parse import quote as percent

import httpx

from tools.kit.client import path
from tools.kit.defect import Content
from tools.kit.errors import HostMoved, NotFound, PlatformError
from tools.kit.failures import FailureContext
from tools.kit.network import Account, HeaderToken
from tools.trackers.client import Raw, TrackerClient
from tools.trackers.document import Block, Bullets, Code, Document, Paragraph, Quote, Table
from tools.trackers.markup import html, plain
from tools.trackers.names import not_there
from tools.trackers.scan import has_marker
from tools.trackers.tracker import (
    LABEL,
    Choice,
    Created,
    Draft,
    Found,
    Limits,
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

NEWEST: Final = 100
"""Tasks of the folder that are read beside the lookup."""
HOSTS: Final = "www.wrike.com, app-eu.wrike.com or app-us2.wrike.com"


def auth(account: Account, setup: Setup) -> httpx.Auth:
    return HeaderToken("Authorization", f"Bearer {account.secret('token')}")


def render(document: Document) -> str:
    """Render a document with the tags that a description may have."""
    return html.render([_plainer(block) for block in document]).replace("<p>", "").replace("</p>", "<br/>")


def _plainer(block: Block) -> Block:
    match block:
        case Table(cells):
            return Bullets([[f"{name}: {value}"] for name, value in cells])
        case Code(text) | Quote(text):
            return Paragraph([text])
        case _:
            return block


def issue_of(answer: Any) -> Created:
    number = text_of(at(answer, "id"))
    return Created(number, number, text_of(at(answer, "permalink")))


def is_open(answer: Any) -> bool | None:
    status = text_of(at(answer, "status"))
    return status not in {"Completed", "Cancelled"} if status else None


async def check(api: TrackerClient) -> Who:
    answer = at(await api.look("/contacts", [("me", "true")]), "data", 0)
    name = " ".join(filter(None, (text_of(at(answer, "firstName")), text_of(at(answer, "lastName")))))
    return Who(name or text_of(at(answer, "profiles", 0, "email")) or text_of(at(answer, "id")))


async def choices(api: TrackerClient) -> list[Choice]:
    folders = rows(await api.look("/folders"), "data")
    found = [(row, "project " if isinstance(row.get("project"), dict) else "") for row in folders]
    return [
        Choice("folder", text_of(row.get("id")), kind + text_of(row.get("title")))
        for row, kind in found
        if not text_of(row.get("scope")).startswith("Rb")  # the recycle bin
    ]


async def find_issue(api: TrackerClient, marker: str) -> Found | None:
    wanted = {"key": LABEL, "value": marker}

    async def tasks(*query: tuple[str, str | int]) -> list[dict[str, Any]]:
        always = [("descendants", "true"), ("fields", json.dumps(["metadata", "description"]))]
        try:
            return listing(await api.look(path("folders", api.setup["folder"], "tasks"), [*always, *query]), "data")
        except NotFound:
            raise await not_there(api, "folder") from None

    row = next((row for row in await tasks(("metadata", json.dumps(wanted))) if wanted in rows(row, "metadata")), None)
    if row is None:
        newest = await tasks(("sortField", "CreatedDate"), ("sortOrder", "Desc"), ("pageSize", NEWEST))
        row = next((row for row in newest if has_marker(row.get("description"), marker)), None)
    return None if row is None else Found(issue_of(row), is_open(row))


def create(draft: Draft, setup: Setup) -> Send:
    body: dict[str, Any] = {
        "title": draft.title,
        "description": draft.text,
        "metadata": [{"key": LABEL, "value": draft.marker}],
    }
    if draft.severity:
        body["importance"] = draft.severity
    return Send("POST", path("folders", setup["folder"], "tasks"), body)


def read_created(answer: Any, setup: Setup) -> Created:
    return issue_of(at(answer, "data", 0))


async def read(api: TrackerClient, issue: str) -> State:
    answer = at(await api.look(path("tasks", issue)), "data", 0)
    return State(issue_of(answer), text_of(at(answer, "title")), is_open(answer), text_of(at(answer, "status")))


async def comment(api: TrackerClient, issue: str, text: Any) -> None:
    await api.act(Send("POST", path("tasks", issue, "comments"), {"text": text, "plainText": True}))


async def attach(api: TrackerClient, issue: str, content: Content) -> None:
    name = content.name if content.name.isascii() and content.name.isprintable() else percent(content.name)
    headers = {"X-Requested-With": "XMLHttpRequest", "X-File-Name": name}
    raw = Raw(content.data, content.content_type)
    await api.act(Send("POST", path("tasks", issue, "attachments"), headers=headers, content=raw))


async def close(api: TrackerClient, issue: str) -> None:
    await api.act(Send("PUT", path("tasks", issue), {"status": "Cancelled"}))


def words(body: Any) -> str:
    said, code = text_of(at(body, "errorDescription")), text_of(at(body, "error"))
    return f"{said} ({code})" if said and code else said or code


def failure(context: FailureContext) -> PlatformError | None:
    if context.status == 300:
        return HostMoved(
            f"{context.title} answers that the account is in another data centre (300). Set host to {HOSTS}: the one "
            "in the address of Wrike's pages after signing in.",
            **context.facts,
        )
    return None


TRACKER = Tracker(
    key="wrike",
    title="Wrike",
    docs="https://developers.wrike.com/api/v4/tasks/",
    address="https://{host}/api/v4",
    options=(
        Option("folder", "id of the folder or project: IEAB...", sandbox="IEABHARB4I7BUGS1"),
        Option("host", f"the data centre: {HOSTS}", False, default="www.wrike.com"),
    ),
    secrets=(Secret("token", "under Apps & Integrations, API, in an app of yours: a permanent token"),),
    container=("folder",),
    auth=auth,
    render=lambda setup: render,
    render_comment=lambda setup: plain.render,
    mount="/trackers/wrike",
    check=Op(check, ("GET /contacts",), "D"),
    choices=Op(choices, ("GET /folders",), "C"),
    find=Op(find_issue, ("GET /folders/{folder}/tasks",), "C"),
    create=Op(create, ("POST /folders/{folder}/tasks",), "C"),
    read_created=read_created,
    read=Op(read, ("GET /tasks/{task}",), "C"),
    comment=Op(comment, ("POST /tasks/{task}/comments",), "C"),
    attach=Op(attach, ("POST /tasks/{task}/attachments",), "R"),
    close=Op(close, ("PUT /tasks/{task}",), "C"),
    severities={"critical": "High", "high": "High", "normal": "Normal", "low": "Low"},
    takes_labels=False,
    limits=Limits(file=100_000_000),
    is_exact=True,
    lag_seconds=5.0,
    per_second=6.0,
    words=words,
    failure=failure,
)
