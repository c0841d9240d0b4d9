"""People of a team, recognized by their names: who sends `Bearer anna` is Anna."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from mcp import Client
from mcp.server import MCPServer

from server import callers
from server.team.authentication import Headers, NotAuthenticated, bearer
from server.team.person import Person
from tests.desk import Unpublished
from tests.server.served import client
from tools.kit import caller


class Names:
    """An authenticator that believes a name."""

    def __init__(self, *names: str) -> None:
        self.people: Mapping[str, Person] = {name: Person(name) for name in names}

    async def authenticate(self, headers: Headers) -> Person:
        person = self.people.get((bearer(headers) or b"").decode())
        if person is None:
            raise NotAuthenticated("Who is there?")
        return person


@asynccontextmanager
async def person(url: str, name: str, mode: str = "auto", **options: Any) -> AsyncIterator[Client]:
    """A client of a person."""
    async with client(url, mode, key=name, **options) as connected:
        connected.session._tool_output_schemas = Unpublished()
        yield connected


def known_by_program(server: MCPServer[Any]) -> MCPServer[Any]:
    """A server in this process that takes the name of a client's program for that of its person."""

    async def name(ctx: Any, call_next: Any) -> Any:
        who = callers.program.get()
        tokens = callers.person.set(Person(who)), caller.person.set(who)
        try:
            return await call_next(ctx)
        finally:
            callers.person.reset(tokens[0])
            caller.person.reset(tokens[1])

    server.middleware.insert(server.middleware.index(callers.name_caller) + 1, name)
    return server
