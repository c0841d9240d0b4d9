"""The admin's page and command: everything at a glance, closed to everybody without the right."""

import json
from collections.abc import AsyncIterator

import httpx
import pytest
from mcp.server.request_state import AESGCMRequestStateCodec

from server.configuration import Configuration
from server.guards.budgets import Budgets
from server.store.engine import StoreError
from server.store.sqlite import SqliteEngine
from server.team import admin_page
from server.team.admin_page import COOKIE, PATH, AdminPage
from server.team.overview import overview
from server.team.person import Person
from tests.team.admin_stand import ADMIN, ORDER, TRIAGE, People, page, seeded

pytestmark = pytest.mark.anyio
HOST = "testdesk.example"
ORIGIN = f"https://{HOST}"


@pytest.fixture
async def engine() -> AsyncIterator[SqliteEngine]:
    found = SqliteEngine(None)
    await seeded(found)
    yield found
    await found.close()


def browser(app: AdminPage, **headers: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=ORIGIN, headers=headers)


async def entered(http: httpx.AsyncClient, key: bytes = ADMIN) -> httpx.Response:
    return await http.post(f"{PATH}/enter", data={"key": key.decode()}, headers={"origin": ORIGIN})


def is_closed(answer: httpx.Response) -> bool:
    """Whether an answer has nothing but the form."""
    return "anna" not in answer.text and "Newest acts" not in answer.text and "set-cookie" not in answer.headers


async def test_an_admin_sees_people_budgets_questions_unknown_outcomes_and_acts(engine: SqliteEngine) -> None:
    async with browser(page(engine, People())) as http:
        answer = await entered(http)
        assert answer.status_code == 303
        assert answer.headers["location"] == PATH
        cookie = answer.headers["set-cookie"]
        assert all(word in cookie for word in ("HttpOnly", "SameSite=Strict", "Secure", f"Path={PATH}"))
        assert ADMIN.decode() not in cookie
        shown = (await http.get(PATH)).text
    for word in ("laptop, until", "old, expired", "the identity provider", "paid acts a day", "Accept bug 7?"):
        assert word in shown, word
    assert "<code>testio_list_tests</code> shows it" in shown
    assert "&lt;script&gt;" in shown
    assert "<script>" not in shown


async def test_the_right_is_looked_at_with_each_request(engine: SqliteEngine) -> None:
    people = People()
    async with browser(page(engine, people)) as http:
        await entered(http)
        assert "Newest acts" in (await http.get(PATH)).text
        people.by_key[ADMIN] = Person("mara", frozenset({"read"}))
        answer = await http.get(PATH)
        assert is_closed(answer)
        assert answer.status_code == 401


@pytest.mark.parametrize("key", [TRIAGE, b"tdk_nobody", b"", b"\xff"])
async def test_nobody_else_enters(engine: SqliteEngine, key: bytes) -> None:
    async with browser(page(engine, People())) as http:
        answer = await http.post(f"{PATH}/enter", data={"key": key.decode("latin-1")}, headers={"origin": ORIGIN})
        assert answer.status_code == 401
        assert is_closed(answer)
        by_header = await http.get(PATH, headers={b"authorization": b"Bearer " + key})
        assert by_header.status_code == 401
        assert is_closed(by_header)


async def test_another_site_s_form_does_not_enter(engine: SqliteEngine) -> None:
    async with browser(page(engine, People())) as http:
        for origin in ({}, {"origin": "https://evil.example"}, {"origin": "null"}):
            answer = await http.post(f"{PATH}/enter", data={"key": ADMIN.decode()}, headers=origin)
            assert answer.status_code == 401
            assert is_closed(answer)


async def test_a_cookie_of_another_server_or_that_is_too_old_shows_nothing(
    engine: SqliteEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with browser(page(engine, People())) as http:
        theirs = AESGCMRequestStateCodec([b"x" * 32]).seal(
            json.dumps({"until": 9e12, "token": ADMIN.decode()}).encode()
        )
        for cookie in (theirs, "v1.AAAA", "", '"', ADMIN.decode()):
            assert is_closed(await http.get(PATH, headers={"cookie": f"{COOKIE}={cookie}"}))
        monkeypatch.setattr(admin_page, "SECONDS", -1)
        old = (await entered(http)).headers["set-cookie"].partition(";")[0]
        http.cookies.clear()
        assert is_closed(await http.get(PATH, headers={"cookie": old}))


async def test_whoever_leaves_takes_the_cookie_along(engine: SqliteEngine) -> None:
    async with browser(page(engine, People())) as http:
        await entered(http)
        assert "Max-Age=0" in (await http.post(f"{PATH}/leave", headers={"origin": ORIGIN})).headers["set-cookie"]
        assert is_closed(await http.get(PATH))


async def test_a_program_sends_the_key_in_a_header_and_nothing_is_stored_by_a_cache(engine: SqliteEngine) -> None:
    async with browser(page(engine, People()), authorization=f"Bearer {ADMIN.decode()}") as http:
        answer = await http.get(PATH)
    assert "Newest acts" in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("method", "path"), [("POST", PATH), ("GET", f"{PATH}/enter"), ("GET", f"{PATH}/people"), ("DELETE", PATH)]
)
async def test_nothing_else_is_there(engine: SqliteEngine, method: str, path: str) -> None:
    async with browser(page(engine, People()), authorization=f"Bearer {ADMIN.decode()}") as http:
        answer = await http.request(method, path)
    assert answer.status_code == 404
    assert is_closed(answer)


async def test_the_page_says_so_when_the_store_is_away() -> None:
    async def away() -> None:
        raise StoreError("The store cannot be used.")

    app = AdminPage(People(), AESGCMRequestStateCodec([b"k" * 32]), away)  # type: ignore[arg-type]  # never answers
    async with browser(app, authorization=f"Bearer {ADMIN.decode()}") as http:
        answer = await http.get(PATH)
    assert answer.status_code == 503
    assert "The store cannot be used." in answer.text


async def test_the_overview_is_plain_data_too(engine: SqliteEngine) -> None:
    seen = (await overview(engine, Budgets(Configuration(), engine), People())).as_json()
    assert [act["outcome"] for act in seen["acts"]] == ["failed", "unknown", "done"]
    assert [act["what"] for act in seen["unknown"]] == [ORDER]
    assert json.dumps(seen)
