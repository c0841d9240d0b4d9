"""The ASGI application: a door that wants the key, and behind it the MCP endpoint."""

import hmac
import json
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING, Any, Protocol

import anyio
from mcp.server import MCPServer
from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.server.transport_security import TransportSecuritySettings

from server.calls import Call, Flights

if TYPE_CHECKING:
    from starlette.types import Message, Receive, Scope, Send

MCP_PATH = "/mcp"
HEALTH_PATH = "/healthz"
LOOPBACK_NAMES = ("127.0.0.1", "localhost", "[::1]")
WELL_KNOWN = "/.well-known/"
DRAIN = 8.0  # seconds for calls to end by themselves once the server is asked to stop; containers are killed after 10
QUIET = 0.3  # seconds without a call after which the server takes it that nobody comes any more
LAST_BYTES = 3.0  # seconds for finished answers to reach clients that read them

NO_KEY = "This server wants its key: send the header Authorization: Bearer KEY."
NOTHING_HERE = f"There is nothing here; the MCP endpoint is {MCP_PATH}."
STOPPING = "The server is stopping."
NO_HOST = "The Host header is not a name with an optional port."
LISTEN = "subscriptions/listen"


class Application(Protocol):
    """An ASGI application beside the MCP endpoint, with its own way to know who may come in."""

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None: ...

    async def close(self) -> None: ...


