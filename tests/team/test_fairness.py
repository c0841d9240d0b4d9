"""Nobody's storm of calls keeps another person waiting, and every refusal says when to try again."""

import statistics
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client, MCPError
from mcp.types import CallToolResult, ElicitResult

from server.configuration import TeamLimits
from server.team.fairness import RETRY_AFTER, Minutes, TooMany
from tests.desk import desk, sandboxes, settings
from tests.server.served import raw, served, text
from tests.stores import store_at
from tests.team.people import Names, known_by_program, person
from tests.team.workers import worker
from tools.kit.sandbox.composition import Composition

pytestmark = pytest.mark.anyio

READ = ("testio_get_bug", {"bug_id": 88101})
ACCEPT = ("testio_accept_bug", {"bug_id": 88101})
PEOPLE = Names("anna", "bob", "carl")
NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
DELAY = 0.4
"""Seconds that the platform takes; far above what a call costs here, so that waiting is what is measured."""


def slow(world: Composition, seconds: float = DELAY, **fault: Any) -> None:
    """Make the platform take its time."""
    world.faults.add({"platform": "testio", "delay": seconds, "times": 10_000} | fault)


def limited(tmp_path: Path, limits: str, more: str = "") -> Any:
    """Settings with the limits of a file."""
    file = tmp_path / "testdesk.toml"
    file.write_text(f"[team.limits]\n{limits}\n{more}\n")
    return settings({"TESTDESK_CONFIG": str(file)})


def arrived(world: Composition) -> int:
    return len(world.journal.entries(platform="testio"))


async def arrival(world: Composition, times: int = 1) -> None:
    """Wait until so many requests have arrived."""
    while arrived(world) < times:  # noqa: ASYNC110 - a sandbox has no event for it
        await anyio.sleep(0.01)


async def reads_of(connected: Client, times: int) -> list[float]:
    """The seconds that calls take one after another."""
    taken = []
    for _ in range(times):
        began = time.monotonic()
        result = await connected.call_tool(*READ)
        assert not result.is_error, text(result)
        taken.append(time.monotonic() - began)
    return taken


async def test_the_median_of_one_person_s_calls_stays_beside_another_s_storm_on_the_same_platform() -> None:
    # In this process, so that what is measured is waiting, and not what two HTTP clients cost.
    world, has_refused, is_over = sandboxes(), anyio.Event(), anyio.Event()
    server = known_by_program(worker(world, None))
    refused: list[CallToolResult] = []

    async def storm(connected: Client) -> None:
        while not is_over.is_set():
            result = await connected.call_tool(*READ)
            if result.is_error:
                refused.append(result)
                has_refused.set()
                return

    async with (
        desk(server=server, world=world, program="anna") as anna,
        desk(server=server, world=world, program="bob") as bob,
    ):
        await anna.answer(READ[0], **READ[1])
        slow(world)
        alone = statistics.median(await reads_of(anna.client, 7))
        async with anyio.create_task_group() as group:
            for _ in range(200):
                group.start_soon(storm, bob.client)
            await has_refused.wait()
            beside = statistics.median(await reads_of(anna.client, 7))
            is_over.set()
    assert beside <= 1.2 * alone, f"{alone:.3f} s alone, {beside:.3f} s beside the storm"
    assert "bob has 8 calls under way on test IO and 32 waiting" in text(refused[0])
    assert "[team.limits] of testdesk.toml" in text(refused[0])
    assert (refused[0].meta or {})[RETRY_AFTER] >= 1


