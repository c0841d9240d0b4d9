"""Tokens of an identity provider: which are taken, whom they name, and what all others get."""

import logging
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.server import MCPServer
from mcp.server.auth.middleware.auth_context import get_access_token
from pydantic import SecretStr

from server import callers
from server.callers import name_caller
from server.http_app import HttpApp
from server.team.authenticator import TeamAuthenticator
from server.team.person import Person
from server.team.settings import TeamSettings
from server.team.token_rules import TokenRules
from server.team.tokens import ProviderTokens, Subjects, name_of
from tests.server.served import MODES, PING, bearer, raw, served, text
from tests.team.issuer import Issuer, issuing, jwk
from tests.team.serving import RESOURCE

pytestmark = pytest.mark.anyio
METADATA = 'resource_metadata="https://testdesk.example/.well-known/oauth-protected-resource/mcp"'
SCOPE = 'scope="testdesk:read testdesk:triage testdesk:order"'
NO_TOKEN = f"Bearer {SCOPE}, {METADATA}"


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with issuing() as running:
        yield running


async def whoami() -> str:
    """Say as whom the request came."""
    person, token = callers.person.get(), get_access_token()
    assert person is not None
    assert token is not None
    assert token.token == ""
    assert token.scopes == sorted(person.rights)
    return f"{callers.principal.get()} may {' '.join(sorted(person.rights))}"


def authenticator(issuer: Issuer, people: Subjects | None = None, **rules: Any) -> TeamAuthenticator:
    team = TeamSettings(issuer=issuer.url, resource=RESOURCE, tokens=TokenRules(**rules))
    return TeamAuthenticator(None, ProviderTokens(team, people))


def server() -> MCPServer[Any]:
    made: MCPServer[Any] = MCPServer("stub")
    made.add_tool(whoami)
    made.middleware.insert(0, name_caller)
    return made


@asynccontextmanager
async def wired(checking: TeamAuthenticator) -> AsyncIterator[httpx2.AsyncClient]:
    """The application without a port, for requests that its endpoint need not answer."""
    app = HttpApp(server(), authenticator=checking)
    headers = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}
    async with (
        app.open(),
        httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app), base_url="http://127.0.0.1:1", headers=headers
        ) as connected,
    ):
        yield connected


async def answer(checking: TeamAuthenticator, token: str) -> httpx2.Response:
    async with wired(checking) as wire:
        return await wire.post("/mcp", json=PING, headers=bearer(token))


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"aud": ["account", RESOURCE]},
        {"headers": {"typ": None}},
        {"headers": {"typ": "JWT"}},
        {"headers": {"typ": "application/at+jwt"}},
        {"typ": "Bearer", "nonce": "older Keycloak"},
    ],
)
async def test_a_good_token_is_taken(issuer: Issuer, claims: dict[str, Any]) -> None:
    person = await authenticator(issuer).authenticate(headers(issuer.token(**claims)))
    assert (person.name, person.issuer) == (name_of("anna", issuer.url), issuer.url)
    assert person.rights == {"read"}


async def test_clocks_may_differ_by_half_a_minute(issuer: Issuer) -> None:
    now = int(time.time())
    early: list[dict[str, Any]] = [{"exp": now - 10}, {"nbf": now + 20, "iat": now + 20}]
    for claims in early:
        assert await authenticator(issuer).authenticate(headers(issuer.token(**claims)))


@pytest.mark.parametrize("algorithm", ["RS256", "PS256", "ES256", "EdDSA"])
async def test_each_algorithm_has_its_own_kind_of_key(issuer: Issuer, algorithm: str) -> None:
    issuer.keys = [jwk("theirs", algorithm)]
    person = await authenticator(issuer).authenticate(headers(issuer.token(kid="theirs", alg=algorithm)))
    assert person.name == name_of("anna", issuer.url)


def headers(*tokens: str) -> list[tuple[bytes, bytes]]:
    return [(b"authorization", f"Bearer {token}".encode()) for token in tokens]


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"authorization": "Basic YW5uYTpwdw=="},
        {"authorization": "Bearer"},
        {"authorization": "Bearer "},
        {"x-authorization": "Bearer {token}"},
    ],
)
async def test_where_no_token_was_sent_no_error_is_named(issuer: Issuer, sent: dict[str, str]) -> None:
    async with wired(authenticator(issuer)) as wire:
        token = issuer.token()
        response = await wire.post("/mcp", json=PING, headers={k: v.format(token=token) for k, v in sent.items()})
    assert (response.status_code, response.headers["www-authenticate"]) == (401, NO_TOKEN)


async def test_a_token_counts_in_one_authorization_header_only(issuer: Issuer) -> None:
    token = issuer.token()
    form = {"content-type": "application/x-www-form-urlencoded"}
    async with wired(authenticator(issuer)) as wire:
        twice = await wire.post("/mcp", json=PING, headers=[("authorization", f"Bearer {token}")] * 2)
        two = await wire.post(
            "/mcp", json=PING, headers=[("authorization", f"Bearer {token}"), ("authorization", "Basic eDp5")]
        )
        in_query = await wire.post("/mcp", json=PING, params={"access_token": token})
        in_body = await wire.post("/mcp", content=f"access_token={token}", headers=form)
    for response in (twice, two, in_query, in_body):
        assert (response.status_code, response.headers["www-authenticate"]) == (401, NO_TOKEN)


