"""`testdesk serve --http`: one key for everybody, or the people of a team."""

import argparse
import os
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Any

import anyio
from mcp.server import MCPServer

from server.credentials import secret
from server.http_app import Application, as_host
from server.http_server import new_key, run_http, say
from server.inbox.events import EventStore
from server.settings import HTTP_KEY, Settings
from server.store.engine import Engine
from server.team.authentication import Authenticator
from server.team.authenticator import team_authenticator
from server.team.readiness import Readiness
from server.team.settings import TeamSettings
from server.team.sharing import drain_seconds

if TYPE_CHECKING:
    from server.telemetry.telemetry import Telemetry


def serve_http(
    given: argparse.Namespace,
    server: MCPServer[Any],
    store: EventStore,
    team: TeamSettings,
    settings: Settings,
    engine: Engine,
    telemetry: "Telemetry | None" = None,
) -> int:
    """Serve until a signal; see `run_http` for the exit codes."""

    async def serve() -> int:
        beside = await receiver_beside(given, store) if given.inbox else {}
        async with metrics_beside(given, telemetry):
            return await run_http(
                server,
                host=given.host,
                port=given.port,
                key=key,
                authenticator=authenticator,
                allowed_hosts=given.allow_host,
                beside=beside | well_known_beside(team) | admin,
                drain=drain_seconds(given, team),
                log_level=given.log_level,
                worker=given.worker,
                readiness=Readiness(engine),
            )

    try:
        authenticator = team_authenticator(team) if team.has_people else None
        key = None if authenticator is not None else one_key(given)
        admin = {} if authenticator is None else admin_beside(authenticator, team, settings, engine)
        return anyio.run(serve)
    except CannotListen as error:
        say(f"testdesk: {error}")
        return 1
    except ValueError as error:
        say(f"testdesk: {error}")
        return 2


def one_key(given: argparse.Namespace) -> str | None:
    """Everybody's key: the one that is set, or a new one, which is printed; None where none is wanted."""
    held = secret(HTTP_KEY, os.environ)
    key = None if given.no_key else held.get_secret_value() if held is not None else new_key()
    if key is not None and held is None:
        say(f"testdesk: clients send the header  Authorization: Bearer {key}")
    return key


def admin_beside(
    authenticator: Authenticator, team: TeamSettings, settings: Settings, engine: Engine
) -> dict[str, Application]:
    """The admin's page, where callers are identified."""
    from server.guards.budgets import Budgets
    from server.team.admin_page import PATH, AdminPage
    from server.team.keyring import ring
    from server.team.overview import overview
    from server.team.register import PeopleRegister
    from tools.platforms import PLATFORMS

    budgets = Budgets(settings.configuration, engine)
    register = PeopleRegister(team.members, PLATFORMS) if team.members is not None else None
    codec = ring(team.state_keys or [secrets.token_bytes(32)], "admin")
    return {PATH: AdminPage(authenticator, codec, lambda: overview(engine, budgets, register))}


def well_known_beside(team: TeamSettings) -> dict[str, Application]:
    """The metadata that leads clients to the identity provider, where there is one."""
    if not team.issuer:
        return {}
    from server.well_known import PREFIX, WellKnown

    return {PREFIX: WellKnown(team)}


class CannotListen(Exception):
    """The page for Prometheus has no port."""


@asynccontextmanager
async def metrics_beside(given: argparse.Namespace, telemetry: "Telemetry | None") -> AsyncIterator[None]:
    """The page for Prometheus, where it was asked for; it is there until the last call has been answered.

    Raises:
        CannotListen: when the port is not available.
    """
    if telemetry is None or telemetry.page is None or given.metrics_port is None:
        yield
        return
    from server.telemetry.endpoint import metrics_served
    from server.telemetry.workers import folder

    at = f"{as_host(given.metrics_host)}:{given.metrics_port}"
    is_shared = folder(os.environ) is not None
    async with AsyncExitStack() as stack:
        try:
            await stack.enter_async_context(
                metrics_served(
                    telemetry.page,
                    host=given.metrics_host,
                    port=given.metrics_port,
                    is_shared=is_shared,
                    log_level=given.log_level,
                )
            )
        except OSError as error:
            raise CannotListen(f"metrics cannot listen on {at}: {error.strerror or error}.") from error
        yield


async def receiver_beside(given: argparse.Namespace, store: EventStore) -> dict[str, Application]:
    """The inbox's HTTP endpoint in the same process as the MCP endpoint."""
    from server.inbox.receiver import Receiver
    from server.inbox.serve import checked_url
    from server.inbox.store import PREFIX, PUBLIC_URL
    from tools.platforms import PLATFORMS

    if given.public_url:
        await store.say(PUBLIC_URL, checked_url(given.public_url))
    return {PREFIX: Receiver(PLATFORMS, store)}
