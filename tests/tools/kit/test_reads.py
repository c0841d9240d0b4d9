"""Reads are sent again after a passing failure, a few times, as long as the platform asks and no longer."""

import random
import time
from email.utils import formatdate

import anyio
import httpx
import pytest

from tests.tools.kit.wire import FOUND, Answer, Anything, Thing, Wire, fails, says
from tools.kit.client import ApiClient
from tools.kit.errors import PlatformError, RateLimited, Unavailable, UnexpectedShape
from tools.kit.retry import MAX_WAIT, pause, retry_after

pytestmark = pytest.mark.anyio

PASSING = [
    *(pytest.param(says(status), id=str(status)) for status in (429, 502, 503, 504)),
    *(
        pytest.param(fails(error), id=error.__name__)
        for error in (
            httpx.ConnectError,
            httpx.ConnectTimeout,
            httpx.PoolTimeout,
            httpx.ReadTimeout,
            httpx.ReadError,
            httpx.RemoteProtocolError,
        )
    ),
]


@pytest.mark.parametrize("failure", PASSING)
async def test_a_read_is_sent_again_after_a_passing_failure(failure: Answer, pauses: list[float]) -> None:
    wire = Wire(failure, FOUND)
    assert await wire.client().get("/things/7", into=Thing) == Thing(id=7, name="mug")
    assert len(wire.arrived) == 2
    assert len(pauses) == 1


async def test_a_read_that_is_sent_again_is_logged_with_its_failure_and_pause(
    pauses: list[float], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "tools")
    await Wire(says(429, headers={"retry-after": "2.5"}), FOUND).client().get("/things/7", into=Thing)
    assert caplog.messages == ["GET /things/7: RateLimited; again in 2.5 s"]


@pytest.mark.parametrize("failure", PASSING)
async def test_a_read_is_sent_three_times_at_most(failure: Answer, pauses: list[float]) -> None:
    wire = Wire(failure)
    with pytest.raises((RateLimited, Unavailable)):
        await wire.client().get("/things/7", into=Thing)
    assert len(wire.arrived) == 3
    assert len(pauses) == 2


@pytest.mark.parametrize(
    ("error", "what"), [(httpx.ReadTimeout, "took too long"), (httpx.ReadError, "broke off the answer")]
)
async def test_a_read_without_an_answer_is_an_error_with_its_request(
    error: type[httpx.TransportError], what: str, pauses: list[float]
) -> None:
    with pytest.raises(Unavailable, match=rf"^Platform {what} \(.+\)\. Only reading was tried; nothing was") as caught:
        await Wire(fails(error)).client().get("/things/7", into=Thing)
    assert caught.value.request == "GET /things/7"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422, 500, 501])
async def test_a_read_is_not_sent_again_after_an_answer_that_will_not_change(status: int, pauses: list[float]) -> None:
    wire = Wire(says(status), FOUND)
    with pytest.raises(PlatformError):
        await wire.client().get("/things/7", into=Thing)
    assert len(wire.arrived) == 1
    assert pauses == []


async def test_a_read_is_not_sent_again_after_an_answer_of_another_shape(pauses: list[float]) -> None:
    wire = Wire(says(content=b"<html>"), FOUND)
    with pytest.raises(UnexpectedShape):
        await wire.client().get("/things/7", into=Thing)
    assert len(wire.arrived) == 1
    assert pauses == []


async def test_a_platform_may_name_other_passing_statuses(pauses: list[float]) -> None:
    class Shaky(ApiClient):
        again = frozenset({500})

    wire = Wire(says(500), FOUND)
    await wire.client(kind=Shaky).get("/things/7", into=Thing)
    assert len(wire.arrived) == 2
    wire = Wire(says(503), FOUND)
    with pytest.raises(Unavailable):
        await wire.client(kind=Shaky).get("/things/7", into=Thing)


