"""Work packages of OpenProject (API version 3, HAL).

Seen in the server's source: lists without a filter of one's own have open work packages only, `~` reads the
descriptions in the database, links belong under `_links`. Documented: an installation may answer a request without a
valid token as it answers everybody. Recalled, not looked up: that the anonymous user has no login.
"""

import json
from collections.abc import Awaitable, Callable
from typing import Any, Final

import httpx

from tools.kit.client import path
from tools.kit.defect import Content
from tools.kit.errors import Refused, Unauthorized
from tools.kit.form import Attached, Form, MadeFile
from tools.kit.network import Account
from tools.kit.request import QueryParams
from tools.kit.text import quote
from tools.trackers.client import TrackerClient
from tools.trackers.markup.markdown import render
from tools.trackers.names import chosen, in_container, severity_among
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

PROJECT: Final = "/projects/{project}"
PACKAGE: Final = "/work_packages/{id}"


def auth(account: Account, setup: Setup) -> httpx.Auth:
    return httpx.BasicAuth("apikey", account.secret("token"))


def issue_of(answer: Any, setup: Setup) -> Created:
    number = text_of(at(answer, "id"))
    page = f"{setup.base_url.removesuffix('/api/v3')}{path('work_packages', number)}" if number else ""
    return Created(number, f"#{number}" if number else "", page)


def elements(answer: Any) -> list[dict[str, Any]]:
    return rows(answer, "_embedded", "elements")


def self_of(row: Any) -> str:
    """The address of a resource, as links name it."""
    return text_of(at(row, "_links", "self", "href"))


async def check(api: TrackerClient) -> Who:
    answer = await api.look("/users/me")
    login = text_of(at(answer, "login"))
    if not login or text_of(at(answer, "_type")) == "AnonymousUser":
        raise Unauthorized(
            f"{api.account.title} answers as it answers everybody: the credential is mistyped, expired or revoked."
        )
    async with in_container(api, "project"):
        links = at(await api.look(path("projects", api.setup["project"])), "_links")
    may = "It may" if at(links, "createWorkPackage") or at(links, "createWorkPackageImmediately") else "It may not"
    left_out = " It has no labels: those of the settings are left out." if api.setup.labels else ""
    return Who(login, f"{may} create work packages in {quote(api.setup['project'], at_most=100)}.{left_out}")


async def choices(api: TrackerClient) -> list[Choice]:
    projects = elements(await api.look("/projects", [("pageSize", 200)]))
    found = [Choice("project", text_of(row.get("identifier")), text_of(row.get("name"))) for row in projects]
    if any(choice.value == api.setup["project"] for choice in found):
        found += [Choice("type", text_of(row.get("name"))) for row in await types(api)]
    return found


async def types(api: TrackerClient) -> list[dict[str, Any]]:
    """The project's types of work packages."""
    return elements(await api.look(path("projects", api.setup["project"], "types")))


async def find_issue(api: TrackerClient, marker: str) -> Found | None:
    """The work package whose field for the marker is the marker, or whose description has it, in any state."""
    own = api.setup["marker_field"]
    conditions = [{own: {"operator": "=", "values": [marker]}}] if own else []
    conditions.append({"description": {"operator": "~", "values": [marker]}})
    for condition in conditions:
        async with in_container(api, "project"):
            row = await newest_with(marker, lister(api, condition), texts=("text", own), size=1)
        if row is not None:
            state = await state_of(api, row)
            return Found(state.issue, state.is_open)
    return None


def lister(api: TrackerClient, condition: dict[str, Any]) -> Callable[[int], Awaitable[list[dict[str, Any]]]]:
    """Reads the pages of the project's work packages, the newest first; the site limits the size of a page."""
    read_so_far, total = 0, 1

    async def page(number: int) -> list[dict[str, Any]]:
        nonlocal read_so_far, total
        if read_so_far >= total:
            return []
        query: QueryParams = [
            ("filters", json.dumps([condition], separators=(",", ":"))),
            ("sortBy", '[["id","desc"]]'),
            ("pageSize", 100),
            ("offset", number),  # the number of the page, from 1
        ]
        answer = await api.look(path("projects", api.setup["project"], "work_packages"), query)
        found, count = listing(answer, "_embedded", "elements"), at(answer, "total")
        read_so_far += len(found)
        total = count if isinstance(count, int) else read_so_far + 1  # until an empty page
        return [row | {"text": at(row, "description", "raw")} for row in found]

    return page


async def resolve(api: TrackerClient, draft: Draft) -> dict[str, str]:
    """The addresses of the project, the type and the priority, as links name them."""
    setup = api.setup
    kind = chosen(await types(api), setup, "type")
    priorities = {text_of(row.get("name")): row for row in elements(await api.look("/priorities"))}
    links = {
        "project": self_of(await api.look(path("projects", setup["project"]))),
        "type": self_of(kind),
        "priority": self_of(priorities.get(severity_among(draft, setup, list(priorities), "Priority"))),
    }
    return {name: address for name, address in links.items() if address}


