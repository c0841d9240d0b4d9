"""Tokens that a certified OpenID provider issues, taken by the command as people start it: `make test-provider`."""

import re
import secrets
import shutil
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import anyio
import httpx2
import pytest
from mcp import Client
from mcp.client.auth import OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import AuthorizationCodeResult, OAuthClientInformationFull, OAuthClientMetadata, OAuthToken
from pydantic import AnyUrl

from tests.server.served import MODES, PING, bearer
from tests.team.commands import free_port, running, served_command

PROVIDER = Path(__file__).parent / "provider"
CALLBACK = "http://127.0.0.1:9/callback"
ACCEPT = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}


def missing() -> str:
    """What these tests lack on this machine; empty: nothing."""
    if shutil.which("node") is None:
        return "there is no node"
    if not (PROVIDER / "node_modules" / "oidc-provider").is_dir():
        return "the provider is not installed; `make test-provider` does it"
    return ""


pytestmark = [pytest.mark.anyio, pytest.mark.skipif(bool(missing()), reason=missing() or "all is there")]


class Place(NamedTuple):
    """Where the provider and Testdesk are."""

    issuer: str
    resource: str


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    file = tmp_path_factory.mktemp("team") / "testdesk.toml"
    file.write_text('[team.groups]\nqa-leads = ["read", "triage"]\n')
    port = free_port()
    resource = f"http://127.0.0.1:{port}/mcp"
    with running(["node", str(PROVIDER / "provider.mjs")], r"http://127\.0\.0\.1:\d+") as issuer:
        variables = {"TESTDESK_ISSUER": issuer, "TESTDESK_RESOURCE": resource, "TESTDESK_CONFIG": str(file)}
        with served_command(port, **variables):
            yield Place(issuer, resource)


async def machine_token(place: Place, client: str, **asked: str) -> str:
    """A token of a program: client credentials for a resource."""
    given = {"grant_type": "client_credentials", "scope": "testdesk:read", "resource": place.resource, **asked}
    async with httpx2.AsyncClient() as wire:
        response = await wire.post(f"{place.issuer}/token", data=given, auth=(client, f"{client}-secret"))
    assert response.status_code == 200, response.text
    token: str = response.json()["access_token"]
    return token


async def ping(place: Place, token: str) -> httpx2.Response:
    async with httpx2.AsyncClient(headers={**ACCEPT, **bearer(token)}) as wire:
        return await wire.post(place.resource, json=PING)


@pytest.mark.parametrize("client", ["rs-machine", "ps-machine", "es-machine", "ed-machine"])
async def test_a_program_s_token_is_taken_with_each_algorithm(place: Place, client: str) -> None:
    headers = bearer(await machine_token(place, client))
    async with (
        httpx2.AsyncClient(headers=headers, timeout=30) as wire,
        Client(streamable_http_client(place.resource, http_client=wire)) as connected,
    ):
        assert (await connected.list_tools()).tools


async def test_a_token_for_another_resource_an_opaque_one_and_one_without_rights_are_refused(place: Place) -> None:
    other = await ping(place, await machine_token(place, "rs-machine", resource="https://other.example/mcp"))
    assert (other.status_code, other.json()["error"]) == (401, "The token is for another audience.")
    opaque = await ping(place, await machine_token(place, "rs-machine", resource=f"{place.resource}/opaque"))
    assert (opaque.status_code, 'error="invalid_token"' in opaque.headers["www-authenticate"]) == (401, True)
    powerless = await ping(place, await machine_token(place, "rs-machine", scope=""))
    assert powerless.status_code == 403
    challenge = powerless.headers["www-authenticate"]
    assert 'error="insufficient_scope"' in challenge
    assert 'scope="testdesk:read"' in challenge


async def log_in(address: str, name: str) -> httpx2.QueryParams:
    """What a person does in a browser: logs in, agrees, and is sent back to the client."""
    async with httpx2.AsyncClient(timeout=30) as browser:
        response = await browser.get(address)
        for _ in range(12):
            if response.is_redirect:
                target = response.headers["location"]
                if target.startswith(CALLBACK):
                    return httpx2.URL(target).params
                response = await browser.get(str(response.url.join(target)))
                continue
            assert response.status_code == 200, response.text
            form = re.search(r'<form[^>]* action="([^"]+)"', response.text)
            prompt = re.search(r'name="prompt" value="(\w+)"', response.text)
            assert form, response.text
            assert prompt
            given = {"prompt": prompt[1], "login": name, "password": "any"}
            response = await browser.post(str(response.url.join(form[1])), data=given)
    raise AssertionError("the provider did not send the browser back")


