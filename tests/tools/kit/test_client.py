"""ApiClient keeps its platform's pace and clock."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import anyio
import httpx
import pytest

from tests.tools.kit.wire import FOUND, Thing, Wire, fails, says
from tools.kit.client import ApiClient
from tools.kit.errors import NotFound
from tools.kit.network import HeaderToken

pytestmark = pytest.mark.anyio


class Narrow(ApiClient):
    at_once = 3


class Turnstile:
    """A platform that lets nobody out until it is told to, and counts who is in."""

    def __init__(self) -> None:
        self.inside = self.most = self.served = 0
        self.open = anyio.Event()

    async def answer(self, request: httpx.Request) -> httpx.Response:
        self.inside += 1
        self.most = max(self.most, self.inside)
        await self.open.wait()
        await anyio.lowlevel.checkpoint()
        self.inside -= 1
        self.served += 1
        return httpx.Response(200, json={"id": 7})


@pytest.mark.parametrize(("kind", "at_once"), [(ApiClient, 8), (Narrow, 3)])
async def test_no_more_requests_than_allowed_are_in_flight(kind: type[ApiClient], at_once: int) -> None:
    turnstile = Turnstile()
    api = Wire(turnstile.answer).client(kind=kind)
    with anyio.fail_after(10):
        async with anyio.create_task_group() as group:
            for _ in range(15):
                group.start_soon(lambda: api.get("/things/7", into=Thing))
                group.start_soon(lambda: api.write("POST", "/things", into=Thing))
            await anyio.wait_all_tasks_blocked()
            inside = turnstile.inside
            turnstile.open.set()
    assert inside == turnstile.most == at_once
    assert turnstile.served == 30


async def test_a_failed_request_leaves_its_place() -> None:
    api = Wire(says(404)).client(kind=Narrow)
    with anyio.fail_after(10):
        for _ in range(10):
            with pytest.raises(NotFound):
                await api.get("/things/7", into=Thing)
            with pytest.raises(NotFound):
                await api.write("PUT", "/things/7", into=Thing)


def is_near(now: datetime, expected: datetime) -> bool:
    return abs(now - expected) < timedelta(seconds=5)


@pytest.mark.parametrize("status", [200, 404])
async def test_the_clock_follows_what_the_platform_says(status: int) -> None:
    theirs = datetime(2031, 5, 1, 12, tzinfo=UTC)
    wire = Wire(says(status, json={"id": 7}, headers={"date": format_datetime(theirs, usegmt=True)}))
    api = wire.client()
    assert is_near(api.now(), datetime.now(UTC))
    if status == 200:
        await api.get("/things/7", into=Thing)
    else:
        with pytest.raises(NotFound):
            await api.get("/things/7", into=Thing)
    assert is_near(api.now(), theirs)
    assert api.now().tzinfo is UTC


@pytest.mark.parametrize("date", ["yesterday", "", "Mon, 99 Foo 2026 00:00:00 GMT", "0"])
async def test_a_date_that_cannot_be_read_leaves_the_clock_alone(date: str) -> None:
    api = Wire(says(json={"id": 7}, headers={"date": date})).client()
    await api.get("/things/7", into=Thing)
    assert is_near(api.now(), datetime.now(UTC))


async def test_a_clock_that_is_not_known_is_asked_for_once_at_the_base_address_without_the_credential() -> None:
    theirs = datetime(2031, 5, 1, 12, tzinfo=UTC)
    wire = Wire(says(404, headers={"date": format_datetime(theirs, usegmt=True)}))
    api = wire.client(auth=HeaderToken("X-Token", "secret-1234"))
    for _ in range(2):
        assert is_near(await api.clock(), theirs)
    (request,) = wire.arrived
    assert (request.method, str(request.url).rstrip("/")) == ("HEAD", api.base_url)
    assert "x-token" not in request.headers
    assert is_near(await Wire(fails(httpx.ConnectError)).client().clock(), datetime.now(UTC))


async def test_a_base_address_may_end_with_a_slash() -> None:
    wire = Wire(FOUND)
    api = ApiClient(wire.account("https://platform.example/api/v2/"), auth=None)
    assert api.base_url == "https://platform.example/api/v2"
    await api.get("/things/7", query=[("page", 2), ("tag", "a"), ("tag", "b&c")], into=Thing)
    assert str(wire.arrived[0].url) == "https://platform.example/api/v2/things/7?page=2&tag=a&tag=b%26c"


async def test_one_pool_of_connections_serves_all_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(FOUND)
    api = wire.client()
    opened = []
    original = api.account.network.client

    def client(base_url: str, auth: httpx.Auth | None, **more: Any) -> httpx.AsyncClient:
        opened.append(base_url)
        return original(base_url, auth, **more)

    monkeypatch.setattr(api.account.network, "client", client)
    for _ in range(3):
        await api.get("/things/7", into=Thing)
    assert len(opened) == 1


@pytest.mark.parametrize(
    ("address", "absolute"),
    [
        ("/uploads/a.png", "https://platform.example/uploads/a.png"),
        ("//cdn.example/a.png", "https://cdn.example/a.png"),
        ("https://cdn.example/a.png", "https://cdn.example/a.png"),
        ("a.png", "a.png"),
        (None, None),
    ],
)
def test_an_address_without_a_host_is_given_that_of_the_api(address: str | None, absolute: str | None) -> None:
    assert Wire(FOUND).client().absolute(address) == absolute
