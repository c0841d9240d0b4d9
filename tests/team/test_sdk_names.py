"""The private names of the SDK that shared sessions stand on: an update that changes one fails here, by its name."""

import inspect
from typing import Any

import anyio
import pytest
from mcp.server import MCPServer
from mcp.server.connection import Connection
from mcp.server.streamable_http import StreamableHTTPServerTransport
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.shared.dispatcher import DispatchContext
from mcp.shared.jsonrpc_dispatcher import JSONRPCDispatcher
from mcp.shared.message import ServerMessageMetadata, SessionMessage
from mcp.types import JSONRPCMessage, JSONRPCRequest, JSONRPCResponse
from starlette.requests import Request

from server.team.sessions import ID_BITS, Dispatcher, LiveExchange, SealedSessionManager

pytestmark = pytest.mark.anyio


def parameters(function: Any) -> list[str]:
    return list(inspect.signature(function).parameters)


def test_the_manager_hands_every_handshake_request_to_the_method_that_is_replaced() -> None:
    name = "_handle_stateless_request"
    theirs, ours = (getattr(one, name) for one in (StreamableHTTPSessionManager, SealedSessionManager))
    assert parameters(theirs) == parameters(ours) == ["self", "protocol_version_hint", "scope", "receive", "send"]
    assert f"self.{name}(pv, scope, receive, send)" in inspect.getsource(StreamableHTTPSessionManager._handle_request)


def test_the_manager_has_the_state_of_the_lifespan_while_it_runs() -> None:
    assert "self._lifespan_state = lifespan_state" in inspect.getsource(StreamableHTTPSessionManager.run)


def test_the_server_has_its_lower_level() -> None:
    server: MCPServer[Any] = MCPServer("a server")
    assert server._lowlevel_server.middleware is server.middleware


async def test_what_is_fed_to_a_transport_is_read_from_it() -> None:
    transport = StreamableHTTPServerTransport("a-session")
    message = SessionMessage(JSONRPCResponse(jsonrpc="2.0", id=1, result={}))
    async with transport.connect() as (read, _), anyio.create_task_group() as group:
        assert transport._read_stream_writer is not None
        group.start_soon(transport._read_stream_writer.send, message)
        async for received in read:
            assert received is message
            break


async def test_what_another_process_handed_over_counts_as_sent_over_http() -> None:
    """A message without its request would pass for one of the only client of a pipe."""
    transport = StreamableHTTPServerTransport("a-session")
    request = Request({"type": "http", "method": "POST", "headers": []})
    async with transport.connect() as (read, write), anyio.create_task_group() as group:
        dispatcher = Dispatcher(read, write)
        exchange = LiveExchange(transport, dispatcher, Connection.for_loop(dispatcher), request)
        group.start_soon(exchange.feed, JSONRPCResponse(jsonrpc="2.0", id=1, result={}))
        async for received in read:
            assert isinstance(received, SessionMessage)
            assert isinstance(received.metadata, ServerMessageMetadata)
            assert received.metadata.request_context is request
            break


async def test_a_dispatcher_numbers_its_questions_and_knows_what_is_open() -> None:
    """`_allocate_id`, `_pending` and `_in_flight`."""
    to_server, from_client = anyio.create_memory_object_stream[SessionMessage | Exception]()
    to_client, from_server = anyio.create_memory_object_stream[SessionMessage]()
    dispatcher = Dispatcher(from_client, to_client)

    async def on_request(context: DispatchContext[Any], method: str, params: Any) -> dict[str, Any]:
        return await context.send_raw_request("ping", None)

    async def on_notify(*_: Any) -> None: ...

    async def send(message: JSONRPCMessage) -> None:
        await to_server.send(SessionMessage(message))

    with anyio.fail_after(5):
        async with anyio.create_task_group() as group:
            group.start_soon(dispatcher.run, on_request, on_notify)
            await send(JSONRPCRequest(jsonrpc="2.0", id=7, method="tools/call"))
            question = (await from_server.receive()).message
            assert isinstance(question, JSONRPCRequest)
            assert isinstance(question.id, int)
            assert 10_000 < question.id < 2**ID_BITS, "the SDK counts from 1"
            assert dispatcher.waits_for(question.id)
            assert dispatcher.waits_for(str(question.id))
            assert not dispatcher.waits_for(7)
            assert dispatcher.carries_out(7)
            assert dispatcher.carries_out("7")
            assert not dispatcher.carries_out(question.id)
            await send(JSONRPCResponse(jsonrpc="2.0", id=question.id, result={}))
            assert isinstance((await from_server.receive()).message, JSONRPCResponse)
            assert not dispatcher.waits_for(question.id)
            assert not dispatcher.carries_out(7)
            to_server.close()
    from_server.close()
    assert issubclass(Dispatcher, JSONRPCDispatcher)
