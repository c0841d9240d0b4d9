"""Lists, records and pages: what one person may see and has done is not in another's."""

import json
import re
from http.cookies import SimpleCookie
from typing import Final

from tests.team.serving import ANNA, BEN, TEAM_TOKENS, TOKENS, Team, rpc
from tests.team.table import Table
from tests.team.two_people.stand import DORA, ERAS, EVE, FAY, GUS, MARA, Caller, caller, sent_by, writes

TABLE: Final = Table()
LISTS: Final = ("tools/list", "prompts/list", "resources/list", "resources/templates/list")


async def tools_of(client: Caller) -> set[str]:
    return {tool["name"] for tool in (await client.send("tools/list"))["result"]["tools"]}


@TABLE("a list that he gets right after hers has what he may call, and not what she may")
async def _(t: Team) -> None:
    for mode in ERAS:
        async with caller(t, MARA, mode) as admin, caller(t, EVE, mode) as reader, caller(t, BEN, mode) as his:
            for client, has, lacks in (
                (admin, "testio_create_connection", "testio_create_exploratory_test"),
                (reader, "testio_list_bugs", "testio_reject_bug"),
                (his, "testio_create_exploratory_test", "testio_create_connection"),
                (reader, "testio_list_bugs", "testio_create_exploratory_test"),
            ):
                found = await tools_of(client)
                assert has in found
                assert lacks not in found


@TABLE("every list says that it is for its person alone")
async def _(t: Team) -> None:
    async with t.raw(BEN) as his:
        for method in LISTS:
            _, given = await rpc(his, method, {})
            assert given["result"]["cacheScope"] == "private", method
            assert given["result"]["ttlMs"] <= 300_000


@TABLE("what only she may call is unknown to him by its name, and found by no words")
async def _(t: Team) -> None:
    for mode in ERAS:
        async with caller(t, EVE, mode) as reader:
            for name in ("testio_reject_bug", "testio_create_connection", "people_anna"):
                refused = await reader.call(name)
                assert "Unknown tool" in str(refused["error"])
                response = await reader.send("resources/read", uri=f"testdesk://{name}")
                assert "Unknown resource" in str(response["error"])
    assert t.sent() == []


@TABLE("a list's cursor of hers reads what he may read")
async def _(t: Team) -> None:
    async with caller(t, ANNA) as hers, caller(t, EVE) as reader:
        first = await hers.call("testomatio_list_tests", limit=2)
        cursor = first["result"]["structuredContent"]["next_cursor"]
        t.sent()
        await reader.call("testomatio_list_tests", limit=2, cursor=cursor)
        assert sent_by(t) == {"team"}


@TABLE("her acts are not in his list of acts, nor on his page of them")
async def _(t: Team) -> None:
    async def listed(client: Caller) -> str:
        page = await client.send("resources/read", uri="testdesk://acts")
        return str(await client.call("testdesk_list_acts", hours=720)) + str(page)

    for owner, other in ((ANNA, BEN), (BEN, DORA), (ANNA, MARA)):
        title = f"Only of {owner} for {other}"
        async with caller(t, owner) as hers, caller(t, other) as his, caller(t, other, "legacy") as also_his:
            await hers.call("testomatio_create_label", title=title)
            assert title in await listed(hers)
            assert title not in await listed(his) + await listed(also_his)


@TABLE("a program that calls itself by her name acts as whoever's key it sends")
async def _(t: Team) -> None:
    for mode in ERAS:
        title = f"Under her name, {mode}"
        async with caller(t, BEN, mode, program=ANNA) as his, caller(t, ANNA) as hers:
            await his.call("testomatio_create_label", title=title)
            assert sent_by(t) == {"team"}
            assert title in str(await his.call("testdesk_list_acts"))
            assert title not in str(await hers.call("testdesk_list_acts"))


