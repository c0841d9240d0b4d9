"""The receiver says yes only to a whole event, at an address that was made for it, once it is kept."""

import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from server.inbox.events import EventStore
from server.inbox.receiver import MOST_BYTES, Receiver
from server.inbox.store import PUBLIC_URL, PlatformInbox
from tests.stores import store_at
from tools.platforms import PLATFORMS

pytestmark = pytest.mark.anyio

EVENT: dict[str, Any] = {
    "event": "bug.exported",
    "exported_at": "2026-04-03T10:15:00Z",
    "bug": {
        "id": 88101,
        "title": "Coupon field accepts expired code",
        "steps_to_reproduce": ["Open the cart"],
        "severity": "high",
        "priority": "p2",
        "status": "accepted",
        "attachments": [{"url": "https://files.example/a.png", "type": "image/png"}],
        "device": {"device_type": "mobile", "os": "ios", "os_version": "17.2", "browser": "safari"},
        "reporter": {"id": 999, "name": "nightowl"},
        "test_cycle_id": 5512,
        "product_id": 71,
        "link": "https://app.example/bugs/88101",
    },
}


class Open:
    """A receiver with an address."""

    def __init__(self, store: EventStore, address: str, http: httpx.AsyncClient, receiver: Receiver) -> None:
        self.store, self.address, self.http, self.receiver = store, address, http, receiver

    async def post(self, body: Any = EVENT, **options: Any) -> httpx.Response:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"} | options.pop("headers", {})
        return await self.http.post(options.pop("to", self.address), content=content, headers=headers, **options)

    async def kept(self) -> int:
        return (await self.store.counts("testio")).waiting

    async def refused(self) -> dict[str, int]:
        return dict((await self.store.counts("testio")).refused)


@asynccontextmanager
async def opened() -> AsyncIterator[Open]:
    store = EventStore(store_at(None))
    await store.say(PUBLIC_URL, "http://inbox.test")
    address = await PlatformInbox(store, "testio").new_address("a test")
    receiver = Receiver(PLATFORMS, store)
    transport = httpx.ASGITransport(receiver)
    async with httpx.AsyncClient(transport=transport) as http:
        yield Open(store, address, http, receiver)
    await store.close()


async def test_an_event_is_kept_before_it_is_acknowledged() -> None:
    async with opened() as o:
        answer = await o.post()
        assert (answer.status_code, answer.json()) == (200, {"status": "kept"})
        event = await o.store.newest("testio", "88101")
        assert event is not None
        assert event.document == EVENT


async def test_the_same_event_again_is_acknowledged_and_kept_once() -> None:
    async with opened() as o:
        await o.post()
        assert (await o.post()).json() == {"status": "kept already"}
        assert await o.kept() == 1


async def test_whatever_is_wrong_with_an_address_is_answered_alike() -> None:
    async with opened() as o:
        word = o.address.rsplit("/", 1)[1]
        wrong = [
            o.address[:-1],
            o.address + "x",
            f"http://inbox.test/inbox/nobody/{word}",
            f"http://inbox.test/inbox/testio/{'x' * 43}",
            f"http://inbox.test/inbox/testio/{word}/more",
            "http://inbox.test/inbox/testio/",
            "http://inbox.test/inbox",
            "http://inbox.test/",
        ]
        answers = [await o.post(to=address) for address in wrong]
        assert {(a.status_code, a.text) for a in answers} == {(404, '{"error": "no such address"}')}
        assert await o.kept() == 0


