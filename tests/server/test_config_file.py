"""What a configuration file may say, and what is answered to whoever wrote it wrongly."""

import os
from collections.abc import Callable
from pathlib import Path

import platformdirs
import pytest

from server.configuration import default_file
from server.doctor import run_doctor
from server.opening import Session
from server.recorder import variables
from server.records import LARGEST, Archive, Records
from server.setting_warnings import warnings
from server.settings import Settings, SettingsError, read_settings
from tests.desk import settings
from tests.server.commands import CommandLine
from tools.platforms import PLATFORMS

TOKEN = "0123456789abcdef"
LITERAL = "tok-5f1e9a7733c0ffee"
Write = Callable[..., dict[str, str]]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a configuration file, and return the environment that names it."""

    def written(text: str, **more: str) -> dict[str, str]:
        file = tmp_path / "testdesk.toml"
        file.write_text(text, encoding="utf-8")
        file.chmod(0o600)
        return {"TESTDESK_CONFIG": str(file), **more}

    return written


def read(environment: dict[str, str]) -> Settings:
    return settings(environment, sandbox=False)


def test_no_file_means_that_the_environment_alone_counts(tmp_path: Path) -> None:
    told = read({"HOME": str(tmp_path), "TESTIO_API_TOKEN": TOKEN})
    assert (told.configuration.path, told.secrets) == ("", [TOKEN])


def test_the_file_in_the_users_configuration_directory_is_read_and_a_sandbox_takes_only_a_named_one(
    tmp_path: Path,
) -> None:
    home = {"XDG_CONFIG_HOME": str(tmp_path)}
    file = Path(default_file(home))
    file.parent.mkdir(parents=True)
    file.write_text('[accounts.main]\nplatform = "testio"\nweb_url = "https://acme.test.io"\n')
    assert read(home).configuration.path == str(file)
    assert settings(home).configuration.path == ""
    assert settings(home | {"TESTDESK_CONFIG": str(file)}).configuration.path == str(file)


def test_the_default_place_is_that_of_the_platform(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    for chosen in ("", str(tmp_path / "chosen")):
        monkeypatch.setenv("XDG_CONFIG_HOME", chosen)
        wanted = platformdirs.user_config_path("testdesk", appauthor=False) / "testdesk.toml"
        assert default_file(os.environ) == str(wanted)


def test_a_named_file_that_is_missing_refuses_the_start(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        read({"TESTDESK_CONFIG": str(tmp_path / "nothing.toml")})


def test_an_account_takes_its_secrets_from_files_and_variables(write: Write, tmp_path: Path) -> None:
    (tmp_path / "token").write_text(TOKEN)
    told = read(
        write(
            f'[accounts.shop]\nplatform = "testio"\napi_token_file = "{tmp_path / "token"}"\n'
            '[accounts.cases]\nplatform = "testomatio"\napi_token_variable = "QA_TOKEN"\nproject = "harbour"\n',
            QA_TOKEN="testomat_abcdefabcdef",
        )
    )
    assert [key for key, one in told.platforms.items() if one.is_configured] == ["testio", "testomatio"]
    assert told.secrets == [TOKEN, "testomat_abcdefabcdef"]
    assert told.platforms["testomatio"].values["TESTOMATIO_PROJECT"] == "harbour"
    account = told.configuration.account_of("testomatio")
    assert account is not None
    assert account.name == "cases"


def test_the_environment_wins_over_the_file(write: Write, tmp_path: Path) -> None:
    (tmp_path / "token").write_text(TOKEN)
    own = tmp_path / "own"
    own.write_text("from-the-environment")
    text = (
        f'[accounts.a]\nplatform = "testio"\napi_token_file = "{tmp_path / "token"}"\nweb_url = "https://a.test.io"\n'
    )
    assert read(write(text, TESTIO_API_TOKEN="from-a-variable")).secrets == ["from-a-variable"]
    assert read(write(text, TESTIO_API_TOKEN_FILE=str(own))).secrets == ["from-the-environment"]
    told = read(write(text, TESTIO_API_TOKEN=" ", TESTIO_WEB_URL="https://b.test.io"))
    assert (told.secrets, told.platforms["testio"].values["TESTIO_WEB_URL"]) == ([TOKEN], "https://b.test.io")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[acounts.a]\n", r"line 1: acounts is not known as a section\. Did you mean accounts\?"),
        ('[consent]\nspends = "never"\n', r"line 2, \[consent\]: spends is one of ask, client, refuse"),
        ("[persons.anna]\n", r"line 1: persons is not known as a section"),
        ('[accounts.a]\nplatform = "testio"\n\nwebb_url = "x"\n', r"line 4, \[accounts\.a\]: webb_url .* web_url\?"),
        ("[accounts.a]\nplatform = 5\n", r"line 2, \[accounts\.a\]: platform takes a text"),
        ('[accounts.a]\nweb_url = "x"\n', r"\[accounts\.a\]: platform takes a text"),
        ('[accounts.a]\nplatform = "jira"\n', r"platform is one of testio, testomatio, testery, testsigma"),
        ('[accounts.testio]\nplatform = "testio"\n', r"testio cannot be an account's name"),
        ('[accounts.default]\nplatform = "testio"\n', r"default cannot be an account's name"),
        ("accounts = 5\n", r"line 1: accounts is a section"),
        (
            '[accounts.a]\nplatform = "testio"\napi_token_variable = "QA"\napi_token_file = "x"\n',
            "two sources of TESTIO_API_TOKEN",
        ),
        (
            '[accounts.a]\nplatform = "testio"\napi_token_variable = "QA_TOKEN"\n',
            "variable that it names for TESTIO_API_TOKEN is not set",
        ),
        (
            "[team.requests_at_once]\ntestio = 0\n",
            r"line 2, .*requests_at_once\]: testio takes .* 1 to 1000",
        ),
        ("[team.requests_at_once]\ntesti = 5\n", r"line 2, .*requests_at_once\]: testi .* mean testio\?"),
        ("[team]\nrequests_at_once = 5\n", r"requests_at_once is a section, written as \[team\.requests_at_once\]"),
        ("[accounts.a\n", r"is no valid TOML \(line 1, column 12\)|is no valid TOML \(at end"),
        ("a = " + "[" * 3000, "nested too deeply|no valid TOML"),
        ("#" * (LARGEST + 1), "larger than"),
    ],
)
def test_a_mistake_refuses_the_start_with_its_place(write: Write, text: str, sentence: str) -> None:
    with pytest.raises(SettingsError, match=sentence):
        read(write(text))


@pytest.mark.parametrize(
    "line",
    [
        f'api_token = "{LITERAL}"',
        f'api_tokens = "{LITERAL}"',
        f'password = "{LITERAL}"',
        f'api_token_variable = "{LITERAL}"',
        f'api_token_variable = "{LITERAL.replace("-", "")}"',
        f'api_token_file = "{LITERAL}"',
        f'base_url = "https://user:{LITERAL}@api.test.io/"',
        f'"{LITERAL} {LITERAL}" = {LITERAL}',
    ],
)
def test_a_secret_in_the_file_refuses_the_start_and_is_not_shown(write: Write, line: str) -> None:
    with pytest.raises(SettingsError) as raised:
        read(write(f'[accounts.a]\nplatform = "testio"\n{line}\n'))
    assert LITERAL[:8] not in str(raised.value)
    assert "testdesk.toml" in str(raised.value)


def test_a_file_that_others_can_open_is_a_warning(write: Write, tmp_path: Path) -> None:
    (tmp_path / "token").write_text(TOKEN)
    (tmp_path / "token").chmod(0o644)
    environment = write(f'[accounts.a]\nplatform = "testio"\napi_token_file = "{tmp_path / "token"}"\n')
    assert any("TESTIO_API_TOKEN_FILE" in line for line in warnings(read(environment), environment))
    assert not any("testdesk.toml" in line for line in warnings(read(environment), environment))
    for mode in (0o640, 0o620, 0o604, 0o602):
        (tmp_path / "testdesk.toml").chmod(mode)
        assert any("testdesk.toml" in line for line in warnings(read(environment), environment))


@pytest.mark.anyio
async def test_doctor_names_the_file_and_what_it_sets(
    write: Write, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await run_doctor(write('[accounts.a]\nplatform = "testio"\nweb_url = "https://acme.test.io"\n'))
    told = capsys.readouterr().out
    assert f"Configuration file (TESTDESK_CONFIG): {tmp_path / 'testdesk.toml'}\n" in told
    assert "    [accounts.a] web_url = https://acme.test.io\n" in told
    await run_doctor({"XDG_CONFIG_HOME": str(tmp_path)})
    assert "none; " + str(tmp_path / "testdesk" / "testdesk.toml") in capsys.readouterr().out


def test_a_record_is_not_used_once_the_file_or_what_it_names_has_changed(write: Write, tmp_path: Path) -> None:
    def situation(environment: dict[str, str], *arguments: str) -> str:
        """As a start names its records that knows nothing but what earlier starts have stored."""
        environment = {"XDG_CACHE_HOME": str(tmp_path / "cache"), "HOME": str(tmp_path)} | environment
        found = read_settings(PLATFORMS, environment, sandbox=bool(arguments))
        first = Records(["serve", *arguments], environment, Archive(""))
        first.know_variables(variables(PLATFORMS, found.configuration))
        later = Records(["serve", *arguments], environment, Archive(""))
        session = Session("test", "2025-11-25", {}, {})
        assert later.shipped_name(session, "tools/list") == first.shipped_name(session, "tools/list")
        return later.shipped_name(session, "tools/list")

    token = tmp_path / "a token"
    token.write_text("abc")
    text = f'[accounts.a]\nplatform = "testomatio"\napi_token_file = "{token}"\n'
    named = '[accounts.a]\nplatform = "testomatio"\napi_token_variable = "QA_TOKEN"\n'
    names = [situation(write(text)), situation(write(text + 'project = "one"\n'))]
    token.write_text("abcd")
    names += [situation(write(text)), situation({})]
    names += [situation(write(named, QA_TOKEN=f"{prefix}aaaa")) for prefix in ("testomat_", "tstmt_")]
    default = Path(default_file({"HOME": str(tmp_path)}))
    default.parent.mkdir(parents=True)
    sandbox = situation({}, "--sandbox")
    for change in ('web_url = "https://a.test.io"\n', 'web_url = "https://b.test.io"\n'):
        default.write_text('[accounts.a]\nplatform = "testio"\n' + change)
        os.utime(default, (1, 1))
        names.append(situation({}))
    assert len({*names}) == len(names)
    assert situation({}, "--sandbox") == sandbox, "a sandbox does not read the default file"


def test_a_wrong_file_ends_the_command_with_its_sentence(write: Write, testdesk: CommandLine) -> None:
    ran = testdesk("serve", **write(f'[consents]\ntoken = "{LITERAL}"\n'))
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "consents is not known as a section" in ran.stderr
    assert LITERAL not in ran.stderr