@TABLE("what a request says of itself in its metadata or arguments names nobody")
async def _(t: Team) -> None:
    named = {"person": "anna", "principal": "anna", "who": "anna", "io.testdesk/person": "anna"}
    async with t.raw(BEN) as his:
        for meta in (named, {"progressToken": "anna"}):
            call = {"name": "testio_list_products", "arguments": {}, "_meta": meta}
            _, given = await rpc(his, "tools/call", call)
            assert "error" in given or sent_by(t) == {"team"}
        _, refused = await rpc(his, "tools/call", {"name": "testdesk_list_acts", "arguments": {"person": "anna"}})
        assert "Unexpected" in str(refused) or refused["result"]["isError"], refused


# Budgets


@TABLE("her acts use up her limit and not his")
async def _(t: Team) -> None:
    async with caller(t, FAY) as hers, caller(t, GUS) as his:
        assert not (await hers.call("testomatio_create_label", title="First of Fay"))["result"]["isError"]
        refused = str(await hers.call("testomatio_create_label", title="Second of Fay"))
        assert "writes_a_minute = 1" in refused, refused
        assert "[budgets.people] of testdesk.toml, for fay" in refused
        assert not (await his.call("testomatio_create_label", title="First of Gus"))["result"]["isError"]
    assert len(writes(t)) == 2


@TABLE("a limit of hers is not evaded under his name")
async def _(t: Team) -> None:
    for mode in ERAS:
        async with caller(t, FAY, mode, program=GUS, **{"X-Forwarded-User": GUS}) as hers:
            refused = str(await hers.call("testomatio_create_label", title=f"As Gus, {mode}"))
            assert "[budgets.people] of testdesk.toml, for fay" in refused
    assert writes(t) == []


# The admin's page


@TABLE("the admin's page is closed to his key, in a header and in its form")
async def _(t: Team) -> None:
    async with t.raw() as http:
        for name in (ANNA, BEN, EVE):
            key = t.people[name].key
            page = await http.get("/admin", headers={"Authorization": f"Bearer {key}"})
            assert page.status_code == 401
            form = {"Origin": t.running.origin, "Content-Type": "application/x-www-form-urlencoded"}
            entered = await http.post("/admin/enter", content=f"key={key}", headers=form)
            assert (entered.status_code, entered.headers.get("set-cookie")) == (401, None)
            for given in (page, entered):
                assert not re.search(r"testomatio_create_label|\bmara\b|\bdora\b", given.text)


@TABLE("the admin's page is closed to a cookie that nobody sealed, and to another site's form")
async def _(t: Team) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    async with t.raw() as http:
        plain = json.dumps({"until": 9e9, "token": t.people[MARA].key})
        for cookie in (t.people[MARA].key, "v1.AAAA", plain, ""):
            page = await http.get("/admin", headers={"Cookie": f"testdesk_admin={cookie}"})
            assert "testomatio_create_label" not in page.text
        evil = {**form, "Origin": "https://evil.example"}
        assert (await http.post("/admin/enter", content=f"key={t.people[MARA].key}", headers=evil)).status_code == 401
        own = {**form, "Origin": t.running.origin}
        entered = await http.post("/admin/enter", content=f"key={t.people[MARA].key}", headers=own)
        held = SimpleCookie(entered.headers["set-cookie"])["testdesk_admin"].value
        page = await http.get("/admin", headers={"Cookie": f"testdesk_admin={held}"})
        assert "testomatio_create_label" in page.text, "an admin sees all acts"
        assert t.people[MARA].key not in page.text + held
        his = {"Cookie": f"testdesk_admin={held}", "Authorization": f"Bearer {t.people[BEN].key}"}
        assert (await http.get("/admin", headers=his)).status_code == 401
        assert (await http.post("/mcp", headers={"Cookie": f"testdesk_admin={held}"})).status_code == 401


@TABLE("the admin's page shows no secret of anybody")
async def _(t: Team) -> None:
    async with t.raw(MARA) as http:
        page = (await http.get("/admin")).text
    assert "anna" in page
    secrets = [*TEAM_TOKENS.values(), *TOKENS[ANNA].values(), *(one.key for one in t.people.values())]
    assert [secret for secret in secrets if secret in page] == []
