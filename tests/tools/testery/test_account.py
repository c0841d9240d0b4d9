"""The account, where tokens are stored, and a new token that no answer shows."""

import json
import os
import stat
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from server.settings import Settings, SettingsError, read_settings
from tests.acts import confirmed
from tests.desk import ERAS, desk, settings
from tests.tools.kit.wire import Wire, says
from tests.tools.testery.wired import client_over
from tools.kit.asking import question_of
from tools.kit.errors import PlatformError, Refused
from tools.testery.client.credentials import TOKEN, checked_file, found_token
from tools.testery.client.testery import Testery
from tools.testery.platform import testery
from tools.testery.tools import account
from tools.testery.tools.account import create_api_token

pytestmark = pytest.mark.anyio
both_eras = pytest.mark.parametrize("mode", ERAS)

JWT = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJtYXJhIn0.c2lnbmF0dXJl"
MINTED = "pat_minted_4711_0815"


async def test_the_account_is_shown_with_the_person_behind_the_token() -> None:
    async with desk() as d:
        body = await d.answer("testery_get_account")
    assert (body["account_id"], body["name"], body["display"]) == (481, "harbour-qa", "Harbour QA")
    assert body["user"] == "Mara Lindt"
    assert body["maintenance_known"] is True


def held(token: str) -> Settings:
    """The sandbox's settings with another token."""
    told = settings()
    ours = replace(told.platforms["testery"], credentials={TOKEN: SecretStr(token)})
    return replace(told, platforms={**told.platforms, "testery": ours})


@pytest.mark.parametrize("email_api", [False, True])
async def test_an_accounts_own_key_has_no_person_behind_it(email_api: bool) -> None:
    async with desk(told=held("account-level-key")) as d:
        await d.switch("testery", email_api=email_api)
        body = await d.answer("testery_get_account")
    assert "user" not in body
    assert "email" not in body


async def test_a_token_that_is_refused_says_which_variable_to_look_at() -> None:
    async with desk(told=held("expired")) as d:
        error = await d.refusal("testery_list_projects")
    assert TOKEN in error
    assert "Show API Token" in error


@both_eras
async def test_adding_a_person_is_asked_with_the_address_and_the_account(mode: str) -> None:
    async with desk(mode) as d:
        done = await d.answer("testery_add_user", email="new.colleague@shop.example.test")
        assert d.sent("POST", "/user-roles")[1] == {"email": "new.colleague@shop.example.test", "roleType": "USER"}
        again = await d.refusal("testery_add_user", email="new.colleague@shop.example.test")
    assert "'new.colleague@shop.example.test' to account 'Harbour QA' with the role USER" in d.asked[0]
    assert "nor remove one" in d.asked[0]
    assert done["done"] == "Added."
    assert "is in the account already" in again


@pytest.mark.parametrize("email", ["nobody", "a@b", "two@x.example, three@x.example", "a b@x.example", "<a@x.example>"])
async def test_what_is_no_address_is_added_to_nothing(email: str) -> None:
    async with desk() as d:
        assert "not an e-mail address" in await d.refusal("testery_add_user", email=email)
        assert d.asked == []


async def test_only_a_login_makes_tokens_and_the_refusal_says_where_a_person_does() -> None:
    async with desk() as d:
        error = await d.refusal("testery_create_api_token", profile="work")
        assert "Settings, Integrations, Show API Token" in error
        assert d.asked == []
        assert d.writes("testery") == []


@both_eras
async def test_a_new_token_is_in_no_answer_and_no_later_text(mode: str) -> None:
    async with desk(mode, told=held(JWT)) as d:
        done = await d.answer("testery_create_api_token", profile="work", name="CI")
        made = "pat_sandbox00000001"
        assert done["now"]["token"] == "[hidden]"
        assert made not in json.dumps(done)
        path = "/test-runs/902114/results/90211400009"
        body = {"id": 90211400009, "processOutput": f"found {made} in the log"}
        await d.fault(platform="testery", method="GET", path=path, status=200, body=body)
        later = await d.answer("testery_get_result", run_id=902114, result_id=90211400009)
    assert made not in json.dumps(later)
    assert "'CI' of 'Mara Lindt'" in d.asked[0]
    assert "It is not shown" in d.asked[0]


async def test_one_who_belongs_to_several_accounts_has_to_name_one() -> None:
    async with desk(told=held(JWT)) as d:
        await d.switch("testery", several_accounts=True)
        await d.refusal("testery_create_api_token", profile="work")
        await d.answer("testery_create_api_token", profile="work", account_id=481)


def login(wire: Wire, monkeypatch: pytest.MonkeyPatch, **more: str) -> Testery:
    """A client of a login, outside of a sandbox."""
    api = client_over(wire, token=JWT, **more)
    monkeypatch.setattr(api.account.network, "is_sandbox", False)
    return api


