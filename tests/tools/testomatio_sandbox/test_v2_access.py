"""The fake API of Testomat.io: who v2 lets in, and what it answers to everybody else."""

import httpx
import pytest

from server.settings import SANDBOX_ORIGIN
from tests.tools.testomatio_sandbox.small import pipeline
from tests.tools.testomatio_sandbox.v2 import (
    SWITCHES,
    account,
    assert_gone,
    body_of,
    create,
    data,
    error,
    read_data,
    set_switches,
)
from tools.kit.sandbox.sandbox import Sandbox
from tools.testomatio.sandbox.build import MOUNT
from tools.testomatio.sandbox.world import SHOP

pytestmark = pytest.mark.anyio

SHOP_KEY = "tstmt_h4rb0urSh0pDem0Key000000000000000001"


@pytest.mark.parametrize(
    "header",
    [None, "", "Bearer", "testomat_demo", "Token testomat_demo", "Bearer testomat_", "Bearer demo",
     "Bearer testomat_wrong", "Bearer testomat_expired"],
)  # fmt: skip
async def test_a_missing_or_unknown_token_is_401(story: Sandbox, header: str | None) -> None:
    async with account(story) as http:
        http.headers.pop("Authorization")
        answer = await http.get("/info", headers={} if header is None else {"Authorization": header})
    assert error(answer, 401) == "Unauthorized"
    assert list(answer.json()) == ["error"]


async def test_general_and_project_tokens_are_let_in(story: Sandbox) -> None:
    for token in ("testomat_demo", SHOP_KEY, "tstmt_demo"):
        async with account(story, token) as http:
            assert (await read_data(http, "/info"))["project_id"] == SHOP


@pytest.mark.parametrize("token", [f"{SHOP_KEY}x", SHOP_KEY[:-1], "tstmt_demo1", "testomat_dem", "testomat_demo_"])
async def test_a_mistyped_token_is_nobodys_in_any_family(story: Sandbox, token: str) -> None:
    before = len(story.world.runs)
    async with account(story, token) as http, pipeline(story, token) as ci:
        error(await http.get("/info"), 401)
        for answer in (
            await ci.post("/api/reporter", json={"title": "Mine"}),
            await ci.post("/api/load", json={"tests": []}),
            await ci.get("/api/test_data"),
        ):
            assert (answer.status_code, answer.json()) == (403, {"message": "Project API Token is invalid"})
        error(await ci.post("/api/login", json={"api_token": token}), 401)
    assert len(story.world.runs) == before


async def test_a_project_token_reaches_its_project_only(story: Sandbox) -> None:
    async with account(story, SHOP_KEY, "harbour-app-2d41c") as http:
        assert error(await http.get("/info"), 404) == "Project not found"


@pytest.mark.parametrize("project", ["payroll-77d01", "no-such-00000"])
async def test_a_project_of_others_and_one_that_is_not_there_are_404_alike(story: Sandbox, project: str) -> None:
    async with account(story, project=project) as http:
        assert error(await http.get("/tests"), 404) == "Project not found"


@pytest.mark.parametrize("token", ["testomat_paused", "tstmt_paused"])
async def test_a_paused_token_is_403_with_a_code(story: Sandbox, token: str) -> None:
    async with account(story, token) as http:
        answer = await http.get("/info")
    assert error(answer, 403)
    assert answer.json()["code"] == "token_invalid"


async def test_a_reader_is_refused_everything_and_reading_too(story: Sandbox) -> None:
    async with account(story, "testomat_reader") as http:
        for answer in (await http.get("/tests"), await http.post("/tests", json={"title": "x"})):
            assert "read-only" in error(answer, 403)
            assert "code" not in answer.json()


async def test_an_archived_project_is_refused_to_everybody(story: Sandbox) -> None:
    async with account(story, project="harbour-archive-11aa2") as http:
        assert "read-only" in error(await http.get("/info"), 403)


async def test_a_switch_makes_anybody_a_reader(shop: httpx.AsyncClient) -> None:
    await set_switches(shop, read_only_user=True)
    assert "read-only" in error(await shop.get("/runs"), 403)
    await set_switches(shop, read_only_user=False)
    assert await read_data(shop, "/runs")


