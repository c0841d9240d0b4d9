"""Two people who share a server, Anna and Ben: whatever one tries, nothing of the other's comes of it.

Anna has credentials of her own for two platforms, Ben has the team's. Each attempt is a row of the table.
"""

import logging
import re
from pathlib import Path
from typing import Any, Final

import pytest
from mcp import Client, MCPError
from mcp.types import TextResourceContents

from server.store.approvals import Approvals
from server.team.keys import digest_of, new_key
from tests.desk import change_bug
from tests.server.served import KEY, PING
from tests.stores import store_at
from tests.team.serving import (
    ANNA,
    BEN,
    TEAM_TOKENS,
    TOKENS,
    Team,
    answer,
    called,
    refusal,
    rpc,
    someone,
    team,
    with_tokens,
)
from tests.team.table import Table

pytestmark = pytest.mark.anyio

TABLE: Final = Table()
TESTIO, TESTOMATIO = "TESTIO_API_TOKEN", "TESTOMATIO_API_TOKEN"
REJECT: Final = {"bug_id": 88107, "reason": "known_bug", "comment": "The same as bug 88101."}
BROUGHT: Final = "tio-brought-9Lk4jHg7FdS2aQ1w"
OPEN, CLOSE = "testomatio_open_change_session", "testomatio_close_change_session"
YES: Final = {"action": "accept", "content": {"answer": "yes"}}


