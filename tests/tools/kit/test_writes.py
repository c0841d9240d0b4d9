"""Writes are sent once, waited for, and what is not known about them is said."""

import logging

import anyio
import httpx
import pytest

from tests.tools.kit.loopback import head, listening
from tests.tools.kit.wire import FOUND, Answer, Poured, Thing, Wire, fails, says
from tools.kit.client import MAX_BODY, ApiClient
from tools.kit.errors import (
    Conflict,
    Invalid,
    NotFound,
    OutcomeUnknown,
    PlatformError,
    RateLimited,
    Unauthorized,
    Unavailable,
    UnexpectedShape,
)
from tools.kit.network import Account, Network

pytestmark = pytest.mark.anyio

UNREACHED = [httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol]
LOST = [httpx.ReadTimeout, httpx.ReadError, httpx.WriteTimeout, httpx.WriteError, httpx.RemoteProtocolError]
HUGE = [b" " * 2**20] * (MAX_BODY // 2**20 + 2)


async def put(wire: Wire) -> Thing:
    return await wire.client().write("PUT", "/things/7/accept", body={"by": "me"}, into=Thing)


async def test_a_write_carries_its_body_and_answers_its_document() -> None:
    wire = Wire(FOUND)
    assert await put(wire) == Thing(id=7, name="mug")
    assert [(request.method, request.content) for request in wire.arrived] == [("PUT", b'{"by":"me"}')]


@pytest.mark.parametrize(
    "failure",
    [
        *(pytest.param(says(status, headers={"retry-after": "0"}), id=str(status)) for status in (429, 500, 502, 503)),
        *(pytest.param(fails(error), id=error.__name__) for error in (*UNREACHED, *LOST)),
    ],
)
async def test_a_write_is_never_sent_again(failure: Answer, pauses: list[float]) -> None:
    wire = Wire(failure, FOUND)
    with pytest.raises(PlatformError):
        await put(wire)
    assert len(wire.arrived) == 1
    assert pauses == []


@pytest.mark.parametrize("error", UNREACHED)
async def test_a_write_that_cannot_connect_says_that_nothing_was_sent(error: type[httpx.TransportError]) -> None:
    with pytest.raises(Unavailable, match="Nothing was sent"):
        await put(Wire(fails(error)))


@pytest.mark.parametrize(
    "failure",
    [
        *(pytest.param(fails(error), id=error.__name__) for error in LOST),
        *(pytest.param(says(status), id=str(status)) for status in (500, 502, 503, 504, 524)),
        pytest.param(says(stream=Poured([b'{"id"'], then=httpx.ReadError("cut"))), id="an answer that breaks off"),
        pytest.param(says(500, stream=Poured(HUGE)), id="a failure that is too long to read"),
        pytest.param(says(content=b"<html>Sign in</html>"), id="a web page, perhaps of a proxy or a login"),
        *(pytest.param(says(status), id=str(status)) for status in (101, 300, 301, 302, 303, 304, 408)),
    ],
)
async def test_a_write_whose_answer_is_lost_is_reported_as_unknown(failure: Answer) -> None:
    with pytest.raises(OutcomeUnknown, match=r"may or may not have happened\. It was not sent again"):
        await put(Wire(failure))


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, Invalid), (401, Unauthorized), (404, NotFound), (409, Conflict), (422, Invalid), (429, RateLimited)],
)
async def test_a_write_that_was_refused_is_not_in_doubt(status: int, kind: type[PlatformError]) -> None:
    with pytest.raises(kind):
        await put(Wire(says(status)))


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(says(content=b"done"), id="not JSON"),
        pytest.param(says(json={"name": "mug"}), id="a field is missing"),
        pytest.param(says(json=[1, 2]), id="a list"),
        pytest.param(says(204, content=b""), id="empty"),
        pytest.param(says(stream=Poured(HUGE)), id="too large"),
    ],
)
@pytest.mark.parametrize("envelope", [None, "thing"])
async def test_a_write_with_a_strange_answer_says_that_the_change_was_accepted(
    answer: Answer, envelope: str | None
) -> None:
    api = Wire(answer).client()
    with pytest.raises(UnexpectedShape, match="The change itself was accepted"):
        await api.write("PUT", "/things/7", into=Thing, envelope=envelope)


async def test_a_read_with_a_strange_answer_speaks_of_no_change() -> None:
    with pytest.raises(UnexpectedShape) as caught:
        await Wire(says(json=[])).client().get("/things/7", into=Thing)
    assert "change" not in str(caught.value)


