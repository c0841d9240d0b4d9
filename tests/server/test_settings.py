"""What the environment may say, and what is told to whoever set it wrongly."""

from pathlib import Path

import pytest

from server.guards.scope import exposed_platforms, exposed_tools
from server.settings import SettingsError
from tests.desk import settings
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


def test_without_any_credential_every_platform_is_listed() -> None:
    assert exposed_platforms(PLATFORMS, settings({}, sandbox=False)) == list(PLATFORMS)


def test_with_one_credential_only_the_configured_platforms_are_exposed() -> None:
    told = settings({"TESTIO_API_TOKEN": TOKEN}, sandbox=False)
    assert [p.key for p in exposed_platforms(PLATFORMS, told)] == ["testio"]


def test_read_only_leaves_nothing_that_is_not_a_read() -> None:
    told = settings(read_only=True)
    for platform in PLATFORMS:
        assert exposed_tools(platform, told)
        assert all(tool.effect is Effect.READS for tool in exposed_tools(platform, told))
