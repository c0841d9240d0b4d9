"""What opens a platform: one credential or another, a file of the vendor's; and what a credential leaves locked."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from server.clients import missing_credentials
from server.guards.scope import exposed_tools
from server.settings import Settings, SettingsError, read_settings
from tools.kit.platform import Credential, Parts, Platform, Setting
from tools.kit.survey import Survey
from tools.kit.toolset import Toolset


class Client:
    """A platform's client."""


async def get_thing(api: Client) -> str:
    """Read a thing."""
    return "thing"


async def get_report(api: Client) -> str:
    """Read a report."""
    return "report"


def locked(held: Mapping[str, str]) -> Mapping[str, str]:
    """What a key of the wrong kind does not open."""
    return {} if held.get("SHOP_TOKEN", "").startswith("admin_") else {"reports": "reports need an admin_ key"}


def shop(*, survey: Survey | None = None, **more: Any) -> Platform:
    things: Toolset[Client] = Toolset(Client)
    things.reads()(get_thing)
    reports: Toolset[Client] = Toolset(Client, needs="reports")
    reports.reads()(get_report)
    platform = Platform(
        key="shop",
        title="Shop",
        docs="https://shop.example/docs",
        load=lambda: Parts(lambda account: Client(), (things, reports), get_thing, survey=survey),
        sandbox=lambda: None,
        acts=lambda: (),
        credentials=(
            Credential("SHOP_TOKEN", "under Settings", sandbox_value="admin_invented"),
            Credential("SHOP_PASSWORD", "in your head", is_free_text=True),
        ),
        address=Setting("SHOP_URL", "the base address", "https://shop.example"),
        mount="/shop",
        settings=(Setting("SHOP_EMAIL", "who logs in"), Setting("SHOP_PROJECT", "a default", sandbox_value="toys")),
        credential_sets=(frozenset({"SHOP_TOKEN"}), frozenset({"SHOP_EMAIL", "SHOP_PASSWORD"})),
        locked=locked,
    )
    return replace(platform, **more)


def read(environment: Mapping[str, str], *, sandbox: bool = False, **more: Any) -> tuple[Platform, Settings]:
    platform = shop(**more)
    return platform, read_settings([platform], environment, sandbox=sandbox)


@pytest.mark.parametrize("held", [{"SHOP_TOKEN": "t0ken"}, {"SHOP_EMAIL": "a@b.example", "SHOP_PASSWORD": "p w ü"}])
def test_any_sufficient_set_of_variables_is_enough(held: dict[str, str]) -> None:
    _, told = read(held)
    assert told.platforms["shop"].is_configured


@pytest.mark.parametrize(
    ("held", "missing", "words"),
    [
        ({}, ("SHOP_TOKEN",), "set SHOP_TOKEN (or SHOP_TOKEN_FILE), to be found under Settings."),
        ({"SHOP_EMAIL": "x"}, ("SHOP_PASSWORD",), "set SHOP_PASSWORD (or SHOP_PASSWORD_FILE)"),
        ({"SHOP_PASSWORD": "x"}, ("SHOP_EMAIL",), "set SHOP_EMAIL: who logs in."),
    ],
)
def test_what_is_missing_is_the_least_that_would_do_and_the_rest_of_what_was_begun(
    held: dict[str, str], missing: tuple[str, ...], words: str
) -> None:
    platform, told = read(held)
    assert not told.platforms["shop"].is_configured
    assert told.platforms["shop"].missing == missing
    assert words in missing_credentials(platform, missing)


def test_a_password_may_hold_what_a_token_may_not() -> None:
    with pytest.raises(SettingsError, match="SHOP_TOKEN holds"):
        read({"SHOP_TOKEN": "two words"})
    with pytest.raises(SettingsError, match="SHOP_PASSWORD holds"):
        read({"SHOP_PASSWORD": "line\nbreak"})


def test_a_tool_that_the_credential_does_not_open_is_not_exposed() -> None:
    platform, told = read({"SHOP_TOKEN": "t0ken"})
    assert [tool.name for tool in exposed_tools(platform, told)] == ["get_thing"]
    platform, told = read({"SHOP_TOKEN": "admin_1"})
    assert [tool.name for tool in exposed_tools(platform, told)] == ["get_thing", "get_report"]


def test_without_a_credential_every_tool_is_listed() -> None:
    platform, told = read({})
    assert [tool.name for tool in exposed_tools(platform, told)] == ["get_thing", "get_report"]


def test_a_sandbox_invents_what_has_a_form_and_hears_nothing_of_the_environment() -> None:
    platform, told = read({"SHOP_PROJECT": "real", "SHOP_TOKEN": "real-token"}, sandbox=True)
    assert told.platforms["shop"].values["SHOP_PROJECT"] == "toys"
    assert told.secrets == ["admin_invented", "sandbox-shop-credential"]
    assert len(exposed_tools(platform, told)) == 2


def in_a_file(environment: Mapping[str, str]) -> str | None:
    if environment.get("SHOP_PROFILE") == "gone":
        raise ValueError("There is no profile 'gone'.")
    return "from-file" if "HOME" in environment else None


def test_the_vendors_own_place_is_looked_at_only_where_the_variable_is_not_set() -> None:
    credentials = (Credential("SHOP_TOKEN", "under Settings", fallback=in_a_file),)
    assert read({"HOME": "h"}, credentials=credentials, credential_sets=())[1].secrets == ["from-file"]
    assert read({"HOME": "h", "SHOP_TOKEN": "own"}, credentials=credentials, credential_sets=())[1].secrets == ["own"]
    assert not read({}, credentials=credentials, credential_sets=())[1].platforms["shop"].is_configured
    with pytest.raises(SettingsError, match="no profile 'gone'"):
        read({"SHOP_PROFILE": "gone"}, credentials=credentials, credential_sets=())


def region(values: Mapping[str, str]) -> str | None:
    where = values.get("SHOP_PROJECT")
    if where == "moon":
        raise ValueError("SHOP_PROJECT cannot be the moon.")
    return f"https://{where}.shop.example/" if where else None


def test_the_base_address_may_follow_from_a_setting_and_its_own_variable_wins() -> None:
    assert read({}, base_url_from=region)[1].platforms["shop"].base_url == "https://shop.example"
    assert read({"SHOP_PROJECT": "eu"}, base_url_from=region)[1].platforms["shop"].base_url == "https://eu.shop.example"
    told = read({"SHOP_PROJECT": "eu", "SHOP_URL": "https://own.example/"}, base_url_from=region)[1]
    assert told.platforms["shop"].base_url == "https://own.example"
    with pytest.raises(SettingsError, match="the moon"):
        read({"SHOP_PROJECT": "moon"}, base_url_from=region)


def test_a_face_has_more_tools_where_its_platform_is_alone(tmp_path: Path) -> None:
    faces = tmp_path / "faces.toml"
    faces.write_text('[triage]\nalways = ["get_thing"]\nalone = ["get_report"]\n', encoding="utf-8")
    platform = shop(faces=faces)
    assert platform.face("triage", alone=False) == ["get_thing"]
    assert platform.face("triage", alone=True) == ["get_thing", "get_report"]
    assert [*shop().face("triage", alone=False)] == ["get_thing", "get_report"]
