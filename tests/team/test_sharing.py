"""What workers share towards a platform: its pace, its pauses, its places, and an open change session."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from pydantic import SecretStr

from server.store.engine import StoreError
from server.store.sharing import StoredSharing
from tests.desk import Desk, desk, sandboxes, settings
from tests.stores import store_at
from tests.team.people import known_by_program
from tests.team.workers import worker
from tools.kit.client import ApiClient
from tools.kit.errors import RateLimited, Refused
from tools.kit.network import Account, Network
from tools.kit.sharing import MOST_REST
from tools.kit.turns import Turns
from tools.platforms import PLATFORMS
from tools.testomatio.models.documents import Nothing

pytestmark = pytest.mark.anyio

OPEN, CLOSE = "testomatio_open_change_session", "testomatio_close_change_session"
RATE = 20.0


class Paced(ApiClient):
    """A platform with a rate."""

    per_second = RATE
    burst = 2.0
    at_once = 64


class Platform:
    """Notes when requests arrive, and answers what it is told to."""

    def __init__(self) -> None:
        self.arrived: list[float] = []
        self.answers: list[httpx.Response] = []

    async def handle(self, request: httpx.Request) -> httpx.Response:
        self.arrived.append(time.monotonic())
        return self.answers.pop(0) if self.answers else httpx.Response(200, json={"id": 1})


class Hosts:
    """Clients of one platform in processes of their own, as far as they know."""

    def __init__(self, file: Path) -> None:
        self.platform, self._file = Platform(), file
        self.engines: list[Any] = []
        self.sharings: list[StoredSharing] = []

    async def client(self, kind: type[ApiClient] = Paced, *, token: str = "of-the-team", **options: Any) -> Any:
        """A client in another process."""
        self.engines.append(store_at(self._file))
        await self.engines[-1].read(lambda db: db.rows("SELECT 1"))  # a process connects when it starts
        network = Network(httpx.MockTransport(self.platform.handle))
        network.is_sandbox = False  # a sandbox is not paced
        self.sharings.append(StoredSharing(self.engines[-1], **options))
        network.sharing = self.sharings[-1]
        return kind(Account("Platform", "https://platform.example", network, {"TOKEN": SecretStr(token)}), auth=None)

    async def look(self) -> None:
        """Let each process look what the others share, as it does every second."""
        for _ in range(2):
            for sharing in self.sharings:
                await sharing.look()


@asynccontextmanager
async def hosts(tmp_path: Path) -> AsyncIterator[Hosts]:
    found = Hosts(tmp_path / "store")
    yield found
    for engine in found.engines:
        await engine.close()


async def read(client: ApiClient) -> None:
    await client.read("POST", "/things", into=Nothing, body={})


async def test_four_workers_together_keep_to_the_pace_of_one(tmp_path: Path) -> None:
    async with hosts(tmp_path) as team:
        clients = [await team.client() for _ in range(4)]
        async with anyio.create_task_group() as group:
            for number in range(24):
                group.start_soon(read, clients[number % 4])
        arrived = team.platform.arrived
        assert len(arrived) == 24
        assert arrived[-1] - arrived[0] > 0.9 * (24 - Paced.burst) / RATE


async def test_another_credential_has_a_pace_of_its_own(tmp_path: Path) -> None:
    async with hosts(tmp_path) as team:
        first, other = await team.client(), await team.client(token="of-anna")
        assert first._pace.fingerprint != other._pace.fingerprint
        for _ in range(10):
            assert await team.sharings[0].slot(first._pace.fingerprint, per_second=0.1, burst=1) is not None
        assert await team.sharings[1].slot(other._pace.fingerprint, per_second=0.1, burst=1) == 0


async def test_with_the_store_away_reads_go_on_at_a_part_of_the_pace(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async def away(*_: Any, **__: Any) -> Any:
        raise StoreError("The store is away.")

    async with hosts(tmp_path) as team:
        clients = [await team.client() for _ in range(4)]
        await team.look()
        assert [sharing.processes for sharing in team.sharings] == [4] * 4
        for engine in team.engines:
            monkeypatch.setattr(engine, "quick", away)
        async with anyio.create_task_group() as group:
            for number in range(12):
                group.start_soon(read, clients[number % 4])
        arrived = team.platform.arrived
        assert len(arrived) == 12
        assert arrived[-1] - arrived[0] > 0.9 * 2 / (RATE / 4), "each of the four sends a quarter of it"
        with pytest.raises(Refused, match="Nothing was sent"):
            await team.sharings[0].value("a change session")


async def test_a_pause_that_one_worker_is_asked_for_holds_for_all(tmp_path: Path) -> None:
    class Unpaced(Paced):
        per_second = None  # type: ignore[assignment]  # as a platform without a rate has it

    async with hosts(tmp_path) as team:
        asked, other, of_anna = (
            await team.client(Unpaced),
            await team.client(Unpaced),
            await team.client(Unpaced, token="of-anna"),
        )
        team.platform.answers = [httpx.Response(429, headers={"Retry-After": "60"})]
        with pytest.raises(RateLimited):
            await read(asked)
        await team.look()
        for client in (asked, other):
            with pytest.raises(RateLimited, match="has asked for a pause") as refused:
                await read(client)
            assert 55 < (refused.value.wait or 0) <= 60
            with pytest.raises(RateLimited, match="Nothing was sent"):
                await client.write("PUT", "/things", into=Nothing)
        assert len(team.platform.arrived) == 1
        await read(of_anna)
        await team.sharings[0].rest(of_anna._pace.fingerprint, 1e9)
        assert team.sharings[0].resting(of_anna._pace.fingerprint) <= MOST_REST


async def test_a_short_pause_is_kept_and_the_read_repeated(tmp_path: Path) -> None:
    async with hosts(tmp_path) as team:
        asked, other = await team.client(), await team.client()
        team.platform.answers = [httpx.Response(429, headers={"Retry-After": "1"})]
        async with anyio.create_task_group() as group:
            group.start_soon(read, asked)
            await anyio.sleep(0.3)
            await team.look()
            await read(other)
        first, *later = team.platform.arrived
        assert len(later) == 2
        assert min(later) - first > 0.9


async def test_each_of_several_workers_takes_its_part_of_the_places_and_gets_it_back(tmp_path: Path) -> None:
    async with hosts(tmp_path) as team:
        for _ in range(4):
            await team.client()
        turns = Turns(20, team.sharings[0])
        assert turns.places == 20
        await team.look()
        assert turns.places == 5
        assert Turns(2, team.sharings[0]).places == 1
        assert Turns(20, StoredSharing(team.engines[0], processes=10)).places == 2
        for sharing in team.sharings[1:]:
            async with anyio.create_task_group() as group:
                group.start_soon(sharing.follow)
                await anyio.sleep(0.05)
                group.cancel_scope.cancel()
        await team.sharings[0].look()
        assert turns.places == 20


@pytest.mark.parametrize(("stated", "expected"), [("", 10), ("testio = 24", 24), ("testery = 24", 10)])
async def test_the_operator_says_how_many_requests_a_platform_takes_at_once(
    tmp_path: Path, stated: str, expected: int
) -> None:
    (tmp_path / "testdesk.toml").write_text(f"[team.requests_at_once]\n{stated}\n")
    world = sandboxes()
    server = worker(world, None, told=settings({"TESTDESK_CONFIG": str(tmp_path / "testdesk.toml")}))
    async with desk(server=server, world=world) as d:
        await d.answer("testio_get_bug", bug_id=88101)
        world.faults.add({"platform": "testio", "delay": 30, "times": 10_000})
        async with anyio.create_task_group() as group:
            for _ in range(30):
                group.start_soon(partial(d.client.call_tool, "testio_get_bug", {"bug_id": 88101}))
            await anyio.sleep(0.5)
            assert len(world.journal.entries(platform="testio")) == 1 + expected
            group.cancel_scope.cancel()


def test_the_page_says_how_many_requests_each_platform_takes_at_once() -> None:
    page = (Path(__file__).parents[2] / "docs/fairness.md").read_text()
    clients: list[Any] = [platform.client for platform in PLATFORMS]
    defaults = ", ".join(f"{one.title} {client.at_once}" for one, client in zip(PLATFORMS, clients, strict=True))
    assert f"the defaults are cautious: {defaults}." in " ".join(page.split())


def with_session(d: Desk) -> list[bool]:
    entries = d.sandboxes.journal.entries(platform="testomatio")
    return [
        any(name.lower() == "x-session-hash" for name in entry.headers)
        for entry in entries
        if entry.method == "POST" and entry.path.endswith("/labels")
    ]


async def test_a_change_session_covers_the_writes_of_its_person_on_all_workers_and_nobody_else_s(
    tmp_path: Path,
) -> None:
    world, file = sandboxes(), tmp_path / "store"
    async with (
        desk(server=known_by_program(worker(world, file)), world=world, program="anna") as first,
        desk(server=known_by_program(worker(world, file)), world=world, program="anna") as second,
        desk(server=known_by_program(worker(world, file)), world=world, program="bob") as others,
    ):
        await first.answer(OPEN, description="Tidy up")
        for number, d in enumerate((first, second, others)):
            await d.answer("testomatio_create_label", title=f"Label {number}")
        assert with_session(first) == [True, True, False]
        assert "None was open" in str(await others.answer(CLOSE))
        assert "Closed" in str(await second.answer(CLOSE))
        assert "None was open" in str(await first.answer(CLOSE))
        await first.answer("testomatio_create_label", title="Label 3")
        assert with_session(first)[3:] == [False]
