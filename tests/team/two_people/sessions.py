"""Handshake sessions, and what is under way in them: nobody else uses, ends or cancels them."""

from typing import Any, Final

import anyio
import httpx2

from tests.server.served import PING
from tests.team.handshake import SESSION, VERSION, Handshake, Message, wire
from tests.team.serving import ANNA, BEN, Team, called, envelope
from tests.team.table import Table
from tests.team.two_people.stand import DORA, ERAS, OWN, caller, sent_by

TABLE: Final = Table()
OPENING: Final = {"protocolVersion": VERSION, "capabilities": {}, "clientInfo": {"name": "x", "version": "1"}}
OPEN, CLOSE = "testomatio_open_change_session", "testomatio_close_change_session"


def message(method: str, number: int | None = 2, /, **params: Any) -> Message:
    return {"jsonrpc": "2.0", "method": method, "params": params} | ({} if number is None else {"id": number})


@TABLE("her session is not found by him, whatever he sends with its id")
async def _(t: Team) -> None:
    sent = [
        message("tools/list"),
        message("tools/call", name="testio_list_products", arguments={}),
        message("resources/read", uri="testio://bugs/88101"),
        message("resources/subscribe", uri="testio://inbox"),
        message("initialize", **OPENING),
        message("notifications/cancelled", None, requestId=1),
        message("notifications/initialized", None),
        {"jsonrpc": "2.0", "id": 1, "result": {"action": "accept", "content": {"answer": "yes"}}},
    ]
    for owner, other in ((ANNA, BEN), (BEN, DORA)):
        async with caller(t, owner, "legacy") as hers, wire(t.people[other].key) as http:
            assert hers.session is not None
            session = hers.session.headers
            t.sent()
            for one in sent:
                assert (await http.post(t.running.url, json=one, headers=session)).status_code == 404, one
            assert (await http.get(t.running.url, headers=session)).status_code == 404
            assert t.sent() == []
            assert "result" in await hers.send("ping")


@TABLE("her session is not ended by him")
async def _(t: Team) -> None:
    async with caller(t, BEN, "legacy") as hers, wire(t.people[DORA].key) as http:
        assert hers.session is not None
        assert (await http.delete(t.running.url, headers=hers.session.headers)).status_code == 404
        assert "result" in await hers.send("ping")


@TABLE("a session of hers is not found with a token of the same person, nor the other way round")
async def _(t: Team) -> None:
    assert t.issuer is not None
    token = {"Authorization": f"Bearer {t.issuer.token()}"}
    async with caller(t, ANNA, "legacy") as by_key, t.raw(**token) as http:
        assert by_key.session is not None
        assert (await http.post("/mcp", json=PING, headers=by_key.session.headers)).status_code == 404
        opened = await http.post("/mcp", json=message("initialize", **OPENING))
        by_token = {SESSION: opened.headers[SESSION], "MCP-Protocol-Version": VERSION}
        assert (await http.post("/mcp", json=PING, headers=by_token)).status_code == 200
        assert (await by_key.http.post(t.running.url, json=PING, headers=by_token)).status_code == 404


@TABLE("of two session ids in one request, his and hers, no request of his is hers")
async def _(t: Team) -> None:
    async with caller(t, BEN, "legacy") as hers, caller(t, DORA, "legacy") as his:
        assert hers.session is not None
        assert his.session is not None
        await hers.call(OPEN, description="Tidy up")
        both = [hers.session.session, his.session.session]
        for ids in (both, both[::-1], [", ".join(both)], [", ".join(both[::-1])]):
            headers = [(SESSION, one) for one in ids] + [("MCP-Protocol-Version", VERSION)]
            close = message("tools/call", name=CLOSE, arguments={})
            given = await his.http.post(t.running.url, json=close, headers=headers)
            assert given.status_code in {400, 404} or "None was open" in given.text, given.text
        assert "Closed" in str(await hers.call(CLOSE))


@TABLE("her session id is nothing in a request of the newer revision")
async def _(t: Team) -> None:
    async with caller(t, BEN, "legacy") as hers:
        assert hers.session is not None
        await hers.call(OPEN, description="Tidy up")
        for named in (hers.session.session, "person ben", "ben"):
            async with t.raw(DORA, **{"Mcp-Session-Id": named}) as his:
                _, closed = await called(his, CLOSE, {})
                assert "None was open" in str(closed)
        assert "Closed" in str(await hers.call(CLOSE))


@TABLE("what her stream had sent is not replayed to him by the number of an event")
async def _(t: Team) -> None:
    async with caller(t, BEN, "legacy") as hers, caller(t, DORA, "legacy") as his:
        assert hers.session is not None
        assert his.session is not None
        for session in (hers.session, his.session):
            for number in ("1", "0", hers.session.session):
                headers = {**session.headers, "Last-Event-ID": number}
                replayed = await his.http.get(t.running.url, headers=headers)
                assert replayed.status_code == 404 or session is his.session
                assert "data:" not in replayed.text


# Change sessions


