"""What is kept for one caller reaches no other, over a real port."""

from typing import Any

import pytest

from server.app import build
from server.sandbox import SandboxTransport
from tests.desk import Unpublished, sandboxes, settings
from tests.server.served import client, served, text
from tools.kit.network import Network

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("noted")]

OPEN, CLOSE = "testomatio_open_change_session", "testomatio_close_change_session"


async def test_a_change_session_groups_the_writes_of_whoever_opened_it_and_of_nobody_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = sandboxes()
    server = build(settings(), network=Network(SandboxTransport(world)))

    def sessions_sent() -> list[bool]:
        entries = world.journal.entries(platform="testomatio")
        return [
            any(name.lower() == "x-session-hash" for name in entry.headers)
            for entry in entries
            if entry.method == "POST" and entry.path.endswith("/labels")
        ]

    async def label(connected: Any, title: str) -> None:
        result = await connected.call_tool("testomatio_create_label", {"title": title})
        assert not result.is_error, text(result)

    async with (
        served(monkeypatch, server) as running,
        client(running.url, "legacy") as opener,
        client(running.url, "legacy") as other,
        client(running.url, "auto") as modern,
    ):
        for connected in (opener, other, modern):
            connected.session._tool_output_schemas = Unpublished()
        assert not (await opener.call_tool(OPEN, {"description": "Tidy up"})).is_error
        for number, connected in enumerate((opener, other, modern)):
            await label(connected, f"Label {number}")
        assert sessions_sent() == [True, False, False]
        assert "None was open" in text(await other.call_tool(CLOSE, {}))
        refused = await modern.call_tool(OPEN, {"description": "Mine"})
        assert refused.is_error
        assert "be distinguished from others" in text(refused)
        assert "Closed" in text(await opener.call_tool(CLOSE, {}))
