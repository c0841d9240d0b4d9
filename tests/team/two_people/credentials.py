"""Whose credentials, logins, cookies and caches a request uses."""

import base64
import re
from typing import Any, Final

from tests.desk import change_bug
from tests.team.handshake import Answerer, Message
from tests.team.serving import ANNA, BEN, TEAM_TOKENS, TOKENS, Team
from tests.team.table import Table
from tests.team.two_people.stand import ERAS, OWN, REJECT, TESTIO, TESTOMATIO, caller, holders, reopen, sent_by, writes

TABLE: Final = Table()


@TABLE("a read of his goes out with the team's credential, and hers with hers")
async def _(t: Team) -> None:
    for mode in ERAS:
        async with caller(t, ANNA, mode) as hers, caller(t, BEN, mode) as his:
            await hers.call("testio_list_products")
            assert holders(t.sent()) == [{ANNA}]
            await his.call("testio_list_products")
            assert holders(t.sent()) == [{"team"}]


@TABLE("a login of hers is no login of his")
async def _(t: Team) -> None:
    logins: list[str] = []
    used: dict[str, set[str]] = {ANNA: set(), "team": set()}
    async with caller(t, ANNA) as hers, caller(t, BEN) as his:
        for client, who in ((hers, ANNA), (his, "team"), (hers, ANNA)):
            await client.call("testomatio_list_projects")
            sent = t.sent()
            assert sent
            assert set().union(*holders(sent)) <= {who}
            logins += [who for request in sent if "/api/login" in request]
            used[who] |= {found[1] for one in sent if (found := re.search(r"authorization: (?:Bearer )?(ey\S+)", one))}
    assert logins == [ANNA, "team"]
    assert all(used.values())
    assert not used[ANNA] & used["team"]


@TABLE("her credential goes to its own platform at its own address only")
async def _(t: Team) -> None:
    async with caller(t, ANNA) as hers:
        for tool in ("testio_list_products", "testomatio_list_tests", "testery_list_environments", "across_list_runs"):
            await hers.call(tool)
    sent = t.sent()
    assert len(sent) >= 3
    for request in sent:
        place = request.split()[1]
        assert (TOKENS[ANNA][TESTIO] in request) == ("/testio/" in place), place
        assert TOKENS[ANNA][TESTOMATIO] not in request or "/testomatio/" in place, place
        assert t.running.origin not in request
        assert t.people[ANNA].key not in request


@TABLE("a tool across platforms asks each of them as whoever calls it")
async def _(t: Team) -> None:
    async with caller(t, ANNA) as hers, caller(t, BEN) as his:
        for client, who in ((hers, ANNA), (his, "team"), (hers, ANNA)):
            await client.call("across_list_runs")
            assert sent_by(t) == {who}


@TABLE("a page of a resource is read as whoever reads it, after another has read the same")
async def _(t: Team) -> None:
    for mode in ERAS:
        async with caller(t, ANNA, mode) as hers, caller(t, BEN, mode) as his:
            for client, who in ((hers, ANNA), (his, "team")):
                page = await client.send("resources/read", uri="testio://bugs/88101")
                assert "88101" in str(page["result"]["contents"])
                assert sent_by(t) == {who}


@TABLE("a completion suggests what whoever types can see")
async def _(t: Team) -> None:
    ref = {"type": "ref/resource", "uri": "testio://bugs/{bug_id}"}
    for mode in ERAS:
        async with caller(t, ANNA, mode) as hers, caller(t, BEN, mode) as his:
            for client, who in ((hers, ANNA), (his, "team")):
                given = await client.send("completion/complete", ref=ref, argument={"name": "bug_id", "value": "881"})
                assert given["result"]["completion"]["values"]
                assert sent_by(t) == {who}


@TABLE("what her list has kept for its next page is not his, though he has her cursor")
async def _(t: Team) -> None:
    for mode, headers, who in (("auto", {}, "team"), ("legacy", OWN, "brought")):
        async with caller(t, ANNA, mode) as hers, caller(t, BEN, mode, **headers) as his:
            first = await hers.call("testio_list_bugs", limit=2)
            cursor = first["result"]["structuredContent"]["next_cursor"]
            t.sent()
            await hers.call("testio_list_bugs", limit=2, cursor=cursor)
            assert t.sent() == [], "it was kept for her"
            await his.call("testio_list_bugs", limit=2, cursor=cursor)
            assert sent_by(t) == {who}


