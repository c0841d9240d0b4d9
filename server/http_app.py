"""The ASGI application: the MCP endpoint behind authentication."""

import json
import re
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, nullcontext
from functools import partial
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING, Any, Protocol

import anyio
from mcp.server import MCPServer
from mcp.server.auth.middleware.auth_context import AuthContextMiddleware
from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from mcp.server.auth.provider import AccessToken
from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.server.transport_security import TransportSecuritySettings

from server.callers import PERSON
from server.calls import Call, Flights
from server.observing import events, reason_of
from server.team import present
from server.team.authentication import Authenticator, NotAuthenticated
from server.team.person import OWN_HEADERS, Person
from server.team.readiness import LEAVING, Readiness
from server.team.withdrawal import LISTEN, Stream, allows, is_stream

if TYPE_CHECKING:
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
    from starlette.applications import Starlette
    from starlette.types import Message, Receive, Scope, Send

MCP_PATH = "/mcp"
HEALTH_PATH = "/healthz"
READY_PATH = "/readyz"
LOOPBACK_NAMES = ("127.0.0.1", "localhost", "[::1]")
WELL_KNOWN = "/.well-known/"
DRAIN = 8.0  # seconds for calls to finish after a stop was requested; containers are killed after 10
QUIET = 0.3  # seconds without a call after which the server stops
LAST_BYTES = 3.0  # seconds for finished answers to reach their clients

NOTHING_HERE = f"There is nothing here; the MCP endpoint is {MCP_PATH}."
STOPPING = "The server is stopping."
NO_HOST = "The Host header is not a name with an optional port."
TOO_MANY_OPEN = "Too many requests of one person are open: open_requests in [team.limits] of testdesk.toml."
NOTHING_TO_HEAR = "You have no right to read here, so there is nothing to listen to."


class Application(Protocol):
    """An ASGI application next to the MCP endpoint, with its own authentication."""

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None: ...

    async def close(self) -> None: ...


