"""The sandboxes' two doors: a transport inside the process, and one port on this machine."""

import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

import anyio
import httpx
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.settings import SANDBOX_ORIGIN
from tools.kit.sandbox.composition import CUT, DELAY, EFFECTS, compose, replay
from tools.kit.sandbox.sandbox import Sandbox

SANDBOX_HOST = httpx.URL(SANDBOX_ORIGIN).host

LOOPBACK = "127.0.0.1"
PIECE = 64 * 1024


class Later:
    """An application that is made at its first request: a start does not wait for the imitations."""

    def __init__(self, make: Callable[[], ASGIApp]) -> None:
        self._make = make
        self._app: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._app is None:
            self._app = self._make()
        await self._app(scope, receive, send)


class SandboxTransport(httpx.AsyncBaseTransport):
    """Hands requests to the application in this process, and its ordered faults back as a network would."""

    def __init__(self, app: ASGIApp, *, longest_sleep: float | None = None) -> None:
        self._app = app
        self._longest_sleep = longest_sleep

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.host != SANDBOX_HOST:
            raise httpx.ConnectError(f"Only the sandbox is reachable here, not {request.url.host}", request=request)
        answer = await self._run(request)
        await self._wait(answer.delay, request)
        return httpx.Response(
            answer.status, headers=answer.headers, stream=_Pieces(answer.pieces, request if answer.is_cut else None)
        )

    async def _run(self, request: httpx.Request) -> "_Answer":
        """Let the application answer to its end; what it changed stays changed, whatever the caller gets to see."""
        body = await request.aread()
        answer = _Answer()
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
            return _Answer(status=500, headers=[(b"content-type", b"text/plain")], pieces=[b"Internal Server Error"])
        return answer

    async def _wait(self, delay: float, request: httpx.Request) -> None:
        if not delay:
            return
        limit: float | None = (request.extensions.get("timeout") or {}).get("read")
        is_too_long = limit is not None and delay > limit
        await anyio.sleep(min(seconds for seconds in (delay, limit, self._longest_sleep) if seconds is not None))
        if is_too_long:
            raise httpx.ReadTimeout("The sandbox was told to be slow", request=request)


class _Answer:
    """The messages of an application, taken apart."""

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


class _Pieces(httpx.AsyncByteStream):
    """A body in small pieces, so that a reader with a limit can stop early; a cut one ends in an error."""

    def __init__(self, pieces: list[bytes], cut_for: httpx.Request | None) -> None:
        self._pieces, self._cut_for = pieces, cut_for

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self._pieces:
            for start in range(0, len(piece), PIECE):
                yield piece[start : start + PIECE]
        if self._cut_for is not None:
            raise httpx.ReadError("The sandbox was told to break the connection", request=self._cut_for)


@asynccontextmanager
async def port_open(sandboxes: Mapping[str, Sandbox], port: int = 0) -> AsyncIterator[str]:
    """Serve the sandboxes on this machine's loopback address only, and give the origin; port 0 takes a free one."""
    from server.http_server import listen, uvicorn_for  # a sandbox inside the process does without

    with listen(LOOPBACK, port) as listener:
        # A body that was cut to order is an error in the eyes of the server; dates are those of the story.
        server, is_up = uvicorn_for(compose(sandboxes), "CRITICAL", dates=False)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(server.serve, [listener])
            await is_up.wait()
            try:
                yield f"http://{LOOPBACK}:{listener.getsockname()[1]}"
            finally:
                server.should_exit = True


async def serve(sandboxes: Mapping[str, Sandbox], port: int = 0, *, say: Callable[[str], None] | None = None) -> None:
    """Serve until stopped, after saying where."""
    async with port_open(sandboxes, port) as origin:
        (say or _say)(directions(sandboxes, origin))
        await anyio.sleep_forever()


def run_port(sandboxes: Mapping[str, Sandbox], port: int = 0) -> int:
    """`testdesk sandbox`: serve until Ctrl-C, or say why that cannot be done (1)."""
    try:
        anyio.run(serve, sandboxes, port)
    except KeyboardInterrupt:
        _say("Stopped.")
        return 130
    except OSError as error:
        print(f"testdesk sandbox cannot listen on port {port}: {error.strerror or error}.", file=sys.stderr)  # noqa: T201
        return 1
    return 0


def directions(sandboxes: Mapping[str, Sandbox], origin: str) -> str:
    """The base addresses to paste, and a first curl for each platform."""
    lines = [f"Sandboxes on {origin}, for this machine only. Nothing here is a real account."]
    for key, sandbox in sandboxes.items():
        base = origin + sandbox.mount
        lines += ["", key, f"  base URL  {base}", f"  try       curl {sandbox.curl.format(base=base)}"]
    lines += ["", f"controls    curl {origin}/_sandbox", ""]
    return "\n".join(lines)


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
