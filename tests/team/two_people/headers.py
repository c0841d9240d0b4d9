"""Credentials that people send in headers: they are the sender's alone, and no other header names a person."""

from typing import Final

from tests.server.served import PING
from tests.team.serving import ANNA, BEN, TOKENS, Team, rpc
from tests.team.table import Table
from tests.team.two_people.stand import (
    BROUGHT,
    DORA,
    ERAS,
    OWN,
    TESTIO,
    TESTOMATIO,
    caller,
    holders,
    raw_headers,
    sent_by,
    writes,
)

TABLE: Final = Table()


@TABLE("a credential that he brings goes out for him alone, and hers never for him")
async def _(t: Team) -> None:
    for mode in ERAS:
        async with caller(t, BEN, mode, **OWN) as with_own, caller(t, ANNA) as hers, caller(t, BEN) as his:
            for client, who in ((with_own, "brought"), (hers, ANNA), (his, "team"), (with_own, "brought")):
                await client.call("testio_list_products")
                assert holders(t.sent()) == [{who}]


@TABLE("what a request brings counts before what a file says, for that request only")
async def _(t: Team) -> None:
    async with t.raw(ANNA) as hers:
        for headers, who in (({}, ANNA), (OWN, "brought"), ({}, ANNA)):
            await rpc(hers, "tools/call", {"name": "testio_list_products", "arguments": {}}, **headers)
            assert holders(t.sent()) == [{who}]


@TABLE("what she brings for a platform takes the place of all that a file says of her there")
async def _(t: Team) -> None:
    login = {"Testdesk-Testomatio-Email": "anna@shop.example", "Testdesk-Testomatio-Password": "geheim-4711-Xy"}
    async with caller(t, ANNA, **login) as hers:
        for tool in ("testomatio_list_projects", "testomatio_list_tests", "testomatio_list_runs"):
            await hers.call(tool, **({} if tool.endswith("projects") else {"project": "harbour-shop-6f98f"}))
        sent = t.sent()
        assert any("anna@shop.example" in request for request in sent)
        assert holders(sent) == [set()] * len(sent)


@TABLE("what he brings for one platform goes to no other, and no such header leaves at all")
async def _(t: Team) -> None:
    async with caller(t, BEN, **OWN) as his:
        for tool in ("testio_list_products", "testomatio_list_projects", "across_list_runs"):
            await his.call(tool)
    sent = t.sent()
    assert {"brought"} in holders(sent)
    for request in sent:
        assert BROUGHT not in request or "/testio/" in request.split()[1], request.split()[1]
        assert "testdesk-" not in request.lower()


@TABLE("a credential that he brings masks no words of hers, and is masked in his own")
async def _(t: Team) -> None:
    async with t.raw(BEN) as his, t.raw(ANNA) as hers:
        bug = {"name": "testio_get_bug", "arguments": {"bug_id": 88101}}
        for masking in ("Login-fails-with-9", "Description"):
            _, given = await rpc(his, "tools/call", bug, **{"Testdesk-Testio-Token": masking})
            assert "Login fails with" in str(given)
        _, given = await rpc(his, "tools/call", bug, **OWN)
        assert BROUGHT not in str(given)
        _, given = await rpc(hers, "tools/call", bug)
        assert "Login fails with" in str(given)


@TABLE("a session that was opened with a credential in a header is not found without it, nor the other way round")
async def _(t: Team) -> None:
    async with caller(t, BEN, "legacy", **OWN) as with_own, caller(t, BEN, "legacy") as without:
        assert with_own.session is not None
        assert without.session is not None
        for client, session in ((with_own, without.session), (without, with_own.session)):
            crossed = await client.http.post(t.running.url, json=PING, headers=session.headers)
            assert crossed.status_code == 404
        other = {"Testdesk-Testio-Token": "tio-another-3Fd5Gh7J"}
        changed = await with_own.http.post(t.running.url, json=PING, headers={**with_own.session.headers, **other})
        assert changed.status_code == 404


