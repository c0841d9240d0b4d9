"""Rally defects (web services API, version 2.0).

Everything is answered with 200; a failure is a list `Errors` in the answer. Recalled, not looked up: the states and
severities of a new workspace, custom fields by `c_` and their names, the grammar of queries, the limits, and that
fields which do not exist are ignored with a warning.
"""

import base64
import re
from typing import Any, Final

import httpx

from tools.kit.client import path
from tools.kit.defect import Content
from tools.kit.errors import Invalid, NotFound, Refused, Unauthorized
from tools.kit.network import Account, HeaderToken
from tools.kit.text import quote
from tools.trackers.client import TrackerClient
from tools.trackers.markup.html import render
from tools.trackers.names import not_there, severity_among
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

BELOW: Final = "/slm/webservice/v2.0"
DEFECTS, DEFECT, USER = "GET /defect", "GET /defect/{defect}", "GET /user"
TYPE, ATTRIBUTES = "GET /typedefinition", "GET /typedefinition/{type}/Attributes"
VALUES = "GET /attributedefinition/{attribute}/AllowedValues"
SHORT: Final = "FormattedID,ObjectID,Name,State"
PLACES = ("GET /subscription", "GET /subscription/{subscription}/Workspaces", "GET /project", TYPE, ATTRIBUTES, VALUES)
PAGE: Final = 200
STATUSES: Final = {"cannot find object": 404, "invalid key": 401, "not authorized": 403, "unexpected error": 500}
"""What an error with one of these words stands for; the last leaves a write in doubt."""


def auth(account: Account, setup: Setup) -> httpx.Auth:
    return HeaderToken("zsessionid", account.secret("api_key"))


def problem(answer: Any) -> str | Problem:
    """The reasons of a failure, in whatever the answer is wrapped."""
    inner = list(answer.values()) if isinstance(answer, dict) else []
    errors = [text_of(error) for one in inner if isinstance(at(one, "Errors"), list) for error in one["Errors"]]
    words = "; ".join(filter(None, errors))
    status = next((status for part, status in STATUSES.items() if part in words.lower()), 400)
    return Problem(words, status)


def workspace(setup: Setup) -> tuple[str, str]:
    return "workspace", f"/workspace/{setup['workspace']}"


def defect_of(row: Any, setup: Setup) -> Created:
    number, key = text_of(at(row, "ObjectID")), text_of(at(row, "FormattedID"))
    page = f"{setup.base_url.removesuffix(BELOW)}/#/detail/defect/{number}"
    return Created(number, key or number, page if number else "")


def openness(row: Any) -> bool | None:
    state = text_of(at(row, "State"))
    return state != "Closed" if state else None


async def user(api: TrackerClient) -> dict[str, Any]:
    answer = await api.look("/user", [("fetch", "UserName,DisplayName,ObjectID,SubscriptionAdmin")])
    found = rows(answer, "User") or rows(answer, "QueryResult", "Results")
    return found[0] if found else {}


async def check(api: TrackerClient) -> Who:
    found = await user(api)
    name = text_of(found.get("UserName")) or text_of(found.get("DisplayName"))
    if not name:
        raise Unauthorized(f"{api.account.title} does not say whose key it is.")
    await check_places(api)
    may = ["It is an administrator of the subscription."] if found.get("SubscriptionAdmin") is True else []
    may += ["Of the labels of the settings, those are set that are tags already."] if api.setup.labels else []
    return Who(name, " ".join(may))


async def listed(api: TrackerClient, where: str, *query: tuple[str, str]) -> list[dict[str, Any]]:
    """The rows of a list, as far as ten pages."""
    found = list[dict[str, Any]]()
    for start in range(1, 10 * PAGE, PAGE):
        answer = await api.look(where, [*query, ("pagesize", PAGE), ("start", start)])
        page = rows(answer, "QueryResult", "Results")
        found += page
        if len(page) < PAGE:
            break
    return found


