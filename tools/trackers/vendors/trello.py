"""Trello cards (REST API, version 1).

Key and token go in a header, which Trello documents beside the query, where they would land in logs. Recalled, not
looked up: that `limit` and `before` page the cards of a board, the names of a board's levels, the length of a text,
and the words of errors, which are plain text. No lookup is exact: `find_issue` reads the names and texts of all cards
of the board, archived ones too. A card that was moved to another board is known from the ledger only.
"""

from typing import Any, Final

import httpx

from tools.kit.client import path
from tools.kit.defect import Content
from tools.kit.errors import Invalid, NotFound, PlatformError, Unauthorized
from tools.kit.failures import FailureContext
from tools.kit.form import Attached, Form, MadeFile
from tools.kit.network import Account, HeaderToken
from tools.trackers.client import TrackerClient
from tools.trackers.markup.markdown import render_without_tables
from tools.trackers.names import no_such, not_there
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

FIELDS: Final = "name,desc,closed,idList,shortLink,shortUrl"
SIZE: Final = 1_000
CARDS: Final = "cards on the board"
REMEDY: Final = "Use a board of its own for them."
MOST_BOARDS: Final = 50
"""Boards whose lists are offered."""


def auth(account: Account, setup: Setup) -> httpx.Auth:
    value = f'OAuth oauth_consumer_key="{account.secret("key")}", oauth_token="{account.secret("token")}"'
    return HeaderToken("Authorization", value)


def issue_of(answer: Any) -> Created:
    link = text_of(at(answer, "shortLink"))
    url = text_of(at(answer, "shortUrl")) or (f"https://trello.com/c/{link}" if link else "")
    return Created(text_of(at(answer, "id")), link, url)


def is_open(answer: Any, setup: Setup) -> bool | None:
    closed = at(answer, "closed")
    in_done = bool(setup["done"]) and at(answer, "idList") == setup["done"]
    return not closed and not in_done if isinstance(closed, bool) else None


async def check(api: TrackerClient) -> Who:
    answer = await api.look("/members/me", [("fields", "username,fullName")])
    return Who(text_of(at(answer, "username")) or text_of(at(answer, "fullName")))


async def choices(api: TrackerClient) -> list[Choice]:
    answer = await api.look("/members/me/boards", [("fields", "name,url"), ("filter", "open")])
    boards = [(text_of(row.get("id")), text_of(row.get("name"))) for row in rows(answer)][:MOST_BOARDS]
    found = [Choice("board", number, name) for number, name in boards]
    for number, board in boards:
        for row in rows(await api.look(path("boards", number, "lists"), [("fields", "name")])):
            list_id, name = text_of(row.get("id")), f"{board} / {text_of(row.get('name'))}"
            found += [Choice("list", list_id, name), Choice("done", list_id, name)]
    return found


async def find_issue(api: TrackerClient, marker: str) -> Found | None:
    """Read the board's cards, the newest first: a page ends where the ids of the one before it begin."""
    oldest = ""

    async def page(number: int) -> list[dict[str, Any]]:
        nonlocal oldest
        query: list[tuple[str, str | int]] = [("fields", FIELDS), ("limit", SIZE)]
        query += [("before", oldest)] if oldest else []
        try:
            cards = listing(await api.look(path("boards", api.setup["board"], "cards", "all"), query))
        except (Invalid, NotFound):
            raise await not_there(api, "board") from None
        oldest = min((text_of(row.get("id")) for row in cards), default="")
        return cards

    row = await newest_with(marker, page, texts=("desc", "name"), size=SIZE, among=CARDS, remedy=REMEDY)
    return None if row is None else Found(issue_of(row), is_open(row, api.setup))


async def resolve(api: TrackerClient, draft: Draft) -> dict[str, Any]:
    """The ids of the board's labels by their names, or by their colours.

    Raises:
        Refused: when the board does not have the list, or a label that the operator's settings name; a label that they
            do not name is left out.
    """
    lists = rows(await api.look(path("boards", api.setup["board"], "lists"), [("fields", "name")]))
    if api.setup["list"] not in {text_of(row.get("id")) for row in lists}:
        raise await not_there(api, "list")
    found = rows(
        await api.look(path("boards", api.setup["board"], "labels"), [("fields", "name,color"), ("limit", SIZE)])
    )
    by_name = {text_of(row.get(key)).lower(): text_of(row.get("id")) for key in ("color", "name") for row in found}
    ids = []
    for name in [*draft.labels, *([draft.severity] if draft.severity else [])]:
        number = by_name.get(name.strip().lower())
        if number:
            ids.append(number)
        elif name in {*api.setup.labels, *api.setup.severities.values()} - {LABEL}:
            raise no_such("Label", name, sorted(filter(None, by_name)), api.setup)
    return {"labels": list(dict.fromkeys(ids))}


