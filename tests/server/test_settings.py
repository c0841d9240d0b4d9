"""What the environment may say, and what is told to whoever set it wrongly."""

from dataclasses import replace
from pathlib import Path

import pytest

from server.guards.scope import exposed_platforms, exposed_tools, offered_tools, offers
from server.settings import SettingsError
from tests.desk import settings
from tools.across import across
from tools.kit.platform import Platform
from tools.kit.toolset import Effect
from tools.platforms import PLATFORMS

TOKEN = "0123456789abcdef"


def test_a_credential_comes_from_its_variable() -> None:
    told = settings({"TESTIO_API_TOKEN": f"  {TOKEN}\n"}, sandbox=False)
    assert told.platforms["testio"].credentials["TESTIO_API_TOKEN"].get_secret_value() == TOKEN
    assert told.secrets == [TOKEN]


def test_a_credential_comes_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n", encoding="utf-8")
    told = settings({"TESTIO_API_TOKEN_FILE": str(file)}, sandbox=False)
    assert told.secrets == [TOKEN]


def test_a_file_that_cannot_be_read_is_named_by_its_variable_only(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="TESTIO_API_TOKEN_FILE names a file that cannot be read") as raised:
        settings({"TESTIO_API_TOKEN_FILE": str(tmp_path / "nothing")}, sandbox=False)
    assert str(tmp_path) not in str(raised.value)


def test_an_empty_file_is_no_credential(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="empty file"):
        settings({"TESTIO_API_TOKEN_FILE": str(tmp_path / "token")}, sandbox=False)


def test_a_token_with_a_line_break_could_write_a_header_and_is_refused_without_being_shown() -> None:
    with pytest.raises(SettingsError, match="line break") as raised:
        settings({"TESTIO_API_TOKEN": "abc\r\nX-Evil: 1"}, sandbox=False)
    assert "Evil" not in str(raised.value)


def test_settings_never_print_a_credential() -> None:
    told = settings({"TESTIO_API_TOKEN": TOKEN}, sandbox=False)
    assert TOKEN not in repr(told)


@pytest.mark.parametrize("wrong", ["yes", "off", "ASK"])
def test_consent_is_one_of_two_words(wrong: str) -> None:
    with pytest.raises(SettingsError, match="TESTDESK_CONSENT"):
        settings({"TESTDESK_CONSENT": wrong})


def test_a_sandbox_never_holds_a_real_credential_or_address() -> None:
    told = settings({"TESTIO_API_TOKEN": TOKEN, "TESTIO_BASE_URL": "https://api.test.io/customer/v2"})
    assert TOKEN not in told.secrets
    assert told.platforms["testio"].base_url.startswith("http://sandbox.invalid/")


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(SettingsError, match="TESTIO_BASE_URL"):
        settings({"TESTIO_API_TOKEN": TOKEN, "TESTIO_BASE_URL": "api.test.io"}, sandbox=False)


@pytest.mark.parametrize(
    "address", ["https://tok-5f1e9a77@api.test.io/v2", "https://api.test.io/v2?key=1", "https://${HOST}/v2", "https://"]
)
def test_an_address_with_more_than_an_address_in_it_is_refused_without_being_shown(address: str) -> None:
    with pytest.raises(SettingsError, match="TESTIO_BASE_URL") as raised:
        settings({"TESTIO_API_TOKEN": TOKEN, "TESTIO_BASE_URL": address}, sandbox=False)
    assert "5f1e9a77" not in str(raised.value)


@pytest.mark.parametrize("platform", PLATFORMS, ids=lambda platform: platform.key)
def test_no_token_travels_readable_to_a_host_that_the_operator_did_not_name(platform: Platform) -> None:
    def at(address: str, **more: str) -> str:
        told = settings({platform.address.variable: address, **more}, sandbox=False)
        return told.platforms[platform.key].base_url

    with pytest.raises(SettingsError, match=r"TESTDESK_ALLOW_HTTP=qa\.example"):
        at("http://qa.example/api")
    with pytest.raises(SettingsError, match="TESTDESK_ALLOW_HTTP"):
        at("http://qa.example/api", TESTDESK_ALLOW_HTTP="other.example")
    assert at("http://QA.example/api", TESTDESK_ALLOW_HTTP="other.example, qa.example") == "http://QA.example/api"
    for here in ("http://127.0.0.1:8766/api", "http://localhost:1", "http://[::1]:8766/api"):
        assert at(here) == here


@pytest.mark.parametrize(
    "value",
    [
        *("${TESTIO_API_TOKEN}", "$TESTIO_API_TOKEN", "<your-token>", "your-api-token", "YOUR_TOKEN_HERE", "..."),
        *("{{testio.token}}", "%TESTIO_API_TOKEN%", "changeme", "paste your token here", '"<token>"', "xxxxxxxx"),
    ],
)
def test_a_placeholder_is_no_credential_and_is_refused_by_the_name_of_its_variable(value: str, tmp_path: Path) -> None:
    (tmp_path / "token").write_text(value, encoding="utf-8")
    with pytest.raises(SettingsError, match="TESTIO_API_TOKEN holds a placeholder"):
        settings({"TESTIO_API_TOKEN": value}, sandbox=False)
    with pytest.raises(SettingsError, match="TESTERY_API_TOKEN_FILE holds a placeholder"):
        settings({"TESTERY_API_TOKEN_FILE": str(tmp_path / "token")}, sandbox=False)


def test_a_project_that_is_a_placeholder_is_refused_and_a_chosen_password_of_plain_words_is_not() -> None:
    with pytest.raises(SettingsError, match="TESTOMATIO_PROJECT holds a placeholder"):
        settings({"TESTOMATIO_PROJECT": "${PROJECT}"}, sandbox=False)
    told = settings({"TESTOMATIO_EMAIL": "qa@example.test", "TESTOMATIO_PASSWORD": "my secret"}, sandbox=False)
    assert "my secret" in told.secrets


def test_without_any_credential_every_platform_is_listed() -> None:
    assert exposed_platforms(PLATFORMS, settings({}, sandbox=False)) == list(PLATFORMS)


def test_with_one_credential_only_the_configured_platforms_are_exposed() -> None:
    told = settings({"TESTIO_API_TOKEN": TOKEN}, sandbox=False)
    assert [p.key for p in exposed_platforms(PLATFORMS, told)] == ["testio"]


def test_tools_across_platforms_are_offered_where_two_have_a_survey() -> None:
    one, two = PLATFORMS[:2]
    assert offers([one, two]) == [one, two, across]
    other = replace(two, load=lambda: replace(two.parts, survey=None))
    assert offers([one, other]) == [one, other]
    for platforms, those_across in (([one, two], across.declared.tools), ([one, other], [])):
        offered = offered_tools(platforms, settings({}, sandbox=False))
        assert [tool for source, tool in offered if source is across] == list(those_across)


def test_read_only_leaves_nothing_that_is_not_a_read() -> None:
    told = settings(read_only=True)
    for platform in PLATFORMS:
        assert exposed_tools(platform, told)
        assert all(tool.effect is Effect.READS for tool in exposed_tools(platform, told))