async def test_a_switch_makes_a_bad_token_403_with_a_code(shop: httpx.AsyncClient) -> None:
    await set_switches(shop, bad_token_is_403=True)
    missing = await shop.get("/info", headers={"Authorization": ""})
    unknown = await shop.get("/info", headers={"Authorization": "Bearer testomat_wrong"})
    assert (missing.status_code, missing.json()["code"]) == (403, "authorization_missing")
    assert (unknown.status_code, unknown.json()["code"]) == (403, "token_invalid")


async def test_a_used_up_quota_is_402_for_writes_only(shop: httpx.AsyncClient) -> None:
    await set_switches(shop, quota_used_up=True)
    for answer in (
        await shop.post("/plans", json={"title": "x"}),
        await shop.put("/tests/c0de0010", json={"title": "x"}),
        await shop.patch("/tests/c0de0010", json={"title": "x"}),
        await shop.delete("/runs/9a01f1x0"),
    ):
        assert body_of(answer, 402) == {}
    assert await read_data(shop, "/tests/c0de0010")


async def test_every_third_request_is_429_when_that_is_ordered(shop: httpx.AsyncClient) -> None:
    await shop.get("/info")
    await set_switches(shop, too_many_every=3)
    statuses = [(await shop.get("/labels")).status_code for _ in range(6)]
    assert statuses == [200, 429, 200, 200, 429, 200]


async def test_a_path_that_is_not_there_is_404_in_json(shop: httpx.AsyncClient) -> None:
    assert error(await shop.get("/nothing"), 404) == "Not found"
    assert error(await shop.get(f"{SANDBOX_ORIGIN}{MOUNT}/api/v2/{SHOP}/tests/c0de0010/steps"), 404) == "Not found"


async def test_a_body_that_is_no_object_is_400(shop: httpx.AsyncClient) -> None:
    assert error(await shop.post("/plans", content=b"{"), 400)
    assert error(await shop.post("/plans", json=["x"]), 400)


async def test_switches_tell_their_state_and_refuse_what_they_do_not_know(shop: httpx.AsyncClient) -> None:
    told = await set_switches(shop, camel_case=True, too_many_every=0)
    assert [name for name, value in told.items() if value is True] == ["camel_case"]
    for wrong in ({"turbo": True}, {"camel_case": 1}, {"too_many_every": True}, {"too_many_every": -1}):
        assert error(await shop.post(SWITCHES, json=wrong), 422)


# Info and sessions


async def test_info_tells_what_a_project_is_set_to(shop: httpx.AsyncClient) -> None:
    info = await read_data(shop, "/info")
    assert list(info) == [
        "title", "project_id", "framework", "language", "status", "repository_url", "artifacts_storage_enabled",
        "environments", "labels", "tags", "subscription", "features", "ci_profiles", "created_at", "updated_at",
    ]  # fmt: skip
    assert {"title": "Severity", "slug": "severity-f124r"} in info["labels"]
    assert {"smoke", "regression"} <= set(info["tags"])
    assert info["features"] == ["branches", "api_analytics"]
    assert "ghp_" in info["ci_profiles"][0]["config"]["token"]


async def test_features_that_are_switched_off_are_not_told(shop: httpx.AsyncClient) -> None:
    await set_switches(shop, without_branches=True)
    assert (await read_data(shop, "/info"))["features"] == ["api_analytics"]


async def test_a_session_counts_writes_and_is_closed_once(shop: httpx.AsyncClient, story: Sandbox) -> None:
    opened = await create(shop, "/sessions", description="Sort out the coupons")
    header = {"X-Session-Hash": opened["hash"]}
    assert data(await shop.post("/plans", json={"title": "x"}, headers=header), 201)
    await shop.get("/plans", headers=header)
    assert story.world.sessions[opened["hash"]].writes == 1
    assert_gone(await shop.delete(f"/sessions/{opened['hash']}", headers=header))
    assert error(await shop.delete(f"/sessions/{opened['hash']}"), 404) == "Session not found"
    assert "Session" in error(await shop.post("/plans", json={"title": "x"}, headers=header), 403)