async def test_a_token_without_rights_is_forbidden_with_the_scope_that_it_needs(issuer: Issuer) -> None:
    for scope in (None, "", "openid profile", "testdesk:reads other:read"):
        response = await answer(authenticator(issuer), issuer.token(scope=scope))
        challenge = response.headers["www-authenticate"]
        reason = "The token gives no right on this server."
        wanted = f'error="insufficient_scope", error_description="{reason}", scope="testdesk:read", {METADATA}'
        assert (response.status_code, challenge) == (403, f"Bearer {wanted}")


async def test_where_groups_alone_give_rights_no_scope_is_asked_for(issuer: Issuer) -> None:
    by_groups = authenticator(issuer, groups={"qa": frozenset({"read"})}, scopes={})
    refused = await answer(by_groups, issuer.token(scope="testdesk:admin", groups=["sales"]))
    assert (refused.status_code, "scope=" in refused.headers["www-authenticate"]) == (403, False)
    person = await by_groups.authenticate(headers(issuer.token(scope="testdesk:admin", groups=["sales", "qa"])))
    assert person.rights == {"read"}


async def test_a_provider_that_was_never_reached_is_no_fault_of_the_token(issuer: Issuer) -> None:
    issuer.is_away = True
    response = await answer(authenticator(issuer), issuer.token())
    assert (response.status_code, response.headers["retry-after"]) == (503, "10")
    assert "www-authenticate" not in response.headers


class Known:
    """The operator's people, of whom one has a subject."""

    def __init__(self, issuer: str) -> None:
        self._issuer = issuer

    def of_subject(self, issuer: str, subject: str) -> Person | None:
        if (issuer, subject) != (self._issuer, "anna"):
            return None
        rights = frozenset({"read", "triage"})
        return Person("anna", rights, credentials={"EXAMPLE_TOKEN": SecretStr("hers")})  # type: ignore[arg-type]


async def test_a_person_of_the_operator_s_has_its_name_credentials_and_at_most_its_rights(issuer: Issuer) -> None:
    checking = authenticator(issuer, Known(issuer.url))
    anna = await checking.authenticate(headers(issuer.token(scope="testdesk:triage testdesk:admin")))
    assert (anna.name, list(anna.credentials)) == ("anna", ["EXAMPLE_TOKEN"])
    assert anna.rights == {"triage"}
    bo = await checking.authenticate(headers(issuer.token(sub="bo", scope="testdesk:triage testdesk:admin")))
    assert (bo.name, dict(bo.credentials)) == (name_of("bo", issuer.url), {})
    assert bo.rights == {"triage", "admin"}
    refused = await answer(checking, issuer.token(scope="testdesk:admin"))
    assert refused.status_code == 403


def test_no_two_people_have_one_name() -> None:
    subjects = ["anna", "Anna", "anna@b", "auth0|anna", "", " anna", "anna\n", "ann\u200ba", "a" * 65, "a" * 66]
    digest = name_of("a" * 65, "https://idp.example").partition("@")[0]
    names = [name_of(s, "https://idp.example") for s in [*subjects, digest]]
    names += [name_of("anna", i) for i in ("https://idp.example/qa", "http://127.0.0.1:1", "https://127.0.0.1:1")]
    assert len(set(names)) == len(names)
    assert all("@" in name and name.isprintable() and " " not in name for name in names), "a key's name has no @"
    assert name_of("anna", "https://idp.example/realms/qa") == "anna@idp.example/realms/qa"


@pytest.mark.parametrize("mode", MODES)
async def test_rights_are_those_of_each_request(monkeypatch: pytest.MonkeyPatch, issuer: Issuer, mode: str) -> None:
    """A right that a new token lacks is gone at once, also inside a session."""
    tokens = iter([issuer.token(scope="testdesk:read testdesk:triage"), issuer.token(scope="read")])
    present = [next(tokens)]

    class Renewing(httpx2.Auth):
        def auth_flow(self, request: httpx2.Request) -> Any:
            request.headers["authorization"] = f"Bearer {present[0]}"
            yield request

    async with (
        served(monkeypatch, server(), authenticator=authenticator(issuer)) as running,
        httpx2.AsyncClient(auth=Renewing()) as wire,
        Client(streamable_http_client(running.url, http_client=wire), mode=mode) as connected,
    ):
        name = name_of("anna", issuer.url)
        assert text(await connected.call_tool("whoami")) == f"{name} may read triage"
        present[0] = next(tokens)
        assert text(await connected.call_tool("whoami")) == f"{name} may read"


async def test_a_session_is_nobody_else_s(monkeypatch: pytest.MonkeyPatch, issuer: Issuer) -> None:
    opening = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "host", "version": "1"}}
    begin = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": opening}
    checking = authenticator(issuer)
    async with served(monkeypatch, server(), authenticator=checking) as running, raw(running) as wire:
        begun = await wire.post("/mcp", json=begin, headers=bearer(issuer.token()))
        session = {"mcp-session-id": begun.headers["mcp-session-id"]}
        foreign = await wire.post("/mcp", json=PING, headers={**session, **bearer(issuer.token(sub="bo"))})
        own = await wire.post("/mcp", json=PING, headers={**session, **bearer(issuer.token(scope="read order"))})
    assert (begun.status_code, foreign.status_code, own.status_code) == (200, 404, 200)


async def test_no_record_of_the_log_has_a_token(issuer: Issuer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    tokens = [issuer.token(), issuer.token(kid="stranger"), issuer.token(exp=1), issuer.token(scope="")]
    for token in tokens:
        response = await answer(authenticator(issuer), token)
        assert not any(part in str(response.headers) + response.text for part in token.split("."))
    parts = [part for token in tokens for part in token.split(".")]
    assert not [record for record in caplog.records if any(part in record.getMessage() for part in parts)]