async def test_no_attempt_of_one_person_on_another_succeeds(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    anna, ben = with_tokens(tmp_path, someone(ANNA)), someone(BEN)
    file = tmp_path / "store.sqlite3"
    allowed = {"TESTDESK_HEADER_CREDENTIALS": "1"}
    async with team(monkeypatch, tmp_path, anna, ben, environment=allowed, engine=store_at(file)) as running:
        change_bug(running.world, 88101, title=f"Login fails with {TOKENS[ANNA][TESTIO]} and {BROUGHT}")
        logging.getLogger().handlers = [caplog.handler]  # the server has put its own there, which redacts
        logging.getLogger().setLevel(logging.DEBUG)
        failures = await TABLE.failures(running)
        assert not failures, "\n".join(f"{name}: {why}" for name, why in failures.items())
    assert len(TABLE.attempts) >= 20
    # The test's own clients log the addresses to which they send, one of which has a key.
    logged = "\n".join(r.getMessage() for r in caplog.records if not r.name.startswith(("httpx2", "httpcore2")))
    assert "session" in logged  # so something was logged
    secrets = [*TEAM_TOKENS.values(), *TOKENS[ANNA].values(), BROUGHT, anna.key, ben.key]
    assert [secret for secret in secrets if secret in logged] == []


# Credentials


def holders(requests: list[str]) -> list[set[str]]:
    """Whose tokens each request carried."""
    known = {"team": [*TEAM_TOKENS.values()], ANNA: [*TOKENS[ANNA].values()], "brought": [BROUGHT]}
    return [{who for who, tokens in known.items() if any(one in request for one in tokens)} for request in requests]


@TABLE("a read of his goes out with her credential, or hers with the team's")
async def _(t: Team) -> None:
    for mode in ("auto", "legacy"):
        async with t.client(ANNA, mode) as hers, t.client(BEN, mode) as his:
            await answer(hers, "testio_list_products")
            assert holders(t.sent()) == [{ANNA}]
            await answer(his, "testio_list_products")
            assert holders(t.sent()) == [{"team"}]


@TABLE("his login is hers")
async def _(t: Team) -> None:
    logins: list[str] = []
    used: dict[str, set[str]] = {ANNA: set(), "team": set()}
    async with t.client(ANNA) as hers, t.client(BEN) as his:
        for client, who in ((hers, ANNA), (his, "team"), (hers, ANNA)):
            await answer(client, "testomatio_list_projects")
            sent = t.sent()
            assert sent
            assert set().union(*holders(sent)) <= {who}
            logins += [who for request in sent if "/api/login" in request]
            used[who] |= {found[1] for one in sent if (found := re.search(r"authorization: (?:Bearer )?(ey\S+)", one))}
    assert logins == [ANNA, "team"]
    assert all(used.values())
    assert not used[ANNA] & used["team"]


@TABLE("her credential goes to another platform or another address")
async def _(t: Team) -> None:
    async with t.client(ANNA) as hers:
        for tool in ("testio_list_products", "testomatio_list_tests", "testery_list_environments", "across_list_runs"):
            await hers.call_tool(tool, {})
    sent = t.sent()
    assert len(sent) >= 3
    for request in sent:
        place = request.split()[1]
        assert (TOKENS[ANNA][TESTIO] in request) == ("/testio/" in place), place
        assert TOKENS[ANNA][TESTOMATIO] not in request or "/testomatio/" in place, place
        assert t.running.origin not in request
        assert t.people[ANNA].key not in request


@TABLE("her credential is in an answer of his, where a platform shows it")
async def _(t: Team) -> None:
    for name in (ANNA, BEN):
        async with t.client(name) as client:
            shown = str(await client.call_tool("testio_get_bug", {"bug_id": 88101}))
            assert "Login fails with" in shown
            assert TOKENS[ANNA][TESTIO] not in shown


# Credentials in headers


@TABLE("a credential that he brings goes out for her, or hers for him")
async def _(t: Team) -> None:
    async with t.raw(BEN) as his, t.raw(ANNA) as hers:
        own = {"Testdesk-Testio-Token": BROUGHT}
        status, _ = await rpc(his, "tools/call", {"name": "testio_list_products", "arguments": {}}, **own)
        assert status == 200
        assert holders(t.sent()) == [{"brought"}]
        await called(hers, "testio_list_products", {})
        await called(his, "testio_list_products", {})
        assert holders(t.sent()) == [{ANNA}, {"team"}]
        await rpc(hers, "tools/call", {"name": "testio_list_products", "arguments": {}}, **own)
        assert holders(t.sent()) == [{"brought"}], "what a request brings counts before what a file says"


@TABLE("a credential that he brings masks words of hers, but not his own")
async def _(t: Team) -> None:
    async with t.raw(BEN) as his, t.raw(ANNA) as hers:
        bug = {"name": "testio_get_bug", "arguments": {"bug_id": 88101}}
        _, shown = await rpc(his, "tools/call", bug, **{"Testdesk-Testio-Token": "Login-fails-with-9"})
        assert "Login fails with" in str(shown)
        _, shown = await rpc(his, "tools/call", bug, **{"Testdesk-Testio-Token": BROUGHT})
        assert BROUGHT not in str(shown)
        await rpc(his, "tools/call", bug, **{"Testdesk-Testio-Token": "Description"})
        _, shown = await called(hers, "testio_get_bug", {"bug_id": 88101})
        assert "Login fails with" in str(shown)


@TABLE("headers that bring something else, twice, or unusably")
async def _(t: Team) -> None:
    wrong: list[tuple[list[tuple[str, str | bytes]], str]] = [
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


# Change sessions, rounds, approvals, sessions, cursors, lists


@TABLE("a write of his is in her change session, or he closes it")
async def _(t: Team) -> None:
    def in_session() -> list[bool]:
        return ["x-session-hash" in one for one in t.sent() if one.startswith("POST") and "/labels" in one]

    async with t.client(ANNA) as hers, t.client(BEN) as his, t.client(BEN, "legacy") as another:
        await answer(hers, OPEN, description="Tidy up")
        t.sent()
        for number, (client, is_hers) in enumerate(((hers, True), (his, False), (another, False), (hers, True))):
            await answer(client, "testomatio_create_label", title=f"Session {number}")
            assert in_session() == [is_hers]
        for client in (his, another):
            assert "None was open" in str(await answer(client, CLOSE))
        assert "Closed" in str(await answer(hers, CLOSE))


async def open_round(t: Team, name: str) -> dict[str, Any]:
    async with t.raw(name) as wire:
        _, asked = await called(wire, "testio_reject_bug", REJECT)
        round_: dict[str, Any] = asked["result"]
        assert round_["inputRequests"]
        return round_


@TABLE("his yes to her question")
async def _(t: Team) -> None:
    asked = await open_round(t, ANNA)
    answers = {"inputResponses": dict.fromkeys(asked["inputRequests"], YES), "requestState": asked["requestState"]}
    t.sent()
    async with t.raw(BEN) as his:
        _, refused = await called(his, "testio_reject_bug", REJECT, **answers)
        assert "Invalid or expired requestState" in str(refused)
        assert t.sent() == []


@TABLE("her yes to a question that she was asked with another credential")
async def _(t: Team) -> None:
    asked = await open_round(t, ANNA)
    answers = {"inputResponses": dict.fromkeys(asked["inputRequests"], YES), "requestState": asked["requestState"]}
    t.sent()
    async with t.raw(ANNA, **{"Testdesk-Testio-Token": BROUGHT}) as wire:
        await called(wire, "testio_reject_bug", REJECT, **answers)
    assert not [one for one in t.sent() if one.startswith("PUT")]


@TABLE("an approval of hers for the same call of his")
async def _(t: Team) -> None:
    async with t.client(ANNA) as hers, t.client(BEN) as his:
        numbers = []
        for client in (hers, his):
            found = re.search(r"testdesk approve (\w+)`", await refusal(client, "testio_reject_bug", **REJECT))
            assert found
            numbers.append(found[1])
        assert numbers[0] != numbers[1]
        assert await Approvals(t.engine).answer(numbers[0], yes=True, by="mara")
        assert "needs the user's yes" in await refusal(his, "testio_reject_bug", **REJECT)
        assert not [one for one in t.sent() if one.startswith("PUT")]


@TABLE("her approval, with another credential than it was asked with")
async def _(t: Team) -> None:
    async with t.raw(ANNA, **{"Testdesk-Testio-Token": BROUGHT}) as wire:
        await called(wire, "testio_reject_bug", REJECT)
    assert not [one for one in t.sent() if one.startswith("PUT")]


@TABLE("her session, by its id")
async def _(t: Team) -> None:
    hello = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "x", "version": "1"}}
    async with t.raw(ANNA) as hers, t.raw(BEN) as his:
        opened = await hers.post("/mcp", json={"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello})
        session = {"Mcp-Session-Id": opened.headers["mcp-session-id"], "MCP-Protocol-Version": "2025-11-25"}
        call = {"jsonrpc": "2.0", "id": 2, "method": "tools/list", "params": {}}
        assert (await his.post("/mcp", json=call, headers=session)).status_code == 404
        assert (await his.get("/mcp", headers=session)).status_code == 404
        assert (await his.delete("/mcp", headers=session)).status_code == 404
        assert (await hers.post("/mcp", json=call, headers=session)).status_code == 200


@TABLE("her session in a request of the newer revision")
async def _(t: Team) -> None:
    async with t.raw(BEN, **{"Mcp-Session-Id": "person anna"}) as his:
        _, closed = await called(his, CLOSE, {})
        assert "None was open" in str(closed)


@TABLE("her cursor reads what she may read")
async def _(t: Team) -> None:
    async with t.client(ANNA) as hers, t.client(BEN) as his:
        first = await answer(hers, "testio_list_bugs", limit=2)
        t.sent()
        await his.call_tool("testio_list_bugs", {"limit": 2, "cursor": first["next_cursor"]})
        sent = t.sent()
        assert sent, "her pages are not his"
        assert set().union(*holders(sent)) == {"team"}


@TABLE("her acts, in his list of acts")
async def _(t: Team) -> None:
    async def listed(client: Client) -> str:
        page = (await client.read_resource("testdesk://acts")).contents[0]
        assert isinstance(page, TextResourceContents)
        return str(await answer(client, "testdesk_list_acts")) + page.text

    async with t.client(ANNA) as hers, t.client(BEN) as his, t.client(BEN, "legacy") as another:
        await answer(hers, "testomatio_create_label", title="Only hers")
        assert "Only hers" in await listed(hers)
        assert "Only hers" not in await listed(his) + await listed(another)


@TABLE("a secret that a platform showed her masks his words")
async def _(t: Team) -> None:
    async with t.client(ANNA) as hers, t.client(BEN) as his:
        shown = await answer(hers, "testio_list_products")
        assert shown["items"][0]["name"] == (await answer(his, "testio_list_products"))["items"][0]["name"]


@TABLE("a tool that is not there, by her name")
async def _(t: Team) -> None:
    async with t.client(BEN) as his:
        with pytest.raises(MCPError, match="Unknown tool"):
            await his.call_tool("people_anna", {})


# Keys


def raw_headers(headers: list[tuple[str, str | bytes]]) -> list[tuple[bytes, bytes]]:
    """Headers as they travel; some are no text."""
    return [(name.encode(), value if isinstance(value, bytes) else value.encode("latin-1")) for name, value in headers]


def bad_keys(t: Team) -> dict[str, list[tuple[str, str | bytes]]]:
    """Headers that prove nothing, by what is wrong with them."""
    key, other = t.people[ANNA].key, t.people[BEN].key
    tail = key.removeprefix("tdk_anna_")
    tokens = {
        "another's name": f"tdk_ben_{tail}",
        "no name": f"tdk_{tail}",
        "an unknown name": f"tdk_carl_{tail}",
        "a name in capitals": f"tdk_ANNA_{tail}",
        "the prefix only": "tdk_",
        "prefix and name only": "tdk_anna_",
        "the bits only": tail,
        "one character less": key[:-1],
        "one character more": f"{key}x",
        "one character else": key[:-1] + ("A" if key[-1] != "A" else "B"),
        "a new key": new_key(ANNA),
        "the digest": digest_of(key),
        "two keys in one": f"{key},{other}",
        "two keys with a blank": f"{key} {other}",
        "a wildcard": "tdk_anna_*",
        "everybody's key of another server": KEY,
    }
    bearer: dict[str, list[tuple[str, str | bytes]]] = {
        name: [("Authorization", f"Bearer {token}")] for name, token in tokens.items()
    }
    return bearer | {
        "no header": [],
        "no scheme": [("Authorization", key)],
        "the scheme only": [("Authorization", "Bearer")],
        "the scheme Basic": [("Authorization", f"Basic {key}")],
        "the scheme Token": [("Authorization", f"Token {key}")],
        "the scheme twice": [("Authorization", f"Bearer Bearer {key}")],
        "another header": [("X-Api-Key", key)],
        "a cookie": [("Cookie", f"Authorization=Bearer {key}; key={key}")],
        "a proxy's header": [("Proxy-Authorization", f"Bearer {key}"), ("X-Forwarded-User", "anna")],
        "two headers with one key": [("Authorization", f"Bearer {key}")] * 2,
        "two headers with two keys": [("Authorization", f"Bearer {key}"), ("Authorization", f"Bearer {other}")],
        "a key that is not ASCII": [("Authorization", f"Bearer {key}".encode() + b"\xff")],
    }


@TABLE("keys of all bad kinds")
async def _(t: Team) -> None:
    async with t.raw() as wire:
        for what, headers in bad_keys(t).items():
            for method, path in (("POST", "/mcp"), ("GET", "/mcp"), ("DELETE", "/mcp"), ("POST", "/elsewhere")):
                body = PING if method == "POST" else None
                refused = await wire.request(method, path, headers=raw_headers(headers), json=body)
                assert refused.status_code == 401, what
                assert refused.headers["WWW-Authenticate"] == "Bearer", what
                assert "tdk_" not in refused.text, what
                assert "anna" not in refused.text, what


@TABLE("a key in the address")
async def _(t: Team) -> None:
    async with t.raw() as wire:
        for name in ("key", "token", "access_token", "authorization"):
            assert (await wire.post(f"/mcp?{name}={t.people[ANNA].key}", json=PING)).status_code == 401


# Withdrawal: these change the people, so they come last


@TABLE("a key that has expired, is withdrawn, or is someone else's now")
async def _(t: Team) -> None:
    anna, ben = t.people[ANNA], t.people[BEN]
    old, today = someone("carl", expires="2020-01-01"), someone("dora", expires="2999-12-31")
    members = t.settings.members
    assert members is not None
    t.write(someone(ANNA), ben, old, today)
    members._looked = 0  # a second later

    async def status(key: str) -> tuple[int, str]:
        async with t.raw(None, Authorization=f"Bearer {key}") as wire:
            answered = await wire.post("/mcp", json=PING)
            return answered.status_code, answered.text

    assert (await status(ben.key))[0] != 401
    assert (await status(today.key))[0] != 401
    assert "was mistyped or withdrawn" in (await status(anna.key))[1]
    assert "has expired" in (await status(old.key))[1]
    assert (await status(anna.key))[0] == (await status(old.key))[0] == 401
