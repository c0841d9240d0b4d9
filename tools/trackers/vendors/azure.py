"""Work items of Azure DevOps, Services and Server (REST API 7.1, with JSON Patch for what changes).

Documented: that CONTAINS reads every text and finds a part of it, so that no index lags. Seen in clients: 203 and 302
to a sign-in page for a credential that is not taken, and that an organization with public projects answers one as it
answers everybody. Recalled, not looked up: the words of errors and the size of files.
"""

from typing import Any, Final

import httpx

from tools.kit.client import path
from tools.kit.defect import Content
from tools.kit.errors import NotFound, PlatformError, Refused, Unauthorized
from tools.kit.failures import FailureContext
from tools.kit.network import Account
from tools.kit.request import QueryParams
from tools.kit.text import quote
from tools.trackers.client import Raw, TrackerClient
from tools.trackers.markup.html import render
from tools.trackers.names import in_container, no_such, severity_in
from tools.trackers.scan import has_marker
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

ITEMS: Final = "/{project}/_apis/wit/workitems"
TYPES: Final = "/{project}/_apis/wit/workitemtypes"
STEPS: Final = "Microsoft.VSTS.TCM.ReproSteps"
"""The text of a bug; its form does not show the description."""
DESCRIPTION: Final = "System.Description"
SEVERITY: Final = "Microsoft.VSTS.Common.Severity"
AT_ONCE: Final = 200
"""Work items that one request reads."""


def auth(account: Account, setup: Setup) -> httpx.Auth:
    return httpx.BasicAuth("", account.secret("token"))


def below(setup: Setup, *rest: str) -> str:
    """A path below the project."""
    return path(setup["project"], "_apis", *rest)


def version(setup: Setup, *more: tuple[str, str | int]) -> QueryParams:
    return [*more, ("api-version", setup["api_version"] or "7.1")]


def issue_of(answer: Any, setup: Setup) -> Created:
    number = text_of(at(answer, "id"))
    address = f"{setup.base_url}{path(setup['project'], '_workitems', 'edit', number)}" if number else ""
    return Created(number, f"#{number}" if number else "", address)


def number_of(issue: str) -> str:
    """The number in `131489`, `#131489` or `AB#131489`."""
    return issue.rpartition("#")[2]


def patch(*changes: tuple[str, Any]) -> list[dict[str, Any]]:
    """A JSON Patch that adds a value at each path."""
    return [{"op": "add", "path": where, "value": value} for where, value in changes]


def change(setup: Setup, issue: str, *changes: tuple[str, Any]) -> Send:
    where = below(setup, "wit", "workitems", number_of(issue))
    return Send("PATCH", where, patch(*changes), version(setup), {"Content-Type": "application/json-patch+json"})


async def check(api: TrackerClient) -> Who:
    """The work item types prove the scope that is needed; who it is may need another one."""
    name = "the owner of the token"
    try:
        user = at(await api.look("/_apis/connectionData"), "authenticatedUser")
    except Unauthorized:
        user = None
    if user is not None:
        name = text_of(at(user, "providerDisplayName")) or text_of(at(user, "customDisplayName")) or name
        if "PublicAccess" in text_of(at(user, "descriptor")) or not text_of(at(user, "id")).strip("0a-"):
            raise Unauthorized(
                f"{api.account.title} answers as it answers everybody: the credential is mistyped, expired or revoked."
            )
    async with in_container(api, "project"):
        await types_of(api)
    return Who(name, f"It may read the work items of {quote(api.setup['project'], at_most=100)}.")


async def choices(api: TrackerClient) -> list[Choice]:
    answer = await api.look("/_apis/projects", version(api.setup, ("$top", 500)))
    found = [
        Choice("project", text_of(row.get("name")), text_of(row.get("description"))) for row in rows(answer, "value")
    ]
    if any(choice.value == api.setup["project"] for choice in found):
        found += [Choice("type", name) for name in await types_of(api)]
    return found


async def types_of(api: TrackerClient) -> list[str]:
    """The names of the project's work item types."""
    answer = await api.look(below(api.setup, "wit", "workitemtypes"), version(api.setup))
    return [name for row in rows(answer, "value") if (name := text_of(row.get("name")))]