class Door:
    """Lets a request pass that carries the key, and knows which ones are still being answered."""

    def __init__(
        self,
        server: MCPServer[Any],
        *,
        key: str | None,
        allowed_hosts: Sequence[str] = (),
        beside: "Mapping[str, Application] | None" = None,
    ) -> None:
        if key is not None and (not key or not key.isascii() or not key.isprintable() or " " in key):
            raise ValueError("The key must be visible ASCII characters, or it could not travel in a header.")
        self._expected = None if key is None else key.encode("ascii")
        self._endpoint = server.streamable_http_app(
            streamable_http_path=MCP_PATH,
            json_response=False,  # an answer in one piece has no room for progress
            stateless_http=False,  # without sessions, clients of the handshake era cannot be asked
            transport_security=checked(allowed_hosts),
        )
        self._sessions = server.session_manager
        self._beside = dict(beside or {})
        self._is_leaving = self._is_stopping = False
        self._calls, self._posts = Flights(), Flights()
        server.middleware.insert(0, self._carry_out)  # outermost: what it returns is what gets written

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Hold the server's lifespan and its sessions; for a server that speaks no ASGI lifespan."""
        async with self._sessions.run():
            yield

    async def close(self, drain: float = DRAIN) -> None:
        """Let calls end by themselves for a while, then take nothing new and end the others; a write is waited for.

        Each answer closes its connection meanwhile, so that clients move on by themselves. Calls that wait for a
        person are not waited for. The streams on which clients listen for events end with the sessions.
        """
        self._is_leaving = True
        if drain > 0:
            with anyio.move_on_after(drain):
                await self._calls.quiet(QUIET)
        self._is_stopping = True
        self._calls.cancel()
        await self._calls.landed()
        with anyio.move_on_after(LAST_BYTES):
            await self._posts.landed()
        for app in self._beside.values():
            await app.close()

    async def _carry_out(self, ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        if ctx.request_id is None:
            return await call_next(ctx)
        call = Call()
        if self._is_stopping:
            call.scope.cancel()  # it was let in before the stop, and its last bytes came after
        with self._calls.one(call.scope, is_idle=ctx.method == LISTEN) as flight:
            flight.idle_while_asking(ctx.session)
            return await call.run(ctx, call_next)

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        if self._is_leaving and scope["type"] == "http":
            send = _closing(send)
        if scope["type"] == "lifespan":
            await self._endpoint(scope, receive, send)
        elif scope["type"] != "http":
            await send({"type": "websocket.close"})
        elif (scope["method"], scope["path"]) == ("GET", HEALTH_PATH):
            await answer(send, 200, {"status": "ok"})
        elif (app := self._application_at(scope["path"])) is not None:
            await app(scope, receive, send)
        elif scope["path"].startswith(WELL_KNOWN):
            await answer(send, 404, {"error": NOTHING_HERE})  # a client that looks for OAuth must not take 401 for it
        elif not self._is_known(scope):
            await answer(send, 401, {"error": NO_KEY}, (b"www-authenticate", b"Bearer"))
        elif scope["path"] != MCP_PATH:
            await answer(send, 404, {"error": NOTHING_HERE})
        elif self._is_stopping and scope["method"] != "DELETE":  # a client may still take its leave
            await answer(send, 503, {"error": STOPPING})
        elif (host := _called_by(scope)) is None:
            await answer(send, 421, {"error": NO_HOST})
        elif scope["method"] == "POST":
            with self._posts.one():
                await self._endpoint(_called(scope, host), receive, send)
        else:
            await self._endpoint(_called(scope, host), receive, send)

    def _application_at(self, path: str) -> "Application | None":
        """An application of its own below a prefix, which has its own way to know who may come in."""
        return next((app for prefix, app in self._beside.items() if path.startswith(f"{prefix}/")), None)

    def _is_known(self, scope: "Scope") -> bool:
        if self._expected is None:
            return True
        given = [value for name, value in scope["headers"] if name == b"authorization"]
        if len(given) != 1:
            return False  # of two headers, whoever stands before us may have looked at the other
        scheme, _, key = given[0].partition(b" ")
        # The comparison takes as long for a key that is nearly right as for one that is all wrong.
        return hmac.compare_digest(key.strip(), self._expected) and scheme.lower() == b"bearer"


_HOST = re.compile(rb"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:[0-9]{1,5})?", re.IGNORECASE)


def _called_by(scope: "Scope") -> bytes | None:
    """The one host by which a request calls this server, in lower case; None where it is no name.

    The SDK compares beginnings: it would take 127.0.0.1:80@evil.example for an address of this machine.
    """
    names = [value for name, value in scope["headers"] if name == b"host"]
    return names[0].lower() if len(names) == 1 and _HOST.fullmatch(names[0]) else None


def _called(scope: "Scope", host: bytes) -> "Scope":
    others = [(name, value) for name, value in scope["headers"] if name != b"host"]
    return {**scope, "headers": [(b"host", host), *others]}


def _closing(send: "Send") -> "Send":
    """Answers that end their connection."""

    async def close(message: "Message") -> None:
        if message["type"] == "http.response.start":
            headers = [(name, value) for name, value in message.get("headers", ()) if name.lower() != b"connection"]
            message = {**message, "headers": [*headers, (b"connection", b"close")]}
        await send(message)

    return close


def checked(allowed_hosts: Sequence[str]) -> TransportSecuritySettings:
    """The names by which this server may be called: a page elsewhere whose name leads here is refused by its name.

    Raises:
        ValueError: an allowed host is no name.
    """
    names = [*LOOPBACK_NAMES, *map(as_host, allowed_hosts)]
    return TransportSecuritySettings(
        allowed_hosts=[name + port for name in names for port in ("", ":*")],
        allowed_origins=[f"{s}://{name}{port}" for s in ("http", "https") for name in names for port in ("", ":*")],
    )


def as_host(name: str) -> str:
    """A name or an address as it stands in the Host header."""
    name = name.removesuffix(":*")
    if not name or not name.isprintable() or set(name) & set("/@*? "):
        raise ValueError(f"An allowed host is a name such as mcp.example.com, without scheme or path, not {name!r}.")
    try:
        return f"[{name}]" if isinstance(ip_address(name), IPv6Address) else name
    except ValueError:
        return name.lower()


async def answer(send: "Send", status: int, body: dict[str, str], *headers: tuple[bytes, bytes]) -> None:
    """Answer with a small document of our own."""
    kind = (b"content-type", b"application/json")
    content = json.dumps(body).encode()
    length = (b"content-length", str(len(content)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [kind, length, *headers]})
    await send({"type": "http.response.body", "body": content})
