"""Which rights scopes, groups and roles give, and how the operator writes it down."""

from pathlib import Path
from typing import Any

import pytest

from server.config_file import read_configuration
from server.settings import SettingsError
from server.team.rights import ALL, RIGHTS
from server.team.settings import read_team
from server.team.token_rules import SCOPES, TokenRules
from tools.platforms import PLATFORMS


@pytest.mark.parametrize(
    ("claims", "rights"),
    [
        ({"scope": "testdesk:read testdesk:triage"}, {"read", "triage"}),
        ({"scope": "openid read order"}, {"read", "order"}),
        ({"scp": ["testdesk:read", "admin"]}, {"read", "admin"}),
        ({"scp": "read triage"}, {"read", "triage"}),
        ({"scope": "read", "scp": ["triage"]}, {"read", "triage"}),
        ({"scope": "api://1234/testdesk:read"}, {"read"}),
        ({"scope": "READ testdesk.read testdesk:readonly reader"}, set()),
        ({"scope": {"read": True}, "scp": [["read"], None, 1]}, set()),
        ({"scope": ""}, set()),
        ({}, set()),
    ],
)
def test_scopes_give_rights(claims: dict[str, Any], rights: set[str]) -> None:
    assert TokenRules().rights(claims) == rights


TRIAGE = frozenset[Any]({"read", "triage"})
ORDER = frozenset[Any]({"read", "order"})


@pytest.mark.parametrize(
    ("claim", "claims", "rights"),
    [
        ("groups", {"groups": ["qa", "sales"]}, TRIAGE),
        ("groups", {"groups": ["qa", "leads"]}, TRIAGE | ORDER),
        ("groups", {"groups": "qa"}, TRIAGE),
        ("groups", {"groups": "qa leads"}, set()),
        ("groups", {"groups": [["qa"]], "roles": ["qa"]}, set()),
        ("roles", {"groups": ["qa"], "roles": ["leads"]}, ORDER),
        ("realm_access.roles", {"realm_access": {"roles": ["qa"]}}, TRIAGE),
        ("realm_access.roles", {"realm_access": ["roles"]}, set()),
        ("https://example.com/roles", {"https://example.com/roles": ["qa"]}, TRIAGE),
        ("a.b", {"a.b": ["qa"], "a": {"b": ["leads"]}}, TRIAGE),
        ("a.b", {"a": {"b": "leads", "c": ["qa"]}, "b": ["qa"]}, ORDER),
        ("a.b.c", {"a": {"b": {"c": ["qa"]}}}, TRIAGE),
        ("groups", {"groups": ["another", None, "qa"]}, TRIAGE),
        ("groups", {"scope": "testdesk:order", "groups": ["qa"]}, TRIAGE | ORDER),
    ],
)
def test_groups_give_rights_beside_scopes(claim: str, claims: dict[str, Any], rights: set[str]) -> None:
    rules = TokenRules(groups_claims=(claim,), groups={"qa": TRIAGE, "leads": ORDER})
    assert rules.rights(claims) == rights


def test_each_claim_that_the_operator_names_gives_rights() -> None:
    rules = TokenRules(groups_claims=("roles", "groups"), groups={"qa": TRIAGE, "leads": ORDER})
    assert rules.rights({"roles": ["qa"], "groups": ["leads"]}) == TRIAGE | ORDER
    assert TokenRules().rights({"groups": ["qa"]}) == set(), "a group gives what the operator says, else nothing"


def test_of_the_scopes_that_give_a_right_the_one_that_gives_least_is_named() -> None:
    assert [TokenRules().needed(right) for right in RIGHTS] == [f"testdesk:{right}" for right in RIGHTS]
    every, some, one = "api://1/every", "api://1/some", "api://1/one"
    rules = TokenRules(scopes={every: ALL, some: TRIAGE | ORDER, one: frozenset({"read"})})
    assert [rules.needed(right) for right in RIGHTS] == [one, some, some, every]
    assert rules.requested() == [some, one]


