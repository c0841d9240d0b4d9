"""A server in this process and a client in front of it, so that a call in the shell passes every guard."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final, TypeVar

import anyio
from mcp import Client
from mcp.types import Implementation

from server.app import build
from server.catalogued_server import CataloguedServer
from server.known import Known
from server.setting_warnings import warnings
from server.settings import ANSWER_CHARACTERS, SIZES, Settings, read_settings
from server.shell.person import TerminalPerson, Terminals
from server.signals import stopped_by_signals
from server.store.place import open_store
from server.version import __version__
from tools.kit.network import Network
from tools.platforms import PLATFORMS

T = TypeVar("T")

LARGEST: Final = SIZES[ANSWER_CHARACTERS][1]
"""Characters of an answer: a shell has no context window to protect."""


class Interrupted(Exception):
    """A signal ended the work."""

    def __init__(self, exit_code: int) -> None:
        super().__init__()
        self.exit_code = exit_code


@dataclass(frozen=True)
class Session:
    """The two ends of a call in the shell."""

    server: CataloguedServer
    client: Client
    person: TerminalPerson


def shell_settings(
    environment: Mapping[str, str], *, sandbox: bool, sandbox_at: str, trackers: list[str], read_only: bool = False
) -> Settings:
    """The settings of a server in the shell; an answer is as long as it may be, unless the environment says how long.

    Raises:
        SettingsError: as `read_settings` does.
    """
    settings = read_settings(
        PLATFORMS,
        environment,
        sandbox=sandbox or bool(sandbox_at),
        sandbox_at=sandbox_at,
        trackers=trackers,
        read_only=read_only,
    )
    longest = settings.answer_characters if environment.get(ANSWER_CHARACTERS, "").strip() else LARGEST
    return replace(settings, answer_characters=longest, across_one=True)


async def in_session(
    work: Callable[[Session], Awaitable[T]], *where: Any, passes: tuple[type[Exception], ...], **how: Any
) -> T:
    """Do some work in a session; errors that it `passes` leave it as they are, not wrapped by its task groups.

    A signal cancels the work, except a write that has left: it is waited for, and its outcome recorded. The handler of
    the event loop would end that too.

    Raises:
        Interrupted: after a signal.
    """
    failure: Exception | None = None
    scope, loop = anyio.CancelScope(), asyncio.get_running_loop()
    with scope, stopped_by_signals(partial(loop.call_soon_threadsafe, scope.cancel)) as stop:
        async with open_session(*where, **how) as session:
            try:
                return await work(session)
            except passes as error:
                failure = error
    if failure is None:
        raise Interrupted(stop.exit_code)
    raise failure


@asynccontextmanager
async def open_session(
    settings: Settings,
    environment: Mapping[str, str] = os.environ,
    *,
    terminal: Terminals | None = None,
    network: Network | None = None,
    name: str = "testdesk-call",
) -> AsyncIterator[Session]:
    """Build a server and connect a client; questions are asked at the `terminal`, if there is one."""
    engine = open_store(environment, sandbox=settings.sandbox)
    for sentence in warnings(settings, environment):
        sys.stderr.write(f"testdesk: WARNING: {sentence}\n")
    server: Any = build(settings, network=network, engine=engine, known=Known.shipped(environment))
    person = TerminalPerson(terminal)
    client = Client(
        server,
        client_info=Implementation(name=name, version=__version__),
        elicitation_callback=person.answer if person.is_there else None,
        cache=None,
    )
    async with client:
        if not settings.output_schemas:
            # private: the SDK's client lists all tools before its first call, to look for schemas of their answers
            client.session._tool_output_schemas = Unpublished()
        yield Session(server, client, person)


class Unpublished(dict[str, dict[str, Any] | None]):
    """The schemas of answers of a server that publishes none."""

    def __contains__(self, name: object) -> bool:
        return True

    def __missing__(self, name: str) -> None:
        return None
