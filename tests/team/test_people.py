"""People from files: strictly read, read again when a file changes, and what each has of their own."""

import logging
import os
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from server.callers import person as current_person
from server.clients import MOST_PERSONAL, Clients
from server.credentials import SettingsError
from server.settings import read_settings
from server.team.authentication import NotAuthenticated
from server.team.header_credentials import NOT_ALLOWED, HeaderCredentials
from server.team.keys import digest_of
from server.team.people import People
from server.team.person import Person
from server.team.personal import PersonalSecrets
from server.team.settings import read_team
from tests.team.serving import ANNA, BEN, TEAM_TOKENS, TOKENS, Someone, someone, with_tokens
from tools.kit.errors import NotConfigured
from tools.kit.network import Network
from tools.platforms import PLATFORMS

pytestmark = pytest.mark.anyio


class Clock:
    """Seconds that a test lets pass."""

    now, today = 0.0, date(2026, 11, 30)


def people(file: Path, clock: type[Clock] = Clock, **environment: str) -> People:
    settings = read_settings(PLATFORMS, {"TESTDESK_CONFIG": "", **TEAM_TOKENS})
    return People(
        {str(file): True},
        PLATFORMS,
        settings,
        environment,
        PersonalSecrets(),
        now=lambda: clock.now,
        today=lambda: clock.today,
    )


def written(folder: Path, *those: Someone) -> Path:
    file = folder / "people.toml"
    file.write_text("".join(one.section() for one in those), encoding="utf-8")
    return file


async def name_of(found: People, key: str) -> str:
    try:
        return (await found.by_key(key.encode(), [])).name
    except NotAuthenticated as refused:
        return str(refused)


async def test_a_key_counts_on_its_last_day_and_not_on_the_next(tmp_path: Path) -> None:
    class Later(Clock):
        today = date(2027, 1, 31)

    anna = someone(ANNA, expires="2027-01-31")
    found = people(written(tmp_path, anna), Later)
    assert await name_of(found, anna.key) == ANNA
    Later.today = date(2027, 2, 1)
    assert "has expired" in await name_of(found, anna.key)


async def test_a_digest_in_another_s_section_makes_nobody_that_other(tmp_path: Path) -> None:
    anna = someone(ANNA)
    stolen = Someone(BEN, key=anna.key)
    found = people(written(tmp_path, stolen))
    assert "does not know this key" in await name_of(found, anna.key)


async def test_a_change_counts_a_second_later_and_a_broken_file_changes_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    class Moving(Clock):
        now = 0.0

    anna, ben = someone(ANNA), someone(BEN)
    file = written(tmp_path, anna)
    found = people(file, Moving)
    written(tmp_path, ben)
    assert await name_of(found, anna.key) == ANNA, "files are looked at once a second at most"
    Moving.now = 1.0
    assert await name_of(found, ben.key) == BEN
    assert "does not know this key" in await name_of(found, anna.key)
    assert found.problem == ""
    for wrong in ("[people.ben", '[people.ben]\nrights = ["write"]\n', None):
        if wrong is None:
            file.unlink()
        else:
            file.write_text(wrong)
        Moving.now += 1
        assert await name_of(found, ben.key) == BEN
        Moving.now += 1
        assert await name_of(found, ben.key) == BEN
        assert found.problem
    assert len([record for record in caplog.records if record.levelno == logging.ERROR]) == 3, "each is logged once"
    written(tmp_path, anna)
    Moving.now += 1
    assert await name_of(found, anna.key) == ANNA
    assert found.problem == ""


async def test_a_credential_s_file_that_is_replaced_counts_from_then_on(tmp_path: Path) -> None:
    class Moving(Clock):
        now = 0.0

    anna = with_tokens(tmp_path, someone(ANNA))
    found = people(written(tmp_path, anna), Moving)
    new = tmp_path / "new"
    new.write_text("tio-anna-rotated-4Ty7")
    os.replace(new, tmp_path / f"{ANNA}-TESTIO_API_TOKEN")
    Moving.now = 1.0
    person = await found.by_key(anna.key.encode(), [])
    assert person.credentials["TESTIO_API_TOKEN"].get_secret_value() == "tio-anna-rotated-4Ty7"
    secrets = found._secrets.declared
    for token in (TOKENS[ANNA]["TESTIO_API_TOKEN"], "tio-anna-rotated-4Ty7"):
        assert secrets.spans(f"it was {token}."), "a request with the old one may still be on its way"


