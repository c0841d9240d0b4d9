"""Serves handshake clients whose sessions are sealed into their ids; all private names of the SDK for it are here."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import anyio
from anyio.abc import TaskStatus
from mcp.server import MCPServer
from mcp.server.connection import Connection
from mcp.server.runner import serve_connection
from mcp.server.streamable_http import MCP_SESSION_ID_HEADER, StreamableHTTPServerTransport
from mcp.server.streamable_http_manager import StreamableHTTPASGIApp, StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecurityMiddleware, TransportSecuritySettings
from mcp.shared.dispatcher import coerce_request_id
from mcp.shared.jsonrpc_dispatcher import JSONRPCDispatcher
from mcp.shared.message import ServerMessageMetadata, SessionMessage
from mcp.shared.transport_context import TransportContext
from mcp.types import (
    INVALID_REQUEST,
    ErrorData,
    JSONRPCError,
    JSONRPCMessage,
    JSONRPCNotification,
    JSONRPCRequest,
    JSONRPCResponse,
    RequestId,
    jsonrpc_message_adapter,
)
from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.callers import PERSON
from server.team.sealed import Session, new_session, owner_of
from server.team.session import SESSION_NUMBER
from server.team.shared_sessions import CANCELLED, NotHandedOver, SharedSessions

if TYPE_CHECKING:
    from starlette.types import Message, Receive, Scope, Send

ID_BITS: Final = 52
"""Bits of a question's id: every client's JSON keeps an integer of so many exactly."""
NO_SESSION: Final = "Session not found"
"""The SDK's words for a session that it does not know."""


class Dispatcher(JSONRPCDispatcher[TransportContext]):
    """Gives each question an id of its own among all processes; the SDK counts from 1 in each request."""

    def _allocate_id(self) -> int:
        return secrets.randbits(ID_BITS)

    def waits_for(self, identifier: RequestId) -> bool:
        """Whether a question with this id is open."""
        return coerce_request_id(identifier) in self._pending

    def carries_out(self, identifier: RequestId) -> bool:
        """Whether the client's request with this id is being carried out."""
        return coerce_request_id(identifier) in self._in_flight


class LiveExchange:
    """One HTTP request of a session: a message and what follows from it, or the stream for the server's own."""

    def __init__(
        self,
        transport: StreamableHTTPServerTransport,
        dispatcher: Dispatcher,
        connection: Connection,
        request: Request,
    ) -> None:
        self._transport, self._connection, self._request = transport, connection, request
        self.is_stream = request.method == "GET"
        self.waits_for, self.carries_out = dispatcher.waits_for, dispatcher.carries_out

    async def feed(self, message: JSONRPCMessage) -> None:
        writer = self._transport._read_stream_writer
        if writer is None:
            return
        # Without its request it would pass for a message of the one client of a pipe.
        metadata = ServerMessageMetadata(request_context=self._request)
        try:
            await writer.send(SessionMessage(message, metadata=metadata))
        except (anyio.ClosedResourceError, anyio.BrokenResourceError):
            return  # it has ended meanwhile

    async def tell(self, uri: str) -> None:
        await self._connection.send_resource_updated(uri)

    async def end(self) -> None:
        await self._transport.terminate()


