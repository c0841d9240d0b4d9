"""Bugs of Bugzilla 5 (REST API).

Documented: the alias of a bug is unique in the installation, so that a second create with it fails. Seen in the source
of the server: its releases take the key as an argument only, later ones in a header; a search reads a copy of the
database where the site has one. Recalled, not looked up: the words by which a wrong key and a missing right are told
apart, and how far a copy may be behind.
"""

import base64
import json
from collections.abc import Generator
from typing import Any, Final

import httpx

from tools.kit.client import path
from tools.kit.defect import Content
from tools.kit.errors import NotFound, PlatformError, Unauthorized
from tools.kit.failures import FailureContext
from tools.kit.network import Account, HeaderToken
from tools.kit.text import quote
from tools.trackers.client import TrackerClient
from tools.trackers.markup.plain import render
from tools.trackers.names import no_such, not_there, severity_in
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

FIELDS: Final = "id,alias,summary,status,resolution,is_open"
LONGEST_ADDRESS: Final = 255
"""Of a bug's `url`, which is left out if it is longer."""


class Argument(httpx.Auth):
    """A key as an argument: in the JSON of what changes something, else in the query."""

    requires_request_body = True

    def __init__(self, key: str) -> None:
        self._key = key

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        if request.method == "GET":
            request.url = request.url.copy_add_param("api_key", self._key)
            yield request
            return
        headers = [pair for pair in request.headers.multi_items() if pair[0].lower() != "content-length"]
        body = json.loads(request.content or b"{}") | {"api_key": self._key}
        yield httpx.Request(request.method, request.url, headers=headers, json=body, extensions=request.extensions)


def auth(account: Account, setup: Setup) -> httpx.Auth:
    key = account.secret("api_key")
    match setup["key_in"]:
        case "header":
            return HeaderToken("X-BUGZILLA-API-KEY", key)
        case "bearer":
            return HeaderToken("Authorization", f"Bearer {key}")
    return Argument(key)


def issue_of(answer: Any, setup: Setup) -> Created:
    number = text_of(at(answer, "id"))
    page = f"{setup.base_url.removesuffix('/rest')}/show_bug.cgi?id={number}" if number.isdecimal() else ""
    return Created(number, number, page)


async def check(api: TrackerClient) -> Who:
    name = "the owner of the key"
    try:
        answer = await api.look("/whoami")
    except NotFound:
        pass  # the site is older; it refuses a wrong key below
    else:
        if text_of(at(answer, "id")) in {"", "0"}:
            raise Unauthorized(
                f"{api.account.title} answers as it answers everybody: the credential is mistyped, expired or revoked."
            )
        name = text_of(at(answer, "name")) or text_of(at(answer, "real_name")) or name
    is_there = any(text_of(row.get("name")) == api.setup["product"] for row in await products(api))
    return Who(name, f"It {'may' if is_there else 'may not'} enter bugs in {quote(api.setup['product'], at_most=100)}.")


async def products(api: TrackerClient, by: str = "type", value: str = "enterable") -> list[dict[str, Any]]:
    """The products in which the user may enter bugs, or others."""
    fields = "name,components.name,versions.name"
    return rows(await api.look("/product", [(by, value), ("include_fields", fields)]), "products")


async def choices(api: TrackerClient) -> list[Choice]:
    found = []
    for row in await products(api):
        product = text_of(row.get("name"))
        found.append(Choice("product", product))
        found += [Choice("component", text_of(one.get("name")), product) for one in rows(row, "components")]
        found += [Choice("version", text_of(one.get("name")), product) for one in rows(row, "versions")]
    return found


async def find_issue(api: TrackerClient, marker: str) -> Found | None:
    """The bug with this alias, of which there is one at most."""
    answer = await api.look("/bug", [("alias", marker), ("include_fields", FIELDS)])
    for row in listing(answer, "bugs"):
        alias = row.get("alias")
        if marker in (alias if isinstance(alias, list) else [alias]):
            return Found(issue_of(row, api.setup), is_open(row))
    return None


async def resolve(api: TrackerClient, draft: Draft) -> dict[str, str]:
    """The severity, if the installation has it, after a look at the names of the settings."""
    setup = api.setup
    of_name = [row for row in await products(api, "names", setup["product"]) if row.get("name") == setup["product"]]
    if not of_name:
        raise await not_there(api, "product")
    for option, listed in (("component", "components"), ("version", "versions")):
        there = [text_of(one.get("name")) for one in rows(of_name[0], listed)]
        if there and setup[option] not in there:
            raise no_such(option, setup[option], there, setup)
    answer = at(await api.look("/field/bug/severity/values"), "values")
    names = [text_of(one) for one in answer] if isinstance(answer, list) else [draft.severity]
    return {"severity": severity_in(draft, setup, names)}


