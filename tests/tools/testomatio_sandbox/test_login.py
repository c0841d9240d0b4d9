"""The fake API of Testomat.io: the login, and who its JWT lets in."""

import json
from base64 import urlsafe_b64decode
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from server.settings import SANDBOX_ORIGIN
from tests.tools.testomatio_sandbox.small import KEY, SMALL, document, error, http, json_of, small, web
from tools.kit.sandbox.clock import parse_duration
from tools.kit.sandbox.sandbox import Sandbox
from tools.testomatio.sandbox.world import Switches

pytestmark = pytest.mark.anyio

SUITES = f"/api/{SMALL}/suites"


@pytest.fixture
async def api(sandbox: Sandbox) -> AsyncIterator[httpx.AsyncClient]:
    async with http(sandbox) as client:
        yield client


def payload(jwt: str) -> Any:
    part = jwt.split(".")[1]
    return json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))


async def test_a_general_token_becomes_a_jwt_of_three_parts_that_names_its_user(api: httpx.AsyncClient) -> None:
    answer = json_of(await api.post("/api/login", json={"api_token": "testomat_ann"}))
    assert list(answer) == ["jwt"]
    assert answer["jwt"].startswith("eyJ")
    assert len(answer["jwt"].split(".")) == 3
    assert payload(answer["jwt"])["user_id"] == 4104


async def test_a_token_may_come_as_a_form(api: httpx.AsyncClient) -> None:
    assert payload(json_of(await api.post("/api/login", data={"api_token": "testomat_ann"}))["jwt"])["user_id"] == 4104


async def test_an_address_and_a_password_open_a_login(api: httpx.AsyncClient) -> None:
    sent = {"email": "iris.okafor@shop.example.test", "password": "anything"}
    for answer in (await api.post("/api/login", json=sent), await api.post("/api/login", data=sent)):
        assert payload(json_of(answer)["jwt"])["user_id"] == 4102


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"api_token": "testomat_wrong"}, 401),
        ({"api_token": "testomat_paused"}, 401),
        ({"api_token": "no-prefix"}, 401),
        ({"email": "iris.okafor@shop.example.test", "password": "wrong"}, 401),
        ({"email": "nobody@shop.example.test", "password": "x"}, 401),
        ({"email": "iris.okafor@shop.example.test"}, 400),
        ({}, 400),
    ],
)
async def test_a_bad_login_is_refused(api: httpx.AsyncClient, sent: dict[str, str], status: int) -> None:
    error(await api.post("/api/login", json=sent), status)


@pytest.mark.parametrize("key", [KEY, "tstmt_any"])
async def test_a_projects_token_opens_no_login(api: httpx.AsyncClient, key: str) -> None:
    error(await api.post("/api/login", json={"api_token": key}), 401)


async def test_a_jwt_is_taken_bare_and_behind_bearer(api: httpx.AsyncClient) -> None:
    jwt = json_of(await api.post("/api/login", json={"api_token": "testomat_demo"}))["jwt"]
    for header in (jwt, f"Bearer {jwt}"):
        json_of(await api.get(SUITES, headers={"Authorization": header}))


@pytest.mark.parametrize("header", [None, "", "  "])
async def test_no_authorization_is_401(api: httpx.AsyncClient, header: str | None) -> None:
    error(await api.get(SUITES, headers={} if header is None else {"Authorization": header}), 401)


@pytest.mark.parametrize("token", ["testomat_demo", KEY, "eyJhbGciOiJIUzI1NiJ9.e30.x"])
async def test_a_raw_token_in_the_place_of_a_jwt_is_403(api: httpx.AsyncClient, token: str) -> None:
    error(await api.get(SUITES, headers={"Authorization": f"Bearer {token}"}), 403)


async def test_a_jwt_expires_with_403_by_the_clock_of_the_sandbox(sandbox: Sandbox) -> None:
    async with web(sandbox) as client:
        sandbox.clock.advance(parse_duration("59m"))
        json_of(await client.get(SUITES))
        sandbox.clock.advance(parse_duration("1m"))
        error(await client.get(SUITES), 403)


async def test_how_long_a_jwt_lasts_is_a_switch(sandbox: Sandbox) -> None:
    async with http(sandbox) as client:
        await client.post(f"{SANDBOX_ORIGIN}/_sandbox/testomatio/switches", json={"jwt_seconds": 60})
    async with web(sandbox) as client:
        sandbox.clock.advance(parse_duration("60s"))
        error(await client.get(SUITES), 403)


async def test_two_logins_of_one_moment_are_distinct(api: httpx.AsyncClient) -> None:
    sent = {"api_token": "testomat_demo"}
    jwts = {json_of(await api.post("/api/login", json=sent))["jwt"] for _ in range(2)}
    assert len(jwts) == 2


@pytest.mark.parametrize("slug", ["payroll-77d01", "nothing-00000"])
async def test_a_project_that_one_is_no_member_of_is_404(sandbox: Sandbox, slug: str) -> None:
    async with web(sandbox) as client:
        for path in (f"/api/{slug}/suites", f"/api/projects/{slug}"):
            error(await client.get(path), 404)


async def test_who_may_only_read_still_reads_and_does_not_write() -> None:
    sent = document("comment", {"body": "Hello", "test_id": "t0000001"})
    switched, reader = small(Switches(read_only_user=True)), small()
    for logged_in in (web(switched), web(reader, "testomat_reader")):
        async with logged_in as client:
            json_of(await client.get(SUITES))
            error(await client.post(f"/api/{SMALL}/comments", json=sent), 403)


async def test_an_archived_project_is_read_and_not_written(sandbox: Sandbox) -> None:
    sent = document("template", {"title": "New", "kind": "test"})
    async with web(sandbox) as client:
        json_of(await client.get("/api/harbour-archive-11aa2/suites"))
        error(await client.post("/api/harbour-archive-11aa2/templates", json=sent), 403)


async def test_a_used_up_quota_answers_writes_with_402_and_lets_reads_and_logins_through() -> None:
    async with web(small(Switches(quota_used_up=True))) as client:
        json_of(await client.get(SUITES))
        answer = await client.post(f"/api/{SMALL}/runs/r0000001/relaunch", json={})
        assert answer.status_code == 402
        assert answer.json() == {}
