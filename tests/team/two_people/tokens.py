"""Tokens of the identity provider: of bad kinds, which let nobody in, and of people who only seem to be others."""

from typing import Any, Final

from tests.server.served import PING, bearer
from tests.team.bad_tokens import BAD
from tests.team.handshake import wire
from tests.team.issuer import jwk
from tests.team.serving import ANNA, BEN, Team
from tests.team.table import Attempt, Table
from tests.team.two_people.stand import DORA, Caller, caller, sent_by, writes

TABLE: Final = Table()
BAD_TOKENS: Final = Table()
METADATA: Final = 'resource_metadata="https://testdesk.example/.well-known/oauth-protected-resource/mcp"'
SCOPE: Final = 'scope="testdesk:read testdesk:triage testdesk:order"'


def refused(kind: str) -> Attempt:
    """The attempt to get in as Anna with such a token."""

    async def attempt(t: Team) -> None:
        assert t.issuer is not None
        t.issuer.keys[1:] = [jwk("curve", "ES256")]
        made, reason = BAD[kind]
        token = made(t.issuer)
        challenge = f'Bearer error="invalid_token", error_description="{reason}", {SCOPE}, {METADATA}'
        async with t.raw() as http:
            call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "testio_list_products"}}
            for answered in (
                await http.post("/mcp", json=call, headers=bearer(token)),
                await http.get("/mcp", headers=bearer(token)),
            ):
                assert (answered.status_code, answered.headers["www-authenticate"]) == (401, challenge)
                assert answered.json() == {"error": reason}
        assert not t.issuer.reads["/theirs"], "an address in a token's header was read"
        assert t.sent() == []

    return attempt


for wrong in BAD:
    BAD_TOKENS(f"a token of hers lets nobody in: {wrong}")(refused(wrong))


def token_of(t: Team, **claims: Any) -> str:
    """A token of the provider with the rights of everyday work, unless a scope is given."""
    assert t.issuer is not None
    scope = "testdesk:read testdesk:triage testdesk:order"
    return t.issuer.token(**({"scope": scope} | claims))


@TABLE("a token whose subject is called like a person with a key is not that person")
async def _(t: Team) -> None:
    async with caller(t, DORA) as hers:
        await hers.call("testomatio_open_change_session", description="Dora's")
        await hers.call("testomatio_create_label", title="Of Dora herself")
        t.sent()
        for subject in ("dora", "dora@keys", "person dora", "keys dora", "DORA", "dora "):
            async with wire(token_of(t, sub=subject)) as http:
                other = Caller(http, t.running.url, None, "tests")
                assert "Of Dora herself" not in str(await other.call("testdesk_list_acts"))
                assert "None was open" in str(await other.call("testomatio_close_change_session"))
                await other.call("testio_list_products")
                assert sent_by(t) == {"team"}
        assert "Closed" in str(await hers.call("testomatio_close_change_session"))


@TABLE("a token of her subject works with her credentials and with no more rights than her section has")
async def _(t: Team) -> None:
    async with wire(token_of(t, sub=ANNA, scope="testdesk:read testdesk:admin")) as http:
        hers = Caller(http, t.running.url, None, "tests")
        await hers.call("testio_list_products")
        assert sent_by(t) == {ANNA}
        for name in ("testio_create_connection", "testomatio_create_label"):
            assert "Unknown tool" in str((await hers.call(name, name="x", title="x"))["error"])
    assert t.sent() == []


@TABLE("a token that names her in other claims is its own subject's")
async def _(t: Team) -> None:
    named = {"preferred_username": ANNA, "name": ANNA, "email": "anna@shop.example", "client_id": ANNA, "azp": ANNA}
    async with wire(token_of(t, sub="stranger", **named)) as http:
        other = Caller(http, t.running.url, None, "tests")
        await other.call("testio_list_products")
        assert sent_by(t) == {"team"}


@TABLE("rights of a token are its own, whatever the person's last token or key had")
async def _(t: Team) -> None:
    async with wire(token_of(t, sub=BEN, scope="testdesk:read")) as http, caller(t, BEN) as by_key:
        few = Caller(http, t.running.url, None, "tests")
        await by_key.call("testio_list_products")
        t.sent()
        assert "Unknown tool" in str((await few.call("testomatio_create_label", title="Few"))["error"])
        assert writes(t) == []


@TABLE("her token beside his key, in two headers, is nobody's")
async def _(t: Team) -> None:
    token, key = token_of(t, sub=ANNA), t.people[BEN].key
    async with t.raw() as http:
        for pair in ((token, key), (key, token), (token, token)):
            headers = [("Authorization", f"Bearer {one}") for one in pair]
            assert (await http.post("/mcp", json=PING, headers=headers)).status_code == 401
        for one in (token, key):
            assert (await http.post("/mcp", params={"access_token": one}, json=PING)).status_code == 401
