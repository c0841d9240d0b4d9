"""Jira Data Center issues (REST API, version 2, texts in wiki markup); the rest is as in Jira Cloud.

It needs version 8.14, the first with personal access tokens. Recalled, not looked up: that the list of projects has no
pages, that a search follows a write within seconds, the words of errors, and the header that names a captcha.
"""

import httpx

from tools.kit.errors import Invalid, PlatformError, Unauthorized
from tools.kit.failures import FailureContext
from tools.kit.network import Account, HeaderToken
from tools.kit.request import QueryParams
from tools.trackers.client import TrackerClient
from tools.trackers.markup.wiki import render
from tools.trackers.tracker import Choice, Found, Op, Option, Secret, Setup, Tracker
from tools.trackers.vendors.jira import (
    ISSUE,
    LIMITS,
    PROJECT,
    SEVERITIES,
    TYPE,
    TYPES,
    attach,
    check,
    choices_of,
    close,
    comment,
    create,
    jql,
    no_search,
    oldest,
    read,
    read_created,
    resolve,
)


def auth(account: Account, setup: Setup) -> httpx.Auth:
    return HeaderToken("Authorization", f"Bearer {account.secret('token')}")


async def choices(api: TrackerClient) -> list[Choice]:
    return await choices_of(api, "/project")


async def find_issue(api: TrackerClient, marker: str) -> Found | None:
    query: QueryParams = [("jql", jql(api.setup, marker)), ("fields", "summary,status,labels"), ("maxResults", 10)]
    try:
        answer = await api.look("/search", query)
    except Invalid as error:
        raise await no_search(api, error) from error
    return oldest(answer, api.setup, marker)


def failure(context: FailureContext) -> PlatformError | None:
    """A captcha after failed sign-ins comes as 403, whatever the token."""
    if "CAPTCHA" in context.headers.get("x-authentication-denied-reason", "").upper():
        return Unauthorized(
            f"{context.title} asks this user for a captcha after failed sign-ins. Sign in there once in a browser, "
            "then try again.",
            **context.facts,
        )
    return None


TRACKER = Tracker(
    key="jira_dc",
    title="Jira Data Center",
    docs="https://docs.atlassian.com/software/jira/docs/api/REST/latest/",
    address="{site}/rest/api/2",
    options=(
        Option("site", "address of Jira: https://jira.example.com", sandbox="https://jira.harbour.example"),
        PROJECT,
        TYPE,
    ),
    secrets=(Secret("token", "under Profile, Personal Access Tokens"),),
    container=("project",),
    auth=auth,
    render=lambda setup: render,
    mount="/trackers/jira_dc",
    check=Op(check, ("GET /myself", "GET /mypermissions"), "R"),
    choices=Op(choices, ("GET /project", f"GET {TYPES}", f"GET {TYPES}/{{type}}"), "R"),
    find=Op(find_issue, ("GET /search",), "R"),
    create=Op(create, ("POST /issue",), "C"),
    read_created=read_created,
    read=Op(read, (f"GET {ISSUE}",), "R"),
    comment=Op(comment, (f"POST {ISSUE}/comment",), "R"),
    attach=Op(attach, (f"POST {ISSUE}/attachments",), "R"),
    close=Op(close, (f"GET {ISSUE}/transitions", f"POST {ISSUE}/transitions"), "R"),
    resolve=Op(resolve, (f"GET {TYPES}", f"GET {TYPES}/{{type}}"), "C"),
    severities=SEVERITIES,
    limits=LIMITS,
    is_exact=True,
    lag_seconds=10.0,
    failure=failure,
)