def create(draft: Draft, setup: Setup) -> Send:
    body: dict[str, Any] = {
        "subject": draft.title,
        "description": {"format": "markdown", "raw": draft.text},
        "_links": {name: {"href": address} for name, address in draft.resolved.items()},
    }
    if setup["marker_field"]:
        body[setup["marker_field"]] = draft.marker
    return Send("POST", "/work_packages", body)


def read_created(answer: Any, setup: Setup) -> Created:
    return issue_of(answer, setup)


async def state_of(api: TrackerClient, row: Any) -> State:
    """A work package's state; its status says whether it is open."""
    status = at(row, "_links", "status")
    number = text_of(at(status, "href")).rpartition("/")[2]
    is_closed = at(await api.look(path("statuses", number)), "isClosed") if number else None
    is_open = not is_closed if isinstance(is_closed, bool) else None
    return State(issue_of(row, api.setup), text_of(at(row, "subject")), is_open, text_of(at(status, "title")))


async def package(api: TrackerClient, issue: str) -> Any:
    return await api.look(path("work_packages", issue.lstrip("#")))


async def read(api: TrackerClient, issue: str) -> State:
    return await state_of(api, await package(api, issue))


async def comment(api: TrackerClient, issue: str, text: Any) -> None:
    where = path("work_packages", issue.lstrip("#"), "activities")
    await api.act(Send("POST", where, {"comment": {"raw": text}}))


async def attach(api: TrackerClient, issue: str, content: Content) -> None:
    file = Attached(MadeFile(content.name, content.data), content.content_type or "application/octet-stream")
    form = Form([file], {"metadata": json.dumps({"fileName": content.name})})
    await api.act(Send("POST", path("work_packages", issue.lstrip("#"), "attachments"), content=form))


async def close(api: TrackerClient, issue: str) -> None:
    closed = [row for row in elements(await api.look("/statuses")) if row.get("isClosed") is True]
    if not closed:
        raise Refused("The installation has no status that is closed.")
    status = next((row for row in closed if text_of(row.get("name")).lower() == "closed"), closed[0])
    version = at(await package(api, issue), "lockVersion")
    body = {"lockVersion": version, "_links": {"status": {"href": self_of(status)}}}
    await api.act(Send("PATCH", path("work_packages", issue.lstrip("#")), body))


async def audience(api: TrackerClient) -> str:
    public = at(await api.look(path("projects", api.setup["project"])), "public")
    if public is True:
        return "The project is public: every user of the site can read it, and everybody if it asks for no sign-in."
    return "The project is private: its members can read it." if public is False else ""


TRACKER = Tracker(
    key="openproject",
    title="OpenProject",
    docs="https://www.openproject.org/docs/api/endpoints/work-packages/",
    address="{site}/api/v3",
    options=(
        Option("site", "address of the site: https://acme.openproject.com", sandbox="https://openproject.example.com"),
        Option("project", "identifier or number of the project: shop", sandbox="shop"),
        Option("type", "name of the type of work packages", False, "Bug"),
        Option("marker_field", "name of a text field for the marker in the API: customField5", False),
    ),
    secrets=(Secret("token", "under Account settings, Access tokens: an API token"),),
    container=("project",),
    auth=auth,
    render=lambda setup: render,
    mount="/trackers/openproject",
    check=Op(check, ("GET /users/me", f"GET {PROJECT}"), "R"),
    choices=Op(choices, ("GET /projects", f"GET {PROJECT}/types"), "D"),
    find=Op(find_issue, (f"GET {PROJECT}/work_packages", "GET /statuses/{id}"), "C"),
    create=Op(create, ("POST /work_packages",), "C"),
    read_created=read_created,
    read=Op(read, (f"GET {PACKAGE}", "GET /statuses/{id}"), "D"),
    comment=Op(comment, (f"POST {PACKAGE}/activities",), "D"),
    attach=Op(attach, (f"POST {PACKAGE}/attachments",), "C"),
    close=Op(close, ("GET /statuses", f"GET {PACKAGE}", f"PATCH {PACKAGE}"), "R"),
    resolve=Op(resolve, (f"GET {PROJECT}", f"GET {PROJECT}/types", "GET /priorities"), "D"),
    audience=Op(audience, (f"GET {PROJECT}",), "D"),
    severities={"critical": "Immediate", "high": "High", "normal": "Normal", "low": "Low"},
    takes_labels=False,
    limits=Limits(title=255, text=100_000),
    is_exact=True,
)
