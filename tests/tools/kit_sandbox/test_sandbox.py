"""The machinery of every sandbox: routes, time, journal, faults, controls."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta

import httpx
import pytest
from starlette.responses import JSONResponse, Response

from server.sandbox import SandboxTransport
from server.settings import SANDBOX_ORIGIN
from tools.kit.sandbox.clock import STORY_START, BadDuration, Clock, parse_duration
from tools.kit.sandbox.composition import Composition, compose
from tools.kit.sandbox.faults import BadFault, Faults
from tools.kit.sandbox.journal import Journal
from tools.kit.sandbox.routes import Call, Route, Router, Routes
from tools.kit.sandbox.sandbox import Sandbox

API = "/shelf/api"


@dataclass
class Shelf:
    """A world for the tests: things by number, and how often one was made."""

    things: dict[int, str] = field(default_factory=lambda: {1: "mug", 2: "hat"})


def shelf(clock: Clock | None = None) -> Sandbox:
    routes: Routes[Shelf] = Routes()

    @routes.get("/things/{thing_id:int}")
    async def get_thing(call: Call[Shelf]) -> Response:
        return JSONResponse({"name": call.world.things[call.number("thing_id")], "origin": call.origin})

    @routes.get("/things")
    async def list_things(call: Call[Shelf]) -> Response:
        return JSONResponse({"things": call.world.things, "tags": call.all("tags[]"), "last": call.last("page")})

    @routes.post("/things")
    async def add_thing(call: Call[Shelf]) -> Response:
        sent = call.json()
        assert isinstance(sent, dict)
        call.world.things[len(call.world.things) + 1] = sent["name"]
        return JSONResponse({"count": len(call.world.things)}, 201)

    @routes.action("shout")
    async def shout(call: Call[Shelf]) -> Response:
        return JSONResponse({"said": call.json(), "things": len(call.world.things)})

    files: Routes[Shelf] = Routes()

    @files.get("/{name}")
    async def get_file(call: Call[Shelf]) -> Response:
        return Response(f"{call.params['name']} of {len(call.world.things)}")

    def admit(call: Call[Shelf]) -> Response | None:
        is_known = call.request.headers.get("authorization") == "Key open-sesame"
        return None if is_known else JSONResponse({"error": "who?"}, 401)

    return Sandbox(
        API,
        lambda _: Shelf(),
        [routes],
        other_mounts={"/shelf/files": [files]},
        admit=admit,
        clock=clock or Clock(factor=0),
    )


@pytest.mark.parametrize(
    "paths", [["/{kind}/1", "/things/{id}", "/things/1"], ["/things/1", "/things/{id}", "/{kind}/1"]]
)
def test_a_literal_segment_wins_over_a_placeholder_in_whatever_order_routes_come(paths: list[str]) -> None:
    router: Router[Shelf] = Router()
    for path in paths:
        router.add(Route("GET", path, not_called))
    found = [router.match("GET", path) for path in ("/things/1", "/things/2", "/hats/1")]
    assert [match and match[0].path for match in found] == ["/things/1", "/things/{id}", "/{kind}/1"]


@pytest.fixture
def app() -> Composition:
    return compose({"shelf": shelf(), "other": shelf_elsewhere()})


async def not_called(call: Call[Shelf]) -> Response:
    raise AssertionError("only looked up")


def shelf_elsewhere() -> Sandbox:
    return Sandbox("/other", lambda _: Shelf(), clock=Clock(factor=0))


@pytest.fixture
async def http(app: Composition) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Authorization": "Key open-sesame"}
    async with httpx.AsyncClient(transport=SandboxTransport(app), base_url=SANDBOX_ORIGIN, headers=headers) as client:
        yield client


@pytest.mark.anyio
async def test_a_route_sees_its_world_and_the_address_it_was_called_by(http: httpx.AsyncClient) -> None:
    answer = await http.get(f"{API}/things/2")
    assert answer.json() == {"name": "hat", "origin": SANDBOX_ORIGIN}


@pytest.mark.anyio
async def test_a_repeated_parameter_gives_all_its_values_or_its_last(http: httpx.AsyncClient) -> None:
    answer = await http.get(f"{API}/things?tags[]=a&tags[]=b&page=1&page=2")
    assert answer.json()["tags"] == ["a", "b"]
    assert answer.json()["last"] == "2"


@pytest.mark.anyio
@pytest.mark.parametrize("path", [f"{API}/things/seven", f"{API}/nothing", f"{API}", "/other/things"])
async def test_a_path_without_a_route_is_404_in_the_platforms_words(http: httpx.AsyncClient, path: str) -> None:
    answer = await http.get(path)
    assert answer.status_code == 404
    assert answer.json() == {"error": "Not found"}


@pytest.mark.anyio
async def test_a_path_outside_every_mount_is_told_the_mounts(http: httpx.AsyncClient) -> None:
    answer = await http.get("/shelf/apiary")
    assert answer.status_code == 404
    assert answer.json()["mounts"] == {"shelf": [API, "/shelf/files"], "other": ["/other"]}


@pytest.mark.anyio
async def test_the_guard_stands_before_the_api_and_not_before_the_doors_beside_it(http: httpx.AsyncClient) -> None:
    assert (await http.get(f"{API}/things/1", headers={"Authorization": "Key guess"})).status_code == 401
    assert (await http.get("/shelf/files/a.txt", headers={"Authorization": ""})).text == "a.txt of 2"


@pytest.mark.anyio
async def test_two_sandboxes_from_one_factory_share_nothing(http: httpx.AsyncClient) -> None:
    await http.post(f"{API}/things", json={"name": "bag"})
    assert shelf().world.things == {1: "mug", 2: "hat"}


def test_a_world_is_not_built_before_it_is_asked_for() -> None:
    built: list[Clock] = []

    def seed(clock: Clock) -> Shelf:
        built.append(clock)
        return Shelf()

    sandbox = Sandbox("/x", seed)
    assert not built
    assert sandbox.world is sandbox.world
    assert built == [sandbox.clock]


def test_a_sandbox_lists_the_routes_of_its_api_only() -> None:
    assert shelf().routes == [("GET", "/things/{thing_id:int}"), ("GET", "/things"), ("POST", "/things")]


@pytest.mark.anyio
async def test_a_handler_can_be_declared_on_one_sandbox_alone() -> None:
    sandbox = shelf_elsewhere()

    @sandbox.route("GET", "/ping")
    async def ping(call: Call[Shelf]) -> Response:
        return Response("pong")

    async with httpx.AsyncClient(transport=httpx.ASGITransport(sandbox.app), base_url="http://x") as http:
        assert (await http.get("/ping")).text == "pong"


@pytest.mark.anyio
async def test_reset_puts_worlds_clock_journal_and_faults_back(app: Composition, http: httpx.AsyncClient) -> None:
    await http.post(f"{API}/things", json={"name": "bag"})
    await http.post("/_sandbox/faults", json={"platform": "shelf", "status": 500})
    await http.post("/_sandbox/clock", json={"advance": "2h"})
    assert (await http.post("/_sandbox/reset")).json() == {"reset": True}
    assert len(app.journal) == 0
    assert app.sandboxes["shelf"].clock.now() == STORY_START
    assert len((await http.get(f"{API}/things")).json()["things"]) == 2


@pytest.mark.anyio
async def test_an_action_is_reached_by_a_control_and_meets_the_world(http: httpx.AsyncClient) -> None:
    answer = await http.post("/_sandbox/shelf/shout", json={"word": "ahoy"})
    assert answer.json() == {"said": {"word": "ahoy"}, "things": 2}


@pytest.mark.anyio
async def test_an_unknown_control_is_told_the_known_ones(http: httpx.AsyncClient) -> None:
    answer = await http.post("/_sandbox/shelf/whisper")
    assert answer.status_code == 404
    assert {"POST /_sandbox/reset", "POST /_sandbox/shelf/shout"} <= set(answer.json()["controls"])


@pytest.mark.anyio
async def test_a_page_in_a_browser_cannot_reach_the_controls(http: httpx.AsyncClient) -> None:
    answer = await http.post("/_sandbox/reset", headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403


# Time


def test_time_passes_at_its_factor() -> None:
    real = iter([0.0, 1.0, 1.0, 3.0])
    clock = Clock(factor=60, real=lambda: next(real))
    assert clock.now() - STORY_START == timedelta(minutes=1)
    clock.advance(timedelta(hours=1))
    assert clock.now() - STORY_START == timedelta(hours=1, minutes=3)


def test_a_new_factor_holds_from_now_on() -> None:
    real = iter([0.0, 10.0, 10.0, 20.0])
    clock = Clock(factor=1, real=lambda: next(real))
    clock.accelerate(3600)
    assert clock.now() - STORY_START == timedelta(seconds=10, hours=10)


@pytest.mark.parametrize(
    ("said", "meant"), [(90, 90.0), ("2h", 7200.0), ("1d 12h", 129600.0), ("1.5m", 90.0), ("0s", 0.0)]
)
def test_a_span_is_seconds_or_words(said: object, meant: float) -> None:
    assert parse_duration(said).total_seconds() == meant


@pytest.mark.parametrize("said", ["", "soon", "2 fortnights", -1, True, None, [], float("nan"), float("inf"), "9999w"])
def test_what_is_no_span_is_refused(said: object) -> None:
    with pytest.raises(BadDuration):
        parse_duration(said)


@pytest.mark.anyio
async def test_the_clock_control_moves_every_sandbox_alike(app: Composition, http: httpx.AsyncClient) -> None:
    answer = await http.post("/_sandbox/clock", json={"advance": "26h", "factor": 0})
    assert answer.json() == {"now": "2026-04-04T11:00:00+02:00", "factor": 0.0}
    assert {box.clock.now() for box in app.sandboxes.values()} == {STORY_START + timedelta(hours=26)}
    assert (await http.get("/_sandbox/clock")).json() == answer.json()


@pytest.mark.anyio
@pytest.mark.parametrize("body", [{}, {"advance": "soon"}, {"back": "2h"}, {"factor": "fast"}, {"factor": -1}, [1]])
async def test_a_clock_order_that_makes_no_sense_is_422(http: httpx.AsyncClient, body: object) -> None:
    answer = await http.post("/_sandbox/clock", json=body)
    assert answer.status_code == 422
    assert answer.json()["problems"]


# Journal


@pytest.mark.anyio
async def test_the_journal_tells_what_arrived_without_the_credential(http: httpx.AsyncClient) -> None:
    await http.post(f"{API}/things?api_key=hush&page=2", json={"name": "bag"}, headers={"Cookie": "s=hush"})
    (entry,) = (await http.get("/_sandbox/requests?platform=shelf")).json()["requests"]
    assert "sesame" not in str(entry)
    assert "hush" not in str(entry)
    assert entry["headers"]["authorization"] == "Key present"
    assert (entry["method"], entry["path"], entry["status"]) == ("POST", "/things", 201)
    assert entry["query"] == [["api_key", "present"], ["page", "2"]]
    assert entry["body"] == {"name": "bag"}


@pytest.mark.anyio
async def test_the_journal_says_when_no_credential_came(http: httpx.AsyncClient) -> None:
    del http.headers["Authorization"]
    await http.get(f"{API}/things")
    (entry,) = (await http.get("/_sandbox/requests")).json()["requests"]
    assert entry["headers"]["authorization"] == "absent"
    assert entry["status"] == 401


@pytest.mark.anyio
async def test_the_journal_continues_behind_a_number_already_seen(http: httpx.AsyncClient) -> None:
    for path in (f"{API}/things", f"{API}/things/1", "/elsewhere"):
        await http.get(path)
    told = (await http.get("/_sandbox/requests?since=1")).json()["requests"]
    assert [(e["number"], e["platform"], e["path"]) for e in told] == [
        (2, "shelf", "/things/1"),
        (3, None, "/elsewhere"),
    ]
    assert (await http.get("/_sandbox/requests?since=yesterday")).status_code == 422


def test_a_bare_credential_without_a_scheme_is_not_taken_for_a_scheme() -> None:
    journal = Journal(size=1)
    for token in ("first", "second"):
        entry = journal.record(
            at=STORY_START,
            platform=None,
            method="GET",
            path="/",
            query=[],
            headers=[("Authorization", token)],
            body=b"\xff\xfe",
            status=200,
        )
    assert entry.headers["authorization"] == "present"
    assert entry.body == {"bytes": 2}
    assert len(journal) == 1
    assert entry.number == 2


# Faults


@pytest.mark.anyio
async def test_a_fault_hits_as_often_as_ordered_and_is_gone(http: httpx.AsyncClient) -> None:
    order = {"platform": "shelf", "method": "GET", "path": "/things*", "status": 503, "times": 2}
    assert (await http.post("/_sandbox/faults", json=order)).status_code == 201
    statuses = [(await http.get(f"{API}/things/1")).status_code for _ in range(3)]
    assert statuses == [503, 503, 200]
    assert (await http.get("/_sandbox/faults")).json() == {"faults": []}


@pytest.mark.anyio
async def test_a_fault_keeps_to_its_platform_method_and_path(http: httpx.AsyncClient) -> None:
    order = {"platform": "shelf", "method": "POST", "path": "/things", "status": 429, "headers": {"Retry-After": "7"}}
    await http.post("/_sandbox/faults", json=order)
    assert (await http.get(f"{API}/things")).status_code == 200
    assert (await http.get("/other/things")).status_code == 404
    refused = await http.post(f"{API}/things", json={"name": "bag"})
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "7")


@pytest.mark.anyio
async def test_a_status_comes_before_the_work_and_after_it_when_so_ordered(http: httpx.AsyncClient) -> None:
    for applied, count in ((False, 2), (True, 3)):
        await http.post("/_sandbox/faults", json={"platform": "shelf", "status": 502, "applied": applied})
        assert (await http.post(f"{API}/things", json={"name": "bag"})).status_code == 502
        assert len((await http.get(f"{API}/things")).json()["things"]) == count


@pytest.mark.anyio
async def test_a_status_can_have_a_body_of_its_own(http: httpx.AsyncClient) -> None:
    for body, kind in (("<h1>524</h1>", "text/html; charset=utf-8"), ({"error": "no"}, "application/json")):
        await http.post("/_sandbox/faults", json={"platform": "shelf", "status": 524, "body": body})
        answer = await http.get(f"{API}/things")
        assert answer.headers["content-type"] == kind
        assert answer.text == (body if isinstance(body, str) else '{"error": "no"}')


@pytest.mark.anyio
async def test_garbage_is_200_with_broken_json(http: httpx.AsyncClient) -> None:
    await http.post("/_sandbox/faults", json={"platform": "shelf", "garbage": True})
    answer = await http.get(f"{API}/things")
    assert answer.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        answer.json()


@pytest.mark.anyio
async def test_a_redirect_leads_where_it_was_told(http: httpx.AsyncClient) -> None:
    await http.post("/_sandbox/faults", json={"platform": "shelf", "redirect": "https://elsewhere.example/x"})
    answer = await http.get(f"{API}/things")
    assert (answer.status_code, answer.headers["location"]) == (302, "https://elsewhere.example/x")


@pytest.mark.anyio
async def test_a_huge_body_is_json_of_exactly_its_size(http: httpx.AsyncClient) -> None:
    await http.post("/_sandbox/faults", json={"platform": "shelf", "huge": 3_000_001})
    answer = await http.get(f"{API}/things")
    assert len(answer.content) == 3_000_001
    assert set(answer.json()) == {"padding"}


@pytest.mark.anyio
async def test_a_fault_on_a_door_beside_the_api_names_the_whole_path(http: httpx.AsyncClient) -> None:
    await http.post("/_sandbox/faults", json={"platform": "shelf", "path": "/shelf/files/*", "status": 403})
    assert (await http.get("/shelf/files/a.txt")).status_code == 403


@pytest.mark.anyio
async def test_the_journal_says_which_fault_a_request_met(http: httpx.AsyncClient) -> None:
    await http.post("/_sandbox/faults", json={"platform": "shelf", "status": 500})
    await http.get(f"{API}/things")
    (entry,) = (await http.get("/_sandbox/requests")).json()["requests"]
    assert (entry["status"], entry["fault"]) == (500, "status")


@pytest.mark.parametrize(
    ("order", "problem"),
    [
        ("all", "a fault is a JSON object"),
        ({"status": 500, "platform": "moon"}, "platform is one of"),
        ({"status": 500, "platform": ["shelf"]}, "platform is one of"),
        ({"status": 500, "delay": 1}, "exactly one of"),
        ({}, "exactly one of"),
        ({"status": 99}, "HTTP status"),
        ({"status": 500, "times": 0}, "times is an integer"),
        ({"status": 500, "path": "things"}, "path is a glob"),
        ({"status": 500, "methd": "GET"}, "unknown field 'methd'"),
        ({"status": 500, "method": "BREW"}, "method is one of"),
        ({"status": 500, "headers": {"a": "b\r\nc: d"}}, "one-line ASCII"),
        ({"delay": -1}, "number of seconds"),
        ({"delay": float("inf")}, "number of seconds"),
        ({"cut": -1}, "number of bytes"),
        ({"huge": 10**12}, "number of bytes"),
        ({"garbage": "yes"}, "garbage is true"),
        ({"redirect": "elsewhere"}, "redirect is a URL or a path"),
        ({"delay": 1, "body": "x"}, "go with status only"),
        ({"status": 500, "applied": "no"}, "applied is true or false"),
    ],
)
def test_an_order_that_makes_no_sense_is_refused_with_the_reason(order: object, problem: str) -> None:
    with pytest.raises(BadFault, match=problem):
        Faults(["shelf"]).add(order)


@pytest.mark.anyio
async def test_a_refused_order_is_422_with_every_problem(http: httpx.AsyncClient) -> None:
    answer = await http.post("/_sandbox/faults", json={"platform": "shelf", "status": 1, "times": "often"})
    assert answer.status_code == 422
    assert len(answer.json()["problems"]) == 2


def test_a_cut_after_no_byte_is_an_order() -> None:
    assert Faults(["shelf"]).add({"cut": 0}).kind == "cut"