def test_clients_request_what_everyday_work_needs() -> None:
    assert TokenRules().requested() == ["testdesk:read", "testdesk:triage", "testdesk:order"]
    named = TokenRules(scopes={"api://1/all": frozenset({"read", "triage"}), "api://1/look": frozenset({"read"})})
    assert (named.needed("read"), named.needed("admin")) == ("api://1/look", "")
    assert named.rights({"scp": "look"}) == {"read"}
    assert named.rights({"scp": "read"}) == set(), "the operator's scopes take the place of ours"


WRITTEN = """
[team]
audience = "11111111-2222-3333-4444-555555555555"
groups_claim = ["roles", "groups"]

[team.groups]
qa-leads = ["read", "triage", "order"]
"QA / Berlin" = ["read"]

[team.scopes]
"api://1234/Testdesk.Read" = ["read"]
openid = []
"""


def read(tmp_path: Path, text: str) -> TokenRules | None:
    file = tmp_path / "testdesk.toml"
    file.write_text(text)
    return read_configuration(str(file), PLATFORMS).tokens


def test_the_operator_names_audience_groups_and_scopes_in_the_configuration_file(tmp_path: Path) -> None:
    rules = read(tmp_path, WRITTEN)
    assert rules is not None
    assert (rules.audience, rules.groups_claims) == ("11111111-2222-3333-4444-555555555555", ("roles", "groups"))
    assert rules.groups == {"qa-leads": {"read", "triage", "order"}, "QA / Berlin": {"read"}}
    assert rules.rights({"scp": "Testdesk.Read", "roles": ["qa-leads"]}) == {"read", "triage", "order"}
    assert rules.requested() == ["api://1234/Testdesk.Read", "openid"]
    assert read(tmp_path, "") is None
    assert TokenRules().scopes == SCOPES


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[team]\ngroup_claim = 'x'", "Did you mean groups_claim?"),
        ("[team]\naudience = 7", "takes a text on one line"),
        ("[team]\ngroups_claim = []\n[team.groups]\nqa = ['reed']", "takes a list of rights"),
        ("[team.groups]\nqa = 'read'", "takes a list of rights"),
        ("[team.groups]\nqa = [['read']]", "takes a list of rights"),
        ("[team]\nscopes = ['read']", "is a section, written as [team.scopes]"),
        ("[team.scopes]\n'two words' = ['read']", "is no scope"),
        ("[team.scopes]\n'quo\"ted' = ['read']", "is no scope"),
        ("team = 1", "is a section, written as [team]"),
    ],
)
def test_what_is_wrong_in_the_file_refuses_the_start(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(SettingsError) as raised:
        read(tmp_path, text)
    assert reason in str(raised.value)


@pytest.mark.parametrize(
    "address",
    [
        "http://idp.example",
        "idp.example",
        "ftp://idp.example",
        "https://",
        "https://user:pw@idp.example",
        "https://idp.example/?tenant=1",
        "https://idp.example/#qa",
        'https://idp.example/"',
        "https://idp.example/a b",
        "https://idp.example:port",
        "http://localhost.evil.example",
        "https://идп.example",
    ],
)
def test_an_issuer_or_a_resource_is_an_https_address(address: str) -> None:
    good = "https://idp.example/realms/qa"
    for environment in (
        {"TESTDESK_ISSUER": address, "TESTDESK_RESOURCE": good},
        {"TESTDESK_ISSUER": good, "TESTDESK_RESOURCE": address},
    ):
        with pytest.raises(SettingsError, match="is an address such as"):
            read_team(environment)


def test_a_provider_on_this_machine_may_speak_http() -> None:
    for address in ("http://127.0.0.1:9000", "http://localhost:9000/a", "http://[::1]:9000"):
        team = read_team({"TESTDESK_ISSUER": address, "TESTDESK_RESOURCE": "http://127.0.0.1:8765/mcp"})
        assert team.issuer == address
    with pytest.raises(SettingsError, match="TESTDESK_RESOURCE"):
        read_team({"TESTDESK_ISSUER": "https://idp.example"})
