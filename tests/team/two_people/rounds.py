"""Questions and their answers in both eras, approvals, and acts that are sent again."""

import re
from typing import Any, Final

from server.store.approvals import Approvals
from tests.team.handshake import Handshake, Message, wire, yes
from tests.team.serving import ANNA, BEN, Team, called, envelope
from tests.team.table import Table
from tests.team.two_people.stand import (
    DORA,
    OWN,
    REJECT,
    asked_round,
    caller,
    read_message,
    reopen,
    writes,
    yes_to,
)

TABLE: Final = Table()
BUG: Final = "testio_reject_bug"


@TABLE("his yes to her question does nothing")
async def _(t: Team) -> None:
    for asked, answering in ((ANNA, BEN), (BEN, ANNA), (BEN, DORA)):
        reopen(t)
        answers = yes_to(await asked_round(t, asked))
        async with t.raw(answering) as other:
            _, refused = await called(other, BUG, REJECT, **answers)
            assert "Invalid or expired requestState" in str(refused)
            assert t.sent() == []


@TABLE("his no to her question leaves it open for her")
async def _(t: Team) -> None:
    for action in ("decline", "cancel"):
        reopen(t)
        asked = await asked_round(t, BEN)
        async with t.raw(DORA) as other, t.raw(BEN) as his:
            _, refused = await called(other, BUG, REJECT, **yes_to(asked, action))
            assert "Invalid or expired requestState" in str(refused)
            _, done = await called(his, BUG, REJECT, **yes_to(asked))
            assert "rejected" in str(done)
            assert len(writes(t)) == 1


@TABLE("her yes does nothing with another credential than she was asked with")
async def _(t: Team) -> None:
    reopen(t)
    for asked_with, answered_with in (({}, OWN), (OWN, {})):
        answers = yes_to(await asked_round(t, ANNA, **asked_with))
        async with t.raw(ANNA, **answered_with) as hers:
            _, refused = await called(hers, BUG, REJECT, **answers)
            assert "Invalid or expired requestState" in str(refused)
            assert t.sent() == []


@TABLE("a yes with a token does nothing for a question that was asked with a key")
async def _(t: Team) -> None:
    reopen(t)
    assert t.issuer is not None
    token = t.issuer.token(scope="testdesk:read testdesk:triage")
    answers = yes_to(await asked_round(t, ANNA))
    async with t.raw(Authorization=f"Bearer {token}") as hers:
        _, refused = await called(hers, BUG, REJECT, **answers)
        assert "Invalid or expired requestState" in str(refused)
    assert t.sent() == []


@TABLE("her used yes, sent again by him, does nothing and does not tell him what she was answered")
async def _(t: Team) -> None:
    reopen(t)
    answers = yes_to(await asked_round(t, BEN))
    async with t.raw(BEN) as his, t.raw(DORA) as other:
        _, done = await called(his, BUG, REJECT, **answers)
        assert "rejected" in str(done)
        assert len(writes(t)) == 1
        _, refused = await called(other, BUG, REJECT, **answers)
        assert "rejected" not in str(refused)
        assert "Invalid or expired requestState" in str(refused)
        assert t.sent() == []


@TABLE("the state of her question does nothing in a session of his")
async def _(t: Team) -> None:
    reopen(t)
    answers = yes_to(await asked_round(t, BEN))

    async def declined(question: Message) -> Message:
        return {"action": "decline"}

    async with caller(t, DORA, "legacy") as other:
        assert other.session is not None
        request = other.session.request("tools/call", {"name": BUG, "arguments": REJECT, **answers})
        await other.session.call(t.running.url, BUG, answerer=declined, request=request)
    assert writes(t) == []


