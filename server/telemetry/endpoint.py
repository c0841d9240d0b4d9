"""The page for Prometheus, on a port of its own, so that whoever may call tools reads no metrics and the reverse."""

import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Final

import anyio
import anyio.to_thread

from server.http_app import LOOPBACK_NAMES, as_host, send_json
from server.http_server import LogLevel, is_loopback, say, uvicorn_for
from server.listening import listen

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

PATH: Final = "/metrics"
FRESH_SECONDS: Final = 1.0
"""A page is made at most so often, whoever asks."""
CONTENT_TYPE: Final = b"text/plain; version=0.0.4; charset=utf-8"


class MetricsPage:
    """Answers GET /metrics and nothing else."""

    def __init__(self, page: Callable[[], bytes], *, only_loopback: bool) -> None:
        self._page, self._only_loopback = page, only_loopback
        self._made, self._at = b"", float("-inf")
        self._one = anyio.Lock()

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        if scope["type"] != "http":
            return
        if self._only_loopback and not _names_loopback(scope["headers"]):
            # A web page may have its own name resolved to this machine, and read what answers.
            await send_json(send, 421, {"error": "This port answers to names of this machine only."})
        elif scope["path"] != PATH:
            await send_json(send, 404, {"error": f"There is nothing here; the metrics are at {PATH}."})
        elif scope["method"] not in {"GET", "HEAD"}:
            await send_json(send, 405, {"error": "Metrics are read by GET."}, (b"allow", b"GET"))
        else:
            await _send(send, await self._current(), has_body=scope["method"] == "GET")

    async def _current(self) -> bytes:
        async with self._one:
            if time.monotonic() - self._at >= FRESH_SECONDS:
                self._made = await anyio.to_thread.run_sync(self._page)
                self._at = time.monotonic()
            return self._made


async def _send(send: "Send", body: bytes, *, has_body: bool) -> None:
    headers = [(b"content-type", CONTENT_TYPE), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": [*headers, (b"cache-control", b"no-store")]})
    await send({"type": "http.response.body", "body": body if has_body else b""})


def _names_loopback(headers: list[tuple[bytes, bytes]]) -> bool:
    names = [value.decode("latin-1").lower() for name, value in headers if name == b"host"]
    return len(names) == 1 and any(
        names[0] == name or (names[0].startswith(f"{name}:") and names[0][len(name) + 1 :].isdecimal())
        for name in LOOPBACK_NAMES
    )


@asynccontextmanager
async def metrics_served(
    page: Callable[[], bytes],
    *,
    host: str,
    port: int,
    is_shared: bool = False,
    log_level: LogLevel = "WARNING",
) -> AsyncIterator[int]:
    """Serve the page inside the context; gives the port.

    Of several workers each listens on the same port (`is_shared`): any of them answers for all.

    Raises:
        OSError: the address or the port is not available.
    """
    listener = _listen_beside_others(host, port) if is_shared else listen(host, port)
    failure: Exception | None = None
    with listener:
        uvicorn_server, is_up = uvicorn_for(MetricsPage(page, only_loopback=is_loopback(host)), log_level)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(uvicorn_server.serve, [listener])
            await is_up.wait()
            number = listener.getsockname()[1]
            say(f"testdesk has its metrics on http://{as_host(host)}:{number}{PATH}")
            try:
                yield number
            except (OSError, ValueError) as error:
                failure = error  # a group of tasks would wrap it
            finally:
                uvicorn_server.should_exit = True
    if failure is not None:
        raise failure


def _listen_beside_others(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    with ExitStack() as undo:
        undo.callback(listener.close)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listener.bind((host, port))
        listener.listen()
        undo.pop_all()
    return listener
