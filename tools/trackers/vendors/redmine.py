"""Redmine (REST API, versions 3 to 7), which people run themselves.

Recalled, not looked up: that attributes which the user may not set are dropped without a word, that a workflow keeps an
issue open in the same way, and that an unknown filter is ignored, so that every row is checked for the marker. Versions
before 5.1 do not say in an issue whether its status is a closed one. There are no labels.
"""

from typing import Any

import httpx

from tools.kit.client import path
from tools.kit.defect import Content
from tools.kit.errors import Invalid, NotFound, PlatformError, Refused, Unauthorized
from tools.kit.failures import FailureContext
from tools.kit.network import Account, HeaderToken
from tools.kit.text import quote
from tools.trackers.client import Raw, TrackerClient
from tools.trackers.document import Render
from tools.trackers.markup import markdown, textile
from tools.trackers.names import chosen, not_there, severity_among
from tools.trackers.scan import has_marker, newest_with
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

PROJECT, ISSUE = "GET /projects/{project}.json", "/issues/{number}.json"
PRIORITIES, TRACKERS, STATUSES = "/enumerations/issue_priorities.json", "/trackers.json", "/issue_statuses.json"
PAGE = 100


def auth(account: Account, setup: Setup) -> httpx.Auth:
    return HeaderToken("X-Redmine-API-Key", account.secret("api_key"))


def render(setup: Setup) -> Render:
    formats: dict[str, Render] = {"textile": textile.render, "markdown": markdown.render}
    if setup["text_format"] not in formats:
        raise Refused(f"text_format in [trackers.{setup.name}] is 'textile' or 'markdown', as the site's setting says.")
    return formats[setup["text_format"]]


def issue_path(issue: str) -> str:
    return f"{path('issues', issue.lstrip('#'))}.json"


def issue_of(row: Any, setup: Setup) -> Created:
    number = text_of(at(row, "id"))
    return Created(number, f"#{number}" if number else "", f"{setup.base_url}/issues/{number}" if number else "")


def openness(row: Any) -> bool | None:
    closed = at(row, "status", "is_closed")
    return not closed if isinstance(closed, bool) else None


async def check(api: TrackerClient) -> Who:
    user = at(await api.look("/users/current.json"), "user")
    name = text_of(at(user, "login")) or " ".join(text_of(at(user, part)) for part in ("firstname", "lastname")).strip()
    if not name:
        raise Unauthorized(f"{api.account.title} does not say whose key it is: it answers as to anybody.")
    await project(api)
    return Who(name, "It is an administrator." if at(user, "admin") is True else "")


async def project(api: TrackerClient, *query: tuple[str, str]) -> Any:
    try:
        return at(await api.look(f"{path('projects', api.setup['project'])}.json", query), "project")
    except NotFound:
        raise await not_there(api, "project") from None


async def choices(api: TrackerClient) -> list[Choice]:
    found = list[Choice]()
    for offset in range(0, 10 * PAGE, PAGE):
        projects = rows(await api.look("/projects.json", [("limit", PAGE), ("offset", offset)]), "projects")
        found += [Choice("project", text_of(row.get("identifier")), text_of(row.get("name"))) for row in projects]
        if len(projects) < PAGE:
            break
    trackers = rows(await api.look(TRACKERS), "trackers")
    found += [Choice("tracker", text_of(row.get("id")), text_of(row.get("name"))) for row in trackers]
    if api.setup["project"] in {choice.value for choice in found if choice.option == "project"}:
        fields = rows(await project(api, ("include", "issue_custom_fields")), "issue_custom_fields")
        found += [Choice("marker_field", text_of(row.get("id")), text_of(row.get("name"))) for row in fields]
    priorities = rows(await api.look(PRIORITIES), "issue_priorities")
    return found + [Choice("severities", text_of(row.get("name")), "a priority") for row in priorities]


