"""Linear issues (GraphQL).

The issue's id is made from its marker, so that it can be looked up by it and created once. Recalled or inferred, not
looked up: that a second create with an id is refused (found by the marker in the description as well, an issue is not
missed if ids are not taken), the words of errors, and that an issue is read by its key too.
"""

import hashlib
import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import httpx

from tools.kit.defect import Content
from tools.kit.errors import Refused, UnexpectedShape
from tools.kit.network import Account, HeaderToken
from tools.kit.text import quote
from tools.trackers.client import Raw, TrackerClient
from tools.trackers.graphql import ask, errors_of, mutation
from tools.trackers.markup.markdown import render
from tools.trackers.names import not_there, severity_among
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

GRAPHQL = "/graphql"
ROUTES = (f"POST {GRAPHQL}",)
PRIORITIES = {"No priority": 0, "Urgent": 1, "High": 2, "Medium": 3, "Low": 4}
CLOSED = ("canceled", "completed", "duplicate")
"""Types of the states of a closed issue; the first that a team has is that of a close."""
STATUSES = {
    "authentication error": 401,
    "forbidden": 403,
    "feature not accessible": 403,
    "ratelimited": 429,
    "lock timeout": 500,
    "internal error": 500,
    "network error": 500,
    "bootstrap error": 500,
    "unknown": 500,
    "other": 500,
}
"""Statuses that the types of errors stand for; the rest are refusals."""

ME = """query($team: TeamFilter!) {
    viewer { id name organization { name } } teams(filter: $team, first: 2) { nodes { id key } } }"""
TEAMS = "query { teams(first: 250) { nodes { id key name } } }"
FIND = """query($filter: IssueFilter!) { issues(filter: $filter, includeArchived: true, first: 25) {
    nodes { id identifier url description state { name type } } } }"""
NAMES = """query($team: TeamFilter!, $labels: IssueLabelFilter!) {
    teams(filter: $team, first: 2) { nodes { id } }
    issueLabels(filter: $labels, first: 100) { nodes { id name team { id } } } }"""
CREATE = """mutation($input: IssueCreateInput!) { issueCreate(input: $input) {
    success issue { id identifier url } } }"""
LINK = "mutation($input: AttachmentCreateInput!) { attachmentCreate(input: $input) { success } }"
UPLOAD = """mutation($contentType: String!, $filename: String!, $size: Int!) {
    fileUpload(contentType: $contentType, filename: $filename, size: $size) {
    success uploadFile { uploadUrl assetUrl headers { key value } } } }"""
READ = "query($id: String!) { issue(id: $id) { id identifier url title trashed archivedAt state { name type } } }"
COMMENT = "mutation($input: CommentCreateInput!) { commentCreate(input: $input) { success } }"
STATES = "query($id: String!) { issue(id: $id) { team { states { nodes { id type } } } } }"
MOVE = "mutation($id: String!, $input: IssueUpdateInput!) { issueUpdate(id: $id, input: $input) { success } }"
PRIVATE = "query($team: TeamFilter!) { teams(filter: $team, first: 2) { nodes { private } } }"


def auth(account: Account, setup: Setup) -> httpx.Auth:
    return HeaderToken("Authorization", account.secret("token"))  # a personal key has no word before it


