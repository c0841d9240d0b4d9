"""What a client is told of how to get a token, and where it finds it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
from mcp.server import MCPServer
from mcp.shared.auth import ProtectedResourceMetadata

from server.http_app import HttpApp
from server.http_command import well_known_beside
from server.team.authentication import OneKey
from server.team.authenticator import team_authenticator
from server.team.settings import TeamSettings
from server.team.token_rules import TokenRules

pytestmark = pytest.mark.anyio
ISSUER = "https://idp.example/realms/qa"
WELL_KNOWN = "/.well-known/oauth-protected-resource"
TEAM = TeamSettings(issuer=ISSUER, resource="https://testdesk.example/mcp")


@asynccontextmanager
async def wired(team: TeamSettings) -> AsyncIterator[httpx2.AsyncClient]:
    checking = team_authenticator(team) if team.issuer else OneKey("key")
    app = HttpApp(MCPServer[Any]("stub"), authenticator=checking, beside=well_known_beside(team))
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://127.0.0.1:1") as connected:
        yield connected


@pytest.mark.parametrize("path", [WELL_KNOWN, f"{WELL_KNOWN}/mcp"])
async def test_the_metadata_is_served_without_authentication(path: str) -> None:
    async with wired(TEAM) as wire:
        response = await wire.get(path)
    assert (response.status_code, response.headers["content-type"]) == (200, "application/json")
    assert response.json() == {
        "resource": "https://testdesk.example/mcp",
        "authorization_servers": [ISSUER],
        "scopes_supported": ["testdesk:read", "testdesk:triage", "testdesk:order", "testdesk:admin"],
        "bearer_methods_supported": ["header"],
        "resource_name": "Testdesk",
    }
    ProtectedResourceMetadata.model_validate(response.json())


async def test_the_challenge_names_an_address_where_the_metadata_is() -> None:
    for resource, path in (
        ("https://testdesk.example", WELL_KNOWN),
        ("https://testdesk.example/", WELL_KNOWN),
        ("https://testdesk.example:8443/mcp", f"{WELL_KNOWN}/mcp"),
        ("https://testdesk.example/qa/mcp", f"{WELL_KNOWN}/qa/mcp"),
    ):
        async with wired(TeamSettings(issuer=ISSUER, resource=resource)) as wire:
            refused = await wire.post("/mcp")
            origin = "/".join(resource.split("/")[:3])
            assert f'resource_metadata="{origin}{path}"' in refused.headers["www-authenticate"]
            assert (await wire.get(path)).json()["resource"] == resource


async def test_a_client_in_a_browser_may_read_the_metadata_and_nothing_else() -> None:
    page = {"origin": "https://inspector.example"}
    asking = {**page, "access-control-request-method": "GET", "access-control-request-headers": "mcp-protocol-version"}
    async with wired(TEAM) as wire:
        allowed = await wire.options(WELL_KNOWN, headers=asking)
        read = await wire.get(WELL_KNOWN, headers=page)
        endpoint = await wire.options("/mcp", headers=asking)
    assert allowed.status_code == 200
    assert "mcp-protocol-version" in allowed.headers["access-control-allow-headers"]
    assert read.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in read.headers
    assert not [name for name in endpoint.headers if name.startswith("access-control")]


async def test_beside_the_metadata_there_is_nothing() -> None:
    paths = [
        "",
        "/other",
        "/oauth-authorization-server",
        "/oauth-protected-resource/",
        "/oauth-protected-resource/mcp/x",
    ]
    async with wired(TEAM) as wire:
        for path in paths:
            response = await wire.get(f"/.well-known{path}")
            assert (response.status_code, "location" in response.headers) == (404, False), path
        assert (await wire.post(WELL_KNOWN)).status_code == 405


async def test_without_an_identity_provider_there_is_no_metadata() -> None:
    async with wired(TeamSettings()) as wire:
        for path in (WELL_KNOWN, f"{WELL_KNOWN}/mcp"):
            response = await wire.get(path)
            assert response.status_code == 404
            assert "MCP endpoint is /mcp" in response.json()["error"]


async def test_where_groups_alone_give_rights_no_scopes_are_offered() -> None:
    team = TeamSettings(issuer=ISSUER, resource=TEAM.resource, tokens=TokenRules(scopes={}))
    async with wired(team) as wire:
        assert "scopes_supported" not in (await wire.get(WELL_KNOWN)).json()
        assert "scope=" not in (await wire.post("/mcp")).headers["www-authenticate"]
