"""Requests wait for their turn, and no caller's requests keep another's waiting."""

import asyncio
from functools import partial

import anyio
import pytest

from tools.kit.caller import current
from tools.kit.turns import Turns

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
