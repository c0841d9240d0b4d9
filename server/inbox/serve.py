"""`testdesk inbox`: the receiver on its own port, next to any number of servers that read the same file."""

import asyncio
import errno
import os
from collections.abc import Callable, Coroutine, Sequence
from typing import Any
from urllib.parse import urlsplit

import anyio

from server.guards.redact import Redactor
from server.http_app import as_host
from server.http_server import LogLevel, is_loopback, say, uvicorn_for
from server.inbox.receiver import Receiver
from server.inbox.store import PREFIX, PUBLIC_URL, PlatformInbox, Store
from server.listening import listen
from server.log_form import wants_json
from server.logs import configure_logging
from server.settings import SettingsError
from server.signals import stopped_by_signals
from tools.kit.errors import Refused
from tools.kit.platform import Platform

Beside = Callable[[anyio.Event], Coroutine[Any, Any, None]]
"""Runs beside the receiver until the event is set."""


def checked_url(url: str) -> str:
    """The public address of the inbox.

    Raises:
        SettingsError: when bug data would be sent unencrypted.
    """
    parts = urlsplit(url)
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))
    if not parts.hostname or not is_safe or parts.query or parts.fragment or "@" in parts.netloc:
        raise SettingsError(
            "--public-url is an https:// address without query or credentials, such as https://qa.example.com."
        )
    return url.rstrip("/")


async def run_inbox(
    platforms: Sequence[Platform],
    store: Store,
    *,
    host: str,
    port: int,
    public_url: str | None,
    log_level: LogLevel = "WARNING",
    beside: Beside | None = None,
    redact: Redactor | None = None,
) -> int:
    """Receive until SIGTERM (143) or SIGINT (130), or say why it cannot (1).

    What runs `beside` it gets an event that is set by the signal, and is waited for.
    """
    configure_logging(redact or Redactor(), log_level, as_json=wants_json(os.environ))
    try:
        listener = listen(host, port)
    except OSError as error:
        why = "another program does so already" if error.errno == errno.EADDRINUSE else str(error.strerror or error)
        say(f"testdesk inbox cannot listen on {as_host(host)}:{port}: {why}.")
        return 1
    stopping, loop = anyio.Event(), asyncio.get_running_loop()

    def ask_to_stop() -> None:
        loop.call_soon_threadsafe(stopping.set)

    with listener, stopped_by_signals(ask_to_stop) as stop:
        own = f"http://{as_host(host)}:{listener.getsockname()[1]}"
        if public_url is not None:
            await store.say(PUBLIC_URL, public_url)
        elif is_loopback(host):
            await store.say(PUBLIC_URL, own)  # enough for a sandbox on this machine
        receiver = Receiver(platforms, store)
        uvicorn_server, is_up = uvicorn_for(receiver, log_level)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(uvicorn_server.serve, [listener])
            await is_up.wait()
            say(f"testdesk inbox listens on {own}{PREFIX}")
            if beside is not None:
                tasks.start_soon(beside, stopping)
            await stopping.wait()
            uvicorn_server.should_exit = True
    await receiver.close()
    await store.close()
    return stop.exit_code


async def new_address(platforms: Sequence[Platform], store: Store, key: str) -> int:
    """Print a new secret address for a connection that is set up by hand."""
    known = [platform.key for platform in platforms if platform.webhooks]
    if key not in known:
        raise SettingsError(f"No platform {key!r} pushes events; {', '.join(known)} does.")
    try:
        print(await PlatformInbox(store, key).new_address("by hand"))  # noqa: T201 - this is its output
    except Refused as error:
        say(f"testdesk inbox: {error}")
        return 1
    finally:
        await store.close()
    return 0
