"""MCP over HTTP: one process with sessions, for this machine alone or behind a key."""

import asyncio
import errno
import os
import secrets
import socket
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, Literal

import anyio
from mcp.server import MCPServer

from server.door import DRAIN, MCP_PATH, Application, Door, as_host
from server.signals import stopped_by_signals

if TYPE_CHECKING:
    import uvicorn
    from starlette.types import ASGIApp

LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]
LINGER = 1  # seconds for the connections themselves, after every answer has been given


def new_key() -> str:
    """A key nobody guesses: 256 bits, in letters that need no quoting in a shell, a header or an address."""
    return secrets.token_urlsafe(32)


def http_app(server: MCPServer[Any], *, key: str | None, allowed_hosts: Sequence[str] = ()) -> Door:
    """The ASGI application, for whoever serves it otherwise than by `run_http`; `key=None` lets everybody in.

    Raises:
        ValueError: the key or an allowed host is none.
    """
    return Door(server, key=key, allowed_hosts=allowed_hosts)


async def run_http(
    server: MCPServer[Any],
    *,
    host: str = "127.0.0.1",
    port: int = 8765,
    key: str | None,
    allowed_hosts: Sequence[str] = (),
    beside: "Mapping[str, Application] | None" = None,
    drain: float = DRAIN,
    log_level: LogLevel = "WARNING",
) -> int:
    """Serve until SIGTERM (143) or SIGINT (130), or say why that cannot be done (1); port 0 takes a free one.

    After a signal nothing new is listened to, and calls in flight have up to `drain` seconds to end by themselves. What
    is left is then ended, except a write that has left: it is waited for and answered.
    A second signal ends the process at once.

    Raises:
        ValueError: no key, though others than this machine can reach the server; or a key or host that is none.
    """
    if key is None and not is_loopback(host):
        raise ValueError(f"Without a key the server listens on this machine's loopback address only, not on {host}.")
    # Only a wildcard is no name by which one could be called.
    own_name = [] if is_wildcard(host) else [host]
    door = Door(server, key=key, allowed_hosts=[*allowed_hosts, *own_name], beside=beside)
    try:
        listener = listen(host, port)
    except OSError as error:
        why = "another program does so already" if error.errno == errno.EADDRINUSE else str(error.strerror or error)
        say(f"testdesk cannot listen on {as_host(host)}:{port}: {why}.")
        return 1
    stopping, loop = anyio.Event(), asyncio.get_running_loop()

    def ask_to_stop() -> None:
        loop.call_soon_threadsafe(stopping.set)  # wakes the loop, which a signal alone does not

    with listener, stopped_by_signals(ask_to_stop) as stop:
        uvicorn_server, is_up = uvicorn_for(door, log_level)
        async with anyio.create_task_group() as tasks:
            async with door.open():
                tasks.start_soon(uvicorn_server.serve, [listener])
                await is_up.wait()
                say(f"testdesk listens on http://{as_host(host)}:{listener.getsockname()[1]}{MCP_PATH}")
                await stopping.wait()
                for accepting in uvicorn_server.servers:
                    accepting.close()  # a balancer, or the next server on this port, takes the new ones
                await door.close(drain)
            uvicorn_server.should_exit = True
    return stop.exit_code


def uvicorn_for(door: "ASGIApp", log_level: LogLevel, *, dates: bool = True) -> tuple["uvicorn.Server", anyio.Event]:
    """A server that leaves the signals to us, and the event that it listens."""
    import uvicorn  # here, so that a server on standard input does without

    from server.connections import PatientProtocol, one_length

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            is_up.set()

        @contextmanager
        def capture_signals(self) -> Iterator[None]:
            # Its own handlers cut the event streams first, and with them the answers that are on their way.
            yield

    is_up = anyio.Event()
    config = uvicorn.Config(
        one_length(door),
        http=PatientProtocol,
        interface="asgi3",
        lifespan="off",  # the door's is entered and left by us, in an order of our own
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


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; taken before anything else is opened, so that a taken port costs nothing.

    Raises:
        OSError: the address or the port cannot be had.
    """
    if not 0 <= port <= 65535:
        raise OSError(errno.EINVAL, "there is no such port")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named because asyncio switches delays off only on sockets that name it: a small answer
    # in two pieces otherwise takes 40 ms. `socket.create_server` does not name it.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":  # elsewhere the option lets two programs share a port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen()
    except BaseException:
        listener.close()
        raise
    return listener


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach what listens there."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def is_wildcard(host: str) -> bool:
    """Whether what listens there is reached by every address of this machine."""
    try:
        return ip_address(host).is_unspecified
    except ValueError:
        return False


def say(sentence: str) -> None:
    """Tell the person who started us; standard output is not asked, scripts may read it."""
    sys.stderr.write(sentence + "\n")
    sys.stderr.flush()
