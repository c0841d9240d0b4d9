"""A handshake session is its owner's: to everybody else, and once it is over, it does not exist."""

import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import httpx2
import pytest

from server.store.engine import Database, Engine, StoreError
from server.store.sessions import MOST_WAITING, SessionRows
from server.store.sqlite import SqliteEngine
from server.team import sealed
from server.team.keyring import ring
from server.team.person import Person
from server.team.sealed import SESSION_SECONDS, SessionSeal, new_session, owner_of
from tests.server.served import PING
from tests.stores import store_at
from tests.team import serving_shared
from tests.team.handshake import CAN_BE_ASKED, SESSION, VERSION, Handshake, Message, text_of, wire, yes
from tests.team.serving_shared import ANNA, BEN, KEYS, Worker, two_workers

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("noted")]

T = TypeVar("T")
OPENING = {"protocolVersion": VERSION, "capabilities": CAN_BE_ASKED, "clientInfo": {"name": "a client", "version": "1"}}
UNKNOWN = "v1.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
ANNAS = owner_of(Person("anna"))


async def attempts(http: httpx2.AsyncClient, worker: Worker, session: str) -> list[tuple[int, str]]:
    """What every kind of request of a session is answered."""
    headers = {SESSION: session}
    cancel = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 1}}
    answer = {"jsonrpc": "2.0", "id": 1, "result": {"action": "accept"}}
    subscribe = {"jsonrpc": "2.0", "id": 1, "method": "resources/subscribe", "params": {"uri": "testio://inbox"}}
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "greet", "arguments": {"name": "A"}}}
    opening = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": OPENING}
    answered = [
        *[await http.post(worker.url, json=one, headers=headers) for one in (PING, cancel, answer, subscribe, call)],
        await http.post(worker.url, json=opening, headers=headers),
        await http.post(worker.url, content=b"{", headers=headers),
        await http.get(worker.url, headers=headers),
        await http.delete(worker.url, headers=headers),
    ]
    return [(one.status_code, one.text) for one in answered]


def session_id(*, keys: tuple[bytes, ...] = KEYS, owner: str = ANNAS, issued_at: float | None = None) -> str:
    """A session as a server seals it."""
    session = new_session(OPENING, owner)
    assert session is not None
    return SessionSeal(keys).seal(replace(session, issued_at=issued_at or session.issued_at))


async def test_whatever_is_no_session_of_the_caller_is_answered_as_an_unknown_one(tmp_path: Path) -> None:
    now = time.time()
    good = session_id()
    no_sessions = {
        "tampered": good[:-2] + ("A" if good[-2] != "A" else "B") + good[-1],
        "cut": good[:-1],
        "lengthened": good + "A",
        "of another format": "v2" + good[2:],
        "expired": session_id(issued_at=now - SESSION_SECONDS),
        "from the future": session_id(issued_at=now + 3_600),
        "of other keys": session_id(keys=(b"keys of another server, 32 bytes or more",)),
        "sealed for rounds": ring(KEYS, "round").seal(b"[]"),
        "sealed for answers": ring(KEYS, "answer").seal(b"[]"),
        "of another form": ring(KEYS, "session").seal(b'["2"]'),
        "somebody else's": session_id(owner=owner_of(Person("ben"))),
        "of the same name elsewhere": session_id(owner=owner_of(Person("anna", issuer="https://id.example"))),
        "endless": "v1." + "A" * 9_000,
    }
    async with two_workers(tmp_path) as (a, _), wire(ANNA) as http:
        as_unknown = await attempts(http, a, UNKNOWN)
        assert {status for status, _ in as_unknown} == {404}
        assert json.loads(as_unknown[0][1])["error"]["message"] == "Session not found"
        for what, sealed_id in no_sessions.items():
            assert await attempts(http, a, sealed_id) == as_unknown, what
        client = Handshake(http)
        client.session = good
        assert text_of(await client.call(a.url, "greet", {"name": "Ada"})) == "Hello, Ada"


async def test_without_a_session_only_an_opening_is_answered(tmp_path: Path) -> None:
    async with two_workers(tmp_path) as (a, _), wire(ANNA) as http:
        answered = [await http.post(a.url, json=PING), await http.get(a.url), await http.delete(a.url)]
        assert [one.status_code for one in answered] == [400, 400, 400]
        for one in answered:
            given = one.headers.get(SESSION, UNKNOWN)
            assert (await http.post(a.url, json=PING, headers={SESSION: given})).status_code == 404


