"""The fake API of test IO: connections to trackers, and pages of test accounts."""

from typing import Any

import httpx
import pytest

from tests.tools.testio_sandbox.requests import account, error, get_json
from tools.kit.sandbox.sandbox import Sandbox
from tools.testio.sandbox.build import build
from tools.testio.sandbox.world import Switches

URL = "https://tracker.example.test/hooks/shop"
CLAIM = {"name": "Shop accounts", "expiration_period": 7, "access_entries": [{"credentials": "anna / demo-pass-1"}]}


async def made(http: httpx.AsyncClient, **fields: object) -> Any:
    answer = await http.post("/connections", json={"name": "Tracker", "url": URL, **fields})
    assert answer.status_code == 201, answer.text
    return answer.json()["connection"]


# Connections


@pytest.mark.anyio
async def test_a_connection_is_made_read_changed_and_deleted(http: httpx.AsyncClient) -> None:
    connection = await made(http, fixed=True)
    assert connection == {"id": 25, "name": "Tracker", "url": URL, "fixed": True}
    assert await get_json(http, "/connections/25") == {"connection": connection}
    changed = await http.put("/connections/25", json={"name": "Other", "url": f"{URL}/2", "fixed": False})
    assert (changed.status_code, changed.json()["connection"]) == (
        200,
        {"id": 25, "name": "Other", "url": f"{URL}/2", "fixed": False},
    )
    deleted = await http.delete("/connections/25")
    assert (deleted.status_code, deleted.json()) == (200, changed.json())
    await error(await http.get("/connections/25"), 404)


@pytest.mark.anyio
async def test_the_body_may_be_wrapped_as_in_2022(http: httpx.AsyncClient) -> None:
    answer = await http.post("/connections", json={"connection": {"name": "Old", "url": URL}})
    assert (answer.status_code, answer.json()["connection"]["name"]) == (201, "Old")
    changed = await http.put("/connections/25", json={"connection": {"name": "Older"}})
    assert changed.json()["connection"] == {"id": 25, "name": "Older", "url": URL, "fixed": False}


@pytest.mark.anyio
async def test_products_and_sections_show_their_connection(http: httpx.AsyncClient) -> None:
    connection = await made(http, product_ids=[71], section_ids=[722])
    assert (await get_json(http, "/products/71", "product"))["connection"] == connection
    app = await get_json(http, "/products/72", "product")
    assert app["connection"] is None
    assert [section["connection"] for section in app["sections"]] == [None, connection, None]
    await http.put("/connections/25", json={"name": "Tracker", "product_ids": [72]})
    owners = [product["connection"] for product in await get_json(http, "/products", "products")]
    assert [owner and owner["id"] for owner in owners] == [None, 25, 15]
    await http.delete("/connections/25")
    app = await get_json(http, "/products/72", "product")
    assert [app["connection"], *(section["connection"] for section in app["sections"])] == [None] * 4


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("sent", "status", "words"),
    [
        ({}, 400, "name is missing, url is missing"),
        ({"name": "x", "url": "http://tracker.example.test/"}, 422, "HTTPS"),
        ({"name": "x", "url": "ftp://127.0.0.1/"}, 422, "HTTPS"),
        ({"name": "x", "url": "tracker"}, 422, "HTTPS"),
        ({"name": "x", "url": URL, "product_ids": [999]}, 422, "Product must exist"),
        ({"name": "x", "url": URL, "section_ids": [999]}, 422, "Section must exist"),
        ({"name": "x", "url": URL, "product_ids": 71}, 400, "product_ids is invalid"),
        ({"connection": "x"}, 400, "connection is invalid"),
    ],
)
async def test_an_unsound_connection_is_refused(http: httpx.AsyncClient, sent: object, status: int, words: str) -> None:
    assert words in await error(await http.post("/connections", json=sent), status)
    await error(await http.get("/connections/25"), 404)


@pytest.mark.anyio
async def test_a_change_of_a_connection_needs_its_name(http: httpx.AsyncClient) -> None:
    assert await error(await http.put("/connections/15", json={"url": URL}), 400) == "name is missing"
    await error(await http.put("/connections/15", json={"name": "x", "url": "http://a.example"}), 422)
    assert (await get_json(http, "/connections/15", "connection"))["name"] == "Harbour tracker"


@pytest.mark.anyio
async def test_connections_are_not_listed(http: httpx.AsyncClient) -> None:
    assert await error(await http.get("/connections"), 404) == "Not found"


@pytest.mark.anyio
@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost", "[::1]:9"])
async def test_an_address_on_this_machine_needs_no_https(http: httpx.AsyncClient, host: str) -> None:
    assert (await made(http, url=f"http://{host}/hook"))["url"] == f"http://{host}/hook"


# Access claims


@pytest.mark.anyio
async def test_a_page_of_accounts_answers_bare_and_never_its_credentials(
    http: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    sent = {**CLAIM, "intro": "One each", "test_cycle_url": "https://harbour.example.test/products/71/test_cycles/5519"}
    answer = await http.post("/access_claims", json=sent)
    page = answer.json()
    assert answer.status_code == 201
    assert set(page) == {"id", "token", "page_url", "name", "expires_at", "access_entries"}
    assert (page["id"], page["name"], page["expires_at"]) == (25, "Shop accounts", "2026-04-10T07:00:00.000Z")
    assert page["access_entries"] == [{"id": 251}]
    pages = await get_json(http, "/access_claims")
    assert pages["access_claim_pages"][-1] == {
        "id": 25,
        "page_url": page["page_url"],
        "name": "Shop accounts",
        "intro": "One each",
    }
    assert page["page_url"].startswith(pages["meta"]["base_path"])
    assert "demo-pass-1" not in answer.text + str(pages)
    assert "demo-pass-1" not in repr(sandbox.world.claim_pages)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"name": None}, 400, "name is missing"),
        ({"expiration_period": None}, 400, "expiration_period is missing"),
        ({"expiration_period": 3}, 400, "expiration_period does not have a valid value"),
        ({"access_entries": []}, 400, "access_entries is missing"),
        ({"access_entries": [{"credentials": ""}]}, 400, "access_entries[0][credentials] is missing"),
        ({"access_entries": ["anna"]}, 400, "access_entries is invalid"),
        ({"test_cycle_url": "5519"}, 422, "Test cycle url"),
    ],
)
async def test_an_unsound_page_of_accounts_is_refused(
    http: httpx.AsyncClient, changes: dict[str, object], status: int, words: str
) -> None:
    assert words in await error(await http.post("/access_claims", json={**CLAIM, **changes}), status)
    assert len(await get_json(http, "/access_claims", "access_claim_pages")) == 1


@pytest.mark.anyio
async def test_an_account_without_access_claims_is_403() -> None:
    async with account(build(switches=Switches(without_access_claims=True))) as http:
        assert "not enabled" in await error(await http.get("/access_claims"), 403)
        assert "not enabled" in await error(await http.post("/access_claims", json=CLAIM), 403)
