"""GitHub issues (REST API, version 2022-11-28).

Recalled, not looked up: that labels without push access are dropped silently, that a search index lags, that there is
no public API for files of issues, and the words of errors.
"""

from typing import Any

import httpx

from tools.kit.client import path
from tools.kit.errors import PlatformError, RateLimited
from tools.kit.failures import FailureContext, rate_limited
from tools.kit.network import Account, HeaderToken
from tools.trackers.client import TrackerClient
from tools.trackers.markup.markdown import render
from tools.trackers.scan import newest_with
from tools.trackers.tracker import (
    LABEL,
    Absent,
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

ISSUES = "/repos/{owner}/{repo}/issues"


def auth(account: Account, setup: Setup) -> httpx.Auth:
    return HeaderToken("Authorization", f"Bearer {account.secret('token')}")


def repository(setup: Setup, *rest: str) -> str:
    """A path below the repository."""
    owner, _, name = setup["repository"].partition("/")
    return path("repos", owner, name, *rest)


def issue_of(answer: Any) -> Created:
    number = text_of(at(answer, "number"))
    return Created(number, f"#{number}" if number else "", text_of(at(answer, "html_url")))


async def check(api: TrackerClient) -> Who:
    answer = await api.look("/user")
    repository_answer = await api.look(repository(api.setup))
    may = at(repository_answer, "permissions", "push")
    says = {True: "It may push, so labels are set.", False: "It may not push: labels are left out without a word."}
    return Who(text_of(at(answer, "login")), says.get(may, "") if isinstance(may, bool) else "")


async def choices(api: TrackerClient) -> list[Choice]:
    answer = await api.look("/user/repos", [("per_page", 100), ("sort", "pushed")])
    return [Choice("repository", text_of(row.get("full_name"))) for row in rows(answer) if row.get("full_name")]


async def find_issue(api: TrackerClient, marker: str) -> Found | None:
    """The newest issues of the label, then those of the credential's user, whose labels may have been dropped.

    Both lists are read from the database; the search index would lag.
    """

    async def newest(name: str, value: str) -> dict[str, Any] | None:
        async def page(number: int) -> list[dict[str, Any]]:
            query = [(name, value), ("state", "all"), ("sort", "created"), ("direction", "desc")]
            answer = await api.look(repository(api.setup, "issues"), [*query, ("per_page", 100), ("page", number)])
            return listing(answer)

        return await newest_with(marker, page, texts=("body",), size=100)

    row = await newest("labels", LABEL)
    if row is None and (login := text_of(at(await api.look("/user"), "login"))):
        row = await newest("creator", login)
    return None if row is None else Found(issue_of(row), row.get("state") != "closed")


def create(draft: Draft, setup: Setup) -> Send:
    labels = [*draft.labels, *([draft.severity] if draft.severity else [])]
    body: dict[str, Any] = {"title": draft.title, "body": draft.text, "labels": labels}
    if setup["type"]:
        body["type"] = setup["type"]
    return Send("POST", repository(setup, "issues"), body)


def read_created(answer: Any, setup: Setup) -> Created:
    return issue_of(answer)


async def read(api: TrackerClient, issue: str) -> State:
    answer = await api.look(repository(api.setup, "issues", issue.lstrip("#")))
    state, reason = text_of(at(answer, "state")), text_of(at(answer, "state_reason"))
    word = f"{state} ({reason})" if reason else state
    return State(issue_of(answer), text_of(at(answer, "title")), state != "closed" if state else None, word)


async def comment(api: TrackerClient, issue: str, text: Any) -> None:
    await api.act(Send("POST", repository(api.setup, "issues", issue.lstrip("#"), "comments"), {"body": text}))


async def close(api: TrackerClient, issue: str) -> None:
    body = {"state": "closed", "state_reason": "not_planned"}
    await api.act(Send("PATCH", repository(api.setup, "issues", issue.lstrip("#")), body))


async def audience(api: TrackerClient) -> str:
    private = at(await api.look(repository(api.setup)), "private")
    return (
        {
            True: "The repository is private: its members can read it.",
            False: "The repository is public: everybody can read it.",
        }.get(private, "")
        if isinstance(private, bool)
        else ""
    )


def failure(context: FailureContext) -> PlatformError | None:
    """Limits come as 403 too."""
    is_limit = context.headers.get("x-ratelimit-remaining") == "0" or "retry-after" in context.headers
    if context.status == 403 and (is_limit or "rate limit" in context.words.lower()):
        limited: RateLimited = rate_limited(context)
        return limited
    return None


TRACKER = Tracker(
    key="github",
    title="GitHub",
    docs="https://docs.github.com/en/rest/issues/issues",
    address="https://api.github.com",
    options=(
        Option("repository", "owner and name of the repository: acme/shop", sandbox="harbour/shop"),
        Option("url", "address of the API of an Enterprise Server: https://github.example.com/api/v3", False),
        Option("type", "name of the organisation's issue type, such as Bug", False),
    ),
    secrets=(Secret("token", "under Settings, Developer settings: a fine-grained token with Issues: write"),),
    container=("repository",),
    auth=auth,
    render=lambda setup: render,
    mount="/trackers/github",
    headers={"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"},
    check=Op(check, ("GET /user", "GET /repos/{owner}/{repo}"), "R"),
    choices=Op(choices, ("GET /user/repos",), "R"),
    find=Op(find_issue, (f"GET {ISSUES}", "GET /user"), "C"),
    create=Op(create, (f"POST {ISSUES}",), "C"),
    read_created=read_created,
    read=Op(read, (f"GET {ISSUES}/{{number}}",), "C"),
    comment=Op(comment, (f"POST {ISSUES}/{{number}}/comments",), "C"),
    attach=Absent("GitHub has no API for files of issues; they are named in the text."),
    close=Op(close, (f"PATCH {ISSUES}/{{number}}",), "C"),
    audience=Op(audience, ("GET /repos/{owner}/{repo}",), "C"),
    severities={
        "critical": "severity:critical",
        "high": "severity:high",
        "normal": "severity:normal",
        "low": "severity:low",
    },
    limits=Limits(title=256, text=60_000),
    lag_seconds=5.0,
    per_second=1.0,
    failure=failure,
)
