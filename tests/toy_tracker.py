"""A toy tracker: its file and its fake API, for the test that adds it to a copy of the tree."""

KEY = "toylist"

VENDOR = '''"""A list of toys that need repair."""

from typing import Any

from tools.kit.client import path
from tools.kit.network import HeaderToken
from tools.trackers.client import TrackerClient
from tools.trackers.markup.plain import render
from tools.trackers.tracker import (
    Absent, Choice, Created, Found, Op, Option, Secret, Send, Setup, State, Tracker, Who, at, listing, rows, text_of,
)


def issue_of(answer: Any) -> Created:
    number = text_of(at(answer, "id"))
    return Created(number, number, f"https://toys.example.com/{number}")


async def check(api: TrackerClient) -> Who:
    return Who(text_of(at(await api.look("/me"), "name")))


async def choices(api: TrackerClient) -> list[Choice]:
    return [Choice("shelf", text_of(row.get("name"))) for row in rows(await api.look("/shelves"))]


async def find_issue(api: TrackerClient, marker: str) -> Found | None:
    found = listing(await api.look(path("shelves", api.setup["shelf"], "toys"), [("marker", marker)]))
    return Found(issue_of(found[0]), bool(found[0].get("open"))) if found else None


def create(draft: Any, setup: Setup) -> Send:
    body = {"title": draft.title, "text": draft.text, "marker": draft.marker}
    return Send("POST", path("shelves", setup["shelf"], "toys"), body)


def read_created(answer: Any, setup: Setup) -> Created:
    return issue_of(answer)


async def read(api: TrackerClient, issue: str) -> State:
    answer = await api.look(path("toys", issue))
    is_open = bool(at(answer, "open"))
    return State(issue_of(answer), text_of(at(answer, "title")), is_open, "broken" if is_open else "repaired")


async def comment(api: TrackerClient, issue: str, text: Any) -> None:
    await api.act(Send("POST", path("toys", issue, "notes"), {"text": text}))


async def close(api: TrackerClient, issue: str) -> None:
    await api.act(Send("DELETE", path("toys", issue)))


TRACKER = Tracker(
    key="toylist",
    title="Toy list",
    docs="https://toys.example.com/docs",
    address="https://toys.example.com/api",
    options=(Option("shelf", "name of the shelf", sandbox="top"),),
    secrets=(Secret("token", "on the back of the list"),),
    container=("shelf",),
    auth=lambda account, setup: HeaderToken("X-Toy", account.secret("token")),
    render=lambda setup: render,
    mount="/trackers/toylist",
    check=Op(check, ("GET /me",), "R"),
    choices=Op(choices, ("GET /shelves",), "R"),
    find=Op(find_issue, ("GET /shelves/{shelf}/toys",), "R"),
    create=Op(create, ("POST /shelves/{shelf}/toys",), "R"),
    read_created=read_created,
    read=Op(read, ("GET /toys/{toy}",), "R"),
    comment=Op(comment, ("POST /toys/{toy}/notes",), "R"),
    attach=Absent("A toy has no files."),
    close=Op(close, ("DELETE /toys/{toy}",), "R"),
)
'''

SANDBOX = '''"""The fake API of the list of toys."""

from typing import Any

from starlette.responses import JSONResponse, Response

from tools.kit.sandbox.routes import Call, Routes
from tools.kit.sandbox.sandbox import Sandbox
from tools.trackers.sandbox.common import WRONG, World, build, refuse

routes: Routes[World] = Routes()


def admit(call: Call[World]) -> Response | None:
    token = call.request.headers.get("x-toy", "")
    return refuse({"error": "who are you?"}, 401).response if not token or WRONG in token else None


def as_json(issue: Any) -> Response:
    return JSONResponse({"id": issue.number, "title": issue.title, "open": issue.is_open}, 200)


@routes.get("/me")
async def me(call: Call[World]) -> Response:
    return JSONResponse({"name": "Toy maker"})


@routes.get("/shelves")
async def shelves(call: Call[World]) -> Response:
    return JSONResponse([{"name": "top"}])


def shelf(call: Call[World]) -> None:
    if call.params["shelf"] != "top":
        raise refuse({"error": "there is no such shelf"}, 404)


@routes.get("/shelves/{shelf}/toys")
async def search(call: Call[World]) -> Response:
    shelf(call)
    found = [one for one in call.world.issues if one.fields["marker"] == call.last("marker")]
    return JSONResponse([{"id": one.number, "open": one.is_open} for one in found])


@routes.post("/shelves/{shelf}/toys")
async def create(call: Call[World]) -> Response:
    shelf(call)
    sent: Any = call.json()
    return as_json(call.world.add(sent["title"], sent["text"], marker=sent["marker"]))


@routes.get("/toys/{toy}")
async def one(call: Call[World]) -> Response:
    return as_json(call.world.issue(call.params["toy"]))


@routes.post("/toys/{toy}/notes")
async def note(call: Call[World]) -> Response:
    call.world.issue(call.params["toy"]).comments.append(call.json()["text"])
    return JSONResponse({}, 201)


@routes.delete("/toys/{toy}")
async def close(call: Call[World]) -> Response:
    call.world.issue(call.params["toy"]).is_open = False
    return Response(status_code=204)


def sandbox() -> Sandbox:
    return build("/trackers/toylist", routes, World, admit=admit)
'''
