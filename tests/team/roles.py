"""People with roles, a server that they share, and their clients; who they are is a key in a header."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Final

import pytest
from mcp import Client
from mcp.server import MCPServer
from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.types import ElicitRequestParams, ElicitResult

from server import callers
from server.app import build
from server.catalogued_server import CataloguedServer
from server.guards.scope import offers
from server.sandbox import SandboxTransport
from server.settings import Settings
from server.store.engine import Engine
from server.team.authentication import Headers, NotAuthenticated, bearer
from server.team.person import Person
from server.team.rights import Right
from tests.desk import YES, sandboxes, settings
from tests.server.served import Served, client, served
from tools.kit.network import Network
from tools.kit.sandbox.composition import Composition
from tools.platforms import PLATFORMS
from tools.trackers.source import trackers

ROLES: Final[dict[str, frozenset[Right]]] = {
    "guest": frozenset(),
    "reader": frozenset({"read"}),
    "triager": frozenset({"read", "triage"}),
    "buyer": frozenset({"read", "order"}),
    "head": frozenset({"read", "triage", "order", "admin"}),
}
RULING: Final = frozenset(
    {
        "testio_create_connection",
        "testio_update_connection",
        "testio_delete_connection",
        "testery_add_user",
        "testery_create_api_token",
    }
)
"""The tools that decide what others can do or receive."""
OWN: Final[dict[str, frozenset[str]]] = {
    "find_tools": frozenset({"read"}),
    "call_read_tool": frozenset({"read"}),
    "call_tool": frozenset({"triage", "order", "admin"}),
    "testdesk_list_acts": frozenset({"read"}),
}
BY_EFFECT: Final = {"reads": "read", "writes": "triage", "destroys": "triage", "spends": "order"}


@cache
def takes() -> dict[str, frozenset[str]]:
    """Of each tool the rights of which one is enough, as the documents have it."""
    tools = {o.name_of(tool): tool.effect.value for o in (*offers(PLATFORMS), trackers) for tool in o.declared.tools}
    return OWN | {
        name: frozenset({"admin"} if name in RULING else {BY_EFFECT[effect]}) for name, effect in tools.items()
    }


@cache
def of(role: str) -> frozenset[str]:
    """The tools that a role may call."""
    rights = ROLES[role]
    return frozenset(name for name, any_of in takes().items() if "read" in rights and rights & any_of)


@cache
def not_of(role: str) -> frozenset[str]:
    return frozenset(takes()) - of(role)


@dataclass
class Roles:
    """An authenticator: the key of a person is the person's name."""

    people: dict[str, Person] = field(default_factory=lambda: {name: Person(name, ROLES[name]) for name in ROLES})

    async def authenticate(self, headers: Headers) -> Person:
        person = self.people.get((bearer(headers) or b"").decode())
        if person is None:
            raise NotAuthenticated("Nobody has this key.")
        return person

    def give(self, name: str, *rights: Right) -> None:
        """Give a person these rights and no others, from the next request on."""
        person = self.people.get(name, Person(name))
        self.people[name] = replace(person, rights=frozenset(rights))


@dataclass
class Office:
    """A server that several people share, and the sandboxes behind it."""

    running: Served
    roles: Roles
    world: Composition

    @asynccontextmanager
    async def client(self, who: str, mode: str, answer: Any = YES) -> AsyncIterator[Client]:
        """A person's client; `answer` is what the person says to questions, or None for one that cannot ask."""

        async def callback(context: Any, params: ElicitRequestParams) -> ElicitResult:
            said: ElicitResult = answer(params.message) if callable(answer) else answer
            return said

        asking = {} if answer is None else {"elicitation_callback": callback}
        async with client(self.running.url, mode, key=who, **asking) as connected:
            yield connected

    def writes(self) -> list[str]:
        """Requests that changed something at test IO."""
        entries = self.world.journal.entries(platform="testio")
        return [f"{e.method} {e.path}" for e in entries if e.method not in {"GET", "HEAD"} and "/bugs/" in e.path]


@asynccontextmanager
async def office(
    monkeypatch: pytest.MonkeyPatch, *, told: Settings | None = None, engine: Engine | None = None
) -> AsyncIterator[Office]:
    """A shared server over a real port."""
    world, roles = sandboxes("github"), Roles()
    server = build(told or everything(), network=Network(SandboxTransport(world)), engine=engine)
    async with served(monkeypatch, server, authenticator=roles) as running:
        yield Office(running, roles, world)


def everything(toolsets: str = "all") -> Settings:
    """Settings with every platform and a tracker."""
    return settings({"TESTDESK_TOOLSETS": toolsets}, trackers=["github"])


def acting_as(server: MCPServer[Any], whom: Person | Callable[[], Person]) -> MCPServer[Any]:
    """A server in this process whose every request is a person's, for what is too much to send over a port."""

    async def enter(ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        person = whom() if callable(whom) else whom
        acting, known = callers.person.set(person), callers.principal.set(person.name)
        try:
            return await call_next(ctx)
        finally:
            callers.person.reset(acting)
            callers.principal.reset(known)

    assert isinstance(server, CataloguedServer)
    server.middleware.insert(server.middleware.index(server.rights.apply), enter)
    return server