async def test_a_read_by_another_method_is_sent_again_with_its_body(pauses: list[float]) -> None:
    wire = Wire(says(503), says(json={}))
    await wire.client().read("POST", "/things", body={"search": "mug"}, into=Anything)
    assert [request.content for request in wire.arrived] == [b'{"search":"mug"}'] * 2


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("asked", ["0", "7", "1.5"])
async def test_a_pause_asked_for_in_seconds_is_made(status: int, asked: str, pauses: list[float]) -> None:
    wire = Wire(says(status, headers={"retry-after": asked}), FOUND)
    await wire.client().get("/things/7", into=Thing)
    assert pauses == [float(asked)]


async def test_a_pause_asked_for_by_a_date_is_made(pauses: list[float]) -> None:
    wire = Wire(says(429, headers={"retry-after": formatdate(time.time() + 10, usegmt=True)}), FOUND)
    await wire.client().get("/things/7", into=Thing)
    assert pauses == [pytest.approx(9.5, abs=1.0)]


async def test_a_date_that_has_passed_asks_for_no_pause() -> None:
    assert retry_after({"retry-after": formatdate(time.time() - 60, usegmt=True)}) == 0.0


async def test_a_longer_pause_is_left_to_the_caller_and_told(pauses: list[float]) -> None:
    wire = Wire(says(429, headers={"retry-after": "21"}), FOUND)
    with pytest.raises(RateLimited, match="again in 21 seconds") as caught:
        await wire.client().get("/things/7", into=Thing)
    assert caught.value.wait == 21 > MAX_WAIT
    assert len(wire.arrived) == 1
    assert pauses == []


@pytest.mark.parametrize("asked", ["soon", "", "-5 minutes", "nan", "inf", "Mon, 99 Foo 2026"])
async def test_a_pause_that_cannot_be_read_is_ours_to_choose(asked: str, pauses: list[float]) -> None:
    wire = Wire(says(429, headers={"retry-after": asked}), FOUND)
    await wire.client().get("/things/7", into=Thing)
    assert len(wire.arrived) == 2
    assert 0 < pauses[0] < 1


async def test_pauses_of_our_own_grow_and_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    error = Unavailable("down")
    assert len({pause(error, 1, None) for _ in range(50)}) > 1
    for drawn, pauses in ((0.0, [0.25, 0.5, None]), (0.5, [0.375, 0.75, None])):
        monkeypatch.setattr(random, "random", lambda drawn=drawn: drawn)
        assert [pause(error, attempt, None) for attempt in (1, 2, 3)] == pauses


async def test_a_read_that_pauses_leaves_its_place_to_others(monkeypatch: pytest.MonkeyPatch) -> None:
    class Narrow(ApiClient):
        at_once = 1

    paused, resumed = anyio.Event(), anyio.Event()

    async def rest(seconds: float) -> None:
        paused.set()
        await resumed.wait()

    monkeypatch.setattr("tools.kit.client.anyio.sleep", rest)
    wire = Wire(says(503), FOUND)
    api = wire.client(kind=Narrow)
    with anyio.fail_after(10):
        async with anyio.create_task_group() as group:
            group.start_soon(lambda: api.get("/things/1", into=Thing))
            await paused.wait()
            await api.get("/things/2", into=Thing)
            resumed.set()
    assert [request.url.path[-1] for request in wire.arrived] == ["1", "2", "1"]


def test_a_date_to_wait_for_is_measured_by_the_clock_of_the_answer() -> None:
    """Whatever our own clock shows."""
    told = {"date": formatdate(1_000_000, usegmt=True), "retry-after": formatdate(1_000_007, usegmt=True)}
    assert retry_after(told) == 7.0
    assert retry_after(told | {"date": "no date"}) == 0.0
    assert retry_after({"retry-after": "soon"}) is None


class Impatient(ApiClient):
    again = frozenset()


async def test_a_second_is_one() -> None:
    api = Wire(says(429, headers={"retry-after": "0.4"})).client(kind=Impatient)
    with pytest.raises(RateLimited, match=r"Try again in 1 second\."):
        await api.write("POST", "/things", into=Thing)
