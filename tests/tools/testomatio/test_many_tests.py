"""A long list of Testomat.io, from its first row to its last: each page of the platform is requested once."""

import dataclasses
from functools import partial
from typing import Any

import anyio
import httpx
import pytest

from server.app import build
from server.sandbox import SandboxTransport
from tests.desk import Desk, desk, sandboxes, settings
from tools.kit.network import Network
from tools.kit.sandbox.composition import Composition
from tools.testomatio.sandbox.world import SHOP

pytestmark = pytest.mark.anyio

TESTS = 1_500
PAGES = TESTS // 100


def crowded() -> Composition:
    """A sandbox whose project has 1,500 tests."""
    world = sandboxes()
    tests = world.sandboxes["testomatio"].world.tests.main
    model = next(test for test in tests.values() if test.project == SHOP)
    for number in range(TESTS - sum(test.project == SHOP for test in tests.values())):
        test = dataclasses.replace(model, id=f"{number:08x}", title=f"A voucher counts once ({number})", labels=[])
        tests[test.id] = test
    return world


async def whole(on: Desk, cursor: str | None = None, **arguments: Any) -> list[str]:
    """The ids of all rows, call by call."""
    ids: list[str] = []
    while True:
        more = {"cursor": cursor} if cursor else {}
        answer = await on.answer("testomatio_list_tests", **arguments, **more)
        ids += [row["id"] for row in answer["items"]]
        cursor = answer.get("next_cursor")
        if cursor is None:
            return ids


@pytest.mark.parametrize("limit", [50, 500])
async def test_a_whole_list_takes_one_request_a_page(limit: int) -> None:
    async with desk(world=crowded()) as on:
        ids = await whole(on, limit=limit)
        assert len(ids) == len(set(ids)) == TESTS
        assert len(on.arrived(platform="testomatio")) <= PAGES + 1


async def test_a_first_call_reads_no_more_than_fits_its_answer() -> None:
    async with desk(world=crowded()) as on:
        answer = await on.answer("testomatio_list_tests", limit=500)
        assert len(answer["items"]) > 50
        assert len(on.arrived(platform="testomatio")) <= len(answer["items"]) * 1.5 // 100 + 1


class Watched(httpx.AsyncBaseTransport):
    """Counts the requests that are in flight; a wave of them is let through once all have arrived."""

    def __init__(self, inner: SandboxTransport) -> None:
        self._inner = inner
        self._inside = 0
        self.waves: list[int] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self._inside += 1
        await anyio.wait_all_tasks_blocked()
        if self._inside:
            self.waves.append(self._inside)
            self._inside = 0
        return await self._inner.handle_async_request(request)


async def test_the_pages_that_a_limit_needs_are_requested_together() -> None:
    watched = Watched(SandboxTransport(crowded()))
    async with desk(server=build(settings(), network=Network(watched))) as on:
        assert len(set(await whole(on, limit=500))) == TESTS
    assert sum(watched.waves) == PAGES
    assert len(watched.waves) <= 2 + -(-PAGES // 5), watched.waves


async def test_twenty_calls_at_once_are_twenty_requests_at_once() -> None:
    watched = Watched(SandboxTransport(crowded()))
    async with desk(server=build(settings(), network=Network(watched))) as on, anyio.create_task_group() as group:
        for number in range(20):
            group.start_soon(partial(on.answer, "testomatio_get_test", test_id=f"{number:08x}"))
    assert watched.waves == [20]