def team(setup: Setup) -> dict[str, Any]:
    """The filter for the team, by its key or id."""
    is_id = re.fullmatch(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", setup["team"])
    return {"id": {"eq": setup["team"]}} if is_id else {"key": {"eqIgnoreCase": setup["team"]}}


def id_of(marker: str, setup: Setup) -> str:
    """The id of the issue with a marker in this team: a UUID of version 4, as Linear demands."""
    digest = hashlib.sha256(f"{setup['team'].casefold()} {marker}".encode()).digest()
    return str(UUID(bytes=digest[:16], version=4))


def issue_of(answer: Any) -> Created:
    issue = text_of(at(answer, "id"))
    return Created(issue, text_of(at(answer, "identifier")) or issue, text_of(at(answer, "url")))


def is_open(answer: Any) -> bool | None:
    if at(answer, "trashed") is True:
        return False
    kind = text_of(at(answer, "state", "type"))
    return kind not in CLOSED if kind else None


async def check(api: TrackerClient) -> Who:
    data = await ask(api, GRAPHQL, ME, team=team(api.setup))
    if not rows(data, "teams", "nodes"):
        raise await not_there(api, "team")
    workspace = text_of(at(data, "viewer", "organization", "name"))
    return Who(text_of(at(data, "viewer", "name")), f"It is a member of {quote(workspace)}." if workspace else "")


async def choices(api: TrackerClient) -> list[Choice]:
    found = rows(await ask(api, GRAPHQL, TEAMS), "teams", "nodes")
    teams = [Choice("team", text_of(row.get("key")), text_of(row.get("name"))) for row in found]
    return teams + [Choice("severities", name, "a priority") for name in PRIORITIES]


async def find_issue(api: TrackerClient, marker: str) -> Found | None:
    own = id_of(marker, api.setup)
    wanted = [{"id": {"eq": own}}, {"description": {"contains": marker}, "team": team(api.setup)}]
    found = listing(await ask(api, GRAPHQL, FIND, filter={"or": wanted}), "issues", "nodes")
    for row in sorted(found, key=lambda row: row.get("id") != own):
        if row.get("id") == own or has_marker(row.get("description"), marker):
            return Found(issue_of(row), is_open(row))
    return None


async def resolve(api: TrackerClient, draft: Draft) -> Mapping[str, Any]:
    """The ids of the team and the labels, and the number of the priority."""
    labels = {"name": {"in": list(draft.labels)}}
    data = await ask(api, GRAPHQL, NAMES, team=team(api.setup), labels=labels)
    ours = text_of(at(data, "teams", "nodes", 0, "id"))
    if not ours:
        raise await not_there(api, "team")
    ids = {
        text_of(row.get("name")): text_of(row.get("id"))
        for row in rows(data, "issueLabels", "nodes")
        if at(row, "team", "id") in {None, ours}
    }
    if missing := [name for name in draft.labels if name not in ids and name != LABEL]:
        raise Refused(
            f"Linear has no label {quote(missing[0])} for {quote(api.setup['team'])}. Create it there, or take it out "
            f"of labels of [trackers.{api.setup.name}]."
        )
    priority = severity_among(draft, api.setup, list(PRIORITIES), "Priority")
    return {"team": ours, "labels": sorted(ids.values()), "priority": PRIORITIES.get(priority, 0)}


def create(draft: Draft, setup: Setup) -> Send:
    issue: dict[str, Any] = {
        "id": id_of(draft.marker, setup),
        "teamId": draft.resolved.get("team", setup["team"]),
        "title": draft.title,
        "description": draft.text,
        "priority": draft.resolved.get("priority", 0),
    }
    if labels := draft.resolved.get("labels"):
        issue["labelIds"] = labels
    return mutation(GRAPHQL, CREATE, input=issue)


def read_created(answer: Any, setup: Setup) -> Created:
    return issue_of(at(answer, "data", "issueCreate", "issue"))


async def finish(api: TrackerClient, issue: Created, draft: Draft) -> None:
    """Link the defect's page; the same address again changes the link that is there."""
    if draft.link:
        link = {"issueId": issue.id, "url": draft.link, "title": draft.title, "subtitle": draft.marker}
        await api.act(mutation(GRAPHQL, LINK, input=link))


async def read(api: TrackerClient, issue: str) -> State:
    answer = at(await ask(api, GRAPHQL, READ, id=issue), "issue")
    place = "trash" if at(answer, "trashed") is True else "archived" if at(answer, "archivedAt") else ""
    word = " ".join(filter(None, (text_of(at(answer, "state", "name")), f"({place})" if place else "")))
    return State(issue_of(answer), text_of(at(answer, "title")), is_open(answer), word)


async def comment(api: TrackerClient, issue: str, text: Any) -> None:
    await api.act(mutation(GRAPHQL, COMMENT, input={"issueId": issue, "body": text}))


async def attach(api: TrackerClient, issue: str, content: Content) -> None:
    """Have an address made for the file, send it there, and link it."""
    kind = content.content_type or "application/octet-stream"
    wanted = {"contentType": kind, "filename": content.name, "size": len(content.data)}
    place = at(await api.act(mutation(GRAPHQL, UPLOAD, **wanted)), "data", "fileUpload", "uploadFile")
    address, asset = text_of(at(place, "uploadUrl")), text_of(at(place, "assetUrl"))
    if not address or not asset:
        raise UnexpectedShape("Linear gave no address for the file. It was not sent.")
    headers = {"cache-control": "public, max-age=31536000"}
    headers |= {text_of(row.get("key")).lower(): text_of(row.get("value")) for row in rows(place, "headers")}
    own = {"", "content-type", "content-length"}  # those of the file itself
    sent = {name: value for name, value in headers.items() if name not in own}
    await api.storage.put(address, Raw(content.data, kind), sent)
    await api.act(mutation(GRAPHQL, LINK, input={"issueId": issue, "url": asset, "title": content.name}))


async def close(api: TrackerClient, issue: str) -> None:
    states = rows(await ask(api, GRAPHQL, STATES, id=issue), "issue", "team", "states", "nodes")
    for kind in CLOSED:
        for row in states:
            if row.get("type") == kind:
                await api.act(mutation(GRAPHQL, MOVE, id=issue, input={"stateId": text_of(row.get("id"))}))
                return
    raise Refused("The team has no state for closed issues that this user may see.")


async def audience(api: TrackerClient) -> str:
    private = at(await ask(api, GRAPHQL, PRIVATE, team=team(api.setup)), "teams", "nodes", 0, "private")
    if not isinstance(private, bool):
        return ""
    return (
        "The team is private: its members can read its issues."
        if private
        else "Everybody in the workspace can read the team's issues."
    )


def problem(answer: Any) -> str | Problem:
    for error in errors_of(answer):
        kind = text_of(at(error, "extensions", "type")).lower()
        code = text_of(at(error, "extensions", "code")).upper()
        words = text_of(at(error, "extensions", "userPresentableMessage")) or text_of(error.get("message"))
        if "entity not found" in words.lower():
            return Problem(words, 404)
        return Problem(words or kind or "no reason", 429 if code == "RATELIMITED" else STATUSES.get(kind, 400))
    data = at(answer, "data")
    is_refused = isinstance(data, dict) and any(at(value, "success") is False for value in data.values())
    return "It was not carried out." if is_refused else ""


TRACKER = Tracker(
    key="linear",
    title="Linear",
    docs="https://linear.app/developers/graphql",
    address="https://api.linear.app",
    options=(Option("team", "key or id of the team: ENG", sandbox="ENG"),),
    secrets=(Secret("token", "under Settings, Security & access: a personal API key"),),
    container=("team",),
    auth=auth,
    render=lambda setup: render,
    mount="/trackers/linear",
    check=Op(check, ROUTES, "C"),
    choices=Op(choices, ROUTES, "C"),
    find=Op(find_issue, ROUTES, "C"),
    create=Op(create, ROUTES, "C"),
    read_created=read_created,
    read=Op(read, ROUTES, "C"),
    comment=Op(comment, ROUTES, "C"),
    attach=Op(attach, (*ROUTES, "PUT /storage/{number}"), "C"),
    close=Op(close, ROUTES, "C"),
    resolve=Op(resolve, ROUTES, "R"),
    finish=Op(finish, ROUTES, "D"),
    audience=Op(audience, ROUTES, "R"),
    severities={"critical": "Urgent", "high": "High", "normal": "Medium", "low": "Low"},
    limits=Limits(title=255, text=100_000),
    is_exact=True,
    is_idempotent=True,
    problem=problem,
    storage=("storage.googleapis.com", ".linear.app"),
)
