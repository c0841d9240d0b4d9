"""`testdesk doctor` says what is wrong and never prints a secret."""

import pytest
import respx

from server.doctor import examine

pytestmark = pytest.mark.anyio

TOKEN = "tok-5f1e9a7733c0ffee"
PRODUCTS = "https://api.test.io/customer/v2/products"


async def test_a_token_that_works_is_said_with_what_it_sees(capsys: pytest.CaptureFixture[str]) -> None:
    with respx.mock() as api:
        route = api.get(PRODUCTS).respond(200, json={"products": [{"id": 1, "name": "Shop"}]})
        assert await examine({"TESTIO_API_TOKEN": TOKEN}) == 0
        assert route.calls[0].request.headers["authorization"] == f"Token {TOKEN}"
    told = capsys.readouterr().out
    assert "works: 1 product visible" in told
    assert "exposes" in told
    assert TOKEN not in told


async def test_a_token_that_does_not_work_fails_with_where_to_get_one(capsys: pytest.CaptureFixture[str]) -> None:
    with respx.mock() as api:
        api.get(PRODUCTS).respond(401, json={"error": f"bad token {TOKEN}"})
        assert await examine({"TESTIO_API_TOKEN": TOKEN}) == 1
    told = capsys.readouterr().out
    assert "DOES NOT WORK" in told
    assert "TESTIO_API_TOKEN (in the test IO web app under Integrations, API)" in told
    assert TOKEN not in told


async def test_without_any_platform_it_says_how_to_begin(capsys: pytest.CaptureFixture[str]) -> None:
    assert await examine({}) == 0
    told = capsys.readouterr().out
    assert "TESTIO_API_TOKEN" in told
    assert "testdesk serve --sandbox" in told


async def test_a_weaker_consent_is_said_to_be_weaker(capsys: pytest.CaptureFixture[str]) -> None:
    await examine({"TESTDESK_CONSENT": "client"})
    assert "WEAKER" in capsys.readouterr().out


async def test_an_http_key_is_said_to_be_set_and_not_shown(capsys: pytest.CaptureFixture[str]) -> None:
    await examine({"TESTDESK_HTTP_KEY": "an-http-key-nobody-guesses"})
    told = capsys.readouterr().out
    assert "HTTP key (TESTDESK_HTTP_KEY): set" in told
    assert "an-http-key" not in told