async def test_an_identity_provider_s_subject_is_a_person_of_that_provider_only(tmp_path: Path) -> None:
    lines = ('subject = "auth0|1"', 'issuer = "https://id.example"')
    found = people(written(tmp_path, someone(ANNA, lines=lines), someone(BEN, lines=('subject = "auth0|2"',))))
    assert (anna := found.of_subject("https://id.example", "auth0|1")) is not None
    assert anna.name == ANNA
    assert found.of_subject("https://evil.example", "auth0|1") is None
    assert found.of_subject("https://id.example", "") is None
    assert (ben := found.of_subject("https://any.example", "auth0|2")) is not None
    assert ben.name == BEN


DIGEST = digest_of("x")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[persons.anna]\n", "line 1: persons is not known as a section. Known are people."),
        ("[people]\nanna = 1\n", r"line 2, \[people\]: anna is a section"),
        ("[people.Anna]\n", "Anna cannot be a person's name"),
        ('[people.anna]\nrights = ["write"]\n', r"line 2, \[people.anna\]: rights takes a list of read, triage"),
        ("[people.anna]\nrights = []\n", "rights takes a list"),
        ('[people.anna]\ntestio_api_token = "geheim-4711"\n', "would be a secret in this file"),
        ('[people.anna]\ntestio_token = "geheim-4711"\n', "would be a secret in this file"),
        ('[people.anna]\ntestio_base_url = "https://evil.example"\n', "is the operator's alone"),
        ('[people.anna]\ntestsigma_region = "eu"\n', "is the operator's alone"),
        ('[people.anna]\ntestery_credentials_file = "/etc/passwd"\n', "is the operator's alone"),
        ('[people.anna]\ntestio_api_token_variable = "two words"\n', "takes the name of an environment variable"),
        ('[people.anna]\ntestio_api_token_variable = "NOT_SET"\n', "the variable that it names .* is not set"),
        ('[people.anna]\ntestio_api_token_file = "absent"\n', "cannot be read"),
        ('[people.anna]\ntestomatio_email = "a@example.test"\n', "goes with a credential of Testomat.io"),
        ('[people.anna.keys.laptop]\ndigest = "tdk_anna_geheim-4711"\n', r"\[people.anna.keys.laptop\]: digest takes"),
        (f'[people.anna.keys.laptop]\ndigest = "{DIGEST}"\nexpires = "2027-01-31"\n', "expires takes a date without"),
        (f'[people.anna.keys.laptop]\ndigest = "{DIGEST}"\nkey = "geheim-4711"\n', "key is not known"),
        (
            f'[people.anna.keys.a]\ndigest = "{DIGEST}"\n[people.ben.keys.b]\ndigest = "{DIGEST}"\n',
            r"\[people.ben\]: the digest of the key b is that of \[people.anna\] too",
        ),
        ('[people.anna]\nsubject = "1"\n[people.ben]\nsubject = "1"\n', r"the subject is that of \[people.anna\] too"),
    ],
)
def test_a_mistake_refuses_the_start_with_its_place_and_no_value(tmp_path: Path, text: str, sentence: str) -> None:
    file = tmp_path / "people.toml"
    file.write_text(text)
    with pytest.raises(SettingsError, match=sentence) as refused:
        people(file)
    assert str(file) in str(refused.value)
    assert "4711" not in str(refused.value)
    assert "evil" not in str(refused.value)


def test_people_may_stand_in_the_configuration_file_too_but_nobody_twice(tmp_path: Path) -> None:
    configuration, file = tmp_path / "testdesk.toml", written(tmp_path, someone(ANNA))
    environment = {"TESTDESK_CONFIG": str(configuration), "TESTDESK_PEOPLE": str(file), **TEAM_TOKENS}
    configuration.write_text(someone(BEN).section() + "[team]\nheader_credentials = true\n")
    settings = read_settings(PLATFORMS, environment)
    team = read_team(environment, settings, PLATFORMS)
    assert team.members is not None
    assert [member.section.name for member in team.members.members] == [ANNA, BEN]
    assert team.header_credentials is not None
    assert team.header_credentials.are_allowed
    assert not [line for line in settings.configuration.stated if "people" in line or "sha256" in line]
    configuration.write_text(someone(ANNA).section())
    with pytest.raises(SettingsError, match=r"\[people.anna\] is in .* and in "):
        read_team(environment, read_settings(PLATFORMS, environment), PLATFORMS)