async def test_a_new_token_is_added_to_the_file_that_an_operator_named_and_nothing_there_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "credentials"
    before = "# mine\n[default]\ntoken = pat_old\n"
    file.write_text(before)
    file.chmod(0o600)
    wire = Wire(says(json={}), says(201, json={"token": MINTED}))
    done = await confirmed(create_api_token(login(wire, monkeypatch, TESTERY_CREDENTIALS_FILE=str(file)), "work"))
    assert file.read_text() == f"{before}\n[work]\ntoken = {MINTED}\n"
    assert MINTED not in repr(done)
    environment = {"TESTERY_CREDENTIALS_FILE": str(file), "TESTERY_PROFILE": "work"}
    assert found_token(environment) == MINTED
    with pytest.raises(Refused, match="none is replaced"):
        checked_file(str(file), "work")


async def test_a_new_file_can_be_read_by_its_owner_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "credentials"
    wire = Wire(says(json={}), says(200, json={"token": MINTED}))
    await confirmed(create_api_token(login(wire, monkeypatch, TESTERY_CREDENTIALS_FILE=str(file)), "work"))
    if os.name == "posix":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def broken(tmp_path: Path, how: str) -> tuple[str, str]:
    """A place where no token can be stored, and the error."""
    file = tmp_path / "credentials"
    if how == "readable":
        file.write_text("[default]\ntoken = a\n")
        file.chmod(0o644)
        return str(file), "only its owner can read"
    if how == "link":
        (tmp_path / "other").write_text("")
        file.symlink_to(tmp_path / "other")
        return str(file), "only its owner can read"
    if how == "garbage":
        file.write_text("no section here\n")
        file.chmod(0o600)
        return str(file), "cannot be read"
    if how == "relative":
        return "credentials", "absolute path"
    if how == "no folder":
        return str(tmp_path / "none" / "credentials"), "absolute path"
    return "", "names none"


@pytest.mark.parametrize("how", ["readable", "link", "garbage", "relative", "no folder", "unset"])
async def test_no_token_is_made_that_could_not_be_kept(
    how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    where, sentence = broken(tmp_path, how)
    wire = Wire(says(201, json={"token": MINTED}))
    api = login(wire, monkeypatch, **({"TESTERY_CREDENTIALS_FILE": where} if where else {}))
    with pytest.raises(Refused, match=sentence):
        await question_of(create_api_token(api, "work"))
    assert wire.arrived == []


async def test_a_token_that_was_made_and_lost_is_told_to_be_revoked_and_not_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(opened: Any, profile: str, token: str) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(account, "add_profile", full)
    wire = Wire(says(json={}), says(201, json={"token": MINTED}))
    api = login(wire, monkeypatch, TESTERY_CREDENTIALS_FILE=str(tmp_path / "credentials"))
    with pytest.raises(PlatformError, match="Revoke it") as error:
        await confirmed(create_api_token(api, "work"))
    assert MINTED not in str(error.value)


@pytest.mark.parametrize("profile", ["", "a]\ntoken = x", "../x", "a b", "-x"])
def test_a_profiles_name_cannot_write_more_than_a_name(profile: str, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="profile's name"):
        checked_file(str(tmp_path / "credentials"), profile)


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    (tmp_path / ".testery").mkdir()
    told = "[default]\ntoken = pat_default%1\n\n[work]\nToken=pat_work\n\n[empty]\n"
    (tmp_path / ".testery" / "credentials").write_text(told)
    return {"HOME": str(tmp_path)}


def test_the_vendors_file_gives_the_token_where_the_variable_does_not(home: dict[str, str]) -> None:
    assert found_token(home) == "pat_default%1"
    assert found_token(home | {"TESTERY_PROFILE": "work"}) == "pat_work"


@pytest.mark.parametrize("profile", ["none", "empty"])
def test_a_profile_that_is_asked_for_and_missing_is_an_error_and_no_other_is_taken(
    home: dict[str, str], profile: str
) -> None:
    with pytest.raises(ValueError, match="has no token under that name"):
        found_token(home | {"TESTERY_PROFILE": profile})
    with pytest.raises(ValueError, match="no home directory"):
        found_token({"TESTERY_PROFILE": profile})


@pytest.mark.parametrize("content", [None, "", "TESTERY_TOKEN=pat_draft\n", "[other]\ntoken=x\n", "\x00[["])
def test_without_a_profile_a_file_that_is_not_there_or_not_ours_is_no_token(
    content: str | None, tmp_path: Path
) -> None:
    if content is not None:
        (tmp_path / ".testery").mkdir()
        (tmp_path / ".testery" / "credentials").write_text(content)
    assert found_token({"HOME": str(tmp_path)}) is None
    assert found_token({}) is None


def test_settings_take_the_variable_first_then_the_file(home: dict[str, str]) -> None:
    def token(environment: dict[str, str]) -> str | None:
        credentials = read_settings((testery,), environment).platforms["testery"].credentials
        return credentials[TOKEN].get_secret_value() if TOKEN in credentials else None

    assert token(home) == "pat_default%1"
    assert token(home | {TOKEN: "pat_variable"}) == "pat_variable"
    assert token({}) is None
    with pytest.raises(SettingsError, match="has no token under that name"):
        token(home | {"TESTERY_PROFILE": "none"})


def test_a_sandbox_reads_no_file_of_credentials(home: dict[str, str]) -> None:
    told = read_settings((testery,), home, sandbox=True).platforms["testery"]
    assert "pat_default%1" not in {value.get_secret_value() for value in told.credentials.values()}
