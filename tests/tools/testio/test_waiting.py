"""Following a test: progress, a deadline, a cancel that works, and a handle to go on by."""

from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import anyio
import pytest
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream

from tests.desk import ERAS, Desk, desk, sandboxes
from tools.kit.sandbox.composition import Composition
from tools.kit.wait import Pace, wait_until
from tools.testio.tools import waiting

pytestmark = pytest.mark.anyio
both_eras = pytest.mark.parametrize("mode", ERAS)

RUNNING, DRAFT, LOCKED = 5519, 5521, 5512


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "SANDBOX_PACE", Pace(first=0.02, last=0.05))


def fast(hours_a_second: float) -> Composition:
    world = sandboxes()
    world.sandboxes["testio"].clock.accelerate(hours_a_second * 3600)
    return world


def stream() -> tuple[MemoryObjectSendStream[None], MemoryObjectReceiveStream[None]]:
    return anyio.create_memory_object_stream[None](1)


async def looks(d: Desk) -> int:
    return len([line for line in d.arrived("GET") if line.startswith("GET /exploratory_tests/")])


@both_eras
async def test_a_wait_ends_when_the_status_is_reached_and_reports_progress(mode: str) -> None:
    told: list[tuple[float, float | None, str | None]] = []
    world = sandboxes()

    async def hear(progress: float, total: float | None, message: str | None) -> None:
        told.append((progress, total, message))
        world.sandboxes["testio"].clock.accelerate(500_000)  # once it was seen running

    async with desk(mode, world=world) as d:
        result = await d.client.call_tool(
            "testio_wait_for_test", {"test_id": RUNNING, "until": ["locked"]}, progress_callback=hear
        )
        stand = result.structured_content or {}
        assert stand["reached"] is True
        assert stand["status"] == "locked"
        assert stand["bugs"] > 9
        assert "handle" not in stand
    assert any("running" in (message or "") and "left" in (message or "") for _, _, message in told)
    assert [done for done, _, _ in told] == sorted(done for done, _, _ in told), "progress never goes back"


async def test_a_wait_whose_time_is_over_gives_a_handle_that_goes_on() -> None:
    world = sandboxes()
    async with desk(world=world) as d:
        stand = await d.answer("testio_wait_for_test", test_id=RUNNING, until=["locked"], minutes=0)
        assert stand["reached"] is False
        assert stand["looks"] == 1
        world.sandboxes["testio"].clock.accelerate(500_000)
        again = await d.answer("testio_wait_for_test", handle=stand["handle"], minutes=1)
        assert again["reached"] is True
        assert again["test_id"] == RUNNING


async def test_what_is_already_so_is_answered_at_once() -> None:
    async with desk() as d:
        stand = await d.answer("testio_wait_for_test", test_id=LOCKED)
        assert (stand["reached"], stand["looks"]) == (True, 1)


async def test_a_test_that_ended_otherwise_is_not_waited_for_any_longer() -> None:
    async with desk() as d:
        archived = await d.answer("testio_list_exploratory_tests", product_id=71, status=["archived"])
        number = archived["items"][0]["id"]
        stand = await d.answer("testio_wait_for_test", test_id=number, until=["running"])
        assert stand["reached"] is False
        assert "will not reach" in stand["next"]
        assert "handle" not in stand


async def test_a_cancelled_wait_stops_looking(monkeypatch: pytest.MonkeyPatch) -> None:
    now, (rests, begun), (go_on, over) = 0.0, stream(), stream()

    async def rest(seconds: float) -> None:
        nonlocal now
        await rests.send(None)
        await over.receive()
        now += seconds

    async def call(scope: anyio.CancelScope, d: Desk) -> None:
        with scope:
            await d.call("testio_wait_for_test", test_id=RUNNING, until=["locked"], minutes=5)

    with rests, begun, go_on, over, anyio.fail_after(10):
        async with desk() as d, anyio.create_task_group() as group:
            monkeypatch.setattr("tools.kit.wait.anyio", SimpleNamespace(sleep=rest))
            monkeypatch.setattr("tools.kit.wait.time", SimpleNamespace(monotonic=lambda: now))
            group.start_soon(call, scope := anyio.CancelScope(), d)
            await begun.receive()
            await go_on.send(None)
            await begun.receive()
            assert await looks(d) == 2
            scope.cancel()
            await anyio.wait_all_tasks_blocked()
            go_on.send_nowait(None)
            await anyio.wait_all_tasks_blocked()
            assert await looks(d) == 2


async def test_a_platform_that_fails_in_passing_does_not_end_the_wait() -> None:
    world = fast(10)
    async with desk(world=world) as d:

        async def disturb(progress: float, total: float | None, message: str | None) -> None:
            if not d.sandboxes.journal.entries(platform="testio")[-1].fault:
                await d.fault(method="GET", path="/exploratory_tests/*", times=2, status=500)
                world.sandboxes["testio"].clock.accelerate(400_000)

        result = await d.client.call_tool(
            "testio_wait_for_test", {"test_id": RUNNING, "until": ["locked"]}, progress_callback=disturb
        )
        assert (result.structured_content or {})["reached"] is True
        assert any(entry.fault for entry in d.sandboxes.journal.entries(platform="testio"))


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({}, "Give a test_id"),
        ({"handle": "nonsense"}, "handle is malformed"),
        ({"test_id": RUNNING, "minutes": 61}, "minutes"),
    ],
)
async def test_a_wait_that_cannot_be_is_refused_before_any_request(arguments: dict[str, Any], sentence: str) -> None:
    async with desk() as d:
        assert sentence in await d.refusal("testio_wait_for_test", **arguments)
        assert d.arrived() == []


async def test_a_handle_does_not_go_with_another_test() -> None:
    async with desk() as d:
        stand = await d.answer("testio_wait_for_test", test_id=RUNNING, minutes=0)
        told = await d.refusal("testio_wait_for_test", test_id=DRAFT, handle=stand["handle"])
        assert f"to test {RUNNING}" in told


async def test_looks_grow_rarer_and_never_come_closer_than_the_pace(monkeypatch: pytest.MonkeyPatch) -> None:
    now, slept = 0.0, []

    async def sleep(seconds: float) -> None:
        nonlocal now
        now += seconds
        slept.append(seconds)

    at: list[float] = []

    async def look() -> int:
        at.append(now)
        return len(at)

    async def silent(done: float, total: float | None = None, message: str | None = None) -> None: ...

    monkeypatch.setattr("tools.kit.wait.anyio.sleep", sleep)
    monkeypatch.setattr("tools.kit.wait.time.monotonic", lambda: now)
    await wait_until(look, lambda _: False, minutes=60, pace=waiting.PACE, say=lambda _: "", progress=silent)
    gaps = [b - a for a, b in pairwise(at)]
    assert min(gaps[:-1]) >= waiting.PACE.first
    assert max(gaps) <= waiting.PACE.last
    assert gaps[:-1] == sorted(gaps[:-1])
    assert len(at) < 40, "an hour of waiting costs a few dozen looks"
    assert max(slept) <= 10, "a sign of life at least every ten seconds"