def test_own_credentials_for_a_platform_with_several_accounts_refuse_the_start(tmp_path: Path) -> None:
    configuration = tmp_path / "testdesk.toml"
    accounts = [f'[accounts.{one}]\nplatform = "testio"\ntestio\n' for one in ("shop", "web")]
    configuration.write_text("".join(accounts).replace("testio\n", 'api_token_variable = "T"\n'))
    file = written(tmp_path, with_tokens(tmp_path, someone(ANNA)))
    environment = {"TESTDESK_CONFIG": str(configuration), "TESTDESK_PEOPLE": str(file), "T": "tio-shop-1Qa2Ws3Ed"}
    settings = read_settings(PLATFORMS, environment)
    with pytest.raises(SettingsError, match=r"\[people.anna\]: test IO has several accounts here"):
        read_team(environment, settings, PLATFORMS)


# Clients


def clients(**environment: str) -> Clients:
    return Clients(PLATFORMS, read_settings(PLATFORMS, {"TESTDESK_CONFIG": "", **environment}), Network())


def own(name: str, **credentials: Any) -> Person:
    from pydantic import SecretStr

    return Person(name, credentials={variable: SecretStr(value) for variable, value in credentials.items()})


def test_an_own_credential_takes_the_place_of_all_of_the_team_s_for_its_platform() -> None:
    found = clients(TESTOMATIO_EMAIL="team@example.test", TESTOMATIO_PASSWORD="geheim-4711-team", **TEAM_TOKENS)
    team_s = {key: found.fingerprint(key) for key in ("testio", "testomatio")}
    token = current_person.set(own(ANNA, TESTOMATIO_API_TOKEN="testomat_own1Qa2Ws3Ed"))
    try:
        account = found["testomatio"].account
        assert set(account.credentials) == {"TESTOMATIO_API_TOKEN"}
        assert "TESTOMATIO_EMAIL" not in account.settings, "it belongs to the team's password"
        assert account.base_url == "https://app.testomat.io"
        assert found.fingerprint("testomatio") != team_s["testomatio"]
        assert found.fingerprint("testio") == team_s["testio"]
        assert found["testio"].account.secret("TESTIO_API_TOKEN") == TEAM_TOKENS["TESTIO_API_TOKEN"]
    finally:
        current_person.reset(token)
    assert found["testomatio"].account.secret("TESTOMATIO_PASSWORD") == "geheim-4711-team"


def test_clients_of_people_are_bounded_and_the_team_s_stays() -> None:
    found = clients(**TEAM_TOKENS)
    first = found["testio"]
    for number in range(MOST_PERSONAL + 20):
        token = current_person.set(own(f"p{number}", TESTIO_API_TOKEN=f"tio-own-{number:04}"))
        assert found["testio"] is found["testio"]
        current_person.reset(token)
    assert len(found._personal) == MOST_PERSONAL
    assert found["testio"] is first


def test_without_the_team_s_and_an_own_credential_the_person_reads_who_adds_one() -> None:
    found = clients(TESTOMATIO_API_TOKEN=TEAM_TOKENS["TESTOMATIO_API_TOKEN"])
    token = current_person.set(Person(ANNA))
    try:
        with pytest.raises(
            NotConfigured, match=r"anna has none. The operator .* \[people.anna\] \(testio_api_token_file"
        ):
            found["testio"]
    finally:
        current_person.reset(token)


# Headers


def headers_of(*, allowed: bool) -> HeaderCredentials:
    settings = read_settings(PLATFORMS, {"TESTDESK_CONFIG": "", **TEAM_TOKENS})
    return HeaderCredentials(PLATFORMS, settings, PersonalSecrets(), are_allowed=allowed)


def test_unless_the_operator_allows_it_a_credential_in_a_header_is_refused() -> None:
    for name in (b"testdesk-testio-token", b"testdesk-anything"):
        with pytest.raises(NotAuthenticated) as refused:
            headers_of(allowed=False).add(Person(ANNA), [(name, b"tio-1Qa2Ws3Ed")])
        assert (refused.value.status, str(refused.value)) == (400, NOT_ALLOWED)
    assert headers_of(allowed=False).add(Person(ANNA), [(b"accept", b"*/*")]) == Person(ANNA)


def test_each_credential_and_each_personal_setting_has_one_header() -> None:
    names = sorted(headers_of(allowed=True)._known)
    assert names == [
        "testdesk-testery-token",
        "testdesk-testio-token",
        "testdesk-testomatio-email",
        "testdesk-testomatio-password",
        "testdesk-testomatio-project",
        "testdesk-testomatio-token",
        "testdesk-testsigma-token",
        "testdesk-testsigma-user",
    ]
