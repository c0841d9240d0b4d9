"""Views over MCP: who is listed them, what their pages may call, and that each page can be read."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from mcp import Client
from mcp.client.extension import advertise
from mcp.server.apps import APP_MIME_TYPE, EXTENSION_ID
from mcp.types import ReadResourceResult, TextResourceContents
from pydantic_core import from_json, to_json

from server.app import build
from server.faces import CALL
from server.sandbox import SandboxTransport
from server.settings import Settings
from tests.desk import ERAS, Unpublished, sandboxes, settings, text
from tools.kit.declared import Declared
from tools.kit.network import Network
from tools.platforms import PLATFORMS

pytestmark = pytest.mark.anyio
both_eras = pytest.mark.parametrize("mode", ERAS)
BOARD = "testio_triage_board"
ADDRESS = "ui://testdesk/testio/triage_board.html"
SHOWS = {"mimeTypes": [APP_MIME_TYPE]}
SMALLEST, LARGEST = 5_000, 25_000
"""Bytes of a page."""


@asynccontextmanager
async def host(mode: str, told: Settings, extension: dict[str, Any] | None = SHOWS) -> AsyncIterator[Client]:
    """A client of a server on the sandbox that declares the extension of views, or does not."""
    server = build(told, network=Network(SandboxTransport(sandboxes())))
    extensions = None if extension is None else [advertise(EXTENSION_ID, extension)]
    async with Client(server, mode=mode, extensions=extensions, raise_exceptions=True) as client:
        client.session._tool_output_schemas = Unpublished()
        yield client


async def metas(client: Client) -> dict[str, dict[str, Any]]:
    """What the extension says of each listed tool, by name."""
    return {tool.name: (tool.meta or {}).get("ui", {}) for tool in (await client.list_tools()).tools}


def body(result: ReadResourceResult) -> str:
    (content,) = result.contents
    assert isinstance(content, TextResourceContents)
    assert content.mime_type == APP_MIME_TYPE
    return content.text


@both_eras
async def test_every_page_that_a_tool_names_can_be_read(mode: str) -> None:
    async with host(mode, settings()) as client:
        addresses = {name: ui["resourceUri"] for name, ui in (await metas(client)).items() if "resourceUri" in ui}
        assert addresses == {BOARD: ADDRESS}
        listed = {str(resource.uri) for resource in (await client.list_resources()).resources}
        for address in addresses.values():
            page = body(await client.read_resource(address))
            assert address in listed
            assert SMALLEST < len(page.encode()) <= LARGEST
            assert page.startswith("<!doctype html>")


@both_eras
@pytest.mark.parametrize("extension", [None, {}, {"mimeTypes": ["text/html"]}])
async def test_a_host_without_the_extension_is_listed_no_view(mode: str, extension: dict[str, Any] | None) -> None:
    async with host(mode, settings({"TESTDESK_TOOLSETS": ""}), extension) as client:
        found = await metas(client)
        assert BOARD not in found
        assert not any(found.values())
        assert ADDRESS not in {str(resource.uri) for resource in (await client.list_resources()).resources}
        offered = await client.call_tool("find_tools", {"text": "triage board of open bugs", "limit": 10})
        assert BOARD not in text(offered)


@both_eras
async def test_the_rows_are_for_the_page_and_the_model_reads_one_sentence(mode: str) -> None:
    async with host(mode, settings()) as client:
        shown = await client.call_tool(BOARD, {"product_ids": [71]})
        assert text(shown).startswith("The user now sees the triage board with ")
        assert len(text(shown)) < 200
        assert shown.structured_content
    async with host(mode, settings(), None) as client:
        plain = await client.call_tool(BOARD, {"product_ids": [71]})
        assert from_json(text(plain)) == plain.structured_content == shown.structured_content


@both_eras
async def test_where_nobody_is_asked_no_page_may_call_what_asks(mode: str) -> None:
    async with host(mode, settings({"TESTDESK_CONSENT": "client", "TESTDESK_TOOLSETS": "auto"})) as client:
        found = await metas(client)
        asking = {t.name for t in (await client.list_tools()).tools if t.annotations and t.annotations.destructive_hint}
        assert CALL in asking, "it calls any tool, so it counts as each of them"
        assert {name for name, ui in found.items() if ui == {"visibility": ["model"]}} == asking
        assert '"triage_bugs"' not in may_call(body(await client.read_resource(ADDRESS)))
    async with host(mode, settings({"TESTDESK_TOOLSETS": "auto"})) as client:
        assert not any("model" in ui.get("visibility", ()) for ui in (await metas(client)).values())
        assert '"triage_bugs"' in may_call(body(await client.read_resource(ADDRESS)))


async def test_where_nobody_is_asked_even_a_host_without_the_extension_is_told() -> None:
    async with host("auto", settings({"TESTDESK_CONSENT": "client"}), None) as client:
        assert (await metas(client))["testio_accept_bug"] == {"visibility": ["model"]}


@both_eras
async def test_a_page_gets_no_tool_that_the_session_has_not(mode: str) -> None:
    async with host(mode, settings(read_only=True)) as client:
        page = may_call(body(await client.read_resource(ADDRESS)))
        assert '"triage_bugs"' not in page
        assert '"get_bug"' in page


@both_eras
async def test_tools_of_a_page_are_listed_for_it_alone_where_the_face_leaves_them_out(mode: str) -> None:
    told = settings({"TESTDESK_TOOLSETS": "testio:board"})
    async with host(mode, told) as client:
        found = await metas(client)
        assert found[BOARD] == {"resourceUri": ADDRESS}
        app = {name for name, ui in found.items() if ui == {"visibility": ["app"]}}
        uses = ("get_bug", "get_bugs", "get_bug_screenshots", "list_reject_reasons", "triage_bugs")
        assert app == {f"testio_{name}" for name in uses}
    async with host(mode, told, None) as client:
        assert not any(name.startswith("testio_") for name in await metas(client))


async def test_the_face_with_the_board_stays_within_the_limit_of_one_platform() -> None:
    told = settings({"TESTDESK_TOOLSETS": "", "TESTIO_API_TOKEN": "0123456789abcdef"}, sandbox=False)
    async with host("auto", told) as client:
        for_model = [
            t for t in (await client.list_tools()).tools if (t.meta or {}).get("ui") != {"visibility": ["app"]}
        ]
        assert sum(len(t.model_dump_json(by_alias=True, exclude_none=True).encode()) for t in for_model) <= 11_000


@both_eras
async def test_the_server_announces_the_extension_where_the_revision_has_a_place_for_it(mode: str) -> None:
    async with host(mode, settings()) as client:
        announced = client.server_capabilities.extensions if client.server_capabilities else None
        assert announced == ({EXTENSION_ID: {}} if mode == "auto" else None)


def test_a_record_of_declarations_keeps_views() -> None:
    declared = next(platform for platform in PLATFORMS if platform.key == "testio").declaration()
    assert Declared.from_json(from_json(to_json(declared.as_json))) == declared
    assert any(tool.view for tool in declared.tools)


def may_call(page: str) -> str:
    """The part of a page that says which tools it may call."""
    return page.partition("Object.assign(desk,")[2].partition(");")[0]
