"""Bugs that arrive, and the standing orders that take them: in one process, on the fake APIs."""

import copy
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
import httpx

from server.inbox.events import EventStore
from server.sandbox import SandboxTransport
from server.settings import SANDBOX_ORIGIN, Settings
from server.standing.orders import Orders, open_orders
from server.standing.worker import Worker
from server.store.deliveries import Deliveries, Delivery
from server.store.engine import Engine
from tests.desk import sandboxes, settings
from tests.server.inbox.test_receiver import EVENT
from tests.stores import store_at
from tests.trackers import LosingTransport
from tools.kit.network import Network
from tools.kit.sandbox.composition import Composition
from tools.kit.webhook import Event
from tools.platforms import PLATFORMS

FILES = '[trackers.web]\nkind = "gitea"\nsite = "https://git.example.com"\nrepository = "acme/shop"\n'
TRACKER = '[trackers.web]\nkind = "github"\nrepository = "acme/shop"\ntoken_variable = "WEB_TOKEN"\n'
ORDER = '[hand_over.crowd]\nplatform = "testio"\ntracker = "web"\n'


async def arrive(events: EventStore, item: int, *, at: str = "1", **bug: Any) -> None:
    """Let a bug arrive."""
    document = copy.deepcopy(EVENT)
    document["bug"] |= {"id": item, **bug}
    await events.keep("testio", "bug.exported", f"{item}:{at}", str(item), document)


def configured(folder: Path, text: str = TRACKER + ORDER, **options: Any) -> Settings:
    """Settings of a sandbox with this configuration file."""
    file = folder / "testdesk.toml"
    file.write_text(text, encoding="utf-8")
    return settings({"TESTDESK_CONFIG": str(file)}, **options)


@dataclass
class Clock:
    """A time that only a test changes; the store's own is never later."""

    now: float = field(default_factory=lambda: time.time() + 20)

    def __call__(self) -> float:
        return self.now


@dataclass
class Arriving:
    """What a test holds."""

    engine: Engine
    world: Composition
    network: LosingTransport
    orders: Orders
    worker: Worker
    clock: Clock
    events: EventStore = field(init=False)
    queue: Deliveries = field(init=False)

    def __post_init__(self) -> None:
        self.events, self.queue = EventStore(self.engine), Deliveries(self.engine)

    async def arrive(self, *items: int, **bug: Any) -> None:
        for item in items:
            await arrive(self.events, item, **bug)

    async def fault(self, **fault: Any) -> None:
        """Set a fault of a fake API."""
        await self._control("faults", fault)

    async def reset_faults(self) -> None:
        self.world.faults.reset()

    async def _control(self, what: str, body: Any) -> None:
        async with httpx.AsyncClient(transport=SandboxTransport(self.world)) as http:
            response = await http.post(f"{SANDBOX_ORIGIN}/_sandbox/{what}", json=body)
            assert response.is_success, response.text

    async def drain(self, *, later: float = 0.0) -> None:
        """Let time pass, and work until nothing is due."""
        self.clock.now += later
        await self.worker.drain()

    @property
    def issues(self) -> list[Any]:
        """The issues that were created."""
        return self.issues_in("github")

    def issues_in(self, tracker: str) -> list[Any]:
        return [one for one in self.world.sandboxes[tracker].world.issues if "testio-bug-" in str(one.text)]

    async def until_an_issue_exists(self) -> None:
        with anyio.fail_after(5):
            while not self.issues:  # noqa: ASYNC110 - the fake API has no event for it
                await anyio.sleep(0.01)

    def requests(self, platform: str = "github") -> list[str]:
        return [f"{entry.method} {entry.path}" for entry in self.world.journal.entries(platform=platform)]

    async def event(self, item: int) -> Event:
        event = await self.events.newest("testio", str(item))
        assert event is not None
        return event

    async def row(self, item: int) -> Delivery:
        """An item in the queue."""
        for state in ("waiting", "done", "dead", "skipped"):
            for one in await self.queue.newest_in(state, 1_000):
                if one.item == str(item):
                    return one
        raise AssertionError(item)


@asynccontextmanager
async def arriving(
    folder: Path, text: str = TRACKER + ORDER, *, engine: Engine | None = None, world: Composition | None = None
) -> AsyncIterator[Arriving]:
    """Open the standing orders of a configuration file."""
    engine, world, clock = engine or store_at(None), world or sandboxes("github", "gitea"), Clock()
    transport = LosingTransport(SandboxTransport(world), lambda: world.sandboxes["github"].world)
    async with open_orders(configured(folder, text), PLATFORMS, Network(transport), engine) as orders:
        yield Arriving(engine, world, transport, orders, Worker(orders, engine, clock=clock), clock)