async def test_only_the_session_that_was_asked_can_answer(tmp_path: Path) -> None:
    async with two_workers(tmp_path) as (a, b), wire(ANNA) as annas, wire(BEN) as bens:
        anna, also_anna, ben = Handshake(annas), Handshake(annas), Handshake(bens)
        for client in (anna, also_anna, ben):
            await client.open(b.url)

        async def others_first(question: Message) -> Message | None:
            answer = {"jsonrpc": "2.0", "id": question["id"], "result": yes(question)}
            for other in (ben, also_anna):
                for worker in (a, b):
                    dropped = await other.post(worker.url, answer)
                    unknown = await other.post(worker.url, {**answer, "id": 4711})
                    assert (dropped.status_code, dropped.text) == (unknown.status_code, unknown.text) == (202, "")
            stolen = await ben.http.post(a.url, json=answer, headers=anna.headers)
            assert stolen.status_code == 404
            return {"action": "decline"}

        assert text_of(await anna.call(a.url, "decide", answers_at=b.url, answerer=others_first)) == "refused"


async def test_nobody_else_cancels_a_call(tmp_path: Path) -> None:
    async with two_workers(tmp_path) as (a, b), wire(ANNA) as annas, wire(BEN) as bens:
        anna, ben = Handshake(annas), Handshake(bens)
        await anna.open(a.url)
        await ben.open(a.url)

        async def cancelled_by_ben(question: Message) -> Message | None:
            cancel = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": request["id"]}}
            for worker in (a, b):
                assert (await ben.post(worker.url, cancel)).status_code == 202
                assert (await ben.http.post(worker.url, json=cancel, headers=anna.headers)).status_code == 404
            return yes(question)

        request = anna.request("tools/call", {"name": "decide", "arguments": {}})
        answered = await anna.call(a.url, "decide", answers_at=b.url, answerer=cancelled_by_ben, request=request)
        assert text_of(answered) == "agreed"


async def test_a_foreign_host_or_origin_is_refused_whatever_is_sent(tmp_path: Path) -> None:
    async with two_workers(tmp_path) as (a, _), wire(ANNA) as http:
        client = Handshake(http)
        await client.open(a.url)
        answer = {"jsonrpc": "2.0", "id": 1, "result": {}}
        for message in (PING, answer):
            assert (await client.post(a.url, message, Host="evil.example")).status_code == 421
            assert (await client.post(a.url, message, Origin="https://evil.example")).status_code == 403
        foreign = {**client.headers, "Origin": "https://evil.example"}
        assert (await http.delete(a.url, headers=foreign)).status_code == 403
        assert (await client.post(a.url, PING)).status_code == 200, "it has not ended"


async def test_a_second_answer_to_a_question_changes_nothing(tmp_path: Path) -> None:
    async with two_workers(tmp_path) as (a, b), wire(ANNA) as http:
        client = Handshake(http)
        await client.open(a.url)

        async def first_no_then_yes(question: Message) -> Message | None:
            await client.answer(b.url, question, {"action": "decline"})
            await client.answer(b.url, question, yes(question))
            return None

        assert text_of(await client.call(a.url, "decide", answerer=first_no_then_yes)) == "refused"


async def test_whoever_can_write_the_store_cannot_say_yes(tmp_path: Path) -> None:
    async with two_workers(tmp_path) as (a, _), wire(ANNA) as http:
        client, store = Handshake(http), store_at(tmp_path / "store.sqlite3")
        await client.open(a.url)
        session = SessionSeal(KEYS).unseal(client.session, owner=ANNAS)
        assert session is not None

        async def forged(question: Message) -> Message | None:
            body = {"jsonrpc": "2.0", "id": question["id"], "result": yes(question)}
            held = json.dumps([json.dumps(body), None]).encode()
            identifier = str(question["id"])
            for seal in (ring((b"keys of somebody else, 32 bytes or more",), "answer"), ring(KEYS, "round")):
                assert await SessionRows(store).hand("answer", session.number, ANNAS, identifier, seal.seal(held))
                await _until_taken(store)
            # Nor is the yes to another question a yes to this one.
            other = json.dumps([json.dumps({**body, "id": "another"}), None]).encode()
            assert await SessionRows(store).hand(
                "answer", session.number, ANNAS, identifier, ring(KEYS, "answer").seal(other)
            )
            await _until_taken(store)
            return {"action": "decline"}

        assert text_of(await client.call(a.url, "decide", answerer=forged)) == "refused"
        await store.close()


