"""The inbox of events, its addresses, and the streams that are notified of it."""

import hashlib
from typing import Any, Final

import anyio

from server.inbox.events import EventStore
from server.inbox.store import PREFIX, PUBLIC_URL, PlatformInbox
from tests.server.inbox.test_receiver import EVENT
from tests.team.handshake import Handshake, wire
from tests.team.serving import ANNA, BEN, Team
from tests.team.streams import INBOX, arrive, listen, listening, subscribe
from tests.team.table import Table
from tests.team.two_people.stand import DORA, ERAS, EVE, GUEST, MARA, OWN, caller

TABLE: Final = Table()


async def waiting(t: Team) -> int:
    """How many events wait in the inbox."""
    return (await PlatformInbox(EventStore(t.engine), "testio").counts()).waiting


@TABLE("an event is taken at its own address only, and not with a key, a digest or another platform's address")
async def _(t: Team) -> None:
    store = EventStore(t.engine)
    await store.say(PUBLIC_URL, t.running.origin)
    address = await PlatformInbox(store, "testio").new_address("the team's")
    word, before = address.rpartition("/")[2], await waiting(t)
    wrong = [
        f"{PREFIX}/testio/{t.people[ANNA].key}",
        f"{PREFIX}/testio/{hashlib.sha256(word.encode()).hexdigest()}",
        f"{PREFIX}/testio/{word[:-1]}",
        f"{PREFIX}/testio/{word.swapcase()}",
        f"{PREFIX}/testio/{word}/more",
        f"{PREFIX}/testio/",
        f"{PREFIX}/testio",
        f"{PREFIX}/testomatio/{word}",
        f"{PREFIX}/{word}",
    ]
    async with t.raw(BEN) as his:
        for path in wrong:
            refused = await his.post(path, json=EVENT)
            assert (refused.status_code, refused.json()) == (404, {"error": "no such address"}), path
        assert await waiting(t) == before
        assert (await his.post(f"{PREFIX}/testio/{word}", json=EVENT)).status_code == 200
        assert await waiting(t) == before + 1
        assert await PlatformInbox(store, "testio").forget_address(address)
        assert (await his.post(f"{PREFIX}/testio/{word}", json=EVENT)).status_code == 404


@TABLE("with a credential of her own she reads, marks and is suggested nothing of the team's inbox")
async def _(t: Team) -> None:
    await arrive(t, 4711)
    ref = {"type": "ref/resource", "uri": "testio://inbox/{bug_id}"}
    typed = {"name": "bug_id", "value": "47"}
    for mode in ERAS:
        async with caller(t, ANNA, mode) as hers, caller(t, BEN, mode) as his, caller(t, BEN, mode, **OWN) as brought:
            for client in (hers, brought):
                marked = await client.call("testio_mark_inbox_handled", bug_ids=[4711])
                for refused in (
                    marked,
                    await client.call("testio_list_inbox"),
                    await client.send("resources/read", uri=INBOX),
                    await client.send("resources/read", uri="testio://inbox/4711"),
                ):
                    assert "events of the team's account" in str(refused), refused
                given = await client.send("completion/complete", ref=ref, argument=typed)
                assert given["result"]["completion"]["values"] == []
            listed = (await his.call("testio_list_inbox"))["result"]["structuredContent"]
            assert 4711 in [row["bug_id"] for row in listed["items"]]
            given = await his.send("completion/complete", ref=ref, argument=typed)
            assert given["result"]["completion"]["values"] == ["4711"]
    t.sent()


@TABLE("with a credential of her own she is not notified of the team's inbox")
async def _(t: Team) -> None:
    for number, mode in enumerate(ERAS):
        item = 4720 + number
        uris = (INBOX, f"testio://inbox/{item}")
        async with (
            listening(t, ANNA, mode, *uris) as hers,
            listening(t, BEN, mode, *uris, **OWN) as brought,
            listening(t, BEN, mode, *uris) as his,
        ):
            await arrive(t, item)
            await his.until(uris[1])
            for stream in (hers, brought):
                with anyio.move_on_after(0.05):
                    await stream.next()
                assert stream.heard == []


