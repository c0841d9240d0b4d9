"""YouTrack (REST API), in JetBrains' cloud and on people's own servers.

An answer has only what `fields` asks for. Recalled, not looked up: that a path takes a project's short name, that the
search index lags by seconds, that `reporter: me` is a search, and that guests may read where a site allows it. A quoted
text is searched by its words in their order, so that every row is checked for the marker.
"""

import re
from collections.abc import Sequence
from typing import Any

import httpx

from tools.kit.client import path
from tools.kit.defect import Content
from tools.kit.errors import Invalid, NotFound, Refused, Unauthorized
from tools.kit.form import Attached, Form, MadeFile
from tools.kit.network import Account, HeaderToken
from tools.kit.text import quote
from tools.trackers.client import TrackerClient
from tools.trackers.markup.markdown import render
from tools.trackers.names import no_such, not_there, same, severity_among
from tools.trackers.scan import newest_with
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

ISSUE, PROJECT, TAGS = "/issues/{issue}", "GET /admin/projects/{project}", "GET /tags"
SHORT = "id,idReadable,summary,resolved"
ROW = f"{SHORT},description,customFields(name,value(name,text))"
FIELDS = "id,shortName,customFields(field(name,fieldType(id)),bundle(values(name)))"
STATES = "customFields($type,name,projectCustomField(bundle(values(name,isResolved))))"
PAGE = 100
TOO_MANY = {
    "among": "issues in the project that its search may mean",
    "remedy": "With a custom field for the marker (marker_field) it is looked up exactly.",
}
KINDS = {"enum[1]": "SingleEnumIssueCustomField", "enum[*]": "MultiEnumIssueCustomField"}


def auth(account: Account, setup: Setup) -> httpx.Auth:
    return HeaderToken("Authorization", f"Bearer {account.secret('token')}")


def issue_of(row: Any, setup: Setup) -> Created:
    number, key = text_of(at(row, "id")), text_of(at(row, "idReadable"))
    key = key or number
    return Created(number or key, key, f"{setup.base_url.removesuffix('/api')}/issue/{key}" if key else "")


def openness(row: Any) -> bool | None:
    return row["resolved"] is None if isinstance(row, dict) and "resolved" in row else None


async def check(api: TrackerClient) -> Who:
    user = await api.look("/users/me", [("fields", "id,login,fullName,guest,banned")])
    login = text_of(at(user, "login"))
    if at(user, "guest") is True or login in {"", "guest"}:
        raise Unauthorized(
            f"{api.account.title} does not take the token: it answers as to a guest. It is mistyped or withdrawn."
        )
    await project(api)
    may = ["Its user is banned."] if at(user, "banned") is True else []
    may += ["Of the labels of the settings, those are set that are tags already."] if api.setup.labels else []
    return Who(login, " ".join(may))


async def choices(api: TrackerClient) -> list[Choice]:
    projects = await api.look("/admin/projects", [("fields", "id,name,shortName,archived"), ("$top", 1_000)])
    found = [
        Choice("project", text_of(row.get("shortName")), text_of(row.get("name")))
        for row in rows(projects)
        if row.get("archived") is not True
    ]
    if api.setup["project"] not in {choice.value for choice in found}:
        return found
    for field in rows(await project(api), "customFields"):
        name, kind = text_of(at(field, "field", "name")), text_of(at(field, "field", "fieldType", "id"))
        option = {"type": "type", "priority": "severities"}.get(name.casefold(), "")
        if option:
            found += [Choice(option, value, f"a value of {name}") for value in values_of(field)]
        elif kind == "string":
            found.append(Choice("marker_field", name))
    return found


async def project(api: TrackerClient) -> Any:
    """The project, with its fields."""
    try:
        return await api.look(path("admin", "projects", api.setup["project"]), [("fields", FIELDS)])
    except NotFound:
        raise await not_there(api, "project") from None


def values_of(field: dict[str, Any]) -> list[str]:
    return [text_of(value.get("name")) for value in rows(field, "bundle", "values")]


