"""Zoho Projects issues (API V3; the ids of severities and statuses come from version 1, where alone they are listed).

Little of V3 is documented in public, and clients differ: an answer may be the issue, a list of one, or have it below
`issues` or `bugs`, under `name` or `title`. Recalled, not looked up: that a list has closed issues, the web address,
the shapes of errors, and the hosts of some data centres. There is no exact lookup and no label: an issue's name ends
with the marker, and `find_issue` reads all issues of the project. Files would need another product of Zoho's, and
labels are not sent. After 100 requests in two minutes Zoho locks a caller out for 30 minutes.
"""

from typing import Any, Final

import httpx

from tools.kit.client import path
from tools.kit.errors import Invalid, NotFound, PlatformError, RateLimited, Refused, Unauthorized
from tools.kit.failures import FailureContext
from tools.kit.network import Account
from tools.kit.text import quote
from tools.trackers.client import TrackerClient
from tools.trackers.markup.html import render
from tools.trackers.names import not_there, severity_in
from tools.trackers.oauth import RefreshedToken, locked
from tools.trackers.scan import MOST_PAGES, has_marker
from tools.trackers.tracker import (
    Absent,
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
    wanting,
)

DOMAINS: Final = (
    "zoho.com",
    "zoho.eu",
    "zoho.in",
    "zoho.com.au",
    "zoho.com.cn",
    "zoho.jp",
    "zoho.sa",
    "zoho.uk",
    "zohocloud.ca",
)
TEXTS: Final = ("name", "title", "description")
SIZE: Final = 100
LOCKED_SECONDS: Final = 30 * 60.0
ISSUES: Final = "/api/v3/portal/{portal}/projects/{project}/issues"
FIELDS: Final = "/restapi/portal/{portal}/projects/{project}/bugs/defaultfields"


def auth(account: Account, setup: Setup) -> httpx.Auth:
    domain, is_sandbox = setup["domain"], account.network.is_sandbox
    known = f"The domain {quote(domain)} is none of Zoho's data centres: {', '.join(DOMAINS)}."
    return RefreshedToken(
        account.title,
        f"{account.base_url if is_sandbox else f'https://accounts.{domain}'}/oauth/v2/token",
        {name: account.secret(name) for name in ("client_id", "client_secret", "refresh_token")},
        scheme="Zoho-oauthtoken",
        locked_seconds=LOCKED_SECONDS,
        impossible="" if domain in DOMAINS else known,
    )


def project(setup: Setup, *rest: str) -> str:
    """A path below the project."""
    return path("api", "v3", "portal", setup["portal"], "projects", setup["project"], *rest)


def objects(answer: Any, *names: str) -> list[dict[str, Any]]:
    """The objects of an answer, below one of the names or bare."""
    wrapped = next((name for name in names if isinstance(at(answer, name), list)), None)
    return rows(answer) if wrapped is None else rows(answer, wrapped)


def first_issue(answer: Any) -> Any:
    """The issue of an answer that is one, or a list of one."""
    return next(iter(objects(answer, "issues", "bugs")), None)


def id_of(row: Any) -> str:
    """Ids exceed what a number of JavaScript can be, so that some answers have a text beside it."""
    return text_of(at(row, "id_string")) or text_of(at(row, "id"))


def issue_of(row: Any, setup: Setup) -> Created:
    number, url = id_of(row), text_of(at(row, "link", "web", "url"))
    if not url.startswith((f"https://projects.{setup['domain']}/", f"https://bugtracker.{setup['domain']}/")):
        url = f"https://projects.{setup['domain']}/portal/{setup['portal']}#buginfo/{setup['project']}/{number}"
    return Created(number, number, url if number else "")


def is_open(row: Any) -> bool | None:
    closed, kind = at(row, "closed"), text_of(at(row, "status", "type")).lower()
    if kind in {"open", "closed"}:
        return kind == "open"
    return not closed if isinstance(closed, bool) else None


async def check(api: TrackerClient) -> Who:
    portals = objects(await api.look("/api/v3/portals"), "portals")
    names = {id_of(row): text_of(row.get("portal_name")) or text_of(row.get("name")) for row in portals}
    if not names:
        return Who("a user of no portal", "It sees no portal: it may lack the scope ZohoProjects.portals.READ.")
    portal = api.setup["portal"]
    may = "" if portal in {*names, *names.values()} else f"It does not see the portal {portal}."
    return Who(f"a user of {', '.join(filter(None, names.values()))}", may)


async def choices(api: TrackerClient) -> list[Choice]:
    found = []
    for portal in objects(await api.look("/api/v3/portals"), "portals"):
        name = text_of(portal.get("portal_name")) or text_of(portal.get("name"))
        found.append(Choice("portal", id_of(portal), name))
        answer = await api.look(path("api", "v3", "portal", id_of(portal), "projects"))
        found += [
            Choice("project", id_of(row), f"{name} / {text_of(row.get('name'))}") for row in objects(answer, "projects")
        ]
    return found


async def find_issue(api: TrackerClient, marker: str) -> Found | None:
    for number in range(1, MOST_PAGES + 1):
        try:
            answer = await api.look(project(api.setup, "issues"), [("page", number), ("per_page", SIZE)])
        except (Invalid, NotFound):
            raise await not_there(api, "project") from None
        issues = listing(answer, *([] if isinstance(answer, list) else ["bugs" if at(answer, "bugs") else "issues"]))
        for row in issues:
            if any(has_marker(text_of(row.get(name)), marker) for name in TEXTS):
                return Found(issue_of(row, api.setup), is_open(row))
        info = at(answer, "page_info")
        more = at(info, "has_next_page") if at(info, "has_next_page") is not None else at(info, "has_more_page")
        if str(more).lower() == "false" or not issues or (more is None and len(issues) < SIZE):
            return None
    raise Refused(
        f"The project has more than {MOST_PAGES * SIZE:,} issues, and Zoho has no lookup, so whether the issue exists "
        "is not known. Use a project of its own."
    )