async def find_issue(api: TrackerClient, marker: str) -> Found | None:
    """The newest work item whose text, or the field of the marker, has it; a marker has no quotation mark."""
    own = api.setup["marker_field"]
    conditions = [f"[{name}] CONTAINS '{marker}'" for name in (STEPS, DESCRIPTION)]
    conditions += [f"[{own}] = '{marker}'"] if own else []
    wanted = f"[System.TeamProject] = @project AND ({' OR '.join(conditions)})"
    wiql = f"SELECT [System.Id] FROM WorkItems WHERE {wanted} ORDER BY [System.Id] DESC"  # noqa: S608  # no SQL
    where, body = below(api.setup, "wit", "wiql"), {"query": wiql}
    async with in_container(api, "project"):
        answer = await api.look(where, version(api.setup), method="POST", body=body)
    ids = [text_of(row.get("id")) for row in listing(answer, "workItems")]
    for start in range(0, len(ids), AT_ONCE):
        query = version(api.setup, ("ids", ",".join(ids[start : start + AT_ONCE])))
        for row in listing(await api.look(below(api.setup, "wit", "workitems"), query), "value"):
            texts = [at(row, "fields", name) for name in filter(None, (STEPS, DESCRIPTION, own))]
            if any(has_marker(text_of(text), marker) for text in texts):
                state = await state_of(api, row)
                return Found(state.issue, state.is_open)
    return None


async def resolve(api: TrackerClient, draft: Draft) -> dict[str, str]:
    """The field of the text, and the severity if the type has one: that depends on the process."""
    kind, query = api.setup["type"], version(api.setup, ("$expand", "allowedValues"))
    try:
        answer = await api.look(below(api.setup, "wit", "workitemtypes", kind, "fields"), query)
    except NotFound:
        if kind in (names := await types_of(api)):
            raise
        raise no_such("Type", kind, names, api.setup) from None
    fields = {text_of(row.get("referenceName")): row for row in rows(answer, "value")}
    allowed = [text_of(one) for one in at(fields, SEVERITY, "allowedValues") or [draft.severity]]
    severity = severity_in(draft, api.setup, allowed) if SEVERITY in fields else ""
    return {"text": STEPS if STEPS in fields else DESCRIPTION, "severity": severity}


def create(draft: Draft, setup: Setup) -> Send:
    values = {
        "System.Title": draft.title,
        draft.resolved.get("text", STEPS): draft.text,
        SEVERITY: draft.resolved.get("severity", draft.severity),
        "System.Tags": "; ".join(draft.labels),
        "System.AreaPath": setup["area"],
        setup["marker_field"]: draft.marker,
    }
    changes: list[tuple[str, Any]] = [(f"/fields/{name}", value) for name, value in values.items() if name and value]
    if draft.link:
        changes.append(("/relations/-", {"rel": "Hyperlink", "url": draft.link}))
    where = f"{below(setup, 'wit', 'workitems')}/${path(setup['type'])[1:]}"
    return Send("POST", where, patch(*changes), version(setup), {"Content-Type": "application/json-patch+json"})


def read_created(answer: Any, setup: Setup) -> Created:
    return issue_of(answer, setup)


async def state_of(api: TrackerClient, row: Any) -> State:
    """A work item's state; its category says whether it is open."""
    word, kind = text_of(at(row, "fields", "System.State")), text_of(at(row, "fields", "System.WorkItemType"))
    category = dict(await states(api, kind)).get(word, "")
    is_open = category not in {"completed", "removed"} if category else None
    return State(issue_of(row, api.setup), text_of(at(row, "fields", "System.Title")), is_open, word)


async def states(api: TrackerClient, kind: str) -> list[tuple[str, str]]:
    """The states of a type, with their categories in small letters."""
    answer = await api.look(below(api.setup, "wit", "workitemtypes", kind, "states"), version(api.setup))
    return [(text_of(row.get("name")), text_of(row.get("category")).lower()) for row in rows(answer, "value")]


async def read(api: TrackerClient, issue: str) -> State:
    return await state_of(api, await item(api, issue))


async def item(api: TrackerClient, issue: str) -> Any:
    return await api.look(below(api.setup, "wit", "workitems", number_of(issue)), version(api.setup))


async def comment(api: TrackerClient, issue: str, text: Any) -> None:
    """The history takes a comment in every version of the API; the comments of their own are a preview."""
    await api.act(change(api.setup, issue, ("/fields/System.History", text)))


