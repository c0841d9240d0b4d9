"""Shortcut stories (REST API, version 3).

Recalled, not looked up: that a story needs a workflow state, that labels are created by their names, the form of an
upload, the limits, and that the search by `external_id` reads the database, of archived stories too.
"""

from typing import Any

import httpx

from tools.kit.client import path
from tools.kit.defect import Content
from tools.kit.errors import Refused, Unauthorized
from tools.kit.form import Attached, Form, MadeFile
from tools.kit.network import Account, HeaderToken
from tools.trackers.client import TrackerClient
from tools.trackers.markup.markdown import render
from tools.trackers.names import not_there, severity_among
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

STORY, FIELDS, WORKFLOWS = "/stories/{story}", "/custom-fields", "/workflows"


def auth(account: Account, setup: Setup) -> httpx.Auth:
    return HeaderToken("Shortcut-Token", account.secret("token"))


def story_path(story: str, *rest: str) -> str:
    return path("stories", story.removeprefix("sc-"), *rest)


def story_of(row: Any) -> Created:
    number = text_of(at(row, "id"))
    return Created(number, f"sc-{number}" if number else "", text_of(at(row, "app_url")))


def openness(row: Any) -> bool | None:
    completed = at(row, "completed")
    return not completed and at(row, "archived") is not True if isinstance(completed, bool) else None


async def check(api: TrackerClient) -> Who:
    member = await api.look("/member")
    name = text_of(at(member, "mention_name")) or text_of(at(member, "name")) or text_of(at(member, "profile", "name"))
    if not name:
        raise Unauthorized(f"{api.account.title} does not say whose token it is.")
    await state_id(api)
    return Who(name, "It is an observer: it may only read." if at(member, "role") == "observer" else "")


async def state_id(api: TrackerClient) -> Any:
    """The id of the workflow state in which stories begin."""
    for workflow in rows(await api.look(WORKFLOWS)):
        for state in rows(workflow, "states"):
            if text_of(state.get("id")) == api.setup["workflow_state"]:
                return state.get("id")
    raise await not_there(api, "workflow_state")


async def choices(api: TrackerClient) -> list[Choice]:
    found = list[Choice]()
    for workflow in rows(await api.look(WORKFLOWS)):
        for state in rows(workflow, "states"):
            name = f"{text_of(state.get('name'))}, of {text_of(workflow.get('name'))}"
            found.append(Choice("workflow_state", text_of(state.get("id")), name))
    teams = [row for row in rows(await api.look("/groups")) if row.get("archived") is not True]
    found += [Choice("team", text_of(row.get("id")), text_of(row.get("name"))) for row in teams]
    values = rows(await severity_field(api), "values")
    return found + [Choice("severities", text_of(value.get("value")), "a severity") for value in values]


async def severity_field(api: TrackerClient) -> dict[str, Any]:
    """The custom field Severity, which each workspace has and can switch off; empty if it is off."""
    for field in rows(await api.look(FIELDS)):
        names = {text_of(field.get(name)).casefold() for name in ("canonical_name", "name")}
        if "severity" in names and field.get("enabled") is not False:
            return field
    return {}


async def find_issue(api: TrackerClient, marker: str) -> Found | None:
    found = listing(await api.look("/stories/search", method="POST", body={"external_id": marker}))
    row = next((row for row in found if row.get("external_id") == marker), None)
    return None if row is None else Found(story_of(row), openness(row))


async def resolve(api: TrackerClient, draft: Draft) -> dict[str, Any]:
    """The workflow state, and the ids of the field Severity and of its value."""
    found: dict[str, Any] = {"state": await state_id(api)}
    if draft.severity:
        field = await severity_field(api)
        values = [value for value in rows(field, "values") if value.get("enabled") is not False]
        by_name = {text_of(value.get("value")): text_of(value.get("id")) for value in values}
        if name := severity_among(draft, api.setup, list(by_name), "Severity"):
            found["severity"] = {"field_id": text_of(field.get("id")), "value_id": by_name[name]}
    return found


