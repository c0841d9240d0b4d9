"""Gitea issues, also of Forgejo and Codeberg (REST API, version 1).

Seen in the server's source: labels are ids, and are dropped without a word where the user may not write; a filter by a
label that the repository does not have lists everything; a list without a search text is read from the database, so
that it does not lag. Recalled, not looked up: the words of errors.
"""

from contextlib import suppress
from typing import Any, Final

import httpx

from tools.kit.client import path
from tools.kit.defect import Content
from tools.kit.errors import NotFound, Unauthorized
from tools.kit.form import Attached, Form, MadeFile
from tools.kit.network import Account, HeaderToken
from tools.kit.request import QueryParams
from tools.trackers.client import TrackerClient
from tools.trackers.markup.markdown import render
from tools.trackers.names import in_container, no_such, same, severity_in
from tools.trackers.scan import MOST_PAGES, newest_with
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
    text_of,
)

REPOSITORY: Final = "/repos/{owner}/{repo}"
ISSUES: Final = f"{REPOSITORY}/issues"
READS_LABELS: Final = ("GET /settings/api", f"GET {REPOSITORY}/labels", "GET /orgs/{org}/labels")


def auth(account: Account, setup: Setup) -> httpx.Auth:
    return HeaderToken("Authorization", f"token {account.secret('token')}")


def owner(setup: Setup) -> str:
    return setup["repository"].partition("/")[0]


def repository(setup: Setup, *rest: str) -> str:
    """A path below the repository."""
    return path("repos", owner(setup), setup["repository"].partition("/")[2], *rest)


def issue_of(answer: Any, setup: Setup) -> Created:
    number = text_of(at(answer, "number"))
    page = repository(setup, "issues", number).removeprefix("/repos") if number else ""
    return (
        Created(number, f"#{number}", setup.base_url.removesuffix("/api/v1") + page) if number else Created("", "", "")
    )


async def page_size(api: TrackerClient) -> int:
    """Rows of a full page, which the site limits; 1 where it does not say, so that only an empty page is the last."""
    try:
        most = at(await api.look("/settings/api"), "max_response_items")
    except (NotFound, Unauthorized):  # an old site, or a token without the scope for it
        return 1
    return min(most, 50) if isinstance(most, int) and most > 0 else 1


async def every(api: TrackerClient, where: str) -> list[dict[str, Any]]:
    """The rows of all pages."""
    size, found = await page_size(api), list[dict[str, Any]]()
    for number in range(1, MOST_PAGES + 1):
        page = listing(await api.look(where, [("limit", 50), ("page", number)]))
        found += page
        if len(page) < size:
            break
    return found


async def labels_of_repository(api: TrackerClient) -> dict[str, int]:
    """The ids of the repository's labels by name; a list can be filtered by these only."""
    return ids_by_name(await every(api, repository(api.setup, "labels")))


async def labels(api: TrackerClient) -> dict[str, int]:
    """The ids of the labels that an issue can have: those of the repository, and of its organization."""
    found = dict[str, int]()
    with suppress(NotFound, Unauthorized):  # the owner may be a person, or the token without the scope for it
        found = ids_by_name(await every(api, path("orgs", owner(api.setup), "labels")))
    return found | await labels_of_repository(api)


def ids_by_name(found: list[dict[str, Any]]) -> dict[str, int]:
    return {text_of(row.get("name")): row["id"] for row in found if isinstance(row.get("id"), int)}


async def check(api: TrackerClient) -> Who:
    answer = await api.look("/user")
    async with in_container(api, "repository"):
        may = at(await api.look(repository(api.setup)), "permissions", "push")
    says = {True: "It may set labels.", False: "It may not write: labels are left out without a word."}
    missing = "" if LABEL in await labels(api) else f"There is no label {LABEL}; issues are created without it."
    words = says.get(may, "") if isinstance(may, bool) else ""
    return Who(text_of(at(answer, "login")), " ".join(filter(None, (words, missing))))


async def choices(api: TrackerClient) -> list[Choice]:
    found = await every(api, "/user/repos")
    return [Choice("repository", name) for row in found if (name := text_of(row.get("full_name")))]


