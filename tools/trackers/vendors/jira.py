"""Jira Cloud issues (REST API, version 3, texts in Atlassian's document format).

The issue carries its marker as a label, and the search for it lags by up to a minute. Recalled, not looked up: the
fields of permissions and transitions, the length of a description, and the words of errors. Lists are read under either
of the two names that the versions of this API give them.
"""

from collections.abc import Mapping
from typing import Any

import httpx

from tools.kit.client import path
from tools.kit.defect import Content, Level
from tools.kit.errors import Invalid, NotFound, Refused
from tools.kit.form import Attached, Form, MadeFile
from tools.kit.network import Account
from tools.kit.text import quote
from tools.trackers.client import TrackerClient
from tools.trackers.markup.adf import render
from tools.trackers.names import chosen, not_there, severity_among
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

ISSUE = "/issue/{key}"
TYPES = "/issue/createmeta/{project}/issuetypes"
PAGE = 100
MOST = 1_000
"""Projects, types or fields that are read."""
PERMISSIONS = {
    "CREATE_ISSUES": "create issues",
    "ADD_COMMENTS": "comment",
    "CREATE_ATTACHMENTS": "attach files",
    "TRANSITION_ISSUES": "close issues",
}


def auth(account: Account, setup: Setup) -> httpx.Auth:
    return httpx.BasicAuth(setup["email"], account.secret("token"))


def issue_of(answer: Any, setup: Setup) -> Created:
    key = text_of(at(answer, "key"))
    url = f"{setup['site'].rstrip('/')}{path('browse', key)}" if key else ""
    return Created(text_of(at(answer, "id")) or key, key, url)


def is_open(answer: Any) -> bool | None:
    category = text_of(at(answer, "fields", "status", "statusCategory", "key"))
    return category != "done" if category else None


async def pages(api: TrackerClient, where: str, *names: str) -> list[dict[str, Any]]:
    """All rows of a list that has one of these names; a bare list is read as it is."""
    found: list[dict[str, Any]] = []
    while len(found) < MOST:
        answer = await api.look(where, [("startAt", len(found)), ("maxResults", PAGE)])
        page = rows(answer) if isinstance(answer, list) else next(filter(None, (rows(answer, n) for n in names)), [])
        found += page
        total = at(answer, "total")
        if not page or at(answer, "isLast") is True or (isinstance(total, int) and len(found) >= total):
            break
        if total is None and at(answer, "isLast") is None:
            break  # a list without pages
    return found


async def types(api: TrackerClient) -> list[dict[str, Any]]:
    """The issue types of the project, without those of sub-tasks; none where the user may not create issues."""
    where = path("issue", "createmeta", api.setup["project"], "issuetypes")
    try:
        found = await pages(api, where, "issueTypes", "values")
    except (NotFound, Invalid):
        return []
    return [row for row in found if row.get("subtask") is not True]


async def needed_types(api: TrackerClient) -> list[dict[str, Any]]:
    """The issue types of the project.

    Raises:
        Refused: where there is none, with the reason.
    """
    if found := await types(api):
        return found
    choices = await api.setup.tracker.choices.function(api)
    if any(choice.value == api.setup["project"] for choice in choices if choice.option == "project"):
        raise Refused(f"The credential may not create issues in {quote(api.setup['project'])}.")
    raise await not_there(api, "project")


async def fields_of(api: TrackerClient, kind: str) -> dict[str, dict[str, Any]]:
    """The fields that can be set when an issue of a type is created, by their ids."""
    where = path("issue", "createmeta", api.setup["project"], "issuetypes", kind)
    return {text_of(row.get("fieldId") or row.get("key")): row for row in await pages(api, where, "fields", "values")}


def priorities(fields: Mapping[str, Any]) -> list[str]:
    return [text_of(row.get("name")) for row in rows(fields.get("priority"), "allowedValues")]


async def check(api: TrackerClient) -> Who:
    answer = await api.look("/myself")
    query = [("projectKey", api.setup["project"]), ("permissions", ",".join(PERMISSIONS))]
    try:
        permissions = await api.look("/mypermissions", query)
    except (NotFound, Invalid):
        raise await not_there(api, "project") from None
    has = {name: at(permissions, "permissions", name, "havePermission") for name in PERMISSIONS}
    may = [words for name, words in PERMISSIONS.items() if has[name] is True]
    may_not = [words for name, words in PERMISSIONS.items() if has[name] is False]
    says = [f"It may {' and '.join(may)}"] * bool(may) + [f"It may not {' or '.join(may_not)}"] * bool(may_not)
    name = text_of(at(answer, "displayName")) or text_of(at(answer, "name")) or text_of(at(answer, "accountId"))
    return Who(name, "".join(f"{one} in {quote(api.setup.container)}. " for one in says).strip())


async def choices_of(api: TrackerClient, projects: str) -> list[Choice]:
    """The projects at a path; of the one that is configured the types, and the priorities of the type."""
    found = await pages(api, projects, "values")
    keys = {text_of(row.get("key")) for row in found}
    known = await types(api) if api.setup["project"] in keys else []
    own = [row for row in known if api.setup["type"] in {text_of(row.get("id")), text_of(row.get("name"))}]
    fields = await fields_of(api, text_of(own[0].get("id"))) if own else {}
    return [
        *(Choice("project", text_of(row.get("key")), text_of(row.get("name"))) for row in found if row.get("key")),
        *(Choice("type", text_of(row.get("name")), f"id {text_of(row.get('id'))}") for row in known),
        *(Choice("severities", name, "a priority") for name in priorities(fields)),
    ]


async def choices(api: TrackerClient) -> list[Choice]:
    return await choices_of(api, "/project/search")