async def find_issue(api: TrackerClient, marker: str) -> Found | None:
    """By the custom field, if there is one; then by the text, also of an issue whose field was dropped."""
    field = api.setup["marker_field"]

    async def page(number: int, name: str, value: str) -> list[dict[str, Any]]:
        scope = [("project_id", api.setup["project"]), ("status_id", "*"), ("sort", "id:desc"), (name, value)]
        try:
            answer = await api.look("/issues.json", [*scope, ("limit", PAGE), ("offset", PAGE * number)])
        except NotFound:
            raise await not_there(api, "project") from None
        return listing(answer, "issues")

    knows_field = False
    if field:
        listed = await page(0, f"cf_{field}", marker)
        found = next((row for row in listed if has_marker(field_value(row, field), marker)), None)
        if found is not None:
            return Found(issue_of(found, api.setup), openness(found))
        knows_field = not listed  # a filter that is ignored lists every issue
    try:
        found = await newest_with(
            marker,
            lambda number: page(number, "description", f"~{marker}"),
            texts=("description",),
            size=PAGE,
            first=0,
            among="issues in the project, and this version of Redmine does not search in descriptions",
            remedy="With a custom field for the marker (marker_field), which is usable as a filter, it is found.",
        )
    except Refused:
        if not knows_field:
            raise
        return None  # too many to read; the field has answered
    return None if found is None else Found(issue_of(found, api.setup), openness(found))


def field_value(row: Any, field: str) -> str:
    return text_of(
        next((one.get("value") for one in rows(row, "custom_fields") if text_of(one.get("id")) == field), "")
    )


async def resolve(api: TrackerClient, draft: Draft) -> dict[str, Any]:
    """The ids of the priority and of the tracker, such as Bug."""
    found = dict[str, Any]()
    if draft.severity:
        priorities = {
            text_of(row.get("name")): row.get("id") for row in rows(await api.look(PRIORITIES), "issue_priorities")
        }
        found["priority"] = priorities.get(severity_among(draft, api.setup, list(priorities), "Priority"))
    if api.setup["tracker"]:
        found["tracker"] = chosen(rows(await api.look(TRACKERS), "trackers"), api.setup, "tracker").get("id")
    return found


def create(draft: Draft, setup: Setup) -> Send:
    issue: dict[str, Any] = {"project_id": setup["project"], "subject": draft.title, "description": draft.text}
    for name in ("tracker", "priority"):
        if draft.resolved.get(name) is not None:
            issue[f"{name}_id"] = draft.resolved[name]
    if setup["marker_field"]:
        issue["custom_fields"] = [{"id": setup["marker_field"], "value": draft.marker}]
    return Send("POST", "/issues.json", {"issue": issue})


def read_created(answer: Any, setup: Setup) -> Created:
    return issue_of(at(answer, "issue"), setup)


async def finish(api: TrackerClient, issue: Created, draft: Draft) -> None:
    """Whether the field was taken, which depends on the tracker and on the role, and is dropped without a word."""
    field = api.setup["marker_field"]
    if field and field_value(at(await api.look(issue_path(issue.id)), "issue"), field) != draft.marker:
        raise Invalid(
            f"{api.account.title} did not take the marker in the custom field {quote(field)}: it has to be a text "
            "field of the tracker that the key's user may edit."
        )


async def read(api: TrackerClient, issue: str) -> State:
    row = at(await api.look(issue_path(issue)), "issue")
    is_open, status = openness(row), at(row, "status")
    if is_open is None:
        closed = {text_of(one.get("id")) for one in await closed_statuses(api)}
        is_open = text_of(at(status, "id")) not in closed
    return State(issue_of(row, api.setup), text_of(at(row, "subject")), is_open, text_of(at(status, "name")))


async def closed_statuses(api: TrackerClient) -> list[dict[str, Any]]:
    return [row for row in rows(await api.look(STATUSES), "issue_statuses") if row.get("is_closed") is True]


async def comment(api: TrackerClient, issue: str, text: Any) -> None:
    await api.act(Send("PUT", issue_path(issue), {"issue": {"notes": text}}))


