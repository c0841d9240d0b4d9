"""Whoever listens hears of an arrival, on both eras, also when another process received it."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from subprocess import DEVNULL, PIPE
from typing import Any

import anyio
import httpx
import pytest
from mcp import Client, StdioServerParameters
from mcp.types import ResourceUpdatedNotification

from server.app import build
from server.inbox.events import EventStore
from server.inbox.receiver import Receiver
from server.inbox.store import PUBLIC_URL, PlatformInbox
from server.store.sqlite import SqliteEngine
from tests.desk import ERAS, settings
from tests.forking import Forks
from tests.server.inbox.test_receiver import EVENT
from tests.server.printed import printed_until
from tests.server.test_serve import ENVIRONMENT
from tools.platforms import PLATFORMS

pytestmark = [
    pytest.mark.anyio,
    # The SDK's client warns of what handshake clients still do, and that is what is tested here.
    pytest.mark.filterwarnings("ignore:resources/:mcp.shared.exceptions.MCPDeprecationWarning"),
]

both_eras = pytest.mark.parametrize("mode", ERAS)

PROMPTLY = 2.0
PATIENCE = 30.0


@asynccontextmanager
async def inbox_process(file: Path) -> AsyncIterator[None]:
    """`testdesk inbox` on a file, until the block ends."""
    command = [sys.executable, "-P", "-m", "server", "inbox", "--port", "0", "--file", str(file)]
    async with await anyio.open_process(command, stdin=DEVNULL, stdout=DEVNULL, stderr=PIPE, env=ENVIRONMENT) as run:
        try:
            await printed_until(run, r"listens on http://127\.0\.0\.1:\d+/inbox")
            yield
        finally:
            run.terminate()
            assert await run.wait() == 143


@asynccontextmanager
async def receiver(file: Path) -> AsyncIterator[httpx.AsyncBaseTransport]:
    """A receiver in this process, which is another one than that of a server on stdio; the way to it."""
    store = EventStore(SqliteEngine(file))
    await store.say(PUBLIC_URL, "http://inbox.test")
    yield httpx.ASGITransport(Receiver(PLATFORMS, store))
    await store.close()


async def deliver(file: Path, bug_id: int, way: httpx.AsyncBaseTransport | None = None) -> None:
    store = EventStore(SqliteEngine(file))
    address = await PlatformInbox(store, "testio").new_address("a test")
    await store.close()
    event = EVENT | {"bug": EVENT["bug"] | {"id": bug_id}}
    async with httpx.AsyncClient(transport=way) as http:
        assert (await http.post(address, json=event)).status_code == 200


class Ears:
    """What a client hears, whichever way its era has."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self._news = anyio.Event()

    def hear(self, uri: str) -> None:
        self.heard.append(uri)
        self._news.set()

    async def message(self, message: Any) -> None:
        if isinstance(message, ResourceUpdatedNotification):
            self.hear(str(message.params.uri))

    async def until(self, *uris: str) -> None:
        with anyio.fail_after(PROMPTLY):
            while not set(uris) <= set(self.heard):
                await self._news.wait()
                self._news = anyio.Event()


@asynccontextmanager
async def listening(client: Client, ears: Ears, mode: str, *uris: str) -> AsyncIterator[None]:
    if mode == "legacy":
        for uri in uris:
            await client.subscribe_resource(uri)
        yield
        return
    async with client.listen(resource_subscriptions=uris) as stream, anyio.create_task_group() as group:

        async def follow() -> None:
            async for event in stream:
                ears.hear(str(event.uri))  # type: ignore[union-attr]  # only these were asked for

        group.start_soon(follow)
        yield
        group.cancel_scope.cancel()


@both_eras
async def test_a_stdio_server_tells_of_what_a_separate_receiver_took(mode: str, forks: Forks, tmp_path: Path) -> None:
    file, ears = tmp_path / "inbox.sqlite3", Ears()
    uris = ("testio://inbox", "testio://inbox/88101")
    command, *arguments = forks.command("server", "serve", "--sandbox", "--inbox-file", str(file))
    server = StdioServerParameters(command=command, args=arguments, env=ENVIRONMENT)
    with anyio.fail_after(PATIENCE):
        async with receiver(file) as took, Client(server, mode=mode, message_handler=ears.message) as client:
            async with listening(client, ears, mode, "testio://inbox/500"):
                await deliver(file, 500, took)
                await ears.until("testio://inbox/500")
            ears.heard.clear()
            async with listening(client, ears, mode, "testio://inbox/500", *uris):
                await deliver(file, 88101, took)
                await ears.until(*uris)
            assert "testio://inbox/500" not in ears.heard, "an arrival is announced once"
            listed = await client.call_tool("testio_list_inbox", {})
            assert [row["bug_id"] for row in (listed.structured_content or {})["items"]] == [88101, 500]
            page = (await client.read_resource(uris[1])).contents[0].text  # type: ignore[union-attr]
            assert "Coupon field accepts expired code" in page


async def test_whoever_has_unsubscribed_hears_nothing_more(tmp_path: Path) -> None:
    file, ears = tmp_path / "inbox.sqlite3", Ears()
    server = build(settings(), store=EventStore(SqliteEngine(file)))
    with anyio.fail_after(PATIENCE):
        async with inbox_process(file), Client(server, mode="legacy", message_handler=ears.message) as client:
            await client.subscribe_resource("testio://inbox")
            await deliver(file, 1)
            await ears.until("testio://inbox")
            await client.unsubscribe_resource("testio://inbox")
            await client.subscribe_resource("testio://inbox/2")
            ears.heard.clear()
            await deliver(file, 2)
            await ears.until("testio://inbox/2")  # the list is announced before the item
            assert ears.heard == ["testio://inbox/2"]