async def test_a_write_that_has_left_is_waited_for_when_its_caller_has_gone() -> None:
    arrived, go, done = anyio.Event(), anyio.Event(), list[str]()

    async def slow(request: httpx.Request) -> httpx.Response:
        arrived.set()
        await go.wait()
        done.append("changed")
        return httpx.Response(200, json={"id": 7})

    answers: list[Thing] = []
    scope = anyio.CancelScope()

    async def call() -> None:
        with scope:
            answers.append(await put(Wire(slow)))
            await anyio.lowlevel.checkpoint()
            answers.append(Thing(id=0))

    with anyio.fail_after(10):
        async with anyio.create_task_group() as group:
            group.start_soon(call)
            await arrived.wait()
            scope.cancel()
            await anyio.wait_all_tasks_blocked()
            early = list(done)
            go.set()
    assert early == []
    assert done == ["changed"]
    assert answers == [Thing(id=7)]
    assert scope.cancelled_caught


async def test_a_write_that_waits_for_its_turn_is_given_up_unsent_when_its_caller_goes() -> None:
    class Narrow(ApiClient):
        at_once = 1

    go = anyio.Event()

    async def slow(request: httpx.Request) -> httpx.Response:
        await go.wait()
        return httpx.Response(200, json={"id": 7})

    wire = Wire(slow)
    api = wire.client(kind=Narrow)
    scope = anyio.CancelScope()

    async def second() -> None:
        with scope:
            await api.write("PUT", "/things/2", into=Thing)

    with anyio.fail_after(10):
        async with anyio.create_task_group() as group:
            group.start_soon(lambda: api.write("PUT", "/things/1", into=Thing))
            await anyio.wait_all_tasks_blocked()
            group.start_soon(second)
            await anyio.wait_all_tasks_blocked()
            scope.cancel()
            await anyio.wait_all_tasks_blocked()
            go.set()
    assert [request.url.path for request in wire.arrived] == ["/api/v2/things/1"]


async def test_a_read_is_given_up_at_once_when_its_caller_goes() -> None:
    arrived, seen = anyio.Event(), list[str]()

    async def never(request: httpx.Request) -> httpx.Response:
        arrived.set()
        try:
            await anyio.sleep_forever()
            return httpx.Response(200, json={"id": 7})
        finally:
            seen.append("given up")

    api = Wire(never).client()
    with anyio.fail_after(10):
        async with anyio.create_task_group() as group:
            group.start_soon(lambda: api.get("/things/7", into=Thing))
            await arrived.wait()
            group.cancel_scope.cancel()
    assert seen == ["given up"]


async def test_a_write_that_was_done_is_logged_by_its_address_alone(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "tools")
    await put(Wire(FOUND))
    assert [r.getMessage() for r in caplog.records if r.name == "tools.kit.client"] == ["PUT /things/7/accept done"]


@pytest.mark.usefixtures("bare_surroundings")
@pytest.mark.parametrize("behaviour", ["hangs up", "says nothing", "breaks off"])
async def test_a_write_on_a_real_connection_leaves_once_and_its_loss_is_seen(behaviour: str) -> None:
    heads, arrived = list[str](), anyio.Event()

    async def talk(stream: anyio.abc.ByteStream) -> None:
        heads.append(await head(stream))
        arrived.set()
        if behaviour == "says nothing":
            await anyio.sleep_forever()
        if behaviour == "breaks off":
            await stream.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")

    network = Network(read_seconds=0.1 if behaviour == "says nothing" else 30)
    with anyio.fail_after(10):
        async with listening(talk) as port:
            api = ApiClient(Account("Platform", f"http://127.0.0.1:{port}", network), auth=None)
            with pytest.raises(OutcomeUnknown):
                await api.write("POST", "/things", body={}, into=Thing)
            await arrived.wait()
            await network.close()
    assert [line.split("\r\n")[0] for line in heads] == ["POST /things HTTP/1.1"]


@pytest.mark.usefixtures("bare_surroundings")
async def test_a_write_to_a_port_where_nobody_listens_says_that_nothing_was_sent() -> None:
    async def talk(stream: anyio.abc.ByteStream) -> None:
        raise AssertionError

    async with listening(talk) as port:
        pass
    network = Network()
    api = ApiClient(Account("Platform", f"http://127.0.0.1:{port}", network), auth=None)
    with pytest.raises(Unavailable, match=r"cannot be reached.*Nothing was sent"):
        await api.write("POST", "/things", body={}, into=Thing)
    await network.close()
