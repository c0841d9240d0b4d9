"""What the store has to hold on PostgreSQL beyond what it holds on SQLite."""

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
import httpx
import pytest

from server.app import build
from server.inbox.events import EventStore
from server.sandbox import SandboxTransport
from server.store import ledger, postgres_ear, postgres_schema, processes
from server.store.acts import Acts, NewAct, TakenOver
from server.store.engine import StoreError, UnknownVersion
from server.store.place import open_store
from server.store.postgres_address import read_address
from server.store.reading import acts
from server.store.report import store_lines
from server.store.schema import migrations
from tests.desk import Desk, desk, sandboxes, settings, text
from tests.fuzz.soak import IS_SOAK
from tests.postgres.server import Server, running_server
from tests.server.orders import ORDER
from tests.stores import IS_POSTGRES, in_schema, named, store_at
from tools.kit.network import Network
from tools.kit.sandbox.composition import Composition

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(not IS_POSTGRES, reason="make test-postgres runs it on a server that it starts"),
]
ELSEWHERE = "1-0badcafe-anothermachine"
"""A process of another machine."""
SEEN = (
    "INSERT INTO process (name, seen_at) VALUES (:name, extract(epoch FROM now()) - :ago) "
    "ON CONFLICT (name) DO UPDATE SET seen_at = excluded.seen_at"
)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server that a test may stop and kill."""
    with running_server() as one:
        yield one


def act(key: str, *, same: str = "the same") -> NewAct:
    return NewAct(key, same, "mara", "testio", "default", "a_tool", once=True)


async def test_two_versions_use_one_store_at_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file, today = tmp_path / "store", migrations()
    older = store_at(file)
    await older.run(lambda db: ledger.append(db, "a", {}))
    newer_step = ("ALTER TABLE ledger ADD COLUMN note TEXT NOT NULL DEFAULT ''", "CREATE TABLE later (a INTEGER)")
    with monkeypatch.context() as patch:
        patch.setattr(postgres_schema, "migrations", lambda: (*today, newer_step))
        newer = store_at(file)
        await newer.run(lambda db: db.change("INSERT INTO later (a) VALUES (1)"))
    restarted = store_at(file)
    for engine in (older, newer, restarted):
        await engine.run(lambda db: ledger.append(db, "a", {}))
    assert (await older.read(ledger.verify)).records == 4
    with monkeypatch.context() as patch:
        patch.setattr(postgres_schema, "migrations", lambda: (*today, newer_step, ("DROP TABLE later",)))
        patch.setattr(postgres_schema, "OLDEST", len(today) + 2)
        newest = store_at(file)
        await newest.read(ledger.verify)
    refused = store_at(file)
    with pytest.raises(UnknownVersion, match="newer Testdesk"):
        await refused.read(ledger.verify)
    for engine in (older, newer, restarted, newest, refused):
        await engine.close()


async def test_many_who_open_a_new_store_at_once_make_it_once(tmp_path: Path) -> None:
    engines = [store_at(tmp_path / "store") for _ in range(6)]
    async with anyio.create_task_group() as tasks:
        for engine in engines:
            tasks.start_soon(engine.run, lambda db: ledger.append(db, "a", {}))
    assert (await engines[0].read(ledger.verify)).records == 6
    for engine in engines:
        await engine.close()


@pytest.mark.parametrize("level", ["read committed", "repeatable read", "serializable"])
async def test_writers_of_several_engines_make_one_chain_and_events_arrive_in_order(tmp_path: Path, level: str) -> None:
    """A number that becomes visible later than a higher one would be missed for ever."""
    address = named(tmp_path / "store") + f"%20-cdefault_transaction_isolation%3D{level.replace(' ', '%5C%20')}"
    engines = [open_store({"TESTDESK_STORE": address}) for _ in range(3)]
    seen, last, is_over = list[str](), 0, anyio.Event()

    async def write(engine: Any, who: int) -> None:
        events = EventStore(engine)
        for number in range(30):
            await events.keep("p", "k", f"{who}-{number}", f"{who}-{number}", {})
            await engine.run(lambda db: ledger.append(db, "a", {"n": 1}))

    async def follow() -> None:
        nonlocal last
        reader = EventStore(engines[2])
        while True:
            done = is_over.is_set()
            last, came = await reader.arrived_since(last)
            seen.extend(item for _, item in came)
            if done:
                return
            await anyio.lowlevel.checkpoint()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(follow)
        async with anyio.create_task_group() as writers:
            for who in range(4):
                writers.start_soon(write, engines[who % 2], who)
        is_over.set()
    assert sorted(seen) == sorted(f"{who}-{number}" for who in range(4) for number in range(30))
    verified = await engines[0].read(ledger.verify)
    assert (verified.records, verified.broken_at) == (120, None)
    for engine in engines:
        await engine.close()


async def test_whoever_waits_for_an_arrival_is_woken_by_another_engine(tmp_path: Path) -> None:
    ours, theirs = store_at(tmp_path / "store"), store_at(tmp_path / "store")
    for engine in (ours, theirs):
        await engine.run(lambda db: ledger.append(db, "a", {}))
    for _ in range(2):  # it listens then
        with anyio.move_on_after(1):
            await ours.heard(0.2)
    woken = list[float]()

    async def wait() -> None:
        await ours.heard(5)
        woken.append(time.monotonic())

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(wait)
        await anyio.sleep(0.2)
        assert not woken
        begun = time.monotonic()
        await EventStore(theirs).keep("p", "k", "1", "1", {})
    assert woken[0] - begun < 2
    await ours.close()
    await theirs.close()


async def test_a_hint_that_arrives_with_the_answer_to_a_beat_wakes_too(
    monkeypatch: pytest.MonkeyPatch, server: Server
) -> None:
    hinting = f"SELECT pg_notify('{postgres_ear.CHANNEL}', 'event' || left(%s::text, 0))"
    monkeypatch.setattr(postgres_ear, "BEAT", hinting)
    monkeypatch.setattr(processes, "BEAT_SECONDS", 0.1)
    ear = postgres_ear.Ear(read_address(server.address).parameters)
    try:
        seen = await anyio.to_thread.run_sync(ear.wait, "event", 0, 5.0)  # that it listens counts as an arrival
        assert await anyio.to_thread.run_sync(ear.wait, "event", seen, 5.0) > seen
    finally:
        ear.close()


async def test_an_acknowledged_write_is_on_the_disk_whatever_the_server_s_default_is(tmp_path: Path) -> None:
    engine = open_store({"TESTDESK_STORE": named(tmp_path / "store") + "%20-csynchronous_commit%3Doff"})
    assert await engine.read(lambda db: db.rows("SELECT current_setting('synchronous_commit')")) == [("on",)]
    await engine.close()


async def test_texts_with_characters_that_no_column_takes_are_stored(tmp_path: Path) -> None:
    engine = store_at(None)
    events = EventStore(engine)
    assert await events.keep("p", "k", "a\0b", "a\0b", {"title": "a\0b"})
    assert not await events.keep("p", "k", "a\0b", "a\0b", {})
    found = await events.newest("p", "a\0b")
    assert found is not None
    assert found.document == {"title": "a\0b"}
    await engine.close()


async def test_a_process_of_another_machine_has_ended_when_it_was_silent_for_long() -> None:
    engine = store_at(None)
    first = Acts(engine)
    await engine.run(lambda db: db.change("DELETE FROM process"))
    assert await first.begin(act("one")) is None
    await engine.run(lambda db: db.change("UPDATE act SET process = :other", other=ELSEWHERE))
    await engine.run(lambda db: db.change(SEEN, name=ELSEWHERE, ago=processes.SILENCE_SECONDS / 2))
    earlier = await first.begin(act("two"))
    assert earlier is not None
    assert earlier.state == "begun", "it runs"
    past = processes.SILENCE_SECONDS
    await engine.run(lambda db: db.change("UPDATE process SET seen_at = seen_at - :past", past=past))
    assert await first.begin(act("two")) is None, "it sent nothing and has ended"
    await engine.close()


async def test_an_act_whose_process_was_taken_for_ended_is_not_sent_when_it_comes_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(postgres_ear, "BEAT", "SELECT %s")  # it would beat under the other name
    engine = store_at(None)
    late, other = Acts(engine), Acts(engine)
    own = processes.OWN
    monkeypatch.setattr(processes, "OWN", ELSEWHERE)
    assert await late.begin(act("one")) is None
    ago = processes.SILENCE_SECONDS + 1
    await engine.run(lambda db: db.change(SEEN, name=ELSEWHERE, ago=ago))
    monkeypatch.setattr(processes, "OWN", own)
    assert await other.begin(act("two")) is None
    assert await other.begin(act("one", same="more")) is None, "the same round is taken over too"
    monkeypatch.setattr(processes, "OWN", ELSEWHERE)
    with pytest.raises(TakenOver):
        await late.sent("one", {"kind": "sent"})
    assert await engine.read(lambda db: list(ledger.entries(db))) == []
    await engine.close()


async def test_a_connection_that_was_lost_is_replaced_and_a_server_that_came_back_is_used(server: Server) -> None:
    engine = open_store({"TESTDESK_STORE": server.address})
    await engine.run(lambda db: ledger.append(db, "a", {}))
    server.stop()
    with pytest.raises(StoreError, match="cannot be used"):
        await engine.run(lambda db: ledger.append(db, "a", {}))
    server.start()
    with anyio.fail_after(10):
        while True:
            try:
                await engine.run(lambda db: ledger.append(db, "a", {}))
            except StoreError:
                await anyio.sleep(0.1)
            else:
                break
    server.stop()
    server.start()  # nobody noticed: the next use does not fail
    await engine.run(lambda db: ledger.append(db, "a", {}))
    assert (await engine.read(ledger.verify)).broken_at is None
    await engine.close()


async def test_doctor_reports_the_store_and_why_it_cannot_be_used(server: Server) -> None:
    address = server.address.replace("testdesk@", "testdesk:geheim@")
    lines, works = await store_lines({"TESTDESK_STORE": address})
    assert works
    assert f"postgresql://testdesk@/postgres?host={server.folder}, " in lines[0]
    readers = address + "&options=-cdefault_transaction_read_only%3Don"
    lines, works = await store_lines({"TESTDESK_STORE": readers})
    assert not works
    assert "CANNOT BE USED, so only reading works" in lines[0]
    server.stop()
    lines, works = await store_lines({"TESTDESK_STORE": address})
    server.start()
    assert not works
    assert "geheim" not in lines[0]


KILLS, ACTS, PATIENCE = (20, 2_000, 1_200) if IS_SOAK else (3, 36, 60)


class Counting(httpx.AsyncBaseTransport):
    """The sandbox, with the titles of the tests that were ordered."""

    def __init__(self, world: Composition) -> None:
        self._sandbox, self.titles = SandboxTransport(world), list[str]()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.method == "POST" and request.url.path.endswith("/exploratory_tests"):
            self.titles += re.findall(r"Kill \d+", (await request.aread()).decode())
        return await self._sandbox.handle_async_request(request)


async def test_kills_of_the_server_during_acts_send_nothing_twice_and_nothing_unrecorded(server: Server) -> None:
    engine, world = open_store({"TESTDESK_STORE": in_schema(server.address, "public")}), sandboxes()
    platform = Counting(world)
    built = build(settings(), network=Network(platform), engine=engine)
    answers, is_over = dict[str, str](), anyio.Event()

    async def order(d: Desk, title: str) -> None:
        """Order until there is an answer, or until nobody knows."""
        for _ in range(200):
            result = await d.call("testio_create_exploratory_test", **ORDER | {"test_title": title})
            if not result.is_error:
                answers[title] = "done"
                return
            if "its outcome is unknown" in text(result):
                answers[title] = "unknown"
                return
            assert "Nothing was sent." in text(result) or "under way" in text(result), text(result)
            await anyio.sleep(0.1)

    async def kill() -> None:
        for _ in range(KILLS):
            before = len(answers)
            while len(answers) < before + ACTS // (KILLS + 2) and not is_over.is_set():  # noqa: ASYNC110 - calls have no event for it
                await anyio.sleep(0.01)
            await anyio.to_thread.run_sync(server.kill)
            await anyio.sleep(0.2)
            await anyio.to_thread.run_sync(server.start)

    with anyio.fail_after(PATIENCE):
        async with desk(server=built, world=world) as d, anyio.create_task_group() as tasks:
            tasks.start_soon(kill)
            async with anyio.create_task_group() as callers:
                for lane in range(4):

                    async def several(lane: int = lane) -> None:
                        for number in range(lane, ACTS, 4):
                            await order(d, f"Kill {number}")

                    callers.start_soon(several)
            is_over.set()
    engine = open_store({"TESTDESK_STORE": in_schema(server.address, "public")})
    counts = {title: platform.titles.count(title) for title in (f"Kill {number}" for number in range(ACTS))}
    assert set(counts.values()) <= {0, 1}, "none was sent twice"
    assert set(answers) == set(counts), "each was answered"
    assert all(counts[title] == 1 for title, answer in answers.items() if answer == "done")
    recorded = await engine.read(acts)
    titles = [one.sent["arguments"]["test_title"] for one in recorded if one.outcome != "failed"]
    assert {title for title, count in counts.items() if count} <= set(titles), "none was sent unrecorded"
    assert len(titles) == len(set(titles))
    assert (await engine.read(ledger.verify)).broken_at is None
    done = [one for one in recorded if one.outcome == "done"]
    assert len(done) == ACTS, "what could not be recorded while it was away was recorded afterwards"
    await engine.close()
