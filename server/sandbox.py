"""Serves the sandboxes: as a transport inside the process, and on local ports."""

import socket
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass

import anyio
import httpx
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.settings import SANDBOX_ORIGIN
from tools.kit.sandbox.composition import CUT, DELAY, EFFECTS, compose, replay
from tools.kit.sandbox.sandbox import Sandbox

SANDBOX_HOST = httpx.URL(SANDBOX_ORIGIN).host

LOOPBACK = "127.0.0.1"
PIECE = 64 * 1024
ABOVE = 10
"""Offset of the platforms' own ports from the common one; the port right above it is that of `testdesk inbox`."""


class LazyApp:
    """An application that is built at its first request, so that a start does not wait for the fake APIs."""

    def __init__(self, make: Callable[[], ASGIApp]) -> None:
        self._make = make
        self._app: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._app is None:
            self._app = self._make()
        await self._app(scope, receive, send)


class SandboxTransport(httpx.AsyncBaseTransport):
    """Passes requests to the application in this process, and turns requested faults into network errors."""

    def __init__(self, app: ASGIApp, *, longest_sleep: float | None = None) -> None:
        self._app = app
        self._longest_sleep = longest_sleep

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.host != SANDBOX_HOST:
            raise httpx.ConnectError(f"Only the sandbox is reachable here, not {request.url.host}", request=request)
        answer = await self._run(request)
        await self._wait(answer.delay, request)
        return httpx.Response(
            answer.status,
            headers=answer.headers,
            stream=_ChunkedBody(answer.pieces, request if answer.is_cut else None),
        )

    async def _run(self, request: httpx.Request) -> "_Response":
        """Run the application to its end; its changes stay, whatever the caller receives."""
        body = await request.aread()
        answer = _Response()
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": request.method,
            "scheme": request.url.scheme,
            "path": request.url.path,
            "raw_path": request.url.raw_path.split(b"?")[0],
            "query_string": request.url.query,
            "root_path": "",
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
            "server": (request.url.host, request.url.port),
            "client": (LOOPBACK, 0),
            "extensions": {EFFECTS: {}},
        }
        try:
            await self._app(scope, replay(body), answer.take)
        except Exception:  # noqa: BLE001 - a server answers 500 to whatever went wrong inside
            return _Response(status=500, headers=[(b"content-type", b"text/plain")], pieces=[b"Internal Server Error"])
        return answer

    async def _wait(self, delay: float, request: httpx.Request) -> None:
        if not delay:
            return
        limit: float | None = (request.extensions.get("timeout") or {}).get("read")
        is_too_long = limit is not None and delay > limit
        await anyio.sleep(min(seconds for seconds in (delay, limit, self._longest_sleep) if seconds is not None))
        if is_too_long:
            raise httpx.ReadTimeout("The sandbox was asked to be slow", request=request)


class _Response:
    """The parts of an ASGI response."""

    def __init__(
        self, status: int = 500, headers: list[tuple[bytes, bytes]] | None = None, pieces: list[bytes] | None = None
    ) -> None:
        self.status, self.headers, self.pieces = status, headers or [], pieces or []
        self.delay, self.is_cut = 0.0, False

    async def take(self, message: Message) -> None:
        kind = message["type"]
        if kind == "http.response.start":
            self.status, self.headers = message["status"], list(message["headers"])
        elif kind == "http.response.body":
            self.pieces.append(message.get("body", b""))
        elif kind == DELAY:
            self.delay += message["seconds"]
        elif kind == CUT:
            self.is_cut = True


class _ChunkedBody(httpx.AsyncByteStream):
    """A body in small chunks, so that a reader with a limit can stop early; a truncated one ends in an error."""

    def __init__(self, pieces: list[bytes], cut_for: httpx.Request | None) -> None:
        self._pieces, self._cut_for = pieces, cut_for

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self._pieces:
            for start in range(0, len(piece), PIECE):
                yield piece[start : start + PIECE]
        if self._cut_for is not None:
            raise httpx.ReadError("The sandbox was asked to break the connection", request=self._cut_for)


@dataclass(frozen=True)
class Addresses:
    """The addresses of the sandboxes: all below their mounts, and each at its own origin."""

    origin: str
    own: Mapping[str, str]


