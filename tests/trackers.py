"""A tracker for a test: its client, the fake API behind it, and a network that can lose an answer."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import httpx
from pydantic import SecretStr

from server.sandbox import SandboxTransport
from server.settings import SANDBOX_ORIGIN
from server.store.engine import Engine
from server.store.handovers import StoredHandovers
from server.trackers import TrackerSettings, tracker_clients
from tests.stores import store_at
from tools.kit.defect import Content, Defect, DefectFile, bug_marker
from tools.kit.network import Network
from tools.kit.sandbox.composition import Composition, compose
from tools.trackers.client import TrackerClient
from tools.trackers.drafts import draft
from tools.trackers.engine import Mark, Work
from tools.trackers.listed import TRACKERS, load, load_sandbox
from tools.trackers.tracker import Op, Setup

LIVE = [key for key in TRACKERS if not load(key).shut_down]
"""The trackers that still exist."""

DEFECT = Defect(
    platform="testio",
    title_of_platform="test IO",
    item="88101",
    kind="bug",
    marker=bug_marker("testio", 88101),
    title="Checkout total is wrong <b>with</b> @mia & #1",
    level="high",
    severity="high",
    link="https://app.test.io/bugs/88101",
    description="The total ignores the voucher.\n/close\n{{ticket.id}} {code}x{code} [~mia] *bold* _it_ `tick`",
    steps=["Add 'Harbour map' to the cart", "Apply PROMO20 | 20 %", "<script>alert(1)</script>"],
    expected="The total is 80.00 EUR",
    actual="The total is 100.00 EUR",
    facts=[("Device", "Google Pixel 4, Android 10, Chrome"), ("Reported by", "mia@example.com"), ("Test", "Release 9")],
    files=[DefectFile("screen.png", "image/png", 12), DefectFile("video.mp4", "video/mp4", 2_000_000)],
    product="71",
    where="Harbour Web",
)
"""A bug whose texts try the formats of all trackers."""


class LosingTransport(httpx.AsyncBaseTransport):
    """Passes requests on; loses the answers of those after which a tracker has another issue, when it is to."""

    def __init__(self, inner: httpx.AsyncBaseTransport, world: Any) -> None:
        self._inner, self._world = inner, world
        self.loses = 0
        """How many of the next answers of creates are lost."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        before = len(self._world().issues)
        response = await self._inner.handle_async_request(request)
        if self.loses and len(self._world().issues) > before:
            self.loses -= 1
            raise httpx.ReadError("The answer was lost", request=request)
        return response


@dataclass
class Bench:
    """What a test holds."""

    key: str
    api: TrackerClient
    sandboxes: Composition
    network: LosingTransport
    engine: Engine
    handovers: StoredHandovers
    marked: list[str] = field(default_factory=list)

    @property
    def world(self) -> Any:
        """The state of the fake API."""
        return self.sandboxes.sandboxes[self.key].world

    @property
    def setup(self) -> Setup:
        return self.api.setup

    def ours(self, defect: Defect = DEFECT) -> list[Any]:
        """The issues whose marker is that of a defect, in whatever field it is."""
        return [
            issue
            for issue in self.world.issues
            if defect.marker in f"{issue.title} {issue.text} {issue.labels} {issue.fields} {issue.comments}"
        ]

    def requests(self) -> list[tuple[str, str]]:
        """Method and path of each request below the mount."""
        return [(entry.method, entry.path) for entry in self.sandboxes.journal.entries(platform=self.key)]

    def work(self, defect: Defect = DEFECT, *, marks: bool = False, handovers: StoredHandovers | None = None) -> Work:
        """A defect on its way."""
        return Work(
            self.api,
            handovers or self.handovers,
            defect,
            draft(defect, self.setup),
            load=_content,
            mark=self._mark if marks else None,
        )

    @property
    def _mark(self) -> Mark:
        async def mark(defect: Defect, key: str) -> None:
            self.marked.append(f"{defect.item} {key}")

        return mark

    async def switch(self, **switches: int | bool) -> None:
        """Change how the fake API behaves."""
        await self.control(f"{self.key}/switches", switches)

    async def fault(self, **fault: Any) -> None:
        """Set a fault of the fake API."""
        await self.control("faults", {"platform": self.key} | fault)

    async def control(self, what: str, body: Any) -> None:
        async with httpx.AsyncClient(transport=SandboxTransport(self.sandboxes)) as http:
            response = await http.post(f"{SANDBOX_ORIGIN}/_sandbox/{what}", json=body)
            assert response.is_success, response.text


async def _content(defect: Defect, number: int) -> Content:
    file = defect.files[number]
    return Content(file.name, file.content_type, b"\x89PNG content"[: file.size or 12])


def setup_of(key: str, **values: str) -> Setup:
    """A tracker with the settings of its sandbox, and others."""
    tracker = load(key)
    own = {option.name: option.sandbox or option.default for option in tracker.options}
    return Setup(key, tracker, SANDBOX_ORIGIN + tracker.mount, {n: v for n, v in (own | values).items() if v})


@asynccontextmanager
async def bench(
    key: str,
    *,
    values: dict[str, str] | None = None,
    credential: str = "",
    uploads: bool = False,
    labels: Sequence[str] = (),
    engine: Engine | None = None,
    sandboxes: Composition | None = None,
) -> AsyncIterator[Bench]:
    """Open a tracker on its fake API."""
    world = sandboxes or compose({key: load_sandbox(key)})
    transport = LosingTransport(SandboxTransport(world), lambda: world.sandboxes[key].world)
    network = Network(transport)
    setup = replace(setup_of(key, **(values or {})), uploads=uploads, labels=labels)
    held = {one.name: SecretStr(credential or f"sandbox-{key}-credential") for one in setup.tracker.secrets}
    api = tracker_clients({key: TrackerSettings(setup, held)}, network)[key]
    own = engine or store_at(None)
    try:
        yield Bench(key, api, world, transport, own, StoredHandovers(own))
    finally:
        await network.close()
        if engine is None:
            await own.close()


def routes_of(op: Any) -> tuple[str, ...]:
    """The routes of an operation; none for one that the tracker does not have."""
    return op.routes if isinstance(op, Op) else ()