def create(draft: Draft, setup: Setup) -> Send:
    values: dict[str, Any] = {
        "product": setup["product"],
        "component": setup["component"],
        "version": setup["version"],
        "summary": draft.title,
        "description": draft.text,
        "alias": [draft.marker],
        "severity": draft.resolved.get("severity", draft.severity),
        "priority": setup["priority"],
        "op_sys": setup["op_sys"],
        "platform": setup["platform"],
        "keywords": [label for label in draft.labels if label != LABEL],
        "url": draft.link if len(draft.link) <= LONGEST_ADDRESS else "",
    }
    return Send("POST", "/bug", {name: value for name, value in values.items() if value})


def read_created(answer: Any, setup: Setup) -> Created:
    return issue_of(answer, setup)


def is_open(row: Any) -> bool | None:
    value = at(row, "is_open")
    return bool(value) if isinstance(value, bool | int) else None


async def read(api: TrackerClient, issue: str) -> State:
    row = at(await api.look(path("bug", issue), [("include_fields", FIELDS)]), "bugs", 0)
    word = " ".join(filter(None, (text_of(at(row, "status")), text_of(at(row, "resolution")))))
    return State(issue_of(row, api.setup), text_of(at(row, "summary")), is_open(row), word)


async def comment(api: TrackerClient, issue: str, text: Any) -> None:
    await api.act(Send("POST", path("bug", issue, "comment"), {"comment": text}))


async def attach(api: TrackerClient, issue: str, content: Content) -> None:
    body = {
        "ids": [int(issue) if issue.isdecimal() else issue],
        "data": base64.b64encode(content.data).decode(),
        "file_name": content.name,
        "summary": content.name,
        "content_type": content.content_type or "application/octet-stream",
    }
    await api.act(Send("POST", path("bug", issue, "attachment"), body))


async def close(api: TrackerClient, issue: str) -> None:
    await api.act(Send("PUT", path("bug", issue), {"status": "RESOLVED", "resolution": "INVALID"}))


def problem(answer: Any) -> str:
    """An error that comes with a status of success."""
    return text_of(at(answer, "message")) or "an error" if at(answer, "error") is True else ""


def failure(context: FailureContext) -> PlatformError | None:
    """A wrong key is answered with 400, and a missing right with 401."""
    words = context.words.lower()
    is_of_key = "api key" in words or "api_key" in words
    if context.status == 400 and is_of_key:
        return Unauthorized(
            f"{context.title} does not take the credential: it is mistyped, expired or revoked.", **context.facts
        )
    if context.status == 401 and words and not (is_of_key or "log in" in words or "login" in words):
        return Unauthorized(
            f"{context.title} refuses this (401): the user of the key lacks the right, or it does not exist.",
            **context.facts,
        )
    return None


TRACKER = Tracker(
    key="bugzilla",
    title="Bugzilla",
    docs="https://bugzilla.readthedocs.io/en/latest/api/core/v1/bug.html",
    address="{site}/rest",
    options=(
        Option("site", "address of the site: https://bugzilla.example.com", sandbox="https://bugzilla.example.com"),
        Option("product", "name of the product: Shop", sandbox="Shop"),
        Option("component", "name of the component: Cart", sandbox="Cart"),
        Option("version", "version of the product", False, "unspecified"),
        Option("priority", "priority of new bugs; the site's own without it", False),
        Option("op_sys", "operating system of new bugs", False, "All"),
        Option("platform", "hardware of new bugs", False, "All"),
        Option("key_in", "argument, as Bugzilla takes the key; header for 5.1 and later; bearer for others", False),
    ),
    secrets=(Secret("api_key", "under Preferences, API Keys"),),
    container=("product", "component"),
    auth=auth,
    render=lambda setup: render,
    mount="/trackers/bugzilla",
    headers={"Accept": "application/json"},
    check=Op(check, ("GET /whoami", "GET /product"), "D"),
    choices=Op(choices, ("GET /product",), "D"),
    find=Op(find_issue, ("GET /bug",), "D"),
    create=Op(create, ("POST /bug",), "D"),
    read_created=read_created,
    read=Op(read, ("GET /bug/{id}",), "D"),
    comment=Op(comment, ("POST /bug/{id}/comment",), "D"),
    attach=Op(attach, ("POST /bug/{id}/attachment",), "D"),
    close=Op(close, ("PUT /bug/{id}",), "D"),
    resolve=Op(resolve, ("GET /product", "GET /field/bug/severity/values"), "C"),
    severities={"critical": "critical", "high": "major", "normal": "normal", "low": "minor"},
    limits=Limits(title=255, text=60_000),
    is_exact=True,
    lag_seconds=10.0,
    is_idempotent=True,
    problem=problem,
    failure=failure,
)
