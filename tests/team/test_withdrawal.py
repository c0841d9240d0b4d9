"""A stream that is open when its person's key, right or credential is withdrawn ends soon, in both protocol eras."""

import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import pytest

from server.team import people, withdrawal
from server.team.authentication import NotAuthenticated
from server.team.person import Person
from tests.server.served import PING
from tests.stores import store_at
from tests.team.handshake import Handshake, wire
from tests.team.serving import ANNA, BEN, Someone, Team, envelope, someone, team, with_tokens
from tests.team.streams import INBOX, arrive, listen, listening, standing, subscribe

pytestmark = pytest.mark.anyio

KEYS = {"TESTDESK_STATE_KEYS": "a key of this test, of 32 bytes or more"}
KINDS = {"auto": {}, "legacy": {}, "shared": KEYS}
"""The modern era, and the sessions of the other one in a process of their own or sealed for several."""
kinds = pytest.mark.parametrize("kind", KINDS)


@asynccontextmanager
async def listeners(
    monkeypatch: pytest.MonkeyPatch, folder: Path, kind: str, *those: Someone, **more: str
) -> AsyncIterator[Team]:
    """A server that looks at files and streams without delay."""
    monkeypatch.setattr(people, "LOOK_SECONDS", 0.0)
    monkeypatch.setattr(withdrawal, "LOOK_SECONDS", 0.05)
    engine = store_at(folder / "store.sqlite3")
    async with team(monkeypatch, folder, *those, environment=KINDS[kind] | more, engine=engine) as running:
        await arrive(running, 1)
        yield running


def without_key(_: Path, one: Someone) -> Someone:
    return someone(one.name)


def expired(_: Path, one: Someone) -> Someone:
    return replace(one, expires="2020-01-01")


def without_read(_: Path, one: Someone) -> Someone:
    return replace(one, rights=("triage", "order"))


def with_fewer_rights(_: Path, one: Someone) -> Someone:
    return replace(one, rights=("read",))


def with_own_credentials(folder: Path, one: Someone) -> Someone:
    return with_tokens(folder, one)


CHANGES = (without_key, expired, without_read, with_fewer_rights, with_own_credentials)


@kinds
@pytest.mark.parametrize("change", CHANGES)
async def test_a_stream_ends_when_what_its_person_had_is_withdrawn_and_others_go_on(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    kind: str,
    change: Callable[[Path, Someone], Someone],
) -> None:
    async with listeners(monkeypatch, tmp_path, kind) as t, listening(t, BEN, kind, INBOX) as his:
        async with listening(t, ANNA, kind, INBOX) as hers:
            await arrive(t, 2)
            await hers.until(INBOX)
            t.write(change(tmp_path, t.people[ANNA]), t.people[BEN])
            await hers.end()
        hers.heard.clear()
        his.heard.clear()
        await arrive(t, 3)
        await his.until(INBOX)
        assert hers.heard == []


@pytest.mark.parametrize("kind", ["legacy", "shared"])
async def test_without_the_right_to_read_a_session_that_has_subscribed_gets_no_stream(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, kind: str
) -> None:
    async with listeners(monkeypatch, tmp_path, kind) as t, wire(t.people[ANNA].key) as http:
        client = Handshake(http)
        await client.open(t.running.url)
        await subscribe(client, t.running.url, INBOX)
        t.write(without_read(tmp_path, t.people[ANNA]))
        refused = await http.get(t.running.url, headers=client.headers)
        assert (refused.status_code, refused.headers["allow"]) == (405, "POST, DELETE")


@kinds
async def test_a_client_that_listens_again_with_what_is_left_hears_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, kind: str
) -> None:
    async with listeners(monkeypatch, tmp_path, kind) as t, wire(t.people[ANNA].key) as http:
        client = Handshake(http)
        await client.open(t.running.url)
        await subscribe(client, t.running.url, INBOX)
        for item, rights in enumerate((("read", "triage"), ("read",)), 2):
            opening = listen(http, t.running.url, INBOX) if kind == "auto" else standing(client, t.running.url)
            async with opening as stream:
                await arrive(t, item)
                await stream.until(INBOX)
                t.write(replace(t.people[ANNA], rights=rights))
                await stream.end()


async def test_a_stream_outlives_looks_at_which_nothing_was_withdrawn(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A provider that is away, a file that cannot be read, and a right more withdraw nothing."""
    async with listeners(monkeypatch, tmp_path, "auto") as t, listening(t, ANNA, "auto", INBOX) as hers:
        t.file.write_text("[people")
        await wait_for_looks()
        t.write(replace(t.people[ANNA], rights=("read", "triage", "order", "admin")))
        os.utime(t.file)
        await wait_for_looks()
        await arrive(t, 2)
        await hers.until(INBOX)


async def wait_for_looks() -> None:
    """Wait until each stream was looked at several times."""
    await anyio.sleep(0.3)


class Away:
    """An authenticator that answers with a status."""

    def __init__(self, status: int) -> None:
        self.status = status

    async def authenticate(self, headers: Any) -> Person:
        raise NotAuthenticated("It cannot be checked.", status=self.status)


@pytest.mark.parametrize(("status", "expected"), [(401, False), (403, False), (400, False), (503, True)])
async def test_only_a_refusal_withdraws_and_not_a_provider_that_is_away(status: int, expected: bool) -> None:
    assert await withdrawal.allows(Away(status), {"headers": []}, Person(ANNA)) is expected


async def test_a_stream_that_names_another_method_in_its_header_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What a request opens is known by its header."""
    async with team(monkeypatch, tmp_path) as t, t.raw(ANNA) as http:
        body, headers = envelope("subscriptions/listen", {"notifications": {"resourceSubscriptions": [INBOX]}})
        for other in ({"Mcp-Method": "tools/list"}, {"Mcp-Method": "Subscriptions/Listen"}, {}):
            sent = {name: value for name, value in headers.items() if name != "Mcp-Method"} | other
            refused = await http.post("/mcp", json=body, headers=sent)
            assert refused.status_code == 400, other
            assert "Mcp-Method" in refused.text or "mcp-method" in refused.text
        twice = [*headers.items(), ("Mcp-Method", "tools/list")]
        assert (await http.post("/mcp", json=body, headers=twice)).status_code == 400
        assert (await http.post("/mcp", json=PING, headers=headers)).status_code == 400