async def choices(api: TrackerClient) -> list[Choice]:
    subscription = at(await api.look("/subscription", [("fetch", "ObjectID,Name")]), "Subscription", "ObjectID")
    fetch = ("fetch", "Name,ObjectID")
    workspaces = await listed(api, path("subscription", text_of(subscription), "Workspaces"), fetch)
    found = [Choice("workspace", text_of(row.get("ObjectID")), text_of(row.get("Name"))) for row in workspaces]
    if api.setup["workspace"] not in {choice.value for choice in found}:
        return found
    projects = await listed(api, "/project", fetch, workspace(api.setup))
    found += [Choice("project", text_of(row.get("ObjectID")), text_of(row.get("Name"))) for row in projects]
    return found + [Choice("severities", value, "a severity") for value in await severities(api)]


async def severities(api: TrackerClient) -> list[str]:
    """The values of the field Severity in the workspace."""
    scope, fetch = workspace(api.setup), ("fetch", "ObjectID,ElementName")
    types = await listed(api, "/typedefinition", ("query", '(ElementName = "Defect")'), fetch, scope)
    if not types:
        return []
    where = path("typedefinition", text_of(types[0].get("ObjectID")), "Attributes")
    for attribute in await listed(api, where, fetch, scope):
        if attribute.get("ElementName") == "Severity":
            where = path("attributedefinition", text_of(attribute.get("ObjectID")), "AllowedValues")
            values = await listed(api, where, ("fetch", "StringValue"), scope)
            return [text for value in values if (text := text_of(value.get("StringValue")))]
    return []


async def find_issue(api: TrackerClient, marker: str) -> Found | None:
    """By the custom field, if there is one; then by the text, also of a defect whose field was ignored."""
    scope, field = workspace(api.setup), field_name(api.setup)
    project = ("project", f"/project/{api.setup['project']}")
    for name, operator in [*([(field, "=")] if field else []), ("Description", "contains")]:
        query = [("query", f'({name} {operator} "{marker}")'), ("fetch", f"{SHORT},{name}"), scope, project]

        async def page(number: int, query: list[tuple[str, str]] = query) -> list[dict[str, Any]]:
            paging = [("order", "CreationDate desc"), ("pagesize", str(PAGE)), ("start", str(1 + PAGE * number))]
            try:
                return listing(await api.look("/defect", [*query, *paging]), "QueryResult", "Results")
            except (Invalid, NotFound, Unauthorized):
                await check_places(api)
                raise

        row = await newest_with(marker, page, texts=(name,), size=PAGE, first=0)
        if row is not None:
            return Found(defect_of(row, api.setup), openness(row))
    return None


async def check_places(api: TrackerClient) -> None:
    """Refuse a workspace or a project that does not exist, with those that do."""
    found = await choices(api)
    for option in ("workspace", "project"):
        if api.setup[option] not in {choice.value for choice in found if choice.option == option}:
            raise await not_there(api, option)


def field_name(setup: Setup) -> str:
    field = setup["marker_field"]
    if field and not re.fullmatch(r"[A-Za-z]\w*", field, re.ASCII):
        raise Refused(f"marker_field in [trackers.{setup.name}] is the API's name of a field, such as c_TestIO.")
    return field


async def resolve(api: TrackerClient, draft: Draft) -> dict[str, Any]:
    """The severity as the workspace writes it, and the operator's tags."""
    found = dict[str, Any]()
    if draft.severity:
        found["severity"] = severity_among(draft, api.setup, await severities(api), "Severity")
    wanted = set(draft.labels)
    if wanted - {LABEL}:
        tags = await listed(api, "/tag", ("fetch", "Name,ObjectID"), workspace(api.setup))
        found["tags"] = [text_of(row.get("ObjectID")) for row in tags if row.get("Name") in wanted]
    return found


def create(draft: Draft, setup: Setup) -> Send:
    defect: dict[str, Any] = {
        "Name": draft.title,
        "Description": draft.text,
        "Project": f"/project/{setup['project']}",
        "State": "Submitted",
    }
    if draft.resolved.get("severity"):
        defect["Severity"] = draft.resolved["severity"]
    if draft.resolved.get("tags"):
        defect["Tags"] = [{"_ref": f"/tag/{tag}"} for tag in draft.resolved["tags"]]
    if field := field_name(setup):
        defect[field] = draft.marker
    return Send("POST", "/defect/create", {"Defect": defect}, query=[workspace(setup), ("fetch", SHORT)])


def read_created(answer: Any, setup: Setup) -> Created:
    return defect_of(at(answer, "CreateResult", "Object"), setup)