@dataclass(frozen=True)
class OwnPorts:
    """The platforms' own ports, in order: from `first` on, or free ones if it is 0."""

    first: int = 0
    takes_others: bool = False
    """Take a free port in place of one that is taken."""

    def listen(self, place: int) -> socket.socket:
        from server.listening import listen

        try:
            return listen(LOOPBACK, self.first and self.first + place)
        except OSError:
            if not self.takes_others:
                raise
            return listen(LOOPBACK, 0)


FREE = OwnPorts()


@asynccontextmanager
async def serve_on_ports(
    sandboxes: Mapping[str, Sandbox], port: int = 0, own: OwnPorts | None = FREE
) -> AsyncIterator[Addresses]:
    """Serve the sandboxes on one port, and each on its own port unless `own` is None; all on loopback only.

    The vendors' programs resolve `/api/...` against an origin and would lose the path of a mount.
    """
    from server.http_server import uvicorn_for  # not needed by a sandbox inside the process
    from server.listening import listen

    composition = compose(sandboxes)
    with ExitStack() as listening:
        listeners: list[tuple[ASGIApp, socket.socket]] = [
            (composition, listening.enter_context(listen(LOOPBACK, port)))
        ]
        alone = [key for key, sandbox in sandboxes.items() if sandbox.has_own_port]
        for place, key in enumerate(alone if own else ()):
            assert own is not None  # noqa: S101 - there is no key without it
            listeners.append((composition.platform_app(key), listening.enter_context(own.listen(place))))
        # uvicorn logs a deliberately truncated body as an error; the sandbox sets its own dates.
        servers = [(*uvicorn_for(app, "CRITICAL", dates=False), listener) for app, listener in listeners]
        async with anyio.create_task_group() as tasks:
            for server, _, listener in servers:
                tasks.start_soon(server.serve, [listener])
            for _, is_up, _ in servers:
                await is_up.wait()
            origins = [f"http://{LOOPBACK}:{listener.getsockname()[1]}" for _, listener in listeners]
            try:
                yield Addresses(origins[0], dict(zip(alone, origins[1:], strict=False)))
            finally:
                for server, _, _ in servers:
                    server.should_exit = True


async def serve(
    sandboxes: Mapping[str, Sandbox],
    port: int = 0,
    own: OwnPorts | None = FREE,
    *,
    say: Callable[[str], None] | None = None,
) -> None:
    """Print the addresses and serve until stopped."""
    async with serve_on_ports(sandboxes, port, own) as addresses:
        (say or _say)(usage(sandboxes, addresses.origin, addresses.own))
        await anyio.sleep_forever()


def run_port(
    sandboxes: Mapping[str, Sandbox], port: int = 0, *, own_ports: int | None = None, has_own_ports: bool = True
) -> int:
    """`testdesk sandbox`: serve until Ctrl-C, or say why it cannot (1).

    Own ports default to `ABOVE` the common one; free ones are used where those are taken.
    """
    first = port and port + ABOVE if own_ports is None else own_ports
    own = OwnPorts(first, takes_others=own_ports is None) if has_own_ports else None
    try:
        anyio.run(serve, sandboxes, port, own)
    except KeyboardInterrupt:
        _say("Stopped.")
        return 130
    except OSError as error:
        where = f"port {port}" if not own_ports else f"port {port}, or not on those from {own_ports} on"
        print(f"testdesk sandbox cannot listen on {where}: {error.strerror or error}.", file=sys.stderr)  # noqa: T201
        return 1
    return 0


def usage(sandboxes: Mapping[str, Sandbox], origin: str, own: Mapping[str, str] | None = None) -> str:
    """The base addresses, a first curl for each platform, and a line for each of the vendors' programs."""
    lines = [f"Sandboxes on {origin}, for this machine only. Nothing here is a real account."]
    beside = [sandbox.mount for sandbox in sandboxes.values() if not sandbox.has_own_port]
    for key, sandbox in sandboxes.items():
        if not sandbox.has_own_port:
            continue
        base, root = origin + sandbox.mount, (own or {}).get(key)
        lines += ["", key, f"  base URL  {base}", f"  try       curl {sandbox.curl.format(base=base)}"]
        if root is not None:
            at_root = root + sandbox.mount[sandbox.mount.index("/", 1) :] if sandbox.mount.count("/") > 1 else root
            lines += [f"  own port  {root}  (base URL {at_root})"]
            for name, line in sandbox.clients.items():
                lines += [f"  {name}", f"            {line.format(root=root)}"]
    if beside:
        lines += ["", f"trackers    {origin}{' '.join(beside)}"]
    lines += ["", f"controls    curl {origin}/_sandbox", ""]
    return "\n".join(lines)


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
