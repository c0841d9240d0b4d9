"""Notion pages of a data source (version 2025-09-03).

The marker is in the page's title, or in a text property where the operator names one. Pages in the trash are not found.
Recalled, not looked up: that `title` names the title property whatever it is called, the groups of a status, of which
the last holds what is complete, and how soon a query shows a new page.
"""

from collections.abc import Mapping
from typing import Any

import httpx

from tools.kit.client import path
from tools.kit.defect import Content
from tools.kit.errors import Invalid, NotFound, Refused, UnexpectedShape
from tools.kit.form import Attached, Form, MadeFile
from tools.kit.network import Account, HeaderToken
from tools.kit.text import quote
from tools.trackers.client import TrackerClient
from tools.trackers.document import Document
from tools.trackers.markup.notion import Node, chunks, render
from tools.trackers.names import no_such, not_there, severity_among
from tools.trackers.scan import MOST_PAGES, has_marker
from tools.trackers.tracker import (
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

SOURCE = "/data_sources/{id}"
CHILDREN = "/blocks/{id}/children"
MOST_TEXTS = 100
"""Texts of a comment."""
FIELDS = {
    "marker_field": ("rich_text",),
    "severity_field": ("select", "multi_select", "status"),
    "label_field": ("multi_select",),
    "link_field": ("url",),
    "status_field": ("status",),
}
"""Types of the properties that options may name."""


def auth(account: Account, setup: Setup) -> httpx.Auth:
    return HeaderToken("Authorization", f"Bearer {account.secret('token')}")


def issue_of(answer: Any) -> Created:
    page = text_of(at(answer, "id"))
    return Created(page, page, text_of(at(answer, "url")))


def plain(texts: Any) -> str:
    return "".join(text_of(row.get("plain_text")) or text_of(at(row, "text", "content")) for row in rows(texts))


def as_comment(document: Document) -> list[Node]:
    """A document as the texts of a comment, which has no blocks."""
    texts: list[Node] = []
    for block in render(document):
        parts = [block, *block[block["type"]].get("children", ())]
        for part in parts:
            content = part[part["type"]]
            lines = [content.get("rich_text", ())] if "cells" not in content else content["cells"]
            for line in filter(None, lines):
                texts += [{"type": "text", "text": {"content": "\n"}}] * bool(texts) + list(line)
    return texts[:MOST_TEXTS]


async def source(api: TrackerClient) -> dict[str, dict[str, Any]]:
    """The properties of the data source, by name."""
    try:
        answer = await api.look(path("data_sources", api.setup["data_source"]))
    except (NotFound, Invalid):
        raise await not_there(api, "data_source") from None
    properties = at(answer, "properties")
    known = properties if isinstance(properties, dict) else {}
    return {name: value for name, value in known.items() if isinstance(value, dict)}


def field(properties: Mapping[str, Mapping[str, Any]], setup: Setup, option: str) -> Mapping[str, Any]:
    """The property that an option names.

    Raises:
        Refused: with the names there are.
    """
    fitting = [name for name, value in properties.items() if value.get("type") in FIELDS[option]]
    if setup[option] not in fitting:
        raise no_such(f"{option} (of type {' or '.join(FIELDS[option])})", setup[option], fitting, setup)
    return properties[setup[option]]


def status_name(properties: Mapping[str, Any], setup: Setup) -> str:
    """The name of the status property: the one that is configured, else the first."""
    named = [name for name, value in properties.items() if at(value, "type") == "status"]
    return setup["status_field"] or next(iter(named), "")


def complete(status: Any) -> list[str]:
    """The names of a status that mean that nothing is left to do: those of the last group."""
    groups = rows(status, "status", "groups")
    ids = at(groups[-1], "option_ids") if groups else None
    options = rows(status, "status", "options")
    return [text_of(row.get("name")) for row in options if isinstance(ids, list) and row.get("id") in ids]


def option_names(field: Any) -> list[str]:
    """The names that a select or status property has to choose from."""
    return [text_of(row.get("name")) for row in rows(field, text_of(at(field, "type")), "options")]


def state_of(page: Any, properties: Mapping[str, Any], setup: Setup) -> tuple[bool | None, str]:
    """Whether a page is open, and the word for it."""
    if at(page, "in_trash") is True or at(page, "archived") is True:
        return False, "in the trash"
    name = status_name(properties, setup)
    word = text_of(at(page, "properties", name, "status", "name"))
    done = complete(properties.get(name))
    return (word not in done if word and done else None), word or "no status"


async def check(api: TrackerClient) -> Who:
    answer = await api.look("/users/me")
    await source(api)
    workspace = text_of(at(answer, "bot", "workspace_name"))
    name = text_of(at(answer, "name")) or text_of(at(answer, "id"))
    has_labels = not api.setup.labels or api.setup["label_field"]
    left_out = "" if has_labels else "Without a label_field, the labels of the settings are left out."
    says = f"It is an integration of the workspace {quote(workspace)}." if workspace else ""
    return Who(name, " ".join(filter(None, (says, left_out))))


async def choices(api: TrackerClient) -> list[Choice]:
    body = {"filter": {"property": "object", "value": "data_source"}, "page_size": 100}
    found = rows(await api.look("/search", method="POST", body=body), "results")
    own = [row for row in found if text_of(row.get("id")) == api.setup["data_source"]]
    properties = at(own, 0, "properties")
    severity = at(properties, api.setup["severity_field"])
    return [
        *(Choice("data_source", text_of(row.get("id")), plain(row.get("title"))) for row in found),
        *(
            Choice(option, name)
            for option, types in FIELDS.items()
            for name, value in (properties.items() if isinstance(properties, dict) else ())
            if at(value, "type") in types
        ),
        *(Choice("severities", name, "a severity") for name in option_names(severity)),
    ]


async def find_issue(api: TrackerClient, marker: str) -> Found | None:
    own = api.setup["marker_field"]
    wanted: list[dict[str, Any]] = [{"property": "title", "title": {"contains": marker}}]
    if own:  # a page from before it was configured has the marker in its title
        wanted.append({"property": own, "rich_text": {"equals": marker}})
    body: dict[str, Any] = {"filter": {"or": wanted}, "page_size": 100}
    body["sorts"] = [{"timestamp": "created_time", "direction": "ascending"}]
    for _ in range(MOST_PAGES):
        try:
            answer = await api.look(path("data_sources", api.setup["data_source"], "query"), method="POST", body=body)
        except NotFound:
            raise await not_there(api, "data_source") from None
        except Invalid:
            field(await source(api), api.setup, "marker_field") if own else await source(api)
            raise
        for row in listing(answer, "results"):
            texts = [
                plain(at(value, "rich_text") or at(value, "title")) for value in (row.get("properties") or {}).values()
            ]
            if any(has_marker(text, marker) for text in texts):
                return Found(issue_of(row), state_of(row, await source(api), api.setup)[0])
        if at(answer, "has_more") is not True or not text_of(at(answer, "next_cursor")):
            return None
        body["start_cursor"] = at(answer, "next_cursor")
    raise Refused("Notion has too many pages whose titles are alike, so whether the page exists is not known.")


async def resolve(api: TrackerClient, draft: Draft) -> Mapping[str, Any]:
    """The types of the properties that are set, and the severity as the data source has it."""
    properties = await source(api)
    for option in FIELDS:
        if api.setup[option]:
            field(properties, api.setup, option)
    name = api.setup["severity_field"]
    if not name:
        return {}
    severity = severity_among(draft, api.setup, option_names(properties[name]), "Severity")
    return {"severity": severity, "severity_type": text_of(properties[name].get("type"))}


def create(draft: Draft, setup: Setup) -> Send:
    properties: dict[str, Any] = {"title": {"title": [{"text": {"content": draft.title}}]}}
    if setup["marker_field"]:
        properties[setup["marker_field"]] = {"rich_text": [{"text": {"content": draft.marker}}]}
    if severity := draft.resolved.get("severity"):
        kind, option = draft.resolved["severity_type"], {"name": severity}
        properties[setup["severity_field"]] = {kind: [option] if kind == "multi_select" else option}
    if setup["label_field"]:
        properties[setup["label_field"]] = {"multi_select": [{"name": label} for label in draft.labels]}
    if setup["link_field"] and draft.link:
        properties[setup["link_field"]] = {"url": draft.link}
    parent = {"type": "data_source_id", "data_source_id": setup["data_source"]}
    children = next(iter(chunks(draft.text)), [])
    return Send("POST", "/pages", {"parent": parent, "properties": properties, "children": children})


def read_created(answer: Any, setup: Setup) -> Created:
    return issue_of(answer)


def is_same(ours: Node, theirs: Mapping[str, Any]) -> bool:
    kind = ours["type"]
    return theirs.get("type") == kind and plain(ours[kind].get("rich_text")) == plain(at(theirs, kind, "rich_text"))


async def finish(api: TrackerClient, issue: Created, draft: Draft) -> None:
    """Append the blocks for which the create had no room, behind those that are there."""
    if len(chunks(draft.text)) < 2:
        return
    there: list[dict[str, Any]] = []
    query: list[tuple[str, str | int]] = [("page_size", 100)]
    while len(there) <= len(draft.text):
        answer = await api.look(path("blocks", issue.id, "children"), query)
        there += rows(answer, "results")
        if at(answer, "has_more") is not True:
            break
        query = [("page_size", 100), ("start_cursor", text_of(at(answer, "next_cursor")))]
    done = 0
    while done < min(len(there), len(draft.text)) and is_same(draft.text[done], there[done]):
        done += 1
    after = text_of(there[done - 1].get("id")) if done else ""
    for chunk in chunks(draft.text[done:]):
        body = {"children": chunk, **({"after": after} if after else {})}
        answer = await api.act(Send("PATCH", path("blocks", issue.id, "children"), body))
        added = rows(answer, "results")[: len(chunk)]
        after = text_of(added[-1].get("id")) if added else after


async def read(api: TrackerClient, issue: str) -> State:
    page = await api.look(path("pages", issue))
    values = at(page, "properties")
    titles = [at(value, "title") for value in (values.values() if isinstance(values, dict) else ())]
    is_open, word = state_of(page, await source(api), api.setup)
    return State(issue_of(page), plain(next(filter(None, titles), [])), is_open, word)


async def comment(api: TrackerClient, issue: str, text: Any) -> None:
    await api.act(Send("POST", "/comments", {"parent": {"page_id": issue}, "rich_text": text}))


async def attach(api: TrackerClient, issue: str, content: Content) -> None:
    """Upload the file, and append a block that shows it."""
    kind = content.content_type or "application/octet-stream"
    wanted = {"mode": "single_part", "filename": content.name, "content_type": kind}
    upload = text_of(at(await api.act(Send("POST", "/file_uploads", wanted)), "id"))
    if not upload:
        raise UnexpectedShape("Notion gave no id for the file. It was not sent.")
    form = Form([Attached(MadeFile(content.name, content.data), kind)])
    await api.act(Send("POST", path("file_uploads", upload, "send"), content=form))
    family = kind.partition("/")[0]
    block = "pdf" if kind == "application/pdf" else family if family in {"image", "video", "audio"} else "file"
    child = {"object": "block", "type": block, block: {"type": "file_upload", "file_upload": {"id": upload}}}
    await api.act(Send("PATCH", path("blocks", issue, "children"), {"children": [child]}))


async def close(api: TrackerClient, issue: str) -> None:
    properties = await source(api)
    name = status_name(properties, api.setup)
    done = complete(properties.get(name))
    if not done:
        raise Refused("The data source has no status property, or its status has no group for what is complete.")
    await api.act(Send("PATCH", path("pages", issue), {"properties": {name: {"status": {"name": done[0]}}}}))


TRACKER = Tracker(
    key="notion",
    title="Notion",
    docs="https://developers.notion.com/reference/post-page",
    address="https://api.notion.com/v1",
    options=(
        Option(
            "data_source",
            "id of the data source: 248104cd-477e-80af-bc30-000bd28de8f9; share its database with the integration",
            sandbox="248104cd-477e-80af-bc30-000bd28de8f9",
        ),
        Option("severity_field", "name of a select property for the severity", False, sandbox="Severity"),
        Option("marker_field", "name of a text property for the marker, which is else in the title", False),
        Option("label_field", "name of a multi-select property for labels", False),
        Option("link_field", "name of a URL property for the link to the bug", False),
        Option("status_field", "name of the status property, if there are several", False),
    ),
    secrets=(Secret("token", "at notion.so/profile/integrations: the secret of an internal integration"),),
    container=("data_source",),
    auth=auth,
    render=lambda setup: render,
    render_comment=lambda setup: as_comment,
    mount="/trackers/notion",
    headers={"Notion-Version": "2025-09-03"},
    check=Op(check, ("GET /users/me", f"GET {SOURCE}"), "C"),
    choices=Op(choices, ("POST /search",), "C"),
    find=Op(find_issue, (f"POST {SOURCE}/query", f"GET {SOURCE}"), "R"),
    create=Op(create, ("POST /pages",), "R"),
    read_created=read_created,
    read=Op(read, ("GET /pages/{id}", f"GET {SOURCE}"), "R"),
    comment=Op(comment, ("POST /comments",), "C"),
    attach=Op(attach, ("POST /file_uploads", "POST /file_uploads/{id}/send", f"PATCH {CHILDREN}"), "R"),
    close=Op(close, (f"GET {SOURCE}", "PATCH /pages/{id}"), "R"),
    resolve=Op(resolve, (f"GET {SOURCE}",), "C"),
    finish=Op(finish, (f"GET {CHILDREN}", f"PATCH {CHILDREN}"), "R"),
    severities={"critical": "Critical", "high": "High", "normal": "Medium", "low": "Low"},
    marks_titles=True,
    limits=Limits(title=255, text=200_000, file=20_000_000),
    is_exact=True,
    lag_seconds=10.0,
    per_second=3.0,
)