async def read(api: TrackerClient, defect: str) -> State:
    if defect.isdigit():
        row = at(await api.look(path("defect", defect), [("fetch", SHORT), workspace(api.setup)]), "Defect")
    else:
        row = await row_of(api, defect)
    return State(defect_of(row, api.setup), text_of(at(row, "Name")), openness(row), text_of(at(row, "State")))


async def row_of(api: TrackerClient, key: str) -> dict[str, Any]:
    """The row of a defect by the key that people use, such as DE42."""
    if not re.fullmatch(r"[A-Za-z]+\d+", key, re.ASCII):
        raise Refused(f"{quote(key)} is no key of a defect, such as DE42.")
    query = [("query", f'(FormattedID = "{key}")'), ("fetch", SHORT), workspace(api.setup)]
    found = rows(await api.look("/defect", query), "QueryResult", "Results")
    if not found:
        raise NotFound(f"{api.account.title} has no defect {key}.")
    return found[0]


async def object_id(api: TrackerClient, defect: str) -> str:
    return defect if defect.isdigit() else text_of((await row_of(api, defect)).get("ObjectID"))


async def act(api: TrackerClient, where: str, kind: str, fields: dict[str, Any]) -> Any:
    return await api.act(Send("POST", where, {kind: fields}, query=[workspace(api.setup), ("fetch", "ObjectID")]))


async def comment(api: TrackerClient, defect: str, text: Any) -> None:
    artifact = f"/defect/{await object_id(api, defect)}"
    await act(api, "/conversationpost/create", "ConversationPost", {"Text": text, "Artifact": artifact})


async def attach(api: TrackerClient, defect: str, content: Content) -> None:
    artifact, owner = f"/defect/{await object_id(api, defect)}", text_of((await user(api)).get("ObjectID"))
    encoded = base64.b64encode(content.data).decode()
    answer = await act(api, "/attachmentcontent/create", "AttachmentContent", {"Content": encoded})
    reference = text_of(at(answer, "CreateResult", "Object", "ObjectID"))
    if not reference:
        raise Invalid(f"{api.account.title} did not take the file.", request="POST /attachmentcontent/create")
    fields = {
        "Name": content.name,
        "Content": f"/attachmentcontent/{reference}",
        "ContentType": content.content_type or "application/octet-stream",
        "Size": len(content.data),
        "Artifact": artifact,
    }
    await act(api, "/attachment/create", "Attachment", fields | ({"User": f"/user/{owner}"} if owner else {}))


async def close(api: TrackerClient, defect: str) -> None:
    await act(api, path("defect", await object_id(api, defect)), "Defect", {"State": "Closed"})


TRACKER = Tracker(
    key="rally",
    title="Rally",
    docs="https://rally1.rallydev.com/slm/doc/webservice/",
    address=f"{{site}}{BELOW}",
    options=(
        Option("workspace", "ObjectID of the workspace: 41529001", sandbox="41529001"),
        Option("project", "ObjectID of the project: 41529002", sandbox="41529002"),
        Option("site", "address of your Rally", False, default="https://rally1.rallydev.com"),
        Option("marker_field", "the API's name of a custom text field of defects for the marker: c_TestIO", False),
    ),
    secrets=(Secret("api_key", "under rally1.rallydev.com/login, API Keys"),),
    container=("workspace", "project"),
    auth=auth,
    render=lambda setup: render,
    mount="/trackers/rally",
    check=Op(check, (USER, *PLACES), "R"),
    choices=Op(choices, PLACES, "R"),
    find=Op(find_issue, (DEFECTS, *PLACES), "R"),
    resolve=Op(resolve, (TYPE, ATTRIBUTES, VALUES, "GET /tag"), "R"),
    create=Op(create, ("POST /defect/create",), "C"),
    read_created=read_created,
    read=Op(read, (DEFECT, DEFECTS), "R"),
    comment=Op(comment, ("POST /conversationpost/create", DEFECTS), "C"),
    attach=Op(attach, ("POST /attachmentcontent/create", "POST /attachment/create", USER, DEFECTS), "C"),
    close=Op(close, ("POST /defect/{defect}", DEFECTS), "R"),
    severities={
        "critical": "Crash/Data Loss",
        "high": "Major Problem",
        "normal": "Cosmetic",
        "low": "Minor Problem",
    },
    limits=Limits(title=255, file=50_000_000),
    is_exact=True,
    problem=problem,
)
