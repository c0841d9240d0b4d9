"""A whole desk for a test: server, sandbox behind it, and a client of either protocol era in front."""

import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeVar

import httpx
from mcp import Client
from mcp.server import MCPServer
from mcp.types import (
    CallToolResult,
    ElicitRequestFormParams,
    ElicitRequestParams,
    ElicitResult,
    Implementation,
    TextContent,
)

from server.app import build
from server.first_answers import known_now
from server.inbox.events import EventStore
from server.sandbox import SandboxTransport
from server.settings import Settings, read_settings
from tests.stores import store_at
from tools.kit.network import Account, Network
from tools.kit.sandbox.composition import Composition, compose
from tools.platforms import PLATFORMS
from tools.testio.client.testio import TestIO
from tools.trackers.listed import load_sandbox

C = TypeVar("C")

ERAS = ("auto", "legacy")
"""How the SDK's client opens a connection: the 2026-07-28 revision, or the handshake of those before."""

Answer = Callable[[str], ElicitResult]

YES = ElicitResult(action="accept", content={"answer": "yes"})
NO = ElicitResult(action="accept", content={"answer": "no"})
DECLINE = ElicitResult(action="decline")
CANCEL = ElicitResult(action="cancel")
NOT_CONFIRMED = ("No confirmation came back (", "The user said no.", "The user closed the question.")
"""How a refusal begins that follows a no; which one depends on the time that the answer took."""


def settings(environment: Mapping[str, str] | None = None, *, sandbox: bool = True, **options: Any) -> Settings:
    """Settings on the sandbox and the environment given, without a variable of the process; all tools are listed."""
    return read_settings(PLATFORMS, {"TESTDESK_TOOLSETS": "all"} | dict(environment or {}), sandbox=sandbox, **options)


@dataclass
class Desk:
    """What a test holds: the client, the sandbox behind the server, and what the person was asked."""

    client: Client
    sandboxes: Composition
    asked: list[str] = field(default_factory=list)
    store: EventStore = field(default_factory=lambda: EventStore(store_at(None)))

    async def call(self, name: str, /, **arguments: Any) -> CallToolResult:
        return await self.client.call_tool(name, arguments)

    async def answer(self, name: str, /, **arguments: Any) -> dict[str, Any]:
        """Call a tool that works."""
        result = await self.call(name, **arguments)
        assert not result.is_error, text(result)
        data: dict[str, Any] = result.structured_content or {}
        return data

    async def refusal(self, name: str, /, **arguments: Any) -> str:
        """Call a tool that is refused, and answer its sentence."""
        result = await self.call(name, **arguments)
        assert result.is_error, text(result)
        return text(result)

    def arrived(self, method: str = "", platform: str = "testio") -> list[str]:
        """Requests that reached a sandbox, such as 'PUT /bugs/88101/accept'."""
        mount = self.sandboxes.sandboxes[platform].mount
        seen = [(arrived.method, arrived.path) for arrived in self.sandboxes.journal.entries(platform=platform)]
        return [f"{m} {p.removeprefix(mount)}" for m, p in seen if m.startswith(method)]

    def writes(self, platform: str = "testio") -> list[str]:
        """Requests that changed something."""
        reads = {"POST /bugs", "POST /api/login"}
        return [line for line in self.arrived(platform=platform) if not line.startswith("GET") and line not in reads]

    def sent(self, method: str, path: str) -> tuple[list[tuple[str, str]], Any]:
        """Query and body of the last such request, as it reached the sandbox."""
        *_, last = [e for e in self.sandboxes.journal.entries() if (e.method, e.path) == (method, path)]
        return last.query, last.body

    async def fault(self, **order: Any) -> None:
        """Order a fault of the sandbox."""
        await self._control("faults", {"platform": "testio"} | order)

    async def switch(self, platform: str = "testio", /, **switches: bool | int) -> None:
        """Choose between two behaviours of a sandbox."""
        await self._control(f"{platform}/switches", switches)

    async def control(self, what: str, **order: Any) -> None:
        """Order anything else of the sandboxes' controls, such as `clock` with `advance="2h"`."""
        await self._control(what, order)

    async def _control(self, what: str, order: dict[str, Any]) -> None:
        async with httpx.AsyncClient(transport=SandboxTransport(self.sandboxes)) as http:
            response = await http.post(f"http://sandbox.invalid/_sandbox/{what}", json=order)
            assert response.is_success, response.text


