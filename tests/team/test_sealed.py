"""What the id of a session holds: what its client said, no longer than it counts, and for its owner only."""

from dataclasses import replace
from typing import Any

import pytest
from mcp_types.version import LATEST_HANDSHAKE_VERSION
from pydantic import SecretStr

from server.team import sealed
from server.team.keyring import ring
from server.team.person import Person
from server.team.sealed import LONGEST_NAME, SESSION_SECONDS, SKEW_SECONDS, SessionSeal, new_session, owner_of

SEAL = SessionSeal((b"a key that both processes have, of 32 bytes or more",))
NOW = 1_800_000_000.0
EVERYTHING = {
    "elicitation": {"form": {}, "url": {}},
    "extensions": {"io.example/a": {"b": 1}},
    "roots": {"listChanged": True},
    "sampling": {"context": {}},
}


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.team.sealed.time.time", lambda: NOW)


def opened(owner: str = "anna", **changes: Any) -> sealed.Session:
    given = {
        "protocolVersion": "2025-06-18",
        "capabilities": EVERYTHING,
        "clientInfo": {"name": "a client", "version": "1.2", "title": "no part of it"},
    }
    session = new_session(given | changes, owner)
    assert session is not None
    return session


def test_an_id_holds_what_the_client_said_of_itself_and_of_what_it_can_do() -> None:
    session = opened()
    assert (session.owner, session.version, session.issued_at) == ("anna", "2025-06-18", NOW)
    assert session.client == {"name": "a client", "version": "1.2"}
    assert session.capabilities == EVERYTHING
    assert len({session.number, opened().number}) == 2
    assert len(session.number) == 32
    assert SEAL.unseal(SEAL.seal(session), owner="anna") == session


def test_a_version_that_is_not_known_becomes_the_latest_and_names_are_cut() -> None:
    session = opened(protocolVersion="1999-01-01", clientInfo={"name": "n" * 101, "version": "v" * 100})
    assert session.version == LATEST_HANDSHAKE_VERSION
    assert session.client == {"name": "n" * LONGEST_NAME, "version": "v" * 100}


def test_large_capabilities_keep_what_is_asked_by() -> None:
    extensions = {"io.example/a": {"b": "c" * sealed.MOST_BYTES}}
    session = opened(capabilities=EVERYTHING | {"extensions": extensions, "experimental": {"x": {}}})
    assert session.capabilities == {
        "elicitation": {"form": {}, "url": {}},
        "extensions": {},
        "roots": {},
        "sampling": {},
    }
    assert opened(capabilities={"elicitation": {"url": {}}, "extensions": extensions}).capabilities == {
        "elicitation": {"url": {}},
        "extensions": {},
    }
    assert opened(capabilities={"extensions": extensions}).capabilities == {"extensions": {}}


@pytest.mark.parametrize(
    ("issued_at", "is_open"),
    [
        (NOW, True),
        (NOW - SESSION_SECONDS + 1, True),
        (NOW - SESSION_SECONDS, False),
        (NOW + SKEW_SECONDS, True),
        (NOW + SKEW_SECONDS + 1, False),
    ],
)
def test_an_id_opens_for_a_day_also_where_clocks_differ_by_a_minute(issued_at: float, is_open: bool) -> None:
    held = SEAL.seal(replace(opened(), issued_at=issued_at))
    assert (SEAL.unseal(held, owner="anna") is not None) == is_open


def test_an_id_of_another_owner_or_form_or_of_no_seal_opens_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    held = SEAL.seal(opened())
    assert SEAL.unseal(held, owner="") is None
    assert SEAL.unseal(held, owner="ben") is None
    assert SEAL.unseal(held[:-1], owner="anna") is None
    assert SEAL.unseal("", owner="anna") is None
    assert SEAL.unseal("ä" + held, owner="anna") is None
    monkeypatch.setattr(sealed, "FORM", 2)
    assert SEAL.unseal(held, owner="anna") is None
    assert SEAL.unseal(SEAL.seal(opened()), owner="anna") is not None


def test_what_is_too_long_for_an_id_is_not_even_unsealed(monkeypatch: pytest.MonkeyPatch) -> None:
    held = SEAL.seal(opened())
    monkeypatch.setattr(sealed, "LONGEST_ID", len(held))
    assert SEAL.unseal(held, owner="anna") is not None
    monkeypatch.setattr(sealed, "LONGEST_ID", len(held) - 1)
    assert SEAL.unseal(held, owner="anna") is None


def test_sessions_belong_to_a_name_of_one_issuer_with_the_credentials_that_came() -> None:
    own = Person(
        "anna", credentials={"TESTIO_API_TOKEN": SecretStr("hers")}, from_headers=frozenset(["TESTIO_API_TOKEN"])
    )
    others = [Person("anna", issuer="https://id.example"), Person("keys anna", issuer=""), Person("ben"), own]
    owners = {owner_of(one) for one in [None, Person("anna"), *others]}
    assert len(owners) == 6
    assert owner_of(None) == ""
    assert owner_of(Person("anna")) == owner_of(Person("anna"))


@pytest.mark.parametrize(
    "params", [None, {}, [], {"protocolVersion": 1}, {"protocol_version": "2025-06-18", "capabilities": {}}]
)
def test_an_opening_that_is_malformed_is_no_session(params: Any) -> None:
    assert new_session(params, "anna") is None


def test_what_is_sealed_for_something_else_is_no_session() -> None:
    assert (
        SEAL.unseal(ring((b"a key that both processes have, of 32 bytes or more",), "round").seal(b"[]"), owner="")
        is None
    )
