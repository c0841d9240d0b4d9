"""`testdesk doctor` says whether tokens of the identity provider can be checked."""

from collections.abc import Iterator
from typing import Any

import pytest

from server.doctor import run_doctor
from server.team.report import provider_lines
from server.team.token_rules import TokenRules
from tests.team.issuer import Issuer, issuing
from tests.team.serving import RESOURCE

pytestmark = pytest.mark.anyio


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with issuing() as running:
        yield running


async def test_the_doctor_reads_the_keys(issuer: Issuer, capsys: pytest.CaptureFixture[str]) -> None:
    assert await run_doctor({"TESTDESK_ISSUER": issuer.url, "TESTDESK_RESOURCE": RESOURCE}) == 0
    printed = capsys.readouterr().out
    assert f"Identity provider (TESTDESK_ISSUER): {issuer.url}\n" in printed
    assert f"    works: keys that can be used at {issuer.url}/jwks: 1\n" in printed
    assert f"    tokens are for {RESOURCE} (TESTDESK_RESOURCE)\n" in printed
    assert "https://testdesk.example/.well-known/oauth-protected-resource/mcp;" in printed
    assert "    scope testdesk:triage: triage\n" in printed


async def test_the_doctor_says_why_tokens_cannot_be_checked(issuer: Issuer, capsys: pytest.CaptureFixture[str]) -> None:
    issuer.metadata["issuer"] = f"{issuer.url}/"
    assert await run_doctor({"TESTDESK_ISSUER": issuer.url, "TESTDESK_RESOURCE": RESOURCE}) == 1
    assert f"DOES NOT WORK: {issuer.url}/.well-known/openid-configuration names another issuer" in (
        capsys.readouterr().out
    )
    lines, works = await provider_lines({"TESTDESK_ISSUER": issuer.url})
    assert not works
    assert "TESTDESK_RESOURCE" in lines[0]


async def test_rules_that_give_nobody_a_right_are_an_error(issuer: Issuer) -> None:
    given = {"TESTDESK_ISSUER": issuer.url, "TESTDESK_RESOURCE": RESOURCE}
    for nothing in ({}, {"openid": frozenset[Any]()}):
        lines, works = await provider_lines(given, TokenRules(scopes=nothing))
        assert (works, "NO TOKEN GIVES A RIGHT" in lines[-1]) == (False, True)
    lines, works = await provider_lines(given, TokenRules(scopes={}, groups={"qa": frozenset({"read"})}))
    assert (works, lines[-1]) == (True, "    groups 'qa': read")


async def test_without_a_provider_nothing_is_said() -> None:
    assert await provider_lines({"TESTDESK_ISSUER": " "}) == ([], True)
