"""Teamwork.com tasks (API version 3; comments, and completing a task, are still those of version 1).

A task's name ends with the marker, since a search covers names. Recalled, not looked up: that it does, and how soon;
the words of priorities and states, a task's web address, the rate limit, and version 1's errors, which may come with
200. `find_issue` asks the search and reads the newest tasks of the list, completed ones too.
"""

from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import httpx

from tools.kit.client import path
from tools.kit.defect import Content
from tools.kit.errors import NotFound, Refused, UnexpectedShape
from tools.kit.network import Account
from tools.kit.text import quote
from tools.trackers.client import Raw, TrackerClient
from tools.trackers.markup.html import render
from tools.trackers.names import not_there, severity_among
from tools.trackers.scan import has_marker, newest_with
from tools.trackers.tracker import (
    LABEL,
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
)

V3: Final = "/projects/api/v3"
PRESIGNED: Final = "/projects/api/v1/pendingfiles/presignedurl.json"
PRIORITIES: Final = ("low", "medium", "high")
TEXTS: Final = ("name", "description")
SIZE: Final = 100
MOST_PROJECTS: Final = 50
"""Projects whose task lists are offered."""


def auth(account: Account, setup: Setup) -> httpx.Auth:
    return httpx.BasicAuth(account.secret("token"), "x")  # the token is the user's name; any password is taken


def v3(*pieces: str) -> str:
    """A path of version 3."""
    return f"{V3}{path(*pieces)}.json"


def issue_of(answer: Any, setup: Setup) -> Created:
    number = text_of(at(answer, "id"))
    return Created(number, number, f"{setup.base_url}/app/tasks/{number}" if number else "")


def is_open(answer: Any) -> bool | None:
    status = text_of(at(answer, "status")).lower()
    return status not in {"completed", "deleted"} if status else None


async def check(api: TrackerClient) -> Who:
    account = at(await api.look("/authenticate.json"), "account")
    first, last = (text_of(at(account, name)) for name in ("firstname", "lastname"))
    return Who(f"{first} {last}".strip() or text_of(at(account, "userId")) or text_of(at(account, "id")))


async def choices(api: TrackerClient) -> list[Choice]:
    answer = await api.look(v3("projects"), [("pageSize", SIZE)])
    projects = [(text_of(row.get("id")), text_of(row.get("name"))) for row in rows(answer, "projects")]
    return [
        Choice("tasklist", text_of(row.get("id")), f"{project} / {text_of(row.get('name'))}")
        for number, project in projects[:MOST_PROJECTS]
        for row in rows(await api.look(v3("projects", number, "tasklists")), "tasklists")
    ]


async def find_issue(api: TrackerClient, marker: str) -> Found | None:
    where = v3("tasklists", api.setup["tasklist"], "tasks")
    newest: list[tuple[str, str | int]] = [("orderBy", "createdAt"), ("orderMode", "desc"), ("pageSize", SIZE)]
    newest.append(("includeCompletedTasks", "true"))

    async def tasks(*query: tuple[str, str | int]) -> list[dict[str, Any]]:
        try:
            return listing(await api.look(where, [*newest, *query]), "tasks")
        except NotFound:
            raise await not_there(api, "tasklist") from None

    async def page(number: int) -> list[dict[str, Any]]:
        return await tasks(("searchTerm", marker), ("page", number))

    recent = await tasks(("page", 1))
    row = next((row for row in recent if any(has_marker(row.get(name), marker) for name in TEXTS)), None)
    row = row or await newest_with(marker, page, texts=TEXTS, size=SIZE)
    return None if row is None else Found(issue_of(row, api.setup), is_open(row))


async def resolve(api: TrackerClient, draft: Draft) -> dict[str, Any]:
    """The priority, and the ids of the tags.

    Raises:
        Refused: when the operator's settings name what does not exist; Testdesk's own tag is left out then.
    """
    ids = []
    for name in draft.labels:
        found = rows(await api.look(v3("tags"), [("searchTerm", name), ("pageSize", SIZE)]), "tags")
        number = next(
            (row.get("id") for row in found if text_of(row.get("name")).lower() == name.strip().lower()), None
        )
        if number is not None:
            ids.append(number)
        elif name != LABEL:
            raise Refused(f"Teamwork has no tag {quote(name)}. Create it there, or take it out of labels.")
    return {"tags": ids, "priority": severity_among(draft, api.setup, PRIORITIES, "Priority")}