async def _defaults(api: TrackerClient, name: str) -> list[tuple[str, str]]:
    """The ids and names of a field's values: `severity` or `status`."""
    where = path("restapi", "portal", api.setup["portal"], "projects", api.setup["project"], "bugs", "defaultfields")
    values = rows(await api.look(where), "defaultfields", f"{name}_details")
    pairs = [(row.get(f"{name}_id") or row.get("id"), row.get(f"{name}_name") or row.get("name")) for row in values]
    return [(text_of(number), text_of(word)) for number, word in pairs]


async def resolve(api: TrackerClient, draft: Draft) -> dict[str, Any]:
    """The id of the severity.

    Raises:
        Refused: when the operator's settings name one that the project does not have; others are left out.
    """
    is_default = draft.severity not in api.setup.severities.values()
    try:
        known = await _defaults(api, "severity") if draft.severity else []
    except (Invalid, NotFound, Unauthorized):
        if not is_default:
            raise
        known = []  # version 1 may be gone, or the credential lacks its scope
    name = severity_in(draft, api.setup, [name for _, name in known])
    return {"severity": next((number for number, one in known if one == name), "")}


def create(draft: Draft, setup: Setup) -> Send:
    body: dict[str, Any] = {"name": draft.title, "description": draft.text}
    if draft.resolved.get("severity"):
        body["severity"] = {"id": draft.resolved["severity"]}
    return Send("POST", project(setup, "issues"), body)


def read_created(answer: Any, setup: Setup) -> Created:
    return issue_of(first_issue(answer), setup)


async def read(api: TrackerClient, issue: str) -> State:
    row = first_issue(await api.look(project(api.setup, "issues", issue)))
    title = text_of(at(row, "name")) or text_of(at(row, "title"))
    word = text_of(at(row, "status", "name")) or text_of(at(row, "status", "type"))
    return State(issue_of(row, api.setup), title, is_open(row), word)


async def comment(api: TrackerClient, issue: str, text: Any) -> None:
    await api.act(Send("POST", project(api.setup, "issues", issue, "comments"), {"comment": text}))


async def close(api: TrackerClient, issue: str) -> None:
    """Set the status that the setting names, else the one named Closed."""
    closed = api.setup["closed"]
    if not closed:
        statuses = await _defaults(api, "status")
        closed = next((number for number, name in statuses if name.lower() == "closed"), "")
    if not closed:
        raise wanting(api.setup, "closed")
    await api.act(Send("PATCH", project(api.setup, "issues", issue), {"status": {"id": closed}}))


def failure(context: FailureContext) -> PlatformError | None:
    if context.status == 429 and "retry-after" not in context.headers:
        return RateLimited(locked(context.title, LOCKED_SECONDS), **context.facts, wait=LOCKED_SECONDS)
    if "OAUTHSCOPE" in context.words:
        return Unauthorized(
            f"{context.title} knows the credential, and it lacks a scope. It needs ZohoProjects.bugs.ALL, "
            "ZohoProjects.portals.READ and ZohoProjects.projects.READ.",
            **context.facts,
        )
    return None


TRACKER = Tracker(
    key="zoho",
    title="Zoho Projects",
    docs="https://projects.zoho.com/api-docs",
    address="https://projectsapi.{domain}",
    options=(
        Option("portal", "id of the portal", sandbox="60031147258"),
        Option("project", "id of the project", sandbox="2154000000031007999"),
        Option("domain", f"the data centre: {', '.join(DOMAINS)}", False, default="zoho.com"),
        Option("closed", "id of the status of closed issues; default: that of Closed", False),
    ),
    secrets=(
        Secret("client_id", "at api-console in your data centre: that of a Self Client"),
        Secret("client_secret", "beside the client id"),
        Secret(
            "refresh_token",
            "made from a code of the Self Client for ZohoProjects.bugs.ALL, ZohoProjects.portals.READ and "
            "ZohoProjects.projects.READ",
        ),
    ),
    container=("portal", "project"),
    auth=auth,
    render=lambda setup: render,
    mount="/trackers/zoho",
    check=Op(check, ("POST /oauth/v2/token", "GET /api/v3/portals"), "C"),
    choices=Op(choices, ("GET /api/v3/portals", "GET /api/v3/portal/{portal}/projects"), "C"),
    find=Op(find_issue, (f"GET {ISSUES}",), "R"),
    create=Op(create, (f"POST {ISSUES}",), "I"),
    read_created=read_created,
    read=Op(read, (f"GET {ISSUES}/{{issue}}",), "C"),
    comment=Op(comment, (f"POST {ISSUES}/{{issue}}/comments",), "C"),
    attach=Absent("Zoho takes files through its WorkDrive only; they are named in the text."),
    close=Op(close, (f"GET {FIELDS}", f"PATCH {ISSUES}/{{issue}}"), "C"),
    resolve=Op(resolve, (f"GET {FIELDS}",), "C"),
    severities={"critical": "Show stopper", "high": "Critical", "normal": "Major", "low": "Minor"},
    takes_labels=False,
    marks_titles=True,
    lag_seconds=20.0,
    per_second=0.75,
    failure=failure,
)