@TABLE("a write of his is not in her change session, and he does not close it")
async def _(t: Team) -> None:
    def in_session() -> list[bool]:
        return ["x-session-hash" in one for one in t.sent() if one.startswith("POST") and "/labels" in one]

    for owner, other in ((ANNA, BEN), (BEN, DORA)):
        async with (
            caller(t, owner) as hers,
            caller(t, other) as his,
            caller(t, other, "legacy") as also_his,
        ):
            await hers.call(OPEN, description="Tidy up")
            t.sent()
            for number, (client, is_hers) in enumerate(((hers, True), (his, False), (also_his, False), (hers, True))):
                await client.call("testomatio_create_label", title=f"Session {number} of {owner}")
                assert in_session() == [is_hers]
            for client in (his, also_his):
                assert "None was open" in str(await client.call(CLOSE))
            assert "Closed" in str(await hers.call(CLOSE))


@TABLE("a change session that he opens leaves hers as it is")
async def _(t: Team) -> None:
    async with caller(t, BEN) as hers, caller(t, DORA) as his:
        await hers.call(OPEN, description="Hers")
        await his.call(OPEN, description="His")
        hashes = []
        for client, title in ((hers, "Of hers"), (his, "Of his")):
            t.sent()
            await client.call("testomatio_create_label", title=title)
            (request,) = [one for one in t.sent() if one.startswith("POST") and "/labels" in one]
            hashes.append(request.partition("x-session-hash: ")[2].split("\n")[0])
        assert all(hashes)
        assert hashes[0] != hashes[1]
        assert "Closed" in str(await his.call(CLOSE))
        assert "Closed" in str(await hers.call(CLOSE))


# What is under way


async def slow_call(t: Team, http: httpx2.AsyncClient, body: Message, headers: dict[str, str], to: list[str]) -> None:
    to.append((await http.post(t.running.url, json=body, headers=headers)).text)


async def until_sent(t: Team) -> None:
    """Wait until a request has left."""
    while not t.listening.sent:  # noqa: ASYNC110 - what left is no event
        await anyio.sleep(0.01)


def slow_down(t: Team, seconds: float = 0.3) -> None:
    t.world.faults.add({"platform": "testio", "method": "GET", "path": "*/bugs/88101", "delay": seconds})


@TABLE("her call goes on, though he cancels a request of its number in both eras")
async def _(t: Team) -> None:
    for mode in ERAS:
        slow_down(t)
        answers: list[str] = []
        async with caller(t, BEN, mode) as hers, caller(t, DORA, "legacy") as his, caller(t, DORA) as also_his:
            number, name = 1, {"name": "testio_get_bug", "arguments": {"bug_id": 88101}}
            body, headers = envelope("tools/call", name)
            if hers.session is not None:
                body, headers = hers.session.request("tools/call", name), hers.session.headers
                number = body["id"]
            cancel = message("notifications/cancelled", None, requestId=number)
            async with anyio.create_task_group() as group:
                group.start_soon(slow_call, t, hers.http, body, headers, answers)
                await until_sent(t)
                assert his.session is not None
                assert (await his.session.post(t.running.url, cancel)).status_code == 202
                modern = {"MCP-Protocol-Version": "2026-07-28", "Mcp-Method": "notifications/cancelled"}
                taken = await also_his.http.post(t.running.url, json=cancel, headers=modern)
                assert taken.status_code == 202
                if hers.session is not None:
                    stolen = await his.http.post(t.running.url, json=cancel, headers=hers.session.headers)
                    assert stolen.status_code == 404
                assert not answers
        t.sent()
        assert "Login fails with" in answers[0]


@TABLE("her call goes on, though he breaks off a call of the same number")
async def _(t: Team) -> None:
    slow_down(t, 0.4)
    slow_down(t, 0.4)
    answers: list[str] = []
    body, headers = envelope("tools/call", {"name": "testio_get_bug", "arguments": {"bug_id": 88101}})
    async with caller(t, BEN) as hers, caller(t, DORA) as his, anyio.create_task_group() as group:
        group.start_soon(slow_call, t, hers.http, body, headers, answers)
        with anyio.move_on_after(0.2):
            await his.http.post(t.running.url, json=body, headers=headers)
        assert not answers
    t.sent()
    assert "Login fails with" in answers[0]


@TABLE("her progress reaches no call of his that has the same token")
async def _(t: Team) -> None:
    async with wire(t.people[BEN].key) as bens, wire(t.people[DORA].key) as doras:
        heard: dict[str, list[str]] = {BEN: [], DORA: []}
        for name, http, test in ((BEN, bens, 5512), (DORA, doras, 5511)):
            client = Handshake(http)
            await client.open(t.running.url)
            params = {"name": "testio_wait_for_test", "arguments": {"test_id": test, "minutes": 0.002}}
            body = client.request("tools/call", {**params, "_meta": {"progressToken": "same"}})
            await slow_call(t, http, body, client.headers, heard[name])
        assert "5512" not in heard[DORA][0]
        assert "5511" not in heard[BEN][0]
    t.sent()


@TABLE("a handle of her wait goes on with what he can see")
async def _(t: Team) -> None:
    cycles = t.world.sandboxes["testio"].world.cycles
    waiting = max(number for number in cycles)
    async with caller(t, ANNA) as hers, caller(t, BEN) as his, caller(t, DORA, **OWN) as brought:
        given = await hers.call("testio_wait_for_test", test_id=waiting, minutes=0)
        handle = given["result"]["structuredContent"]["handle"]
        t.sent()
        for client, who in ((his, "team"), (brought, "brought")):
            await client.call("testio_wait_for_test", handle=handle, minutes=0)
            assert sent_by(t) == {who}