def braced(name: str) -> str:
    """A name in a search, which may have blanks."""
    return "{" + re.sub(r"[{}]", "", name) + "}"


async def find_issue(api: TrackerClient, marker: str) -> Found | None:
    """By the custom field or the text; where there is no such field, then among the issues of the token's user."""
    field = api.setup["marker_field"]
    searches = [*([f"{braced(field)}: {braced(marker)}"] if field else []), f'"{marker}"']
    for search in searches if field else [*searches, "reporter: me"]:
        query = f"project: {braced(api.setup['project'])} {search} sort by: created desc"

        async def page(number: int, query: str = query) -> Sequence[dict[str, Any]]:
            paging = [("$top", str(PAGE)), ("$skip", str(PAGE * number))]
            try:
                found = listing(await api.look("/issues", [("query", query), ("fields", ROW), *paging]))
            except Invalid:
                await project(api)  # the reason, if there is no such project
                raise
            return [row | {"field": field_value(row, field)} for row in found]

        row = await newest_with(marker, page, texts=("description", "field"), size=PAGE, first=0, **TOO_MANY)
        if row is not None:
            return Found(issue_of(row, api.setup), openness(row))
    return None


def field_value(row: dict[str, Any], name: str) -> str:
    values = [one.get("value") for one in rows(row, "customFields") if name and text_of(one.get("name")) == name]
    return " ".join(text_of(at(value, "text")) or text_of(value) for value in values)


async def resolve(api: TrackerClient, draft: Draft) -> dict[str, Any]:
    """The project's id, and the fields that it has, with their types."""
    setup, own = api.setup, await project(api)
    fields = {text_of(at(field, "field", "name")).casefold(): field for field in rows(own, "customFields")}
    types, priorities = (values_of(fields.get(name, {})) for name in ("type", "priority"))
    kind = same(setup["type"] or "Bug", types)
    if setup["type"] and not kind:
        raise no_such("Type", setup["type"], types, setup)
    found = [chosen(fields.get("type", {}), kind)]
    found.append(chosen(fields.get("priority", {}), severity_among(draft, setup, priorities, "Priority")))
    if setup["marker_field"]:
        found.append(marker_field(fields, draft, setup))
    return {"project": text_of(at(own, "id")), "fields": [one for one in found if one], "tags": await tags(api, draft)}


def chosen(field: dict[str, Any], value: str) -> dict[str, Any]:
    """A value for a field that has a list of values; empty for no value, and for a field of another type."""
    kind = KINDS.get(text_of(at(field, "field", "fieldType", "id")))
    if not value or kind is None:
        return {}
    name: dict[str, Any] = {"name": text_of(at(field, "field", "name")), "$type": kind}
    return name | {"value": [{"name": value}] if kind.startswith("Multi") else {"name": value}}


def marker_field(fields: dict[str, Any], draft: Draft, setup: Setup) -> dict[str, Any]:
    field = fields.get(setup["marker_field"].casefold())
    if text_of(at(field, "field", "fieldType", "id")) != "string":
        raise Refused(f"{setup['project']} has no field {quote(setup['marker_field'])} of the type string.")
    return {"name": text_of(at(field, "field", "name")), "$type": "SimpleIssueCustomField", "value": draft.marker}


async def tags(api: TrackerClient, draft: Draft) -> list[str]:
    """The ids of the operator's labels, as far as there are such tags; a new one would be seen by its owner alone."""
    if set(draft.labels) <= {LABEL}:
        return []
    known = rows(await api.look("/tags", [("fields", "id,name"), ("$top", 1_000)]))
    return [text_of(row.get("id")) for row in known if row.get("name") in draft.labels]


def create(draft: Draft, setup: Setup) -> Send:
    known = draft.resolved
    body: dict[str, Any] = {
        "project": {"id": known["project"]} if known.get("project") else {"shortName": setup["project"]},
        "summary": draft.title,
        "description": draft.text,
        "usesMarkdown": True,
    }
    if known.get("fields"):
        body["customFields"] = known["fields"]
    if known.get("tags"):
        body["tags"] = [{"id": tag} for tag in known["tags"]]
    return Send("POST", "/issues", body, query=[("fields", SHORT)])


