"""Requests wait for their turn, and no caller's requests keep another's waiting."""

import asyncio
from functools import partial

import anyio
import pytest

from tools.kit import caller
from tools.kit.caller import current
from tools.kit.sharing import Alone
from tools.kit.turns import RECENTLY, Turns

pytestmark = pytest.mark.anyio


class Platform:
    """Notes who was served in which order, one request at a time."""

    def __init__(self, at_once: int = 1) -> None:
        self.turns = Turns(at_once)
        self.served: list[str] = []
        self.open = anyio.Event()

    async def request(self, caller: str) -> None:
        current.set(caller)
        async with self.turns:
            await self.open.wait()
            self.served.append(caller)
            await anyio.lowlevel.checkpoint()


async def test_a_caller_with_many_requests_waiting_takes_turns_with_one_that_has_few() -> None:
    platform = Platform()
    async with anyio.create_task_group() as group:
        for caller in ("first", *["many"] * 6, "few", "few"):
            group.start_soon(partial(platform.request, caller))
        await anyio.wait_all_tasks_blocked()
        platform.open.set()
    assert platform.served == ["first", "many", "few", "many", "few", "many", "many", "many", "many"]


async def test_a_request_that_leaves_keeps_nobody_waiting_not_even_as_its_turn_comes() -> None:
    platform = Platform()
    leaving: list[asyncio.Task[None]] = []

    async def served_first() -> None:
        async with platform.turns:
            await platform.open.wait()
        leaving[0].cancel()  # its place was passed on to the request that leaves here

    with anyio.fail_after(10):
        async with anyio.create_task_group() as group:
            group.start_soon(served_first)
            await anyio.wait_all_tasks_blocked()
            with anyio.move_on_after(0):
                await platform.request("gone")
            leaving.append(asyncio.create_task(platform.request("left")))
            await anyio.wait_all_tasks_blocked()
            group.start_soon(partial(platform.request, "last"))
            await anyio.wait_all_tasks_blocked()
            platform.open.set()
    assert platform.served == ["last"]


async def under_way(turns: Turns, *people: str, person: bool = True) -> list[str]:
    """Whose requests are under way once all have been made; all of them end then."""
    going: list[str] = []

    async def request(who: str) -> None:
        (caller.person if person else current).set(who)
        async with turns:
            going.append(who)
            await anyio.sleep_forever()

    async with anyio.create_task_group() as group:
        for who in people:
            group.start_soon(request, who)
            await anyio.wait_all_tasks_blocked()
        group.cancel_scope.cancel()
    return going


async def test_a_person_alone_has_all_places() -> None:
    assert await under_way(Turns(3), *["anna"] * 5) == ["anna"] * 3


async def test_nobody_takes_the_last_place_on_top_of_others_while_somebody_else_is_there() -> None:
    turns = Turns(3)
    assert await under_way(turns, *["anna"] * 2, "bob", *["anna"] * 2) == ["anna", "anna", "bob"]
    assert await under_way(turns, *["anna"] * 5, "bob") == ["anna", "anna", "bob"], "bob was there a moment ago"
    assert await under_way(Turns(4), "bob", *["anna"] * 5, "carl") == ["bob", "anna", "anna", "carl"]


async def test_a_place_is_kept_for_a_minute_after_somebody_s_last_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    turns, now = Turns(3), 1_000.0
    monkeypatch.setattr("tools.kit.turns.time.monotonic", lambda: now)
    await under_way(turns, "bob")
    now += RECENTLY - 1
    assert await under_way(turns, *["anna"] * 5) == ["anna"] * 2
    now += 2
    assert await under_way(turns, *["anna"] * 5) == ["anna"] * 3


async def test_no_place_is_kept_where_there_is_only_one_or_nobody_is_identified() -> None:
    one, three = Turns(1), Turns(3)
    await under_way(one, "bob")
    assert await under_way(one, *["anna"] * 2) == ["anna"]
    await under_way(three, "a session", person=False)
    assert await under_way(three, *["another session"] * 5, person=False) == ["another session"] * 3
    beside = await under_way(three, "a session", *["another session"] * 5, person=False)
    assert beside == ["a session", *["another session"] * 2]


async def test_of_the_requests_of_one_person_that_wait_only_the_cancelled_one_leaves() -> None:
    platform = Platform()
    with anyio.fail_after(10):
        async with anyio.create_task_group() as group:
            for who in ("first", "many"):
                group.start_soon(partial(platform.request, who))
            await anyio.wait_all_tasks_blocked()
            with anyio.move_on_after(0):
                await platform.request("many")
            group.start_soon(partial(platform.request, "many"))
            await anyio.wait_all_tasks_blocked()
            platform.open.set()
    assert platform.served == ["first", "many", "many"]


async def test_no_more_requests_than_there_are_places_are_under_way_also_after_waiting() -> None:
    turns, now, most = Turns(2), 0, 0

    async def request(who: str) -> None:
        nonlocal now, most
        caller.person.set(who)
        async with turns:
            now += 1
            most = max(most, now)
            await anyio.sleep(0.001)
            now -= 1

    async with anyio.create_task_group() as group:
        for who in ["anna", "bob"] * 5:
            group.start_soon(request, who)
    assert (most, now) == (2, 0)
    assert await under_way(turns, "carl", "dora", "emil") == ["carl", "dora"]


@pytest.mark.parametrize(("at_once", "processes", "places"), [(6, 1, 6), (6, 2, 3), (7, 2, 3), (6, 4, 1), (2, 8, 1)])
def test_a_process_takes_its_part_of_the_places_and_at_least_one(at_once: int, processes: int, places: int) -> None:
    sharing = Alone()
    sharing.processes = processes
    assert Turns(at_once, sharing).places == places
