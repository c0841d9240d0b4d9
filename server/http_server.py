"""MCP over HTTP: one process with sessions, for this machine only or behind a key."""

import asyncio
import secrets
import socket
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, Literal

import anyio
from mcp.server import MCPServer

from server.http_app import DRAIN, MCP_PATH, Application, HttpApp, as_host
from server.listening import listen, why_not
from server.log_form import announcement
from server.signals import stopped_by_signals
from server.team.authentication import Authenticator, OneKey
from server.team.readiness import Readiness

if TYPE_CHECKING:
    import uvicorn
    from starlette.types import ASGIApp

    from server.team.worker import Worker

LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]
LINGER = 1  # seconds for connections to close, after every answer was sent


def new_key() -> str:
    """Generate a 256-bit key that needs no quoting in a shell, a header or a URL."""
    return secrets.token_urlsafe(32)


async def run_http(
    server: MCPServer[Any],
    *,
    host: str = "127.0.0.1",
    port: int = 8765,
    key: str | None = None,
    authenticator: Authenticator | None = None,
    allowed_hosts: Sequence[str] = (),
    beside: "Mapping[str, Application] | None" = None,
    drain: float = DRAIN,
    log_level: LogLevel = "WARNING",
    worker: "Worker | None" = None,
    readiness: Readiness | None = None,
) -> int:
    """Serve until SIGTERM (143) or SIGINT (130), or say why it cannot (1); port 0 takes a free one.

    The authenticator is one key for everybody, unless another one is given. A worker, one of several processes, has its
    socket, and its supervisor announces the address.

    After a signal no new connection is accepted, and calls in flight have up to `drain` seconds to finish. The rest is
    then cancelled, except writes that were sent: they are awaited and answered. A second signal ends the process at
    once.

    Raises:
        ValueError: no key, though other machines can reach the server; or an invalid key or host.
    """
    if authenticator is None and key is None and not is_loopback(host):
        raise ValueError(f"Without a key the server listens on this machine's loopback address only, not on {host}.")
    # Only a wildcard address is not a host that requests can name.
    own_name = [] if is_wildcard(host) else [host]
    app = HttpApp(
        server,
        authenticator=authenticator or OneKey(key),
        allowed_hosts=[*allowed_hosts, *own_name],
        beside=beside,
        readiness=readiness,
    )
    try:
        listener = listen(host, port) if worker is None else worker.listener
    except OSError as error:
        say(why_not(host, port, error))
        return 1
    stopping, loop = anyio.Event(), asyncio.get_running_loop()

    def ask_to_stop() -> None:
        loop.call_soon_threadsafe(stopping.set)  # wakes the loop, which a signal alone does not

    if worker is not None:
        worker.stop_by(ask_to_stop)
    with listener, stopped_by_signals(ask_to_stop) as stop:
        uvicorn_server, is_up = uvicorn_for(app, log_level)
        async with anyio.create_task_group() as tasks:
            async with app.open():
                tasks.start_soon(uvicorn_server.serve, [listener])
                await is_up.wait()
                address = f"http://{as_host(host)}:{listener.getsockname()[1]}{MCP_PATH}"
                say(f"testdesk listens on {address}") if worker is None else worker.report_up(address)
                await stopping.wait()
                for accepting in uvicorn_server.servers:
                    accepting.close()  # a load balancer, or the next server on this port, takes new ones
                if worker is not None:
                    worker.report_leaving()
                await app.close(drain, hang_up=partial(hang_up, uvicorn_server))
            uvicorn_server.should_exit = True
    return stop.exit_code


def uvicorn_for(app: "ASGIApp", log_level: LogLevel, *, dates: bool = True) -> tuple["uvicorn.Server", anyio.Event]:
    """A uvicorn server without signal handlers, and the event that it listens."""
    import uvicorn  # imported here, so that a server on standard input does not load it

    from server.connections import PatientProtocol, refuse_two_lengths

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            is_up.set()

        @contextmanager
        def capture_signals(self) -> Iterator[None]:
            # uvicorn's own handlers cut the event streams first, and with them answers in flight.
            yield

    is_up = anyio.Event()
    config = uvicorn.Config(
        refuse_two_lengths(app),
        http=PatientProtocol,
        interface="asgi3",
        lifespan="off",  # we enter and leave it ourselves, in our own order
        ws="none",
        access_log=False,
        log_config=None,
        log_level=log_level.lower(),
        server_header=False,
        date_header=dates,
        proxy_headers=False,
        timeout_graceful_shutdown=LINGER,
    )
    return Server(config), is_up


def hang_up(server: "uvicorn.Server") -> bool:
    """Close the connections without a request, and return whether a request is on its way on any of them."""
    on_their_way = False
    for connection in list(server.server_state.connections):
        on_their_way |= connection.hang_up()  # type: ignore[union-attr]  # they are of our class
    return on_their_way


def is_loopback(host: str) -> bool:
    """Whether an address is reachable from this machine only."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def is_wildcard(host: str) -> bool:
    """Whether an address means all addresses of this machine."""
    try:
        return ip_address(host).is_unspecified
    except ValueError:
        return False


def say(sentence: str) -> None:
    """Print to standard error; scripts may read standard output."""
    sys.stderr.write(announcement(sentence) + "\n")
    sys.stderr.flush()
