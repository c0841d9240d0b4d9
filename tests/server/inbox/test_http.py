"""`serve --http --inbox`: one process has both endpoints, and the inbox needs no key but its own address."""

import sys
from pathlib import Path
from subprocess import DEVNULL, PIPE

import anyio
import httpx
import pytest

from server.inbox.events import EventStore
from server.inbox.store import PlatformInbox
from server.store.sqlite import SqliteEngine
from tests.server.commands import CommandLine
from tests.server.inbox.test_receiver import EVENT
from tests.server.printed import printed_until
from tests.server.test_serve import ENVIRONMENT, KEY, SERVE

pytestmark = pytest.mark.anyio


async def test_events_come_in_without_the_key_and_nothing_else_does(tmp_path: Path) -> None:
    file = tmp_path / "inbox.sqlite3"
    public = ["--public-url", "http://127.0.0.1:1"]
    command = [sys.executable, *SERVE, "--http", "--port", "0", "--inbox", "--inbox-file", str(file), *public]
    with anyio.fail_after(30):
        async with await anyio.open_process(
            command, stdin=DEVNULL, stdout=DEVNULL, stderr=PIPE, env=ENVIRONMENT
        ) as process:
            found, printed = await printed_until(process, r"listens on (http://127\.0\.0\.1:\d+)/mcp")
            store = EventStore(SqliteEngine(file))
            address = (await PlatformInbox(store, "testio").new_address("a test")).replace(
                "http://127.0.0.1:1", found[1]
            )
            async with httpx.AsyncClient() as http:
                assert (await http.post(address, json=EVENT)).json() == {"status": "kept"}
                assert (await http.post(f"{found[1]}/inbox/testio/wrong", json=EVENT)).status_code == 404
                assert (await http.post(f"{found[1]}/mcp", json=EVENT)).status_code == 401
                assert (await http.post(f"{found[1]}/inboxes", json=EVENT)).status_code == 401
            assert [e.item for e in await store.events("testio", handled=None, limit=9, before=None)] == ["88101"]
            await store.close()
            assert KEY not in printed
            process.terminate()
            assert await process.wait() == 143


def test_an_inbox_beside_stdio_is_a_process_of_its_own(testdesk: CommandLine) -> None:
    done = testdesk("serve", "--sandbox", "--inbox")
    assert done.returncode == 2
    assert "testdesk inbox" in done.stderr


def test_bug_data_never_comes_over_an_open_address(testdesk: CommandLine) -> None:
    done = testdesk("inbox", "--public-url", "http://qa.example.com")
    assert done.returncode == 2
    assert "https://" in done.stderr


def test_a_new_address_is_printed_for_a_connection_made_by_hand(tmp_path: Path, testdesk: CommandLine) -> None:
    file = str(tmp_path / "inbox.sqlite3")
    unknown = testdesk("inbox", "--file", file, "--new-address", "testio")
    assert unknown.returncode == 1
    assert "--public-url" in unknown.stderr
    assert "nobody" in testdesk("inbox", "--file", file, "--new-address", "nobody").stderr