def create(draft: Draft, setup: Setup) -> Send:
    body: dict[str, Any] = {
        "name": draft.title,
        "story_type": "bug",
        "workflow_state_id": draft.resolved.get("state"),
        "description": draft.text,
        "labels": [{"name": label} for label in draft.labels],
        "external_id": draft.marker,
    }
    if draft.link:
        body["external_links"] = [draft.link]
    if setup["team"]:
        body["group_id"] = setup["team"]
    if draft.resolved.get("severity"):
        body["custom_fields"] = [draft.resolved["severity"]]
    return Send("POST", "/stories", body)


def read_created(answer: Any, setup: Setup) -> Created:
    return story_of(answer)


async def read(api: TrackerClient, story: str) -> State:
    row = await api.look(story_path(story))
    states = [state for workflow in rows(await api.look(WORKFLOWS)) for state in rows(workflow, "states")]
    names = {text_of(state.get("id")): text_of(state.get("name")) for state in states}
    word = names.get(text_of(at(row, "workflow_state_id"))) or (
        "completed" if at(row, "completed") else "not completed"
    )
    word = f"{word} (archived)" if at(row, "archived") is True else word
    return State(story_of(row), text_of(at(row, "name")), openness(row), word)


async def comment(api: TrackerClient, story: str, text: Any) -> None:
    await api.act(Send("POST", story_path(story, "comments"), {"text": text}))


async def attach(api: TrackerClient, story: str, content: Content) -> None:
    kind = content.content_type or "application/octet-stream"
    file = Attached(MadeFile(content.name, content.data), kind, name="file0")
    form = Form([file], {"story_id": story.removeprefix("sc-")})
    await api.act(Send("POST", "/files", content=form))


async def close(api: TrackerClient, story: str) -> None:
    current = text_of(at(await api.look(story_path(story)), "workflow_state_id"))
    for workflow in rows(await api.look(WORKFLOWS)):
        states = rows(workflow, "states")
        done = [state.get("id") for state in states if state.get("type") == "done"]
        if done and current in {text_of(state.get("id")) for state in states}:
            await api.act(Send("PUT", story_path(story), {"workflow_state_id": done[0]}))
            return
    raise Refused(f"The workflow of {story} has no state of the type done.")


TRACKER = Tracker(
    key="shortcut",
    title="Shortcut",
    docs="https://developer.shortcut.com/api/rest/v3",
    address="https://api.app.shortcut.com/api/v3",
    options=(
        Option("workflow_state", "id of the workflow state in which stories begin: 500000007", sandbox="500000007"),
        Option("team", "id of the team", False),
    ),
    secrets=(Secret("token", "under Settings, API Tokens"),),
    container=("workflow_state",),
    auth=auth,
    render=lambda setup: render,
    mount="/trackers/shortcut",
    check=Op(check, ("GET /member", f"GET {WORKFLOWS}"), "C"),
    choices=Op(choices, (f"GET {WORKFLOWS}", "GET /groups", f"GET {FIELDS}"), "R"),
    find=Op(find_issue, ("POST /stories/search",), "C"),
    resolve=Op(resolve, (f"GET {WORKFLOWS}", f"GET {FIELDS}", "GET /groups"), "R"),
    create=Op(create, ("POST /stories",), "R"),
    read_created=read_created,
    read=Op(read, (f"GET {STORY}", f"GET {WORKFLOWS}"), "C"),
    comment=Op(comment, (f"POST {STORY}/comments",), "C"),
    attach=Op(attach, ("POST /files",), "R"),
    close=Op(close, (f"GET {STORY}", f"GET {WORKFLOWS}", f"PUT {STORY}"), "R"),
    severities={"critical": "Severity 0", "high": "Severity 1", "normal": "Severity 2", "low": "Severity 3"},
    limits=Limits(title=512, text=100_000),
    is_exact=True,
    per_second=3.0,
)
