"""The fake API as a large workspace: its size and its speed."""

import time
from collections import Counter

import httpx
import pytest

from tests.tools.testsigma_sandbox.workspace import HRB, account, get_json
from tools.kit.sandbox.clock import Clock
from tools.kit.sandbox.sandbox import Sandbox
from tools.testsigma.sandbox.build import build
from tools.testsigma.sandbox.scale import ATLANTIC

pytestmark = pytest.mark.anyio

ATL = f"/projects/{ATLANTIC}"


@pytest.fixture
def sandbox() -> Sandbox:
    return build("scale", clock=Clock(factor=0))


async def ids(http: httpx.AsyncClient, path: str, name: str) -> list[str]:
    """The ids of a whole list, page by page."""
    found: list[str] = []
    following = ""
    while True:
        body = await get_json(http, path, page_size=200, cursor=following)
        found += [row["id"] for row in body["data"][name]]
        following = body["page_info"]["next"]
        if not following:
            assert len(found) == body["page_info"]["total_count"]
            return found


async def test_one_project_has_3000_cases_and_200_runs(http: httpx.AsyncClient) -> None:
    projects = await get_json(http, "/projects", "projects")
    assert [project["human_id_prefix"] for project in projects] == ["HRB", "KSK", "ATL"]
    for path, name, size in (
        ("test_cases", "test_cases", 3000),
        ("test_runs", "test_runs", 200),
        ("folders", "folders", 60),
        ("test_plans", "test_plans", 24),
    ):
        found = await ids(http, f"{ATL}/{path}", name)
        assert len(found) == len(set(found)) == size


async def test_the_largest_run_holds_every_case(http: httpx.AsyncClient) -> None:
    found = await ids(http, f"{ATL}/test_runs/ATL-R-200/test_cases", "test_run_cases")
    assert len(set(found)) == 3000
    rows = await get_json(http, f"{ATL}/test_runs/ATL-R-7/test_cases", "test_run_cases", page_size=200)
    assert len(rows) == 120
    assert Counter(row["status"] for row in rows).most_common(1)[0][0] == "Passed"


async def test_a_run_is_the_same_whatever_was_looked_at_before(http: httpx.AsyncClient) -> None:
    straight = await get_json(http, f"{ATL}/test_runs/ATL-R-9/test_cases")
    async with account(build("scale", clock=Clock(factor=0))) as other:
        for number in (200, 3):
            await get_json(other, f"{ATL}/test_runs/ATL-R-{number}/test_cases")
        assert await get_json(other, f"{ATL}/test_runs/ATL-R-9/test_cases") == straight


async def test_the_list_of_users_is_cut_without_a_word(http: httpx.AsyncClient) -> None:
    assert len((await get_json(http, "/users"))["data"]) == 20
    assert len((await get_json(http, "/users", page_size=200))["data"]) == 45


async def test_the_story_is_in_it_unchanged(http: httpx.AsyncClient) -> None:
    async with account(build(clock=Clock(factor=0))) as small:
        for path in (HRB, f"{HRB}/test_cases", f"{HRB}/test_runs", f"{HRB}/test_runs/HRB-R-3/test_cases", "/labels"):
            assert await get_json(http, path) == await get_json(small, path)


async def test_a_large_workspace_is_built_and_read_in_a_moment(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    began = time.process_time()
    assert len(sandbox.world.projects) == 3
    assert time.process_time() - began < 1.0  # 0.1 on a quiet machine
    times = []
    for page in range(1, 6):
        began = time.process_time()
        await get_json(http, f"{ATL}/test_cases", page_size=200, page=page)
        times.append(time.process_time() - began)
    assert min(times) < 0.1  # 0.01 on a quiet machine
