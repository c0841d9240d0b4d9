"""Zendesk Support tickets (REST API, version 2), as an agent makes them.

The text is an internal note, since the requester gets mail of a public one. Documented by others: the idempotency key,
which an account keeps for two hours. Recalled: that the list by `external_id` reads the database but leaves out tickets
that were archived long ago, which the search has, and that a wrong credential can be answered as an anonymous user.
"""

import base64
import re
from typing import Any

import httpx

from tools.kit.client import path
from tools.kit.defect import Content
from tools.kit.errors import Invalid, OutcomeUnknown, PlatformError, Unauthorized
from tools.kit.failures import FailureContext
from tools.kit.network import Account, HeaderToken
from tools.kit.text import quote
from tools.trackers.client import Raw, TrackerClient
from tools.trackers.markup.html import render_for_zendesk
from tools.trackers.names import severity_among
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

TICKET = "/tickets/{ticket}"
PRIORITIES = ("urgent", "high", "normal", "low")
LONGEST = 150
CLOSED = frozenset({"solved", "closed"})


def auth(account: Account, setup: Setup) -> httpx.Auth:
    """Basic, where the user is the address with `/token` behind it."""
    pair = f"{setup['email']}/token:{account.secret('token')}"
    return HeaderToken("Authorization", f"Basic {base64.b64encode(pair.encode()).decode()}")


def ticket_of(row: Any, setup: Setup) -> Created:
    number = text_of(at(row, "id"))
    page = f"{setup.base_url.removesuffix('/api/v2')}/agent/tickets/{number}"
    return Created(number, f"#{number}" if number else "", page if number else "")


def openness(row: Any) -> bool | None:
    status = text_of(at(row, "status"))
    return status not in CLOSED if status else None


def ticket_path(ticket: str) -> str:
    return path("tickets", ticket.lstrip("#"))


async def check(api: TrackerClient) -> Who:
    user = at(await api.look("/users/me"), "user")
    if not text_of(at(user, "id")):
        raise Unauthorized(
            f"{api.account.title} does not take the credential: it answers as to an anonymous user. The email or the "
            "token is mistyped, or access with tokens is switched off."
        )
    name, role = text_of(at(user, "email")) or text_of(at(user, "name")), text_of(at(user, "role"))
    if role == "end-user":
        return Who(name, "It is an end user: only agents create tickets with a priority and an internal note.")
    return Who(name, f"Its role is {quote(role)}." if role else "")


async def choices(api: TrackerClient) -> list[Choice]:
    groups = rows(await api.look("/groups", [("per_page", 100)]), "groups")
    found = [Choice("group", text_of(row.get("id")), text_of(row.get("name"))) for row in groups]
    return found + [Choice("severities", name, "a priority") for name in PRIORITIES]


async def find_issue(api: TrackerClient, marker: str) -> Found | None:
    """By the list, which is exact; then by the search, for a ticket that was archived."""
    found = listing(await api.look("/tickets", [("external_id", marker)]), "tickets")
    if not any(row.get("external_id") == marker for row in found):
        found = listing(await api.look("/search", [("query", f'type:ticket external_id:"{marker}"')]), "results")
    row = next((one for one in found if one.get("external_id") == marker and one.get("status") != "deleted"), None)
    return None if row is None else Found(ticket_of(row, api.setup), openness(row))


def create(draft: Draft, setup: Setup) -> Send:
    ticket: dict[str, Any] = {
        "subject": re.sub(r"\{(?=[{%])", "{ ", draft.title)[:LONGEST],  # no placeholder
        "comment": {"html_body": draft.text, "public": False},
        "type": setup["type"],
        "external_id": draft.marker,
        "tags": ["_".join(label.split()) for label in draft.labels],
    }
    if priority := severity_among(draft, setup, PRIORITIES, "Priority"):
        ticket["priority"] = priority
    if setup["group"]:
        ticket["group_id"] = setup["group"]
    return Send("POST", "/tickets", {"ticket": ticket}, headers={"Idempotency-Key": draft.marker})


def read_created(answer: Any, setup: Setup) -> Created:
    return ticket_of(at(answer, "ticket"), setup)


async def read(api: TrackerClient, ticket: str) -> State:
    row = at(await api.look(ticket_path(ticket)), "ticket")
    return State(ticket_of(row, api.setup), text_of(at(row, "subject")), openness(row), text_of(at(row, "status")))


async def change(api: TrackerClient, ticket: str, **fields: Any) -> None:
    await api.act(Send("PUT", ticket_path(ticket), {"ticket": fields}))


async def comment(api: TrackerClient, ticket: str, text: Any) -> None:
    await change(api, ticket, comment={"html_body": text, "public": False})


async def attach(api: TrackerClient, ticket: str, content: Content) -> None:
    file = Raw(content.data, content.content_type or "application/octet-stream")
    answer = await api.act(Send("POST", "/uploads", query=[("filename", content.name)], content=file))
    token = text_of(at(answer, "upload", "token"))
    if not token:
        raise Invalid(f"{api.account.title} did not take the file.", request="POST /uploads")
    await change(api, ticket, comment={"body": "A file of this bug.", "public": False, "uploads": [token]})


async def close(api: TrackerClient, ticket: str) -> None:
    await change(api, ticket, status="solved")


async def audience(api: TrackerClient) -> str:
    return "It is an internal note: agents who may see the ticket can read it, its requester cannot."


def failure(context: FailureContext) -> PlatformError | None:
    """A key that came with another text: an earlier create may have been taken, and its ticket is looked up."""
    if context.status == 400 and "idempoten" in context.words.lower():
        return OutcomeUnknown(
            f"{context.title} has had another text for the same bug within two hours, and may have taken that.",
            **context.facts,
        )
    return None


TRACKER = Tracker(
    key="zendesk",
    title="Zendesk",
    docs="https://developer.zendesk.com/api-reference/ticketing/tickets/tickets/",
    address="https://{subdomain}.zendesk.com/api/v2",
    options=(
        Option("subdomain", "what stands before .zendesk.com in your address: acme", sandbox="harbour"),
        Option("email", "address of the agent whose token it is", sandbox="bot@harbour.example"),
        Option("type", "type of the tickets: problem, incident, question or task", False, default="problem"),
        Option("group", "id of the group that tickets are assigned to", False),
    ),
    secrets=(Secret("token", "under Admin Center, Apps and integrations, APIs"),),
    container=(),
    auth=auth,
    render=lambda setup: render_for_zendesk,
    mount="/trackers/zendesk",
    check=Op(check, ("GET /users/me",), "R"),
    choices=Op(choices, ("GET /groups",), "R"),
    find=Op(find_issue, ("GET /tickets", "GET /search"), "R"),
    create=Op(create, ("POST /tickets",), "D2"),
    read_created=read_created,
    read=Op(read, (f"GET {TICKET}",), "R"),
    comment=Op(comment, (f"PUT {TICKET}",), "R"),
    attach=Op(attach, ("POST /uploads", f"PUT {TICKET}"), "R"),
    close=Op(close, (f"PUT {TICKET}",), "R"),
    audience=Op(audience, (), "R"),
    severities={"critical": "urgent", "high": "high", "normal": "normal", "low": "low"},
    limits=Limits(title=LONGEST, file=50_000_000),
    is_exact=True,
    is_idempotent=True,
    failure=failure,
)