@TABLE("a name that she has used is looked up anew for him")
async def _(t: Team) -> None:
    title = t.world.sandboxes["testio"].world.products[71].name
    async with caller(t, ANNA) as hers, caller(t, BEN) as his:
        for client, who in ((hers, ANNA), (his, "team")):
            given = await client.call("testio_list_test_environments", product_id=title)
            assert not given["result"]["isError"], given
            assert sent_by(t) == {who}


@TABLE("a cookie that a platform gave her goes out with no request")
async def _(t: Team) -> None:
    async with caller(t, ANNA) as hers, caller(t, BEN) as his:
        for client in (hers, his, hers):
            await client.call("testio_list_products")
            await client.call("testomatio_list_projects")
    sent = t.sent()
    assert len(sent) >= 6
    assert not [one for one in sent if re.search(r"^cookie:", one, re.MULTILINE | re.IGNORECASE)]


@TABLE("her credential is masked in every answer in which a platform shows it")
async def _(t: Team) -> None:
    for name in (ANNA, BEN):
        for mode in ERAS:
            async with caller(t, name, mode) as client:
                for given in (
                    await client.call("testio_get_bug", bug_id=88101),
                    await client.call("testio_list_bugs", test_ids=[5510, 5511, 5512], limit=200),
                    await client.send("resources/read", uri="testio://bugs/88101"),
                ):
                    assert "Login fails with" in str(given)
                    assert TOKENS[ANNA][TESTIO] not in str(given)


@TABLE("her credential is masked in his answer in the encodings of a platform")
async def _(t: Team) -> None:
    token = TOKENS[ANNA][TESTIO]
    forms = [base64.b64encode(f"user:{token}".encode()).decode(), token.encode().hex(), token.upper(), token[:14]]
    change_bug(t.world, 88103, title=f"Request {' and '.join(forms)} refused")
    async with caller(t, BEN) as his:
        given = str(await his.call("testio_get_bug", bug_id=88103))
        assert "refused" in given
        assert [form for form in forms if form in given] == []


@TABLE("her credential is masked in his error, where a platform repeats it")
async def _(t: Team) -> None:
    t.world.faults.add({"platform": "testio", "status": 422, "body": {"error": f"No {TOKENS[ANNA][TESTIO]} here"}})
    async with caller(t, BEN) as his:
        refused = await his.call("testio_get_bug", bug_id=88101)
        assert refused["result"]["isError"]
        assert "No " in str(refused)
        assert TOKENS[ANNA][TESTIO] not in str(refused)


@TABLE("her credential is masked in the question that he is asked")
async def _(t: Team) -> None:
    reopen(t)
    change_bug(t.world, 88107, title=f"OLD10 and {TOKENS[ANNA][TESTIO]}")
    for mode in ERAS:
        asked: list[str] = []

        async def note(question: Message, to: list[str] = asked) -> Message:
            to.append(str(question))
            return {"action": "decline"}

        async with caller(t, BEN, mode) as his:
            given = await (his.call if mode == "auto" else his.act)("testio_reject_bug", **_asking(mode, note))
            text = str(asked or given)
            assert "OLD10" in text
            assert TOKENS[ANNA][TESTIO] not in text
    assert writes(t) == []
    change_bug(t.world, 88107, title="Expired voucher OLD10 still gives 10 %")


def _asking(mode: str, answerer: Answerer) -> dict[str, Any]:
    return {**REJECT, **({"answerer": answerer} if mode == "legacy" else {})}


@TABLE("a text with her credential is not sent to a platform by him")
async def _(t: Team) -> None:
    for token in (TOKENS[ANNA][TESTIO], TEAM_TOKENS[TESTOMATIO]):
        async with caller(t, BEN) as his:
            refused = await his.call("testomatio_create_label", title=f"Try {token}")
            assert refused["result"]["isError"]
            assert "Nothing was sent" in str(refused)
            assert token not in str(refused)
    assert writes(t) == []