@TABLE("whoever may not read is notified of nothing")
async def _(t: Team) -> None:
    async with wire(t.people[GUEST].key) as http:
        async with listen(http, t.running.url, INBOX) as stream:
            await arrive(t, 4730)
            async with listening(t, BEN, "auto", "testio://inbox/4731") as his:
                await arrive(t, 4731)
                await his.until("testio://inbox/4731")
            with anyio.move_on_after(0.05):
                await stream.next()
            assert stream.heard == []
        client = Handshake(http)
        await client.open(t.running.url)
        await subscribe(client, t.running.url, INBOX)
        assert (await http.get(t.running.url, headers=client.headers)).status_code == 405


@TABLE("each stream is notified of what its own person has subscribed to")
async def _(t: Team) -> None:
    for number, mode in enumerate(ERAS):
        mine, yours = f"testio://inbox/{4740 + number}", f"testio://inbox/{4750 + number}"
        async with listening(t, BEN, mode, mine) as his, listening(t, DORA, mode, yours) as hers:
            await arrive(t, 4740 + number)
            await arrive(t, 4750 + number)
            await his.until(mine)
            await hers.until(yours)
            assert his.heard == [mine]
            assert hers.heard == [yours]


@TABLE("his unsubscribing, and the end of his stream, leave her subscription")
async def _(t: Team) -> None:
    async with listening(t, BEN, "legacy", INBOX) as hers, wire(t.people[DORA].key) as http:
        his = Handshake(http)
        await his.open(t.running.url)
        await subscribe(his, t.running.url, INBOX)
        await subscribe(his, t.running.url, INBOX, method="unsubscribe")
        async with listening(t, DORA, "auto", INBOX):
            pass
        await arrive(t, 4760)
        await hers.until(INBOX)


@TABLE("two streams of one request number are two, and his ends without hers")
async def _(t: Team) -> None:
    async with listening(t, BEN, "auto", INBOX) as hers:
        async with listening(t, DORA, "auto", "testio://inbox/4770") as his:
            await arrive(t, 4770)
            await his.until("testio://inbox/4770")
            await hers.until(INBOX)
        hers.heard.clear()
        await arrive(t, 4771)
        await hers.until(INBOX)
        assert set(hers.heard) == {INBOX}


@TABLE("what she is asked and what she calls is in no stream of his")
async def _(t: Team) -> None:
    async with listening(t, DORA, "legacy", INBOX) as standing, listening(t, DORA, "auto", INBOX) as modern:
        async with caller(t, BEN, "legacy") as hers:
            await hers.call("testio_list_products")
            await hers.call("testomatio_create_label", title="In no stream")
        for stream in (standing, modern):
            stream.others.clear()
            with anyio.move_on_after(0.05):
                await stream.next()
            assert stream.others == []
    t.sent()


@TABLE("an address of the inbox that an admin makes is in nobody else's answers")
async def _(t: Team) -> None:
    await EventStore(t.engine).say(PUBLIC_URL, "https://inbox.example.test")
    async with caller(t, MARA) as admin, caller(t, EVE) as reader:
        made = await admin.act("testio_create_connection", name="Jira", to_inbox=True)
        content: dict[str, Any] = made["result"]["structuredContent"]
        (sent,) = [one for one in t.sent() if one.startswith("POST") and "connection" in one.split("\n")[0]]
        word = sent.rpartition(f"{PREFIX}/testio/")[2].split('"')[0]
        assert len(word) > 40
        assert word not in str(made)
        for client in (admin, reader):
            read = await client.call("testio_get_connection", connection_id=content["now"]["id"])
            assert "inbox.example.test" in str(read)
            assert word not in str(read)