async def find_issue(api: TrackerClient, marker: str) -> Found | None:
    """The newest issues of the label, if the repository has it, then those of the credential's user."""
    size = await page_size(api)

    async def newest(name: str, value: str) -> dict[str, Any] | None:
        async def page(number: int) -> list[dict[str, Any]]:
            query: QueryParams = [("type", "issues"), ("state", "all"), (name, value), ("limit", 50), ("page", number)]
            return listing(await api.look(repository(api.setup, "issues"), query))

        return await newest_with(marker, page, texts=("body",), size=size)

    async with in_container(api, "repository"):
        has_label = LABEL in await labels_of_repository(api)
    row = await newest("labels", LABEL) if has_label else None
    if row is None and (login := text_of(at(await api.look("/user"), "login"))):
        row = await newest("created_by", login)
    return None if row is None else Found(issue_of(row, api.setup), row.get("state") != "closed")


async def resolve(api: TrackerClient, draft: Draft) -> dict[str, list[int]]:
    """The ids of the labels; the shared one and a severity of ours are left out where they do not exist."""
    ids, wanted = await labels(api), list[str]()
    names = list(ids)
    for label in draft.labels:
        found = same(label, names)
        if not found and label in api.setup.labels:
            raise no_such("Label", label, names, api.setup)
        wanted.append(found)
    wanted.append(severity_in(draft, api.setup, names))
    return {"labels": [ids[name] for name in dict.fromkeys(wanted) if name]}


def create(draft: Draft, setup: Setup) -> Send:
    body = {"title": draft.title, "body": draft.text, "labels": draft.resolved.get("labels", [])}
    return Send("POST", repository(setup, "issues"), body)


def read_created(answer: Any, setup: Setup) -> Created:
    return issue_of(answer, setup)


async def read(api: TrackerClient, issue: str) -> State:
    answer = await api.look(repository(api.setup, "issues", issue.lstrip("#")))
    word = text_of(at(answer, "state"))
    return State(issue_of(answer, api.setup), text_of(at(answer, "title")), word != "closed" if word else None, word)


async def comment(api: TrackerClient, issue: str, text: Any) -> None:
    await api.act(Send("POST", repository(api.setup, "issues", issue.lstrip("#"), "comments"), {"body": text}))


async def attach(api: TrackerClient, issue: str, content: Content) -> None:
    file, kind = MadeFile(content.name, content.data), content.content_type or "application/octet-stream"
    form = Form([Attached(file, kind, "attachment")])
    where = repository(api.setup, "issues", issue.lstrip("#"), "assets")
    await api.act(Send("POST", where, query=[("name", content.name)], content=form))


async def close(api: TrackerClient, issue: str) -> None:
    await api.act(Send("PATCH", repository(api.setup, "issues", issue.lstrip("#")), {"state": "closed"}))


async def audience(api: TrackerClient) -> str:
    answer = await api.look(repository(api.setup))
    if at(answer, "private") is True:
        return "The repository is private: its members can read it."
    if at(answer, "internal") is True:
        return "The repository is internal: every user of the site who has signed in can read it."
    return "The repository is public: everybody can read it." if at(answer, "private") is False else ""


TRACKER = Tracker(
    key="gitea",
    title="Gitea",
    docs="https://docs.gitea.com/api/",
    address="{site}/api/v1",
    options=(
        Option("site", "address of the site: https://gitea.example.com", sandbox="https://gitea.example.com"),
        Option("repository", "owner and name of the repository: acme/shop", sandbox="harbour/shop"),
    ),
    secrets=(
        Secret(
            "token",
            "under Settings, Applications: with the scopes write:issue, read:repository, read:organization, read:user",
        ),
    ),
    container=("repository",),
    auth=auth,
    render=lambda setup: render,
    mount="/trackers/gitea",
    check=Op(check, ("GET /user", f"GET {REPOSITORY}", *READS_LABELS), "C"),
    choices=Op(choices, ("GET /settings/api", "GET /user/repos"), "C"),
    find=Op(find_issue, ("GET /settings/api", f"GET {REPOSITORY}/labels", f"GET {ISSUES}", "GET /user"), "C"),
    create=Op(create, (f"POST {ISSUES}",), "C"),
    read_created=read_created,
    read=Op(read, (f"GET {ISSUES}/{{number}}",), "C"),
    comment=Op(comment, (f"POST {ISSUES}/{{number}}/comments",), "C"),
    attach=Op(attach, (f"POST {ISSUES}/{{number}}/assets",), "C"),
    close=Op(close, (f"PATCH {ISSUES}/{{number}}",), "C"),
    resolve=Op(resolve, READS_LABELS, "C"),
    audience=Op(audience, (f"GET {REPOSITORY}",), "C"),
    severities={
        "critical": "severity:critical",
        "high": "severity:high",
        "normal": "severity:normal",
        "low": "severity:low",
    },
    limits=Limits(title=255, text=100_000),
)
