"""GitLab issues (REST API, version 4).

Recalled, not looked up: that a guest's labels are dropped silently, that quick actions in a description are carried out
(the renderer starts no line with a slash), and that lists may come from a copy of the database that is a little behind.
"""

from typing import Any, Final

import httpx

from tools.kit.client import path
from tools.kit.defect import Content
from tools.kit.form import Attached, Form, MadeFile
from tools.kit.network import Account, HeaderToken
from tools.kit.request import QueryParams
from tools.trackers.client import TrackerClient
from tools.trackers.markup.markdown import render
from tools.trackers.names import in_container
from tools.trackers.scan import newest_with
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

PROJECT: Final = "/projects/{group}/{project}"
"""One segment for GitLab, which takes the path of a project with its slashes encoded."""
REPORTER: Final = 15
"""The least access level at which labels are set; 15 is a planner, 20 a reporter."""


def auth(account: Account, setup: Setup) -> httpx.Auth:
    return HeaderToken("PRIVATE-TOKEN", account.secret("token"))


def project(setup: Setup, *rest: str) -> str:
    """A path below the project."""
    return path("projects", setup["project"], *rest)


def is_confidential(setup: Setup) -> bool:
    return setup["confidential"].lower() in {"yes", "true"}


def issue_of(answer: Any, setup: Setup) -> Created:
    """An issue; its page is below the configured address, whatever host the answer names."""
    number = text_of(at(answer, "iid"))
    place = text_of(at(answer, "references", "full")).partition("#")[0] or setup["project"]
    site = setup.base_url.removesuffix("/api/v4")
    address = f"{site}{path(*place.split('/'))}/-/issues/{number}" if number else ""
    return Created(number, f"#{number}" if number else "", address)


async def check(api: TrackerClient) -> Who:
    answer = await api.look("/user")
    async with in_container(api, "project"):
        permissions = at(await api.look(project(api.setup)), "permissions")
    levels = [at(permissions, name, "access_level") for name in ("project_access", "group_access")]
    level = max((one for one in levels if isinstance(one, int)), default=0)
    may = (
        "It may set labels."
        if level >= REPORTER
        else "It is a guest or no member of the project: labels are left out without a word."
    )
    return Who(text_of(at(answer, "username")), may)


async def choices(api: TrackerClient) -> list[Choice]:
    query: QueryParams = [
        ("membership", "true"),
        ("simple", "true"),
        ("order_by", "last_activity_at"),
        ("per_page", 100),
    ]
    return [
        Choice("project", value, text_of(row.get("name")))
        for row in rows(await api.look("/projects", query))
        if (value := text_of(row.get("path_with_namespace")) or text_of(row.get("id")))
    ]


async def find_issue(api: TrackerClient, marker: str) -> Found | None:
    """The newest issue whose description has the marker, of any author and state."""

    async def page(number: int) -> list[dict[str, Any]]:
        query: QueryParams = [("search", marker), ("in", "description"), ("state", "all"), ("scope", "all")]
        pages: QueryParams = [("order_by", "created_at"), ("per_page", 100), ("page", number)]
        return listing(await api.look(project(api.setup, "issues"), [*query, *pages]))

    async with in_container(api, "project"):
        row = await newest_with(marker, page, texts=("description",), size=100)
    return None if row is None else Found(issue_of(row, api.setup), row.get("state") != "closed")


def create(draft: Draft, setup: Setup) -> Send:
    labels = [*draft.labels, *([draft.severity] if draft.severity else [])]
    body: dict[str, Any] = {"title": draft.title, "description": draft.text, "labels": ",".join(labels)}
    if is_confidential(setup):
        body["confidential"] = True
    return Send("POST", project(setup, "issues"), body)


def read_created(answer: Any, setup: Setup) -> Created:
    return issue_of(answer, setup)


async def read(api: TrackerClient, issue: str) -> State:
    answer = await api.look(project(api.setup, "issues", issue.lstrip("#")))
    word = text_of(at(answer, "state"))
    return State(issue_of(answer, api.setup), text_of(at(answer, "title")), word != "closed" if word else None, word)


async def comment(api: TrackerClient, issue: str, text: Any) -> None:
    await api.act(Send("POST", project(api.setup, "issues", issue.lstrip("#"), "notes"), {"body": text}))


async def attach(api: TrackerClient, issue: str, content: Content) -> None:
    """Upload a file to the project; a comment shows it at the issue."""
    form = Form([Attached(MadeFile(content.name, content.data), content.content_type or "application/octet-stream")])
    answer = await api.act(Send("POST", project(api.setup, "uploads"), content=form))
    shown = text_of(at(answer, "markdown")) or f"![]({text_of(at(answer, 'url'))})"
    await comment(api, issue, " ".join(shown.split()))  # on one line: another one could begin with a quick action


async def close(api: TrackerClient, issue: str) -> None:
    await api.act(Send("PUT", project(api.setup, "issues", issue.lstrip("#")), {"state_event": "close"}))


async def audience(api: TrackerClient) -> str:
    answer = await api.look(project(api.setup))
    if is_confidential(api.setup):
        return "The issue is confidential: only members of the project can read it."
    if text_of(at(answer, "issues_access_level")) == "private":
        return "Only members of the project can read its issues."
    return {
        "private": "The project is private: its members can read it.",
        "internal": "The project is internal: every user of the site who has signed in can read it.",
        "public": "The project is public: everybody can read it.",
    }.get(text_of(at(answer, "visibility")), "")


TRACKER = Tracker(
    key="gitlab",
    title="GitLab",
    docs="https://docs.gitlab.com/api/issues/",
    address="{site}/api/v4",
    options=(
        Option("project", "path or number of the project: acme/shop", sandbox="harbour/shop"),
        Option("site", "address of a GitLab of your own: https://gitlab.example.com", False, "https://gitlab.com"),
        Option("confidential", "yes: issues are confidential, for members of the project only", False),
    ),
    secrets=(Secret("token", "under Preferences, Access tokens: with the scope api and the role Reporter"),),
    container=("project",),
    auth=auth,
    render=lambda setup: render,
    mount="/trackers/gitlab",
    check=Op(check, ("GET /user", f"GET {PROJECT}"), "R"),
    choices=Op(choices, ("GET /projects",), "D"),
    find=Op(find_issue, (f"GET {PROJECT}/issues",), "D"),
    create=Op(create, (f"POST {PROJECT}/issues",), "D"),
    read_created=read_created,
    read=Op(read, (f"GET {PROJECT}/issues/{{iid}}",), "D"),
    comment=Op(comment, (f"POST {PROJECT}/issues/{{iid}}/notes",), "R"),
    attach=Op(attach, (f"POST {PROJECT}/uploads", f"POST {PROJECT}/issues/{{iid}}/notes"), "R"),
    close=Op(close, (f"PUT {PROJECT}/issues/{{iid}}",), "D"),
    audience=Op(audience, (f"GET {PROJECT}",), "R"),
    severities={
        "critical": "severity:critical",
        "high": "severity:high",
        "normal": "severity:normal",
        "low": "severity:low",
    },
    limits=Limits(title=255, text=500_000),
    is_exact=True,
    lag_seconds=5.0,
)