async def _until_taken(store: Engine) -> None:
    rows = SessionRows(store)
    while (await rows.since(0))[1]:
        await rows.heard(0.05)


async def test_a_stream_ends_with_its_session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with two_workers(tmp_path) as (a, b), wire(ANNA) as http:
        client = Handshake(http)
        await client.open(a.url)
        monkeypatch.setattr(sealed, "SESSION_SECONDS", 1.0)
        client.session = session_id()
        async with client.listen(b.url) as stream:
            assert [message async for message in stream] == []
        assert (await client.post(b.url, PING)).status_code == 404


class Away(SqliteEngine):
    """A store that can be away."""

    is_away = False

    async def run(self, work: Callable[[Database], T]) -> T:
        if self.is_away:
            raise StoreError("The store is away.")
        return await super().run(work)


async def test_while_the_store_is_away_an_answer_is_not_taken_and_a_worker_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = Away(tmp_path / "store.sqlite3")
    monkeypatch.setattr(serving_shared, "store_at", lambda _: engine)
    async with two_workers(tmp_path) as (a, b), wire(ANNA) as http:
        client = Handshake(http)
        await client.open(a.url)

        async def answered_late(question: Message) -> Message | None:
            engine.is_away = True
            answer = {"jsonrpc": "2.0", "id": question["id"], "result": yes(question)}
            assert (await client.post(b.url, answer)).status_code == 503
            assert (await http.delete(b.url, headers=client.headers)).status_code == 503
            assert text_of(await client.call(b.url, "greet", {"name": "Ada"})) == "Hello, Ada", "reads need no store"
            engine.is_away = False
            return yes(question)

        assert text_of(await client.call(a.url, "decide", answers_at=b.url, answerer=answered_late)) == "agreed"


async def test_answers_that_nobody_waits_for_are_few_and_small(tmp_path: Path) -> None:
    async with two_workers(tmp_path) as (a, _), wire(ANNA) as annas, wire(BEN) as bens:
        anna, ben = Handshake(annas), Handshake(bens)
        await anna.open(a.url)
        await ben.open(a.url)

        async def status(client: Handshake, identifier: int | str, text: str = "") -> int:
            answer = {"jsonrpc": "2.0", "id": identifier, "result": {"text": text}}
            return (await client.post(a.url, answer)).status_code

        assert await status(anna, 1, "x" * 70_000) == 503
        assert await status(anna, "i" * 300) == 202
        assert {await status(anna, number) for number in range(MOST_WAITING)} == {202}
        assert await status(anna, MOST_WAITING) == 503
        assert await status(ben, 1) == 202, "another person's still have room"


def test_an_id_fits_into_a_header_whatever_the_client_says_of_itself() -> None:
    large = {"x" * 50: "y" * 100_000}
    given = {
        "protocolVersion": "2099-01-01",
        "capabilities": {
            "elicitation": {"form": large, "url": {}},
            "sampling": large,
            "extensions": {"a": large},
            "experimental": {"b": large},
        },
        "clientInfo": {"name": "n" * 10_000, "version": "v" * 10_000, "icons": [{"src": "data:," + "z" * 10_000}]},
    }
    session = new_session(given, ANNAS)
    assert session is not None
    assert len(SessionSeal(KEYS).seal(session)) < sealed.MOST_BYTES
    assert session.version == VERSION
    assert session.capabilities["elicitation"] == {"form": {}, "url": {}}, "it can be asked all the same"
    assert new_session({"protocolVersion": 1}, ANNAS) is None


def test_an_old_key_opens_and_the_first_one_seals() -> None:
    old, new = KEYS[0], b"a newer key that is shared, 32 bytes or more"
    session = new_session(OPENING, ANNAS)
    assert session is not None
    before, during, after = SessionSeal((old,)), SessionSeal((new, old)), SessionSeal((new,))
    assert during.unseal(before.seal(session), owner=ANNAS) is not None
    assert after.unseal(during.seal(session), owner=ANNAS) is not None
    assert after.unseal(before.seal(session), owner=ANNAS) is None


def test_an_id_says_nothing_to_whoever_reads_it() -> None:
    session = new_session(OPENING, ANNAS)
    assert session is not None
    assert SessionSeal(KEYS).seal(session) != SessionSeal(KEYS).seal(session)
    assert "anna" not in SessionSeal(KEYS).seal(session)