class Memory:
    """What a client keeps."""

    def __init__(self) -> None:
        self.tokens: OAuthToken | None = None
        self.client: OAuthClientInformationFull | None = None

    async def get_tokens(self) -> OAuthToken | None:
        return self.tokens

    async def set_tokens(self, tokens: OAuthToken) -> None:
        self.tokens = tokens

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        return self.client

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        self.client = client_info


def oauth(place: Place, name: str, memory: Memory) -> OAuthClientProvider:
    """The SDK's own client, which knows the server's address only, and a person beside it."""
    came_back: list[httpx2.QueryParams] = []

    async def open_browser(address: str) -> None:
        came_back.append(await log_in(address, name))

    async def wait_for_callback() -> AuthorizationCodeResult:
        given = came_back.pop()
        return AuthorizationCodeResult(code=given["code"], state=given["state"], iss=given.get("iss"))

    metadata = OAuthClientMetadata(
        client_name="A host", redirect_uris=[AnyUrl(CALLBACK)], token_endpoint_auth_method="none"
    )
    return OAuthClientProvider(
        place.resource, metadata, memory, redirect_handler=open_browser, callback_handler=wait_for_callback
    )


@pytest.mark.parametrize("mode", MODES)
async def test_a_host_finds_the_provider_registers_and_logs_a_person_in(place: Place, mode: str) -> None:
    """From the address of the server alone: challenge, metadata, registration, code with PKCE, token, call."""
    memory = Memory()
    with anyio.fail_after(60):
        async with (
            httpx2.AsyncClient(auth=oauth(place, "anna", memory), timeout=30) as wire,
            Client(streamable_http_client(place.resource, http_client=wire), mode=mode) as connected,
        ):
            assert "testio_list_products" in {tool.name for tool in (await connected.list_tools()).tools}
            assert not (await connected.call_tool("testio_list_products", {})).is_error
    assert memory.tokens is not None
    assert {"testdesk:read", "testdesk:triage", "testdesk:order"} <= set((memory.tokens.scope or "").split())
    assert "testdesk:admin" not in (memory.tokens.scope or ""), "nobody asks for the administrator's right unasked"


async def code_flow(place: Place, name: str, scope: str) -> dict[str, Any]:
    """The tokens of a person whose client asks for these scopes."""
    verifier = secrets.token_urlsafe(48)
    challenge = urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    client = {"redirect_uris": [CALLBACK], "application_type": "native", "token_endpoint_auth_method": "none"}
    async with httpx2.AsyncClient(timeout=30) as wire:
        registered = (await wire.post(f"{place.issuer}/reg", json=client)).json()
        asked = {"client_id": registered["client_id"], "redirect_uri": CALLBACK, "resource": place.resource}
        query = {"response_type": "code", "scope": scope, "code_challenge": challenge, "code_challenge_method": "S256"}
        back = await log_in(str(httpx2.URL(f"{place.issuer}/auth", params={**asked, **query})), name)
        sent = {**asked, "grant_type": "authorization_code", "code": back["code"], "code_verifier": verifier}
        response = await wire.post(f"{place.issuer}/token", data=sent)
    assert response.status_code == 200, response.text
    tokens: dict[str, Any] = response.json()
    return tokens


async def test_an_id_token_is_refused_where_the_access_token_beside_it_is_taken(place: Place) -> None:
    tokens = await code_flow(place, "anna", "openid testdesk:read")
    assert (await ping(place, tokens["access_token"])).status_code != 401
    refused = await ping(place, tokens["id_token"])
    assert (refused.status_code, 'error="invalid_token"' in refused.headers["www-authenticate"]) == (401, True)


async def test_groups_give_rights_where_the_scopes_give_none(place: Place) -> None:
    lena, otto = await code_flow(place, "lena", "openid"), await code_flow(place, "otto", "openid")
    assert (await ping(place, lena["access_token"])).status_code not in (401, 403)
    assert (await ping(place, otto["access_token"])).status_code == 403
