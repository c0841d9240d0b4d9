"""The fake API as a large account: its size, and that a look costs what it shows."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.tools.testery_sandbox.requests import account, advance, get_json, get_run, results_by_name
from tools.kit.sandbox.clock import Clock
from tools.kit.sandbox.sandbox import Sandbox
from tools.testery.sandbox.build import build
from tools.testery.sandbox.world import MAX_CACHED_RUNS

pytestmark = pytest.mark.anyio


@pytest.fixture
def sandbox() -> Sandbox:
    return build("scale", clock=Clock(factor=0))


@pytest.fixture
async def http(sandbox: Sandbox) -> AsyncIterator[httpx.AsyncClient]:
    async with account(sandbox) as client:
        yield client


async def test_the_account_is_large(http: httpx.AsyncClient) -> None:
    assert len(await get_json(http, "/projects")) == 63
    assert len(await get_json(http, "/environments")) == 44
    assert len(await get_json(http, "/schedules")) == 159
    assert sum(len(one["variables"]) for one in await get_json(http, "/environments")) > 1200


async def test_5000_older_runs_end_the_list_at_one_point(http: httpx.AsyncClient) -> None:
    ids = []
    for offset in range(0, 6000, 250):
        ids += [one["id"] for one in await get_json(http, f"/test-runs?limit=250&offset={offset}")]
    assert len(ids) == len(set(ids)) > 5300
    assert ids == sorted(ids, reverse=True)


async def test_one_run_has_thousands_of_results_in_one_answer(http: httpx.AsyncClient) -> None:
    answer = await http.get("/test-runs/900001/results")
    assert len(answer.json()) == (await get_run(http, 900001))["totalCount"] == 7800
    assert len(answer.content) > 1_500_000


async def test_the_story_is_the_same_as_in_the_small_account(http: httpx.AsyncClient) -> None:
    async with account(build(clock=Clock(factor=0))) as small:
        for path in ("/test-runs?limit=250", "/test-runs/902114/results"):
            assert await get_json(http, path) == await get_json(small, path)


async def test_the_first_look_draws_no_results_but_a_few(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    await get_json(http, "/test-runs?limit=1")
    assert len(sandbox.world.cached_outcomes) < 10


async def test_only_the_last_results_are_kept_and_the_rest_is_drawn_again(
    http: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    first = await results_by_name(http, 902114)
    await get_json(http, "/test-runs?limit=250&offset=300")
    assert len(sandbox.world.cached_outcomes) == MAX_CACHED_RUNS
    assert 902114 not in sandbox.world.cached_outcomes
    assert await results_by_name(http, 902114) == first


@pytest.mark.parametrize("span", ["7d", "70d"])
async def test_a_large_account_catches_up_on_one_week_at_most(
    span: str, http: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    await get_json(http, "/account")
    before = len(sandbox.world.runs)
    advance(sandbox, span)
    newest = (await get_json(http, "/test-runs?limit=1"))[0]
    assert newest["id"] > 903300
    assert 300 < len(sandbox.world.runs) - before < 500
    assert len(sandbox.world.cached_outcomes) <= MAX_CACHED_RUNS