async def attach(api: TrackerClient, issue: str, content: Content) -> None:
    send = Send("POST", "/uploads.json", query=[("filename", content.name)], content=Raw(content.data))
    token = text_of(at(await api.act(send), "upload", "token"))
    if not token:
        raise Invalid(f"{api.account.title} did not take the file.", request="POST /uploads.json")
    upload = {"token": token, "filename": content.name, "content_type": content.content_type}
    await api.act(Send("PUT", issue_path(issue), {"issue": {"uploads": [upload]}}))


async def close(api: TrackerClient, issue: str) -> None:
    closed = await closed_statuses(api)
    row = at(await api.look(issue_path(issue), [("include", "allowed_statuses")]), "issue")
    allowed = {text_of(one.get("id")) for one in rows(row, "allowed_statuses")}
    fitting = [one for one in closed if text_of(one.get("id")) in allowed] or closed
    if not fitting:
        raise Refused(f"{api.setup.name} has no status that closes an issue.")
    await api.act(Send("PUT", issue_path(issue), {"issue": {"status_id": fitting[0].get("id")}}))
    if (await read(api, issue)).is_open:
        raise Invalid(f"{api.account.title} left the issue open: its workflow does not allow a closed status.")


async def audience(api: TrackerClient) -> str:
    is_public = at(await project(api), "is_public")
    if not isinstance(is_public, bool):
        return ""
    if is_public:
        return "The project is public: everybody who can reach this Redmine may be able to read it."
    return "The project is not public: its members can read it."


def failure(context: FailureContext) -> PlatformError | None:
    """An empty 401 or 403 says nothing of the switch that is off on a new site."""
    if context.status in {401, 403}:
        return Unauthorized(
            f"{context.title} does not take the key for this ({context.status}): it is mistyped or withdrawn, its user "
            "lacks the right, or the REST API is switched off (Administration, Settings, API).",
            **context.facts,
        )
    return None


TRACKER = Tracker(
    key="redmine",
    title="Redmine",
    docs="https://www.redmine.org/projects/redmine/wiki/Rest_api",
    address="{url}",
    options=(
        Option("url", "address of your Redmine: https://redmine.example.com", sandbox=""),
        Option("project", "identifier of the project, as in its address: shop", sandbox="shop"),
        Option(
            "text_format",
            "textile or markdown, as the site's text formatting is set (Administration, Settings, General)",
            sandbox="textile",
        ),
        Option(
            "tracker", "name or id of the tracker, such as Bug; without it, the project's first", False, sandbox="Bug"
        ),
        Option("marker_field", "id of a custom text field for the marker, which is usable as a filter", False),
    ),
    secrets=(Secret("api_key", "under My account, API access key"),),
    container=("project",),
    auth=auth,
    render=render,
    mount="/trackers/redmine",
    check=Op(check, ("GET /users/current.json", PROJECT), "R"),
    choices=Op(choices, ("GET /projects.json", PROJECT, f"GET {TRACKERS}", f"GET {PRIORITIES}"), "R"),
    find=Op(find_issue, ("GET /issues.json",), "D2"),
    resolve=Op(resolve, (f"GET {PRIORITIES}", f"GET {TRACKERS}"), "R"),
    create=Op(create, ("POST /issues.json",), "C"),
    read_created=read_created,
    finish=Op(finish, (f"GET {ISSUE}",), "C"),
    read=Op(read, (f"GET {ISSUE}", f"GET {STATUSES}"), "C"),
    comment=Op(comment, (f"PUT {ISSUE}",), "R"),
    attach=Op(attach, ("POST /uploads.json", f"PUT {ISSUE}"), "C"),
    close=Op(close, (f"GET {STATUSES}", f"GET {ISSUE}", f"PUT {ISSUE}"), "R"),
    audience=Op(audience, (PROJECT,), "R"),
    severities={"critical": "Urgent", "high": "High", "normal": "Normal", "low": "Low"},
    takes_labels=False,
    limits=Limits(title=255),
    is_exact=True,
    failure=failure,
)