async def test_wrong_addresses_cost_no_transaction_and_no_log_line_each(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    now = 1000.0
    monkeypatch.setattr("server.inbox.receiver.time.monotonic", lambda: now)
    async with opened() as o:
        writes: list[tuple[str, int]] = []

        async def refuse(reason: str, times: int = 1) -> None:
            writes.append((reason, times))

        monkeypatch.setattr(o.store, "refuse", refuse)
        for _ in range(50):
            await o.post(to="http://inbox.test/inbox/testio/wrong")
        assert (len(caplog.records), writes) == (1, [("no such address", 1)])
        now += 61
        await o.post(to="http://inbox.test/inbox/testio/wrong")
        assert writes == [("no such address", 1), ("no such address", 50)]
        assert "50 deliveries not accepted: no such address" in caplog.text
        await o.post(to="http://inbox.test/inbox/testio/wrong")
        await o.receiver.close()
        assert writes[2:] == [("no such address", 1)], "what was counted last is kept at the end"


async def test_an_address_of_a_removed_connection_leads_nowhere() -> None:
    async with opened() as o:
        await PlatformInbox(o.store, "testio").forget_address(o.address)
        assert (await o.post()).status_code == 404


@pytest.mark.parametrize(
    ("body", "headers", "status", "reason"),
    [
        (b"{", {}, 400, "not JSON, or nested too deep"),
        (b"[" * 100_000, {}, 400, "not JSON, or nested too deep"),
        ([EVENT], {}, 422, "not an object"),
        ({"event": "bug.deleted"}, {}, 422, "no event that is known"),
        ({"event": ["bug.exported"]}, {}, 422, "no event that is known"),
        ({"event": "bug.exported", "exported_at": "now", "bug": {"id": "x"}}, {}, 422, "not the shape of its event"),
        (EVENT, {"Content-Type": "text/plain"}, 415, "not JSON by its content type"),
        (b" " * (MOST_BYTES + 1), {}, 413, "too large"),
    ],
)
async def test_what_is_no_event_is_refused_and_counted(
    body: Any, headers: dict[str, str], status: int, reason: str
) -> None:
    async with opened() as o:
        answer = await o.post(body, headers=headers)
        assert (answer.status_code, answer.json()) == (status, {"error": reason})
        assert await o.refused() == {reason: 1}
        assert await o.kept() == 0


async def test_a_body_of_unknown_length_is_not_read_past_the_limit() -> None:
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        for _ in range(100):
            read += 2**16
            yield b" " * 2**16

    async with opened() as o:
        headers = {"Content-Type": "application/json"}
        answer = await o.http.post(o.address, content=endless(), headers=headers)
        assert answer.status_code == 413


async def test_only_post_is_taken() -> None:
    async with opened() as o:
        assert (await o.http.get(o.address)).status_code == 405


async def test_a_store_that_fails_is_no_yes(monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened() as o:

        async def full(*args: Any) -> bool:
            raise OSError("disk full")

        monkeypatch.setattr(o.store, "keep", full)
        answer = await o.post()
        assert answer.status_code == 503, "the sender shall try again"


async def test_what_is_refused_is_logged_without_its_body_or_address(caplog: pytest.LogCaptureFixture) -> None:
    secret = {"event": "bug.exported", "exported_at": "now", "bug": {"id": "hunter2-secret"}}
    async with opened() as o:
        with caplog.at_level(logging.DEBUG, logger="server.inbox"):
            await o.post(secret)
            await o.post(to=o.address + "x")
        word = o.address.rsplit("/", 1)[1]
    assert "not the shape of its event" in caplog.text
    assert "hunter2-secret" not in caplog.text
    assert word not in caplog.text


async def test_an_event_with_fields_we_do_not_know_is_kept_whole() -> None:
    async with opened() as o:
        body = json.loads(json.dumps(EVENT)) | {"later": {"added": True}}
        assert (await o.post(body)).status_code == 200
        event = await o.store.newest("testio", "88101")
        assert event is not None
        assert event.document["later"] == {"added": True}


@pytest.mark.parametrize(
    "fields",
    [
        {"title": None},
        {"title": ["x"]},
        {"steps_to_reproduce": "Open the cart\nPay"},
        {"steps_to_reproduce": {"1": "Open the cart"}},
        {"steps_to_reproduce": [None, "Pay"]},
        {"device": "iPhone 15"},
        {"device": [1]},
        {"reporter": "nightowl"},
        {"attachments": {"0": None}, "test_cycle_id": "none", "severity": {"level": 1}},
        {"id": "88101"},
    ],
    ids=str,
)
async def test_whatever_names_a_bug_is_kept(fields: dict[str, Any]) -> None:
    async with opened() as o:
        assert (await o.post(EVENT | {"bug": EVENT["bug"] | fields})).status_code == 200
        assert (await o.post({"event": "bug.exported", "exported_at": None, "bug": {"id": 7}})).status_code == 200
        assert await o.kept() == 2


async def test_without_a_time_the_same_event_is_known_by_all_of_it() -> None:
    async with opened() as o:
        for exported_at in ({"exported_at": None}, {}, {"exported_at": ["x"]}):
            event = {"event": "bug.exported", "bug": EVENT["bug"]} | exported_at
            first, again = await o.post(event), await o.post(event)
            assert (first.json(), again.json()) == ({"status": "kept"}, {"status": "kept already"})
        changed = {"event": "bug.exported", "bug": EVENT["bug"] | {"title": "Other"}}
        assert (await o.post(changed)).json() == {"status": "kept"}


@pytest.mark.parametrize("bug_id", [True, False, -1, 0, 10**18, 10**30, 1.5, None, [7], "7x"])
async def test_an_id_that_could_not_be_asked_for_again_is_refused(bug_id: Any) -> None:
    async with opened() as o:
        assert (await o.post(EVENT | {"bug": EVENT["bug"] | {"id": bug_id}})).status_code == 422
        assert await o.kept() == 0


async def test_half_a_character_in_an_event_is_replaced_and_the_event_kept() -> None:
    body = json.dumps(EVENT).replace("Coupon field", "Coupon \\ud83d field").encode()
    async with opened() as o:
        assert (await o.post(body)).status_code == 200
        event = await o.store.newest("testio", "88101")
        assert event is not None
        assert event.document["bug"]["title"] == "Coupon \ufffd field accepts expired code"


@pytest.mark.parametrize(("depth", "status"), [(100, 200), (970, 400)])
async def test_an_event_nested_deeper_than_can_be_read_again_is_refused(depth: int, status: int) -> None:
    body = json.dumps(EVENT).replace('"Coupon field accepts expired code"', "[" * depth + "]" * depth)
    async with opened() as o:
        assert (await o.post(body.encode())).status_code == status