async def attach(api: TrackerClient, issue: str, content: Content) -> None:
    where, query = below(api.setup, "wit", "attachments"), version(api.setup, ("fileName", content.name))
    address = text_of(at(await api.act(Send("POST", where, query=query, content=Raw(content.data))), "url"))
    await api.act(change(api.setup, issue, ("/relations/-", {"rel": "AttachedFile", "url": address})))


async def close(api: TrackerClient, issue: str) -> None:
    kind = text_of(at(await item(api, issue), "fields", "System.WorkItemType"))
    found = await states(api, kind)
    names = [name for wanted in ("completed", "removed") for name, category in found if category == wanted]
    if not names:
        raise Refused(f"{quote(kind)} has no state that is closed.")
    await api.act(change(api.setup, issue, ("/fields/System.State", names[0])))


async def audience(api: TrackerClient) -> str:
    answer = await api.look(path("_apis", "projects", api.setup["project"]), version(api.setup))
    return {
        "private": "The project is private: its members can read it.",
        "organization": "The project is open to the organization: all its users can read it.",
        "public": "The project is public: everybody can read it.",
    }.get(text_of(at(answer, "visibility")).lower(), "")


def failure(context: FailureContext) -> PlatformError | None:
    """A redirect to a sign-in page means that the credential was not taken."""
    location = context.headers.get("location", "").lower()
    if 300 <= context.status < 400 and ("signin" in location or "login" in location):
        return Unauthorized(
            f"{context.title} asks to sign in ({context.status}): the credential is mistyped, expired or revoked.",
            request=context.request,
            status=context.status,
        )
    return None


TRACKER = Tracker(
    key="azure",
    title="Azure DevOps",
    docs="https://learn.microsoft.com/en-us/rest/api/azure/devops/wit/work-items",
    address="{host}/{organization}",
    options=(
        Option(
            "organization",
            "the organization in https://dev.azure.com/NAME; of a Server the collection",
            sandbox="harbour",
        ),
        Option("project", "name of the project: Shop", sandbox="Shop"),
        Option("type", "name of the work item type", False, "Bug"),
        Option("area", r"area path of new work items: Shop\Web", False),
        Option("marker_field", "reference name of a text field for the marker: Custom.TestIO", False),
        Option("host", "address of a Server: https://tfs.example.com/tfs", False, "https://dev.azure.com"),
        Option("api_version", "version of the API; 7.0 for Server 2022, 6.0 for Server 2020", False, "7.1"),
    ),
    secrets=(
        Secret(
            "token",
            "under User settings, Personal access tokens: with Work Items (Read & write) and Project and Team (Read)",
        ),
    ),
    container=("project",),
    auth=auth,
    render=lambda setup: render,
    mount="/trackers/azure",
    check=Op(check, ("GET /_apis/connectionData", f"GET {TYPES}"), "C"),
    choices=Op(choices, ("GET /_apis/projects", f"GET {TYPES}"), "C"),
    find=Op(find_issue, ("POST /{project}/_apis/wit/wiql", f"GET {ITEMS}", f"GET {TYPES}/{{type}}/states"), "C"),
    create=Op(create, (f"POST {ITEMS}/${{type}}",), "D"),
    read_created=read_created,
    read=Op(read, (f"GET {ITEMS}/{{id}}", f"GET {TYPES}/{{type}}/states"), "C"),
    comment=Op(comment, (f"PATCH {ITEMS}/{{id}}",), "C"),
    attach=Op(attach, ("POST /{project}/_apis/wit/attachments", f"PATCH {ITEMS}/{{id}}"), "C"),
    close=Op(close, (f"GET {ITEMS}/{{id}}", f"GET {TYPES}/{{type}}/states", f"PATCH {ITEMS}/{{id}}"), "C"),
    resolve=Op(resolve, (f"GET {TYPES}/{{type}}/fields", f"GET {TYPES}"), "C"),
    audience=Op(audience, ("GET /_apis/projects/{project}",), "D"),
    severities={"critical": "1 - Critical", "high": "2 - High", "normal": "3 - Medium", "low": "4 - Low"},
    limits=Limits(title=255, text=100_000, file=60_000_000),
    is_exact=True,
    failure=failure,
    signed_out=frozenset({203}),
)