def asks_for_a_name(params: ElicitRequestParams) -> bool:
    """Whether a question's form is to be filled with a name, and not with a choice."""
    assert isinstance(params, ElicitRequestFormParams)
    return "enum" not in params.requested_schema["properties"]["answer"]


def typed(params: ElicitRequestParams) -> ElicitResult:
    """The answer of a person who types the name that the question shows."""
    (name,) = re.findall("type its name: '([^']*)'", params.message)
    return ElicitResult(action="accept", content={"answer": name})


class Unpublished(dict[str, dict[str, Any] | None]):
    """Output schemas that are not published: without them the SDK's client lists all tools before its first call."""

    def __contains__(self, name: object) -> bool:
        return True


def text(result: CallToolResult) -> str:
    return "\n".join(block.text for block in result.content if isinstance(block, TextContent))


recorded = cache(known_now)
"""What a wheel knows of the tools; it is made once, since to list them anew for each test takes most of a second."""


def sandboxes(*trackers: str) -> Composition:
    """All platforms, and these trackers."""
    return compose(
        {platform.key: platform.sandbox() for platform in PLATFORMS} | {key: load_sandbox(key) for key in trackers}
    )


def change_bug(world: Composition, bug_id: int, *, title: str = "", **fields: Any) -> None:
    """Change a bug behind everybody's back, as a colleague in the web app would."""
    state = world.sandboxes["testio"].world
    bug = state.bugs[bug_id]
    for name, value in fields.items():
        setattr(bug, name, value)
    if title:
        bug.texts.title = title
    state.discard_rendered(bug)


@asynccontextmanager
async def desk(
    mode: str = "auto",
    *,
    person: Answer | ElicitResult | None = YES,
    told: Settings | None = None,
    world: Composition | None = None,
    server: MCPServer[Any] | None = None,
    program: str = "tests",
) -> AsyncIterator[Desk]:
    """Open a desk; `person` answers questions, or is None for a client that cannot ask; `program` is its name."""
    world, store = world or sandboxes(), EventStore(store_at(None))
    asked: list[str] = []

    async def callback(context: Any, params: ElicitRequestParams) -> ElicitResult:
        asked.append(params.message)
        assert person is not None
        answer = person(params.message) if callable(person) else person
        return typed(params) if answer is YES and asks_for_a_name(params) else answer

    server = server or build(
        told or settings(), network=Network(SandboxTransport(world)), store=store, known=recorded()
    )
    elicitation = callback if person is not None else None
    info = Implementation(name=program, version="1")
    async with Client(
        server, mode=mode, elicitation_callback=elicitation, client_info=info, raise_exceptions=True
    ) as client:
        if told is None or not told.output_schemas:
            client.session._tool_output_schemas = Unpublished()
        yield Desk(client, world, asked, store)


@asynccontextmanager
async def live_client(world: Composition | None = None, **values: str) -> AsyncIterator[TestIO]:
    """test IO's client in hand, against its sandbox."""
    async with client_of(TestIO, "testio", world, **values) as api:
        yield api


@asynccontextmanager
async def client_of(
    kind: Callable[[Account], C], key: str, world: Composition | None = None, **values: str
) -> AsyncIterator[C]:
    """A platform's client in hand, against its sandbox; `values` are settings on top of the sandbox's own."""
    network = Network(SandboxTransport(world or sandboxes()))
    told = settings().platforms[key]
    yield kind(Account(key, told.base_url, network, told.credentials, {**told.values, **values}))
    await network.close()