@TABLE("a project that he names in a header is nobody else's project")
async def _(t: Team) -> None:
    project = {"Testdesk-Testomatio-Project": "bens-own-project"}
    async with caller(t, BEN, **project) as his, caller(t, DORA) as other, caller(t, BEN) as without:
        await his.call("testomatio_list_tests")
        assert any("bens-own-project" in request for request in t.sent())
        for client in (other, without):
            await client.call("testomatio_list_tests")
            sent = t.sent()
            assert sent
            assert not [request for request in sent if "bens-own-project" in request]


@TABLE("with a credential that she brings she is not in the change session of the team's account")
async def _(t: Team) -> None:
    brought = {"Testdesk-Testomatio-Token": TOKENS[BEN][TESTOMATIO]}
    async with caller(t, BEN) as his, caller(t, BEN, **brought) as with_own:
        await his.call("testomatio_open_change_session", description="Tidy up")
        t.sent()
        await with_own.call("testomatio_create_label", title="Brought")
        assert not [one for one in t.sent() if one.startswith("POST") and "x-session-hash" in one]
        assert "None was open" in str(await with_own.call("testomatio_close_change_session"))
        assert "Closed" in str(await his.call("testomatio_close_change_session"))


@TABLE("a header that a proxy or a client might name her in does not make him her")
async def _(t: Team) -> None:
    names = ("X-Forwarded-User", "X-Remote-User", "Remote-User", "X-User", "X-Auth-Request-User", "From", "X-Api-Key")
    for mode in ERAS:
        async with caller(t, BEN, mode, **dict.fromkeys(names, ANNA)) as his:
            await his.call("testio_list_products")
            assert sent_by(t) == {"team"}


@TABLE("headers that bring something else, or twice, or what is unusable, are refused and nothing is sent")
async def _(t: Team) -> None:
    wrong: list[tuple[list[tuple[str, str | bytes]], str]] = [
        ([("Testdesk-Person", "anna")], "takes no such header"),
        ([("Testdesk-Testio-Base-Url", "https://evil.example")], "takes no such header"),
        ([("Testdesk-Testery-Credentials-File", "/etc/passwd")], "takes no such header"),
        ([("Testdesk-Testsigma-Region", "eu")], "takes no such header"),
        ([("Testdesk-Nothing", "x")], "takes no such header"),
        ([("Testdesk-Testio-Token", "one"), ("Testdesk-Testio-Token", "two")], "there twice"),
        ([("Testdesk-Testio-Token", "")], "takes a text of 1 to"),
        ([("Testdesk-Testio-Token", "a" * 5_000)], "takes a text of 1 to"),
        ([("Testdesk-Testio-Token", "two words")], "a space"),
        ([("Testdesk-Testio-Token", b"caf\xe9")], "is not UTF-8"),
        ([("Testdesk-Testio-Token", "${TOKEN}")], "a placeholder"),
        ([("Testdesk-Testomatio-Password", "geheim-4711-x")], "lack TESTOMATIO_EMAIL"),
        ([("Testdesk-Testomatio-Email", "ben@example.test")], "goes with a credential"),
    ]
    async with t.raw(BEN) as his:
        for headers, sentence in wrong:
            refused = await his.post("/mcp", json=PING, headers=raw_headers(headers))
            assert refused.status_code == 400, headers
            assert sentence in refused.json()["error"], (headers, refused.text)
            assert not [value for _, value in headers if len(value) > 8 and str(value) in refused.text]
    assert t.sent() == []


@TABLE("a header with her credential is his to send, and makes no act of his hers")
async def _(t: Team) -> None:
    stolen = {"Testdesk-Testio-Token": TOKENS[ANNA][TESTIO]}
    async with caller(t, BEN, **stolen) as his, caller(t, ANNA) as hers:
        await his.call("testomatio_create_label", title="Of Ben with her token")
        assert len(writes(t)) == 1
        assert "Of Ben with her token" in str(await his.call("testdesk_list_acts"))
        assert "Of Ben with her token" not in str(await hers.call("testdesk_list_acts"))