async def test_ten_sessions_of_one_person_are_one_person_to_everybody_else(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    world = sandboxes()
    slow(world)
    told = limited(tmp_path, "calls_at_once = 2\ncalls_waiting = 0")
    results: list[CallToolResult] = []

    async def read_in_a_session_of_its_own() -> None:
        async with person(running.url, "bob", "legacy") as bob:
            results.append(await bob.call_tool(*READ))

    async with served(monkeypatch, worker(world, None, told=told), authenticator=PEOPLE) as running:
        async with anyio.create_task_group() as group:
            for _ in range(10):
                group.start_soon(read_in_a_session_of_its_own)
        async with person(running.url, "anna", "legacy") as anna:
            assert not (await anna.call_tool(*READ)).is_error
    assert 2 <= sum(not one.is_error for one in results) < 10


async def test_a_call_that_is_refused_for_its_minute_says_when_it_opens_and_others_go_on(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    told = limited(tmp_path, "calls_a_minute = 3")
    world = sandboxes()
    monkeypatch.setattr("server.team.fairness.time.time", lambda: 1_800_000_012.0)
    async with (
        served(monkeypatch, worker(world, None, told=told), authenticator=PEOPLE) as running,
        person(running.url, "anna") as anna,
        person(running.url, "bob") as bob,
    ):
        await reads_of(anna, 3)
        before = arrived(world)
        refused = await anna.call_tool(*READ)
        assert refused.is_error
        assert "calls_a_minute = 3 in [team.limits] of testdesk.toml" in text(refused)
        assert "opens again at 08:01:00 UTC. Nothing was sent; try again in 48 s." in text(refused)
        with pytest.raises(MCPError) as of_resource:
            await anna.read_resource("testio://bugs/88101")
        assert of_resource.value.error.data == {"retryAfterSeconds": 48}
        await anna.list_tools()
        assert arrived(world) == before
        await reads_of(bob, 1)


async def test_the_calls_of_a_minute_are_counted_in_all_processes(tmp_path: Path) -> None:
    engines = [store_at(tmp_path / "store") for _ in range(2)]
    here, there = Minutes(10), Minutes(10)
    for _ in range(6):
        here.count("anna")
    for _ in range(3):
        there.count("anna")
    for minutes, engine in ((here, engines[0]), (there, engines[1]), (here, engines[0])):
        await minutes.share(engine)
    there.count("anna")
    for _ in range(2):
        with pytest.raises(TooMany):
            there.count("anna")
    there.count("bob")
    for engine in engines:
        await engine.close()


async def test_a_call_that_waits_can_be_cancelled_and_sends_nothing_and_pings_pass_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    world = sandboxes()
    slow(world, 1.0, path="*/88101")
    server = worker(world, None, told=limited(tmp_path, "calls_at_once = 1"))

    async def waits(connected: Client, scope: anyio.CancelScope) -> None:
        with scope:
            await connected.call_tool("testio_get_bug", {"bug_id": 88102})

    async with (
        served(monkeypatch, server, authenticator=PEOPLE) as running,
        person(running.url, "anna", "legacy") as anna,
        anyio.create_task_group() as group,
    ):
        group.start_soon(lambda: anna.call_tool(*READ))
        await arrival(world)
        scope = anyio.CancelScope()
        group.start_soon(waits, anna, scope)
        while not waiting(server):  # noqa: ASYNC110 - a line has no event for it
            await anyio.sleep(0.01)
        with pytest.warns(match="ping is removed"):
            await anna.send_ping()
        assert waiting(server) == 1, "the ping passed the line"
        scope.cancel()
        await anna.call_tool("testio_get_bug", {"bug_id": 88103})
    paths = [entry.path for entry in world.journal.entries(platform="testio")]
    assert not [path for path in paths if path.endswith("/88102")]


async def test_a_stop_waits_for_no_line_for_ever(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    world = sandboxes()
    slow(world, 60.0)
    server = worker(world, None, told=limited(tmp_path, "calls_at_once = 1"))
    failed: list[str] = []

    async def read(connected: Client) -> None:
        try:
            await connected.call_tool(*READ)
        except MCPError as error:
            failed.append(str(error))

    async with (
        served(monkeypatch, server, authenticator=PEOPLE, drain=0.5) as running,
        person(running.url, "anna") as anna,
        anyio.create_task_group() as group,
    ):
        for _ in range(10):
            group.start_soon(read, anna)
        while waiting(server) < 9:  # noqa: ASYNC110 - a line has no event for it
            await anyio.sleep(0.01)
        await arrival(world)
        running.stop()
        assert await running.exit() == 143
    assert len(failed) == 10
    assert arrived(world) == 1


def waiting(server: Any) -> int:
    """The calls that wait in all lines."""
    return sum(len(line._waiting) for line in server.fairness._lines.values())


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_a_call_that_waits_for_a_person_s_answer_leaves_its_place_to_others(
    mode: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    told = limited(tmp_path, "calls_at_once = 1\ncalls_waiting = 0")
    world, is_asked, may_answer = sandboxes(), anyio.Event(), anyio.Event()
    results: list[CallToolResult] = []

    async def answer(*_: Any) -> ElicitResult:
        is_asked.set()
        await may_answer.wait()
        return ElicitResult(action="accept", content={"answer": "yes"})

    async def accept(connected: Client) -> None:
        results.append(await connected.call_tool(*ACCEPT))

    async with (
        served(monkeypatch, worker(world, None, told=told), authenticator=PEOPLE) as running,
        person(running.url, "anna", mode, elicitation_callback=answer) as anna,
        person(running.url, "anna", mode) as beside,
        anyio.create_task_group() as group,
    ):
        group.start_soon(accept, anna)
        await is_asked.wait()
        await reads_of(beside, 2)
        may_answer.set()
    assert not results[0].is_error, text(results[0])


async def test_too_many_open_requests_of_one_person_get_429_with_a_time_before_they_are_read(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    world = sandboxes()
    slow(world, 1.0)
    told = limited(tmp_path, "open_requests = 2")
    async with (
        served(monkeypatch, worker(world, None, told=told), authenticator=PEOPLE) as running,
        person(running.url, "anna") as anna,
        anyio.create_task_group() as group,
    ):
        for _ in range(2):
            group.start_soon(lambda: anna.call_tool(*READ))
        await arrival(world, 2)
        async with raw(running, Authorization="Bearer anna") as wire:
            answer = await wire.post("/mcp", content=b"not even JSON")
            assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
        async with raw(running, Authorization="Bearer bob") as wire:
            assert (await wire.post("/mcp", content=b"not even JSON")).status_code == 400


async def test_limits_of_each_person_count_for_that_person_alone_in_all_processes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    more = '[budgets.people]\nwrites_a_minute = 1\n[budgets.people."carl"]\nwrites_a_minute = 0\n'
    told = limited(tmp_path, "calls_at_once = 4", more)
    world, file = sandboxes(), tmp_path / "store"
    monkeypatch.setattr("server.guards.budgets.now", lambda: NOON)

    async def label(url: str, name: str, title: str) -> CallToolResult:
        async with person(url, name) as connected:
            return await connected.call_tool("testomatio_create_label", {"title": title})

    async with served(monkeypatch, worker(world, file, told=told), authenticator=PEOPLE) as first:
        assert not (await label(first.url, "anna", "A")).is_error
    async with served(monkeypatch, worker(world, file, told=told), authenticator=PEOPLE) as second:
        refused = await label(second.url, "anna", "B")
        assert "writes_a_minute = 1 in [budgets.people] of testdesk.toml, for anna" in text(refused)
        assert "opens again at" in text(refused)
        assert not (await label(second.url, "bob", "C")).is_error
        assert "writes_a_minute = 0" in text(await label(second.url, "carl", "D"))


def test_a_person_alone_never_meets_the_limits_that_hold_by_default() -> None:
    limits = TeamLimits()
    assert limits.calls_a_minute is None
    assert limits.calls_at_once + limits.calls_waiting >= 40
    assert limits.open_requests > limits.calls_at_once + limits.calls_waiting