def create(draft: Draft, setup: Setup) -> Send:
    body = {
        "idList": setup["list"],
        "name": draft.title,
        "desc": draft.text,
        "idLabels": draft.resolved.get("labels", []),
        "pos": "top",
    }
    return Send("POST", "/cards", body)


def read_created(answer: Any, setup: Setup) -> Created:
    return issue_of(answer)


async def read(api: TrackerClient, issue: str) -> State:
    query = [("fields", FIELDS), ("list", "true"), ("list_fields", "name")]
    answer = await api.look(path("cards", issue), query)
    word = text_of(at(answer, "list", "name"))
    word = f"{word} (archived)" if at(answer, "closed") is True else word
    return State(issue_of(answer), text_of(at(answer, "name")), is_open(answer, api.setup), word)


async def comment(api: TrackerClient, issue: str, text: Any) -> None:
    await api.act(Send("POST", path("cards", issue, "actions", "comments"), {"text": text}))


async def attach(api: TrackerClient, issue: str, content: Content) -> None:
    file = Attached(MadeFile(content.name, content.data), content.content_type)
    form = Form([file], {"name": content.name[:256], "setCover": "false"})
    await api.act(Send("POST", path("cards", issue, "attachments"), content=form))


async def close(api: TrackerClient, issue: str) -> None:
    """Move the card to the list that the setting names, else archive it."""
    body: dict[str, Any] = {"idList": api.setup["done"]} if api.setup["done"] else {"closed": True}
    await api.act(Send("PUT", path("cards", issue), body))


async def audience(api: TrackerClient) -> str:
    answer = await api.look(path("boards", api.setup["board"]), [("fields", "name,prefs")])
    return {
        "private": "The board is private: its members can read it.",
        "org": "All members of the workspace can read the board.",
        "enterprise": "All members of the enterprise can read the board.",
        "public": "The board is public: everybody can read it.",
    }.get(text_of(at(answer, "prefs", "permissionLevel")), "")


def failure(context: FailureContext) -> PlatformError | None:
    """A right that lacks comes as 401 too."""
    if context.status == 401 and "permission" in context.words:
        sentence = f"{context.title} does not let this credential see or change that (401)."
        return Unauthorized(sentence, **context.facts)
    return None


TRACKER = Tracker(
    key="trello",
    title="Trello",
    docs="https://developer.atlassian.com/cloud/trello/rest/api-group-cards/",
    address="https://api.trello.com/1",
    options=(
        Option("board", "id of the board", sandbox="5f0000000000000000000b01"),
        Option("list", "id of the list that cards are created in", sandbox="5f0000000000000000000c01"),
        Option("done", "id of the list of what is done; default: done cards are archived", False),
    ),
    secrets=(
        Secret("key", "at trello.com/power-ups/admin, in a Power-Up of yours under API key"),
        Secret("token", "on the same page, behind the link Token beside the key"),
    ),
    container=("board", "list"),
    auth=auth,
    render=lambda setup: render_without_tables,
    mount="/trackers/trello",
    check=Op(check, ("GET /members/me",), "R"),
    choices=Op(choices, ("GET /members/me/boards", "GET /boards/{board}/lists"), "R"),
    find=Op(find_issue, ("GET /boards/{board}/cards/all",), "R"),
    create=Op(create, ("POST /cards",), "C"),
    read_created=read_created,
    read=Op(read, ("GET /cards/{card}",), "C"),
    comment=Op(comment, ("POST /cards/{card}/actions/comments",), "R"),
    attach=Op(attach, ("POST /cards/{card}/attachments",), "C"),
    close=Op(close, ("PUT /cards/{card}",), "C"),
    resolve=Op(resolve, ("GET /boards/{board}/lists", "GET /boards/{board}/labels"), "R"),
    audience=Op(audience, ("GET /boards/{board}",), "R"),
    severities={"critical": "red", "high": "orange", "normal": "sky", "low": "yellow"},
    limits=Limits(title=512, text=16_000, file=10_000_000),
    lag_seconds=5.0,
    per_second=8.0,
    failure=failure,
)