def read_created(answer: Any, setup: Setup) -> Created:
    return issue_of(answer, setup)


async def read(api: TrackerClient, issue: str) -> State:
    fields = f"{SHORT},customFields($type,name,value(name,isResolved))"
    row = await api.look(path("issues", issue), [("fields", fields)])
    state = [text_of(at(one, "value", "name")) for one in rows(row, "customFields") if is_state(one)]
    word = "".join(state[:1]) or ("unresolved" if openness(row) else "resolved")
    return State(issue_of(row, api.setup), text_of(at(row, "summary")), openness(row), word)


def is_state(field: dict[str, Any]) -> bool:
    return text_of(field.get("$type")).startswith("State") or text_of(field.get("name")) == "State"


async def comment(api: TrackerClient, issue: str, text: Any) -> None:
    body = {"text": text, "usesMarkdown": True}
    await api.act(Send("POST", path("issues", issue, "comments"), body, query=[("fields", "id")]))


async def attach(api: TrackerClient, issue: str, content: Content) -> None:
    kind = content.content_type or "application/octet-stream"
    form = Form([Attached(MadeFile(content.name, content.data), kind)])
    await api.act(Send("POST", path("issues", issue, "attachments"), query=[("fields", "id,name")], content=form))


async def close(api: TrackerClient, issue: str) -> None:
    row = await api.look(path("issues", issue), [("fields", STATES)])
    for field in filter(is_state, rows(row, "customFields")):
        values = rows(field, "projectCustomField", "bundle", "values")
        resolved = [value.get("name") for value in values if value.get("isResolved") is True]
        if resolved and field.get("$type") == "StateIssueCustomField":
            state = {"name": field.get("name"), "$type": "StateIssueCustomField", "value": {"name": resolved[0]}}
            await api.act(Send("POST", path("issues", issue), {"customFields": [state]}, query=[("fields", "id")]))
            return
    raise Refused(f"{issue} has no State that Testdesk can set: a workflow leads it. Close it in YouTrack.")


TRACKER = Tracker(
    key="youtrack",
    title="YouTrack",
    docs="https://www.jetbrains.com/help/youtrack/devportal/youtrack-rest-api.html",
    address="{site}/api",
    options=(
        Option("site", "address of your YouTrack: https://acme.youtrack.cloud", sandbox="https://acme.youtrack.cloud"),
        Option("project", "short name of the project, which its issues begin with: SHOP", sandbox="SHOP"),
        Option("type", "a value of the field Type; without it Bug, where there is one", False),
        Option("marker_field", "name of a custom field of the type string for the marker", False),
    ),
    secrets=(Secret("token", "under Profile, Account Security: a permanent token with the scope YouTrack"),),
    container=("project",),
    auth=auth,
    render=lambda setup: render,
    mount="/trackers/youtrack",
    check=Op(check, ("GET /users/me", PROJECT), "R"),
    choices=Op(choices, ("GET /admin/projects", PROJECT), "D"),
    find=Op(find_issue, ("GET /issues", PROJECT, "GET /admin/projects"), "R"),
    resolve=Op(resolve, (PROJECT, TAGS, "GET /admin/projects"), "R"),
    create=Op(create, ("POST /issues",), "D"),
    read_created=read_created,
    read=Op(read, (f"GET {ISSUE}",), "R"),
    comment=Op(comment, (f"POST {ISSUE}/comments",), "C"),
    attach=Op(attach, (f"POST {ISSUE}/attachments",), "D"),
    close=Op(close, (f"GET {ISSUE}", f"POST {ISSUE}"), "R"),
    severities={"critical": "Critical", "high": "Major", "normal": "Normal", "low": "Minor"},
    limits=Limits(title=255, text=60_000),
    lag_seconds=30.0,
)