def jql(setup: Setup, marker: str) -> str:
    project, label = (text.replace("\\", "\\\\").replace('"', '\\"') for text in (setup["project"], marker))
    return f'project = "{project}" AND labels = "{label}" ORDER BY created ASC'


def oldest(answer: Any, setup: Setup, marker: str) -> Found | None:
    for row in listing(answer, "issues"):
        labels = at(row, "fields", "labels")
        if not isinstance(labels, list) or marker in labels:
            return Found(issue_of(row, setup), is_open(row))
    return None


async def find_issue(api: TrackerClient, marker: str) -> Found | None:
    body = {"jql": jql(api.setup, marker), "fields": ["summary", "status", "labels"], "maxResults": 10}
    try:
        answer = await api.look("/search/jql", method="POST", body=body)
    except Invalid as error:
        raise await no_search(api, error) from error
    return oldest(answer, api.setup, marker)


async def no_search(api: TrackerClient, error: Invalid) -> Exception:
    """What to raise for a refused search: the projects there are, if that is what it is about."""
    return await not_there(api, "project") if "project" in error.words else error


async def resolve(api: TrackerClient, draft: Draft) -> Mapping[str, Any]:
    """The id of the issue type, and the priority, where the type has one."""
    kind = text_of(chosen(await needed_types(api), api.setup, "type").get("id"))
    fields = await fields_of(api, kind)
    if fields and "labels" not in fields:
        raise Refused(
            f"Labels are not on the screen for creating {quote(api.setup['type'])} in {quote(api.setup['project'])}, "
            "and Testdesk finds its issues by a label. An administrator of Jira can add the field there."
        )
    return {"type": kind, "priority": severity_among(draft, api.setup, priorities(fields), "Priority")}


def create(draft: Draft, setup: Setup) -> Send:
    labels = ["-".join(label.split()) for label in (*draft.labels, draft.marker)]  # a label has no spaces
    kind, priority = draft.resolved.get("type"), draft.resolved.get("priority")
    fields: dict[str, Any] = {
        "project": {"key": setup["project"]},
        "issuetype": {"id": kind} if kind else {"name": setup["type"]},
        "summary": draft.title,
        "description": draft.text,
        "labels": labels,
    }
    if priority:
        fields["priority"] = {"name": priority}
    return Send("POST", "/issue", {"fields": fields})


def read_created(answer: Any, setup: Setup) -> Created:
    return issue_of(answer, setup)


async def read(api: TrackerClient, issue: str) -> State:
    answer = await api.look(path("issue", issue), [("fields", "summary,status,resolution")])
    status, resolution = (text_of(at(answer, "fields", name, "name")) for name in ("status", "resolution"))
    word = f"{status} ({resolution})" if resolution and resolution != status else status
    return State(issue_of(answer, api.setup), text_of(at(answer, "fields", "summary")), is_open(answer), word)


async def comment(api: TrackerClient, issue: str, text: Any) -> None:
    await api.act(Send("POST", path("issue", issue, "comment"), {"body": text}))


async def attach(api: TrackerClient, issue: str, content: Content) -> None:
    form = Form([Attached(MadeFile(content.name, content.data), content.content_type or "application/octet-stream")])
    headers = {"X-Atlassian-Token": "no-check"}  # without it the upload counts as forged
    await api.act(Send("POST", path("issue", issue, "attachments"), content=form, headers=headers))


async def close(api: TrackerClient, issue: str) -> None:
    answer = await api.look(path("issue", issue, "transitions"))
    for row in rows(answer, "transitions"):
        if at(row, "to", "statusCategory", "key") == "done":
            body = {"transition": {"id": text_of(row.get("id"))}}
            await api.act(Send("POST", path("issue", issue, "transitions"), body))
            return
    raise Refused(f"The workflow of {issue} has no step to a closed status from where it is, or not for this user.")


PROJECT = Option("project", "key of the project: SHOP", sandbox="SHOP")
TYPE = Option("type", "name or id of the issue type", False, default="Bug")
SEVERITIES: Mapping[Level, str] = {"critical": "Highest", "high": "High", "normal": "Medium", "low": "Low"}
LIMITS = Limits(title=255, text=32_000)

TRACKER = Tracker(
    key="jira",
    title="Jira Cloud",
    docs="https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/",
    address="{site}/rest/api/3",
    options=(
        Option("site", "address of the site: https://acme.atlassian.net", sandbox="https://harbour.atlassian.net"),
        Option("email", "e-mail address of the token's user: mia@acme.com", sandbox="desk@harbour.example"),
        PROJECT,
        TYPE,
        Option("url", "for a scoped token: https://api.atlassian.com/ex/jira/CLOUD-ID/rest/api/3", False),
    ),
    secrets=(Secret("token", "at id.atlassian.com, Security, API tokens; it needs the rights of its user only"),),
    container=("project",),
    auth=auth,
    render=lambda setup: render,
    mount="/trackers/jira",
    check=Op(check, ("GET /myself", "GET /mypermissions"), "R"),
    choices=Op(choices, ("GET /project/search", f"GET {TYPES}", f"GET {TYPES}/{{type}}"), "D2"),
    find=Op(find_issue, ("POST /search/jql",), "D2"),
    create=Op(create, ("POST /issue",), "C"),
    read_created=read_created,
    read=Op(read, (f"GET {ISSUE}",), "R"),
    comment=Op(comment, (f"POST {ISSUE}/comment",), "R"),
    attach=Op(attach, (f"POST {ISSUE}/attachments",), "R"),
    close=Op(close, (f"GET {ISSUE}/transitions", f"POST {ISSUE}/transitions"), "R"),
    resolve=Op(resolve, (f"GET {TYPES}", f"GET {TYPES}/{{type}}"), "D2"),
    severities=SEVERITIES,
    limits=LIMITS,
    is_exact=True,
    lag_seconds=60.0,
)
