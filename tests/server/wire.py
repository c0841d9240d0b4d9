"""A server in this process with raw JSON lines in front: what really arrives and leaves, without an SDK's client."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import anyio
from mcp.server import MCPServer
from mcp.server.stdio import stdio_server

from server.stdio import _converse

Json = dict[str, Any]

CAPABILITIES: Json = {"elicitation": {}}
CLIENT: Json = {"name": "test", "version": "1"}
MODERN: Json = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": CLIENT,
    "io.modelcontextprotocol/clientCapabilities": CAPABILITIES,
}


class _Lines:
    """Takes the text that the server writes, and gives its lines."""

    def __init__(self) -> None:
        self.send, self.receive = anyio.create_memory_object_stream[str](1_000)

    async def write(self, text: str) -> None:
        await self.send.send(text)

    async def flush(self) -> None:
        pass


class Wire:
    """The client's end of a pipe."""

    def __init__(self, mode: str, into: Any, out: _Lines) -> None:
        self.mode, self._into, self._out, self._last = mode, into, out, 0

    async def send(self, message: Json) -> None:
        await self._into.send(json.dumps({"jsonrpc": "2.0", **message}) + "\n")

    async def next(self) -> Json:
        with anyio.fail_after(20):
            message: Json = json.loads(await self._out.receive.receive())
        return message

    async def request(self, method: str, params: Mapping[str, Any]) -> Json:
        """Send a request and answer the next message that is no notification: its response, or a question."""
        self._last += 1
        meta = {"_meta": MODERN} if self.mode == "auto" else {}
        await self.send({"id": self._last, "method": method, "params": {**params, **meta}})
        return await self.message()

    async def message(self) -> Json:
        while "id" not in (message := await self.next()):
            pass
        return message

    async def greet(self) -> None:
        if self.mode != "auto":
            hello = {"protocolVersion": "2025-11-25", "capabilities": CAPABILITIES, "clientInfo": CLIENT}
            await self.request("initialize", hello)
            await self.send({"method": "notifications/initialized"})

    async def call(self, tool: str, arguments: Json, **more: Any) -> Json:
        return await self.request("tools/call", {"name": tool, "arguments": arguments, **more})

    async def ask(self, tool: str, arguments: Json) -> tuple[Json, Json]:
        """Call a tool that asks: the parameters of its question as they left, and the message that carried them."""
        message = await self.call(tool, arguments)
        if self.mode == "auto":
            (question,) = message["result"]["inputRequests"].values()
            return question["params"], message
        assert message["method"] == "elicitation/create"
        return message["params"], message

    async def reply(self, message: Json, tool: str, arguments: Json, answer: Any) -> Json:
        """Answer the question that a message carried, and wait for what comes of it."""
        if self.mode == "auto":
            asked = message["result"]
            answers = dict.fromkeys(asked["inputRequests"], answer)
            return await self.call(tool, arguments, inputResponses=answers, requestState=asked["requestState"])
        await self.send({"id": message["id"], "result": answer})
        return await self.message()


@asynccontextmanager
async def wire(server: MCPServer[Any], mode: str) -> AsyncIterator[Wire]:
    """Open a connection of either era ("auto" or "legacy", as in tests/desk.py)."""
    into, lines = anyio.create_memory_object_stream[str](100)
    out = _Lines()
    with into, lines, out.send, out.receive:
        async with (
            stdio_server(stdin=lines, stdout=out) as (read, write),  # type: ignore[arg-type]  # all it needs of a file
            anyio.create_task_group() as tasks,
            read,
            write,
        ):
            tasks.start_soon(_converse, server._lowlevel_server, read, write.send)
            client = Wire(mode, into, out)
            await client.greet()
            yield client
            into.close()
