"""The machinery of every sandbox: routes, worlds and controls."""

import httpx
import pytest
from starlette.responses import Response

from server.settings import SANDBOX_ORIGIN
from tests.tools.kit_sandbox.shelf import API, Shelf, shelf, shelf_elsewhere
from tools.kit.sandbox.clock import STORY_START, Clock
from tools.kit.sandbox.composition import Composition
from tools.kit.sandbox.routes import Call, Route, Router
from tools.kit.sandbox.sandbox import Sandbox


@pytest.mark.parametrize(
    "paths", [["/{kind}/1", "/things/{id}", "/things/1"], ["/things/1", "/things/{id}", "/{kind}/1"]]
)
def test_a_literal_segment_wins_over_a_placeholder_in_whatever_order_routes_come(paths: list[str]) -> None:
    router: Router[Shelf] = Router()
    for path in paths:
        router.add(Route("GET", path, not_called))
    found = [router.match("GET", path) for path in ("/things/1", "/things/2", "/hats/1")]
    assert [match and match[0].path for match in found] == ["/things/1", "/things/{id}", "/{kind}/1"]


async def not_called(call: Call[Shelf]) -> Response:
    raise AssertionError("only looked up")


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