@TABLE("his answer in a session of his, or in hers, is no answer to the question of her session")
async def _(t: Team) -> None:
    reopen(t)
    async with wire(t.people[BEN].key) as bens, wire(t.people[DORA].key) as doras:
        his, other, also_his = Handshake(bens), Handshake(doras), Handshake(bens)
        for client in (his, other, also_his):
            await client.open(t.running.url)

        async def others_first(question: Message) -> Message | None:
            answer = {"jsonrpc": "2.0", "id": question["id"], "result": yes(question)}
            for client in (other, also_his):
                assert (await client.post(t.running.url, answer)).status_code == 202
            stolen = await other.http.post(t.running.url, json=answer, headers=his.headers)
            assert stolen.status_code == 404
            return {"action": "decline"}

        given = await his.call(t.running.url, BUG, REJECT, answerer=others_first)
        assert given["result"]["isError"]
        assert len(his.asked) == 1
    assert writes(t) == []


# Approvals


async def number_asked(t: Team, name: str, **headers: str) -> tuple[str, str]:
    """The number of the approval that a call wants, and what it was answered; a client that cannot be asked."""
    async with t.raw(name, **headers) as http:
        body, own = envelope("tools/call", {"name": BUG, "arguments": REJECT})
        body["params"]["_meta"]["io.modelcontextprotocol/clientCapabilities"] = {}
        text = str(read_message(await http.post("/mcp", json=body, headers=own)))
    found = re.search(r"testdesk approve (\w+)`", text)
    return (found[1] if found else ""), text


async def approve(t: Team, number: str) -> None:
    assert await Approvals(t.engine).answer(number, yes=True, by="mara")


@TABLE("an approval of her call is none of his equal call")
async def _(t: Team) -> None:
    for asking, other in ((ANNA, BEN), (BEN, DORA)):
        reopen(t)
        number, _ = await number_asked(t, asking)
        await approve(t, number)
        again, refused = await number_asked(t, other)
        assert "needs the user's yes" in refused
        assert again not in {"", number}
        assert writes(t) == []
        _, done = await number_asked(t, asking)
        assert "rejected" in done, "it counts for whom it was asked"
        assert len(writes(t)) == 1


@TABLE("an approval of her call does not count with another credential")
async def _(t: Team) -> None:
    for asked_with, called_with in (({}, OWN), (OWN, {})):
        reopen(t)
        number, _ = await number_asked(t, ANNA, **asked_with)
        await approve(t, number)
        again, refused = await number_asked(t, ANNA, **called_with)
        assert "needs the user's yes" in refused
        assert again not in {"", number}
        assert writes(t) == []
        _, done = await number_asked(t, ANNA, **asked_with)
        assert "rejected" in done, "it counts for the credential it was asked with"
        assert len(writes(t)) == 1


@TABLE("an approval is used up by her call, so that no call after it is approved")
async def _(t: Team) -> None:
    reopen(t)
    number, _ = await number_asked(t, BEN)
    await approve(t, number)
    assert "rejected" in (await number_asked(t, BEN))[1]
    reopen(t)
    t.sent()
    for name in (BEN, DORA):
        assert (await number_asked(t, name))[0] not in {"", number}
    assert writes(t) == []


# Sent again


async def environment(t: Team, name: str, title: str) -> dict[str, Any]:
    """What a person is answered who creates a test environment."""
    async with caller(t, name) as client:
        url = "https://staging.shop.example.test"
        given = await client.call("testio_create_test_environment", product_id=71, title=title, url=url)
        return dict(given["result"])


@TABLE("his call that equals hers is carried out, and not answered with her answer")
async def _(t: Team) -> None:
    for first, other in ((ANNA, BEN), (BEN, DORA)):
        title = f"Equal of {first}"
        assert not (await environment(t, first, title))["isError"]
        assert len(writes(t)) == 1
        assert "already_done" in str(await environment(t, first, title))
        assert writes(t) == []
        assert "already_done" not in str(await environment(t, other, title))
        assert len(writes(t)) == 1


@TABLE("her act of unknown outcome does not stand in the way of his equal one")
async def _(t: Team) -> None:
    t.world.faults.add({"platform": "testio", "method": "POST", "path": "*/test_environments", "cut": 0})
    assert (await environment(t, BEN, "Lost"))["isError"]
    assert len(writes(t)) == 1
    assert "outcome is unknown" in str(await environment(t, BEN, "Lost"))
    assert writes(t) == []
    assert not (await environment(t, DORA, "Lost"))["isError"]
    assert len(writes(t)) == 1
