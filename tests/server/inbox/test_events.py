"""The store keeps what it acknowledged, once, for several processes, and for nobody else's eyes."""

import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import anyio
import pytest

from server.inbox.events import EventStore
from server.inbox.store import PUBLIC_URL, PlatformInbox, digest
from server.store.engine import UnknownVersion
from tests.stores import contents, of_a_file, store_at
from tools.kit.errors import Refused

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).parent.parent.parent.parent


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "data" / "inbox.sqlite3"


async def keep(store: EventStore, item: str, *, at: str = "1", title: str = "x") -> bool:
    return await store.keep("p", "bug.exported", f"{item}@{at}", item, {"title": title})


async def test_the_same_event_again_is_kept_once_and_counted(file: Path) -> None:
    store = EventStore(store_at(file))
    assert [await keep(store, "7") for _ in range(3)] == [True, False, False]
    (event,) = await store.events("p", handled=None, limit=10, before=None)
    assert (event.item, event.times) == ("7", 3)
    await store.close()


async def test_what_was_kept_is_there_for_the_next_process(file: Path) -> None:
    store = EventStore(store_at(file))
    await keep(store, "7", title="Käse")
    await store.close()
    again = EventStore(store_at(file))
    event = await again.newest("p", "7")
    assert event is not None
    assert event.document == {"title": "Käse"}
    await again.close()


async def test_of_an_item_exported_twice_the_list_shows_the_newest(file: Path) -> None:
    store = EventStore(store_at(file))
    await keep(store, "7", at="1", title="old")
    await keep(store, "8")
    await keep(store, "7", at="2", title="new")
    events = await store.events("p", handled=None, limit=10, before=None)
    assert [(e.item, e.document["title"]) for e in events] == [("7", "new"), ("8", "x")]
    await store.close()


async def test_a_bug_exported_once_more_after_it_was_handled_waits_again(file: Path) -> None:
    store = EventStore(store_at(file))
    await keep(store, "7", at="1")
    assert await store.mark("p", ["7", "99"], handled=True) == ["7"]
    assert await store.events("p", handled=False, limit=10, before=None) == []
    await keep(store, "7", at="2")
    assert [e.item for e in await store.events("p", handled=False, limit=10, before=None)] == ["7"]
    await store.close()


async def test_a_mark_can_be_taken_back_and_a_second_one_keeps_the_time_of_the_first(file: Path) -> None:
    store = EventStore(store_at(file))
    await keep(store, "7")
    await store.mark("p", ["7"], handled=True)
    first = await store.newest("p", "7")
    await store.mark("p", ["7"], handled=True)
    assert await store.newest("p", "7") == first
    await store.mark("p", ["7"], handled=False)
    taken_back = await store.newest("p", "7")
    assert taken_back is not None
    assert taken_back.handled_at is None
    await store.close()


async def test_pages_continue_behind_a_number(file: Path) -> None:
    store = EventStore(store_at(file))
    for number in range(7):
        await keep(store, str(number))
    seen, before = [], None
    while events := await store.events("p", handled=None, limit=3, before=before):
        seen += [event.item for event in events]
        before = events[-1].number
    assert seen == ["6", "5", "4", "3", "2", "1", "0"]
    await store.close()


async def test_platforms_do_not_see_each_others_events(file: Path) -> None:
    store = EventStore(store_at(file))
    await keep(store, "7")
    assert await PlatformInbox(store, "q").events(handled=None, limit=10, before=None) == []
    assert (await PlatformInbox(store, "p").counts()).waiting == 1
    await store.close()


@of_a_file
async def test_only_its_owner_can_read_the_file(file: Path) -> None:
    store = EventStore(store_at(file))
    await keep(store, "7")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    await store.close()


@of_a_file
async def test_looking_does_not_make_a_file(file: Path) -> None:
    assert EventStore(store_at(file)).is_there is False
    assert not file.exists()


@of_a_file
async def test_a_file_of_a_newer_version_is_left_alone(file: Path) -> None:
    store = EventStore(store_at(file))
    await keep(store, "7")
    await store.close()
    db = sqlite3.connect(file)
    db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(UnknownVersion, match="newer Testdesk"):
        await keep(EventStore(store_at(file)), "8")


async def test_many_writers_in_two_stores_lose_nothing(file: Path) -> None:
    one, two = EventStore(store_at(file)), EventStore(store_at(file))
    async with anyio.create_task_group() as group:
        for number in range(40):
            group.start_soon(keep, one if number % 2 else two, str(number))
    assert (await one.counts("p")).waiting == 40
    await one.close()
    await two.close()


def test_two_processes_may_make_the_file_at_once(file: Path) -> None:
    script = (
        "import sys, anyio, pathlib\n"
        "from server.inbox.events import EventStore\n"
        "from tests.stores import store_at\n"
        "store = EventStore(store_at(pathlib.Path(sys.argv[1])))\n"
        "anyio.run(store.keep, 'p', 'k', sys.argv[2], sys.argv[2], {})\n"
        "anyio.run(store.close)\n"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", script, str(file), str(n)], cwd=ROOT, stderr=subprocess.PIPE)
        for n in range(3)
    ]
    for process in running:
        _, complaint = process.communicate(timeout=30)
        assert process.returncode == 0, complaint

    async def count() -> int:
        store = EventStore(store_at(file))
        counts = await store.counts("p")
        await store.close()
        return counts.waiting

    assert anyio.run(count) == 3


async def test_an_address_is_kept_as_its_digest_only(file: Path) -> None:
    store = EventStore(store_at(file))
    inbox = PlatformInbox(store, "p")
    with pytest.raises(Refused, match="--public-url"):
        await inbox.new_address("mine")
    await store.say(PUBLIC_URL, "https://qa.example.com/")
    address = await inbox.new_address("mine")
    prefix, word = address.rsplit("/", 1)
    assert prefix == "https://qa.example.com/inbox/p"
    assert len(word) >= 43, "256 bits"
    assert await store.addresses("p") == [digest(word)]
    assert await inbox.forget_address(address)
    assert await store.addresses("p") == []
    await store.close()
    held = contents(file)
    assert b"qa.example.com" in held
    assert word.encode() not in held
