"""Whose token it is, tokens for people, and who belongs to the account."""

import httpx
import pytest

from tests.tools.testery_sandbox.requests import CONTROLS, client_with, get_json, is_problem

pytestmark = pytest.mark.anyio

LOGIN = {"Authorization": "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJkZW1vIn0.c2lnbmF0dXJl"}
MINT = "/users/me/api-tokens?name=Testery+CLI"


async def test_the_account_has_a_slug_and_a_label(http: httpx.AsyncClient) -> None:
    assert await get_json(http, "/account") == {"id": 481, "name": "harbour-qa", "display": "Harbour QA"}


async def test_behind_an_accounts_key_there_is_nobody(http: httpx.AsyncClient) -> None:
    answer = await http.get("/users/me")
    assert (answer.status_code, answer.text) == (200, "null")


async def test_behind_an_accounts_key_there_is_api_by_a_switch() -> None:
    async with client_with(email_api=True) as http:
        assert (await get_json(http, "/users/me"))["email"] == "API"


async def test_behind_a_users_token_there_is_a_person(http: httpx.AsyncClient) -> None:
    answer = await http.get("/users/me", headers={"Authorization": "Bearer pat_demo"})
    assert answer.json() == {
        "id": 9120,
        "firstName": "Mara",
        "lastName": "Lindt",
        "email": "mara.lindt@shop.example.test",
    }


async def test_what_may_be_missing_of_account_and_person_is_missing_by_a_switch() -> None:
    async with client_with(sparse=True) as http:
        assert "display" not in await get_json(http, "/account")
        answer = await http.get("/users/me", headers={"Authorization": "Bearer pat_demo"})
        assert list(answer.json()) == ["email"]


async def test_a_token_is_minted_for_who_has_just_logged_in(http: httpx.AsyncClient) -> None:
    answer = await http.post(MINT, headers=LOGIN)
    assert answer.status_code == 201
    assert list(answer.json()) == ["token"]
    minted = answer.json()["token"]
    assert minted.startswith("pat_")
    assert (await http.get("/users/me", headers={"Authorization": f"Bearer {minted}"})).json()["id"] == 9120
    assert (await http.post(MINT, headers=LOGIN)).json()["token"] != minted


@pytest.mark.parametrize("token", ["demo", "pat_demo"])
async def test_a_key_mints_no_token(http: httpx.AsyncClient, token: str) -> None:
    assert is_problem(await http.post(MINT, headers={"Authorization": f"Bearer {token}"}), 401)


async def test_minting_names_the_account_where_there_are_several(http: httpx.AsyncClient) -> None:
    await http.post(f"{CONTROLS}/switches", json={"several_accounts": True})
    assert is_problem(await http.post(MINT, headers=LOGIN), 401)
    assert is_problem(await http.post(MINT, headers={**LOGIN, "Account": "999"}), 401)
    assert (await http.post(MINT, headers={**LOGIN, "Account": "481"})).status_code == 201


async def test_a_person_is_added_once(http: httpx.AsyncClient) -> None:
    sent = {"email": "nora.beck@shop.example.test", "roleType": "USER"}
    assert (await http.post("/user-roles", json=sent)).status_code == 201
    assert is_problem(await http.post("/user-roles", json=sent), 409)
    assert is_problem(await http.post("/user-roles", json={**sent, "email": "ANN.WEBER@shop.example.test"}), 409)


@pytest.mark.parametrize("wrong", [{"roleType": "OWNER"}, {"email": "nora"}, {"email": None}, {"roleType": ["USER"]}])
async def test_another_role_or_no_address_is_refused(http: httpx.AsyncClient, wrong: dict[str, object]) -> None:
    sent = {"email": "nora.beck@shop.example.test", "roleType": "USER", **wrong}
    assert (await http.post("/user-roles", json=sent)).status_code == 400