def create(draft: Draft, setup: Setup) -> Send:
    task: dict[str, Any] = {
        "name": draft.title,
        "description": draft.text,
        "descriptionContentType": "HTML",
        "tagIds": draft.resolved.get("tags", []),
    }
    if draft.resolved.get("priority"):
        task["priority"] = draft.resolved["priority"]
    return Send("POST", v3("tasklists", setup["tasklist"], "tasks"), {"task": task, "taskOptions": {"notify": False}})


def read_created(answer: Any, setup: Setup) -> Created:
    return issue_of(at(answer, "task"), setup)


async def read(api: TrackerClient, issue: str) -> State:
    answer = at(await api.look(v3("tasks", issue)), "task")
    return State(
        issue_of(answer, api.setup), text_of(at(answer, "name")), is_open(answer), text_of(at(answer, "status"))
    )


async def comment(api: TrackerClient, issue: str, text: Any) -> None:
    body = {"comment": {"body": text, "contentType": "HTML", "notify": ""}}
    await api.act(Send("POST", f"{path('tasks', issue, 'comments')}.json", body))


async def attach(api: TrackerClient, issue: str, content: Content) -> None:
    """Have an address made for the file, send it there, and add it to the task; the address lives ten minutes."""
    wanted: list[tuple[str, str | int]] = [("fileName", content.name), ("fileSize", len(content.data))]
    place = await api.look(PRESIGNED, wanted)
    address, reference = text_of(at(place, "url")), text_of(at(place, "ref"))
    if not address or not reference:
        raise UnexpectedShape("Teamwork gave no address for the file. It was not sent.")
    signed = parse_qs(urlsplit(address).query).get("X-Amz-SignedHeaders", [""])[0].split(";")
    headers = {"X-Amz-Acl": "public-read"} if "x-amz-acl" in signed else {}  # a header more or less, and it is refused
    await api.storage.put(address, Raw(content.data, content.content_type), headers)
    body = {"task": {}, "attachments": {"pendingFiles": [{"reference": reference}]}}
    await api.act(Send("PATCH", v3("tasks", issue), body))


async def close(api: TrackerClient, issue: str) -> None:
    await api.act(Send("PUT", f"{path('tasks', issue, 'complete')}.json"))


def words(body: Any) -> str:
    """The message of version 1; version 3 has the usual names."""
    return text_of(at(body, "MESSAGE"))


def problem(answer: Any) -> str:
    """Version 1 may refuse with 200."""
    return words(answer) or "no reason" if text_of(at(answer, "STATUS")).lower() == "error" else ""


TRACKER = Tracker(
    key="teamwork",
    title="Teamwork",
    docs="https://apidocs.teamwork.com/docs/teamwork/v3",
    address="{site}",
    options=(
        Option("site", "address of your Teamwork: https://acme.teamwork.com", sandbox="https://harbour.teamwork.com"),
        Option("tasklist", "id of the task list: the number after tasklists/ in its address", sandbox="512"),
    ),
    secrets=(Secret("token", "under Edit my details, API & Mobile, Show your token"),),
    container=("tasklist",),
    auth=auth,
    render=lambda setup: render,
    mount="/trackers/teamwork",
    check=Op(check, ("GET /authenticate.json",), "C"),
    choices=Op(choices, (f"GET {V3}/projects.json", f"GET {V3}/projects/{{project}}/tasklists.json"), "R"),
    find=Op(find_issue, (f"GET {V3}/tasklists/{{list}}/tasks.json",), "R"),
    create=Op(create, (f"POST {V3}/tasklists/{{list}}/tasks.json",), "C"),
    read_created=read_created,
    read=Op(read, (f"GET {V3}/tasks/{{task}}.json",), "R"),
    comment=Op(comment, ("POST /tasks/{task}/comments.json",), "C"),
    attach=Op(attach, (f"GET {PRESIGNED}", "PUT /storage/{reference}", f"PATCH {V3}/tasks/{{task}}.json"), "C"),
    close=Op(close, ("PUT /tasks/{task}/complete.json",), "R"),
    resolve=Op(resolve, (f"GET {V3}/tags.json",), "R"),
    severities={"critical": "high", "high": "high", "normal": "medium", "low": "low"},
    marks_titles=True,
    lag_seconds=10.0,
    per_second=2.0,
    storage=(".amazonaws.com",),
    words=words,
    problem=problem,
)
