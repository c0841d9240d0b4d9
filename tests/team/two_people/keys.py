"""Keys that prove nothing: each kind is refused in words that name nobody."""

from typing import Final

from server.team.keys import digest_of, new_key
from tests.server.served import KEY, PING
from tests.team.serving import ANNA, BEN, Team, someone
from tests.team.table import Attempt, Table
from tests.team.two_people.stand import GUEST, raw_headers

TABLE: Final = Table()
LAST: Final = Table()
"""What changes the people, and so comes after everything else."""
Sent = list[tuple[str, str | bytes]]


def bad_keys(key: str, other: str) -> dict[str, Sent]:
    """Headers that prove nothing, by what is wrong with them."""
    tail = key.removeprefix("tdk_anna_")
    tokens = {
        "with another's name": f"tdk_ben_{tail}",
        "without a name": f"tdk_{tail}",
        "with an unknown name": f"tdk_carl_{tail}",
        "with her name in capitals": f"tdk_ANNA_{tail}",
        "of the prefix only": "tdk_",
        "of prefix and name only": "tdk_anna_",
        "of the bits only": tail,
        "one character shorter": key[:-1],
        "one character longer": f"{key}x",
        "with one character changed": key[:-1] + ("A" if key[-1] != "A" else "B"),
        "that is new": new_key(ANNA),
        "that is her key's digest": digest_of(key),
        "that is two keys in one": f"{key},{other}",
        "that is two keys with a blank": f"{key} {other}",
        "that is a wildcard": "tdk_anna_*",
        "of another server": KEY,
    }
    bearer: dict[str, Sent] = {name: [("Authorization", f"Bearer {token}")] for name, token in tokens.items()}
    return bearer | {
        "that is not there": [],
        "without a scheme": [("Authorization", key)],
        "that is the scheme only": [("Authorization", "Bearer")],
        "with the scheme Basic": [("Authorization", f"Basic {key}")],
        "with the scheme Token": [("Authorization", f"Token {key}")],
        "with the scheme twice": [("Authorization", f"Bearer Bearer {key}")],
        "in another header": [("X-Api-Key", key)],
        "in a cookie": [("Cookie", f"Authorization=Bearer {key}; key={key}")],
        "in a proxy's header": [("Proxy-Authorization", f"Bearer {key}"), ("X-Forwarded-User", "anna")],
        "in two equal headers": [("Authorization", f"Bearer {key}")] * 2,
        "in two headers, his and hers": [("Authorization", f"Bearer {other}"), ("Authorization", f"Bearer {key}")],
        "beside another scheme": [("Authorization", f"Bearer {key}"), ("Authorization", "Basic eDp5")],
        "that is not ASCII": [("Authorization", f"Bearer {key}".encode() + b"\xff")],
    }


def refused(what: str) -> Attempt:
    """The attempt to get in with such a key."""

    async def attempt(t: Team) -> None:
        headers = raw_headers(bad_keys(t.people[ANNA].key, t.people[BEN].key)[what])
        async with t.raw() as http:
            for method, path in (("POST", "/mcp"), ("GET", "/mcp"), ("DELETE", "/mcp"), ("POST", "/elsewhere")):
                answered = await http.request(method, path, headers=headers, json=PING if method == "POST" else None)
                assert answered.status_code == 401
                assert answered.headers["WWW-Authenticate"].startswith("Bearer")
                assert "tdk_" not in answered.text
                assert "anna" not in answered.text
        assert t.sent() == []

    return attempt


for kind in bad_keys(new_key(ANNA), new_key(BEN)):
    TABLE(f"a key {kind} lets nobody in")(refused(kind))


@TABLE("a key in the address lets nobody in")
async def _(t: Team) -> None:
    async with t.raw() as http:
        for name in ("key", "token", "access_token", "authorization"):
            assert (await http.post(f"/mcp?{name}={t.people[ANNA].key}", json=PING)).status_code == 401


@LAST("a key that was withdrawn or has expired lets nobody in, whoever had it, and others' keys do")
async def _(t: Team) -> None:
    anna, ben = t.people[ANNA], t.people[BEN]
    old, today = someone("carl", expires="2020-01-01"), someone("dora", expires="2999-12-31")
    members = t.settings.members
    assert members is not None
    t.write(someone(ANNA), ben, old, today, t.people[GUEST])
    members._looked = 0  # a second later

    async def status(key: str) -> tuple[int, str]:
        async with t.raw(None, Authorization=f"Bearer {key}") as http:
            answered = await http.post("/mcp", json=PING)
            return answered.status_code, answered.text

    assert (await status(ben.key))[0] != 401
    assert (await status(today.key))[0] != 401
    assert "was mistyped or withdrawn" in (await status(anna.key))[1]
    assert "has expired" in (await status(old.key))[1]
    assert (await status(anna.key))[0] == (await status(old.key))[0] == 401
