"""What a whole server does for handshake clients on any worker: acts that ask, resource updates, state by session."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import anyio
import pytest
from mcp import Client
from mcp.server import MCPServer
from mcp.shared.exceptions import MCPDeprecationWarning

from server.app import build
from server.callers import name_caller
from server.guards import memory
from server.inbox.events import EventStore
from server.sandbox import SandboxTransport
from server.store.engine import Engine
from server.store.sqlite import SqliteEngine
from server.team.session import SESSION_NUMBER
from server.team.settings import TeamSettings
from tests.desk import sandboxes, settings
from tests.server.served import PROMPTLY, client
from tests.stores import store_at
from tests.team import serving_shared
from tests.team.handshake import Handshake, Message, text_of, wire, yes
from tests.team.serving_shared import ANNA, BEN, KEYS, two_workers
from tools.kit.caller import current
from tools.kit.network import Network
from tools.kit.sandbox.composition import Composition

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("noted")]

UPDATED = "notifications/resources/updated"
REJECT = {"bug_id": 88107, "reason": "known_bug", "comment": "The same as bug 88101."}


def whole(engine: Engine, world: Composition | None = None) -> MCPServer[Any]:
    """A real server on the sandbox, as one of several."""
    network = Network(SandboxTransport(world or sandboxes()))
    return build(settings(), network=network, engine=engine, team=TeamSettings(state_keys=KEYS))


@asynccontextmanager
async def events(folder: Path) -> AsyncIterator[EventStore]:
    """The store's events, as a receiver in another process has them."""
    store = EventStore(store_at(folder / "store.sqlite3"))
    yield store
    await store.close()


async def arrive(store: EventStore, item: int) -> None:
    await store.keep("testio", "bug.exported", str(item), str(item), {"bug": {"id": item}})


async def uris_until(stream: AsyncIterator[Message], last: str) -> list[str]:
    """The resources that a stream tells of, up to one."""
    heard: list[str] = []
    with anyio.fail_after(PROMPTLY):
        while last not in heard:
            message = await anext(stream)
            assert message["method"] == UPDATED
            heard.append(message["params"]["uri"])
    return heard


async def test_an_act_asked_for_at_one_worker_and_agreed_to_at_another_is_done_once(tmp_path: Path) -> None:
    world = sandboxes()
    async with two_workers(tmp_path, partial(whole, world=world)) as (a, b), wire(ANNA) as http:
        anna = Handshake(http)
        await anna.open(a.url)
        done = await anna.call(b.url, "testio_reject_bug", REJECT, answers_at=a.url)
        assert done["result"]["structuredContent"]["now"]["status"] == "rejected"
        puts = [one.path for one in world.journal.entries(platform="testio") if one.method == "PUT"]
        assert len(puts) == 1
        assert "88107" in anna.asked[0]["params"]["message"]


async def test_a_stop_does_not_wait_for_a_person_who_was_asked_to_confirm(tmp_path: Path) -> None:
    async with two_workers(tmp_path, whole) as (a, b), wire(ANNA) as http, anyio.create_task_group() as group:

        async def stop(question: Message) -> Message | None:
            group.start_soon(a.stop, 60)
            return None

        anna = Handshake(http)
        await anna.open(a.url)
        with anyio.fail_after(PROMPTLY):
            refused = await anna.call(a.url, "testio_reject_bug", REJECT, answerer=stop)
        assert "before this call was done" in refused["error"]["message"]
        await anna.answer(b.url, anna.asked[0], yes(anna.asked[0]))
        again = await anna.call(b.url, "testio_reject_bug", REJECT)
        assert again["result"]["structuredContent"]["now"]["status"] == "rejected"


async def test_whoever_holds_the_stream_tells_of_what_the_session_has_subscribed_to(tmp_path: Path) -> None:
    async with (
        two_workers(tmp_path, whole) as (a, b),
        wire(ANNA) as annas,
        wire(BEN) as bens,
        events(tmp_path) as inbox,
    ):
        anna, ben = Handshake(annas), Handshake(bens)

        async def change(one: Handshake, method: str, uri: str) -> None:
            answered = await one.post(a.url, one.request(f"resources/{method}", {"uri": uri}))
            assert '"result":{}' in answered.text, answered.text

        await anna.open(a.url)
        await ben.open(a.url)
        await change(anna, "subscribe", "testio://inbox")
        await change(anna, "subscribe", "testio://inbox/3")
        await change(ben, "subscribe", "testio://inbox/2")
        async with anna.listen(b.url) as annas_stream, ben.listen(b.url) as bens_stream:
            await arrive(inbox, 1)
            assert await uris_until(annas_stream, "testio://inbox") == ["testio://inbox"]
            await arrive(inbox, 2)
            assert await uris_until(annas_stream, "testio://inbox") == ["testio://inbox"]
            assert await uris_until(bens_stream, "testio://inbox/2") == ["testio://inbox/2"]
            await change(anna, "unsubscribe", "testio://inbox")
            await arrive(inbox, 3)
            assert await uris_until(annas_stream, "testio://inbox/3") == ["testio://inbox/3"]