class HttpApp:
    """Lets authenticated requests pass, and tracks those in flight."""

    def __init__(
        self,
        server: MCPServer[Any],
        *,
        authenticator: Authenticator,
        allowed_hosts: Sequence[str] = (),
        beside: "Mapping[str, Application] | None" = None,
        readiness: Readiness | None = None,
    ) -> None:
        self._authenticator, self._readiness = authenticator, readiness
        self._endpoint, self._sessions = _endpoint(server, transport_security(allowed_hosts))
        self._authenticated = AuthContextMiddleware(self._endpoint)
        fairness = getattr(server, "fairness", None)
        self._request_of = _unlimited if fairness is None else fairness.request
        self._beside = dict(beside or {})
        self._is_leaving = self._is_stopping = False
        self._calls, self._posts = Flights(), Flights()
        self._events = events.get()
        server.middleware.insert(0, self._carry_out)  # outermost: what it returns is what gets written

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Run the server's lifespan and its sessions; for a server without ASGI lifespan."""
        async with self._sessions.run(), self._readiness.open() if self._readiness is not None else nullcontext():
            self._events.readiness(is_ready=True)
            yield

    async def close(self, drain: float = DRAIN, *, hang_up: Callable[[], bool] = lambda: False) -> None:
        """Let calls finish for a while, then accept no more and cancel the rest; writes are awaited.

        Meanwhile each answer closes its connection, so that clients reconnect elsewhere. Calls that wait for the user
        are not awaited. Event streams end with the sessions. `hang_up` closes the connections without a request, and
        returns whether requests are on their way.
        """
        self._is_leaving = True
        self._events.readiness(is_ready=False)
        if drain > 0:
            with anyio.move_on_after(drain):
                await self._calls.quiet(QUIET)
                # A client that finds its connection closed calls elsewhere; one that is refused gives up.
                while hang_up():
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
            call.scope.cancel()  # accepted before the stop, completed after it
        with self._calls.track(call.scope, is_idle=ctx.method == LISTEN) as flight:
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
            await send_json(send, 200, {"status": "ok"})
        elif (scope["method"], scope["path"]) == ("GET", READY_PATH):
            await self._answer_readiness(send)
        elif (app := self._application_at(scope["path"])) is not None:
            await app(scope, receive, send)
        elif scope["path"].startswith(WELL_KNOWN):
            await send_json(
                send, 404, {"error": NOTHING_HERE}
            )  # a client that probes for OAuth must not read a 401 as support
        else:
            await self._authenticate(scope, receive, send)

    async def _answer_readiness(self, send: "Send") -> None:
        problems = {"process": LEAVING} if self._is_leaving else {}
        if not problems and self._readiness is not None and (problem := await self._readiness.store_problem()):
            problems = {"store": problem}
        await send_json(send, *((503, {"status": "not ready", **problems}) if problems else (200, {"status": "ready"})))

    async def _authenticate(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        try:
            person = await self._authenticator.authenticate(scope["headers"])
        except NotAuthenticated as refused:
            self._events.turned_away(reason_of(scope["headers"], refused.status))
            await send_json(send, refused.status, {"error": str(refused)}, *refused.headers)
            return
        present.note(person)
        if scope["path"] != MCP_PATH:
            await send_json(send, 404, {"error": NOTHING_HERE})
        elif self._is_stopping and scope["method"] != "DELETE":  # a client may still end its session
            await send_json(send, 503, {"error": STOPPING})
        elif (host := _host_of(scope)) is None:
            await send_json(send, 421, {"error": NO_HOST})
        elif scope["method"] == "POST":
            with self._posts.track(), self._request_of(person) as may:
                if may:
                    await self._serve(scope, host, person, receive, send)
                else:
                    await send_json(send, 429, {"error": TOO_MANY_OPEN}, (b"retry-after", b"1"))
        elif scope["method"] == "GET" and not person.may("read"):
            await send_json(send, 405, {"error": NOTHING_TO_HEAR}, (b"allow", b"POST, DELETE"))
        else:
            await self._serve(scope, host, person, receive, send)

    async def _serve(self, scope: "Scope", host: bytes, person: Person, receive: "Receive", send: "Send") -> None:
        within = _authenticated(scope, host, person)
        if not person.is_team or not is_stream(scope):
            await self._authenticated(within, receive, send)
            return
        stream = Stream(person.name, receive, send, partial(allows, self._authenticator, scope, person))
        await self._authenticated(within, stream.receive, stream.send)
        await stream.end()

    def _application_at(self, path: str) -> "Application | None":
        """A separate application below a prefix, with its own authentication."""
        return next((app for prefix, app in self._beside.items() if f"{path}/".startswith(f"{prefix}/")), None)


def _endpoint(
    server: MCPServer[Any], security: TransportSecuritySettings
) -> "tuple[Starlette, StreamableHTTPSessionManager]":
    """The MCP endpoint, and what runs its sessions: those of this process, or those that it shares with others."""
    shared = getattr(server, "shared_sessions", None)
    if shared is not None:
        from server.team.sessions import sealed_endpoint

        return sealed_endpoint(server, shared, MCP_PATH, security)
    endpoint = server.streamable_http_app(
        streamable_http_path=MCP_PATH,
        json_response=False,  # a JSON answer cannot carry progress
        stateless_http=False,  # without sessions, handshake clients cannot be asked
        transport_security=security,
    )
    return endpoint, server.session_manager


@contextmanager
def _unlimited(_: Person) -> Iterator[bool]:
    """Where callers are not identified, nobody is limited."""
    yield True


_HOST = re.compile(rb"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:[0-9]{1,5})?", re.IGNORECASE)


def _host_of(scope: "Scope") -> bytes | None:
    """The host of a request, in lower case; None if it is not a valid name.

    The SDK compares prefixes: it would take 127.0.0.1:80@evil.example for an address of this machine.
    """
    names = [value for name, value in scope["headers"] if name == b"host"]
    return names[0].lower() if len(names) == 1 and _HOST.fullmatch(names[0]) else None


def _authenticated(scope: "Scope", host: bytes, person: Person) -> "Scope":
    """A request as the endpoint sees it: with its person, and without the key or token that proved who it is."""
    others = [
        (name, value)
        for name, value in scope["headers"]
        if name not in {b"host", b"authorization"} and not name.startswith(OWN_HEADERS)
    ]
    user = AuthenticatedUser(
        # The SDK binds sessions and sealed rounds to these three.
        AccessToken(
            token="",
            client_id=person.bound_to,
            scopes=sorted(person.rights),
            subject=person.name,
            claims={"iss": person.issuer},
        )
    )
    return {**scope, "headers": [(b"host", host), *others], "user": user, PERSON: person}


def _closing(send: "Send") -> "Send":
    """Add `connection: close` to responses."""

    async def close(message: "Message") -> None:
        if message["type"] == "http.response.start":
            headers = [(name, value) for name, value in message.get("headers", ()) if name.lower() != b"connection"]
            message = {**message, "headers": [*headers, (b"connection", b"close")]}
        await send(message)

    return close


def transport_security(allowed_hosts: Sequence[str]) -> TransportSecuritySettings:
    """The hosts that requests may name; this stops DNS rebinding.

    Raises:
        ValueError: an allowed host is not a valid name.
    """
    names = [*LOOPBACK_NAMES, *map(as_host, allowed_hosts)]
    return TransportSecuritySettings(
        allowed_hosts=[name + port for name in names for port in ("", ":*")],
        allowed_origins=[f"{s}://{name}{port}" for s in ("http", "https") for name in names for port in ("", ":*")],
    )


def as_host(name: str) -> str:
    """A name or an address in the form of the Host header."""
    name = name.removesuffix(":*")
    if not name or not name.isprintable() or set(name) & set("/@*? "):
        raise ValueError(f"An allowed host is a name such as mcp.example.com, without scheme or path, not {name!r}.")
    try:
        return f"[{name}]" if isinstance(ip_address(name), IPv6Address) else name
    except ValueError:
        return name.lower()


async def send_json(send: "Send", status: int, body: dict[str, str], *headers: tuple[bytes, bytes]) -> None:
    """Send a small JSON response."""
    kind = (b"content-type", b"application/json")
    content = json.dumps(body).encode()
    length = (b"content-length", str(len(content)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [kind, length, *headers]})
    await send({"type": "http.response.body", "body": content})