class SealedSessionManager(StreamableHTTPSessionManager):
    """Answers each request of a handshake session by what its id holds, whichever process opened the session."""

    def __init__(self, server: MCPServer[Any], sessions: SharedSessions, security: TransportSecuritySettings) -> None:
        super().__init__(app=server._lowlevel_server, stateless=True, security_settings=security)
        self._sessions, self._security = sessions, TransportSecurityMiddleware(security)

    @asynccontextmanager
    async def run(self) -> AsyncIterator[None]:
        async with super().run(), anyio.create_task_group() as group:
            group.start_soon(self._sessions.follow)
            try:
                yield
            finally:
                with anyio.CancelScope(shield=True):
                    await self._sessions.close()
                group.cancel_scope.cancel()

    async def _handle_stateless_request(
        self, protocol_version_hint: str | None, scope: "Scope", receive: "Receive", send: "Send"
    ) -> None:
        request = Request(scope, receive)
        message = None
        if request.method == "POST":
            body = await request.body()  # its size is limited already
            message, receive = _message_in(body), _again(body, receive)
        sealed = request.headers.get(MCP_SESSION_ID_HEADER)
        owner = owner_of(scope.get(PERSON))
        if sealed is None:
            session = None
            if isinstance(message, JSONRPCRequest) and message.method == "initialize":
                session = new_session(message.params, owner)
            # Without a session only `initialize` is answered; the transport refuses the rest, and what is malformed.
            await self._exchange(session, None, scope, receive, send)
            return
        session = self._sessions.session_of(sealed, owner)
        if session is None:
            await _send_error(404, NO_SESSION, scope, receive, send)
        elif request.method == "DELETE" or _is_for_another(message):
            await self._hand_over(session, sealed, message, request, send)
        else:
            await self._exchange(session, sealed, scope, receive, send)

    async def _hand_over(
        self, session: Session, sealed: str, message: JSONRPCMessage | None, request: Request, send: "Send"
    ) -> None:
        """Pass on what may be for another process; it is answered once it cannot be lost any more."""
        refused = await self._security.validate_request(request, is_post=request.method == "POST")
        if refused is not None:
            await refused(request.scope, request.receive, send)
            return
        try:
            if isinstance(message, JSONRPCNotification):
                await self._sessions.cancel(session, message)
            elif isinstance(message, JSONRPCResponse | JSONRPCError):
                await self._sessions.answer(session, message, request.scope.get(PERSON))
            else:
                await self._sessions.end(session)
        except NotHandedOver as why:
            await _send_error(503, str(why), request.scope, request.receive, send)
            return
        status = 200 if request.method == "DELETE" else 202
        headers = {MCP_SESSION_ID_HEADER: sealed}
        await Response(status_code=status, headers=headers)(request.scope, request.receive, send)

    async def _exchange(
        self, session: Session | None, sealed: str | None, scope: "Scope", receive: "Receive", send: "Send"
    ) -> None:
        """Serve one HTTP request; what it started ends with it."""
        if session is not None:
            scope = {**scope, SESSION_NUMBER: session.number}
            identifier = sealed or self._sessions.seal(session)
        else:
            identifier = uuid4().hex  # it is no session's: whoever sends it is answered 404
        transport = StreamableHTTPServerTransport(identifier, security_settings=self.security_settings)
        request = Request(scope, receive)

        async def serve(*, task_status: TaskStatus[None]) -> None:
            async with transport.connect() as (read, write):
                dispatcher = Dispatcher(read, write, inline_methods=frozenset({"initialize"}))
                connection = _connection(session if sealed else None, dispatcher, request)
                exchange = LiveExchange(transport, dispatcher, connection, request)
                with self._sessions.live("" if session is None else session.number, exchange):
                    task_status.started()
                    await serve_connection(
                        self.app, dispatcher, connection=connection, lifespan_state=self._lifespan_state
                    )

        async def expire(seconds: float) -> None:
            with expiry:
                await anyio.sleep(seconds)
                await transport.terminate()

        expiry = anyio.CancelScope()
        async with anyio.create_task_group() as group:
            await group.start(serve)
            if session is not None and request.method == "GET":
                group.start_soon(expire, session.seconds_left)
            try:
                await transport.handle_request(scope, receive, send)
            finally:
                expiry.cancel()
                with anyio.CancelScope(shield=True):
                    await transport.terminate()


def sealed_endpoint(
    server: MCPServer[Any], sessions: SharedSessions, path: str, security: TransportSecuritySettings
) -> tuple[Starlette, SealedSessionManager]:
    """The MCP endpoint for sealed sessions, and the manager that runs it."""
    manager = SealedSessionManager(server, sessions, security)
    routes = [Route(path, endpoint=StreamableHTTPASGIApp(manager))]
    return Starlette(routes=routes, lifespan=lambda _: manager.run()), manager


def _connection(session: Session | None, dispatcher: Dispatcher, request: Request) -> Connection:
    """What the client said of itself; for one that opens a session, the connection learns it from `initialize`."""
    if session is None:
        return Connection.for_loop(dispatcher)
    given = (session.version, session.client, session.capabilities)
    if request.method == "GET":
        return Connection.from_envelope(*given, outbound=dispatcher)
    # What is not about this request has no stream here.
    return Connection.from_envelope(*given)


def _is_for_another(message: JSONRPCMessage | None) -> bool:
    """Whether the process that a message is for may be another one."""
    if isinstance(message, JSONRPCNotification):
        return message.method == CANCELLED
    return isinstance(message, JSONRPCResponse | JSONRPCError)


def _message_in(body: bytes) -> JSONRPCMessage | None:
    """The message of a request; None where the transport will refuse it."""
    try:
        message: JSONRPCMessage = jsonrpc_message_adapter.validate_json(body, by_name=False)
    except ValidationError:
        return None
    return message


def _again(body: bytes, receive: "Receive") -> "Receive":
    """The request once more, after its body was read."""
    is_given = False

    async def given() -> "Message":
        nonlocal is_given
        if is_given:
            return await receive()
        is_given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return given


async def _send_error(status: int, sentence: str, scope: "Scope", receive: "Receive", send: "Send") -> None:
    """An error as the SDK sends it."""
    body = JSONRPCError(jsonrpc="2.0", id=None, error=ErrorData(code=INVALID_REQUEST, message=sentence))
    content = body.model_dump_json(by_alias=True, exclude_unset=True)
    await Response(content, status_code=status, media_type="application/json")(scope, receive, send)