async def test_a_modern_client_hears_at_every_worker_of_what_another_process_received(tmp_path: Path) -> None:
    async with two_workers(tmp_path, whole) as workers, events(tmp_path) as inbox:
        heard: list[str] = []

        async def listen(url: str) -> None:
            async with (
                client(url, "auto", key=ANNA) as modern,
                modern.listen(resource_subscriptions=["testio://inbox"]) as stream,
            ):
                listening.release()
                heard.append(str(getattr(await anext(aiter(stream)), "uri", "")))

        listening = anyio.Semaphore(0)
        with anyio.fail_after(PROMPTLY):
            async with anyio.create_task_group() as group:
                for one in workers:
                    group.start_soon(listen, one.url)
                for _ in workers:
                    await listening.acquire()
                await arrive(inbox, 1)
        assert heard == ["testio://inbox", "testio://inbox"]


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_what_arrives_once_a_client_has_subscribed_is_heard_however_late_the_first_look_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    look = EventStore.arrived_since

    async def late(store: EventStore, number: int) -> tuple[int, list[tuple[str, str]]]:
        await anyio.sleep(0 if number else 0.3)
        return await look(store, number)

    world = sandboxes()
    async with events(tmp_path) as inbox:
        await arrive(inbox, 1)  # so there is something to look at
        monkeypatch.setattr(EventStore, "arrived_since", late)
        server = whole(store_at(tmp_path / "store.sqlite3"), world)
        notes: list[Any] = []

        async def note(message: Any) -> None:
            notes.append(message)

        with anyio.fail_after(PROMPTLY):
            async with Client(server, mode=mode, message_handler=note) as listener:
                if mode == "auto":
                    async with listener.listen(resource_subscriptions=["testio://inbox"]) as stream:
                        await arrive(inbox, 2)
                        assert "testio://inbox" in str(await anext(aiter(stream)))
                else:
                    with pytest.warns(MCPDeprecationWarning):
                        await listener.session.subscribe_resource("testio://inbox")
                    await arrive(inbox, 2)
                    while not any("testio://inbox" in str(one) for one in notes):  # noqa: ASYNC110 - it has no event
                        await anyio.sleep(0.02)


async def test_subscriptions_of_a_session_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.store.sessions.MOST_SUBSCRIBED", 2)
    async with two_workers(tmp_path, whole) as (a, b), wire(ANNA) as http:
        anna = Handshake(http)
        await anna.open(a.url)

        async def subscribe(uri: str) -> str:
            return (await anna.post(b.url, anna.request("resources/subscribe", {"uri": uri}))).text

        for _ in range(2):
            assert '"result":{}' in await subscribe("testio://inbox/1")
        assert '"result":{}' in await subscribe("testio://inbox/2")
        assert "can subscribe to" in await subscribe("testio://inbox/3")
        assert "can subscribe to" in await subscribe(f"testio://inbox/{'3' * 600}")


async def test_state_by_caller_goes_by_the_verified_session_on_every_worker(tmp_path: Path) -> None:
    def make(engine: Engine) -> MCPServer[Any]:
        async def who() -> str:
            return str(current.get())

        server = serving_shared.stub(engine)
        server.add_tool(who)
        server.middleware.insert(0, name_caller)
        return server

    async with two_workers(tmp_path, make) as (a, b), wire(ANNA) as http:
        one, other = Handshake(http), Handshake(http)
        await one.open(a.url)
        await other.open(a.url)
        ones = {text_of(await one.call(url, "who")) for url in (a.url, b.url)}
        others = {text_of(await other.call(url, "who")) for url in (a.url, b.url)}
        assert len(ones) == len(others) == 1
        assert ones != others
        assert ones.pop().startswith("session ")


def a_request(session: str) -> Any:
    return cast("Any", SimpleNamespace(request=SimpleNamespace(scope={SESSION_NUMBER: session})))


def test_learned_secrets_of_shared_sessions_are_apart_few_and_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1_000.0
    monkeypatch.setattr(memory, "MOST_REMEMBERED", 3)
    sessions = memory.Sessions(lambda: now)
    first = sessions.of(a_request("first"))
    assert sessions.of(a_request("second")) is not first
    assert sessions.of(a_request("first")) is first
    for number in range(2):
        sessions.of(a_request(f"another {number}"))
    assert sessions.of(a_request("first")) is first, "the session that was idle longest was forgotten"
    now += memory.IDLE_SECONDS + 1
    assert sessions.of(a_request("first")) is not first


def test_one_process_keeps_its_sessions_itself(tmp_path: Path) -> None:
    keys = TeamSettings(state_keys=KEYS)
    file = SqliteEngine(tmp_path / "store.sqlite3")
    for team, engine in ((None, file), (TeamSettings(), file), (keys, SqliteEngine(None)), (keys, None)):
        server = build(settings(), engine=engine, team=team)
        assert getattr(server, "shared_sessions", None) is None
