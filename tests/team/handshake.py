"""A handshake client that chooses for each request where it goes, as a balancer would for it."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from itertools import count
from typing import Any, Final

import httpx2

from tests.server.served import PATIENCE, TLS

SESSION: Final = "mcp-session-id"
VERSION: Final = "2025-11-25"
CAN_BE_ASKED: Final[dict[str, Any]] = {"elicitation": {"form": {}}}

Message = dict[str, Any]
Answerer = Callable[[Message], Awaitable[Message | None]]
"""Answers a question: the result of the request, or None for no answer."""


def yes(question: Message) -> Message:
    """The form, filled with a yes: what is asked for a name gets none."""
    (field, schema), *_ = question["params"]["requestedSchema"]["properties"].items()
    value = True if schema.get("type") == "boolean" else "yes"
    return {"action": "accept", "content": {field: value}}


async def always_yes(question: Message) -> Message | None:
    return yes(question)


async def always_no(question: Message) -> Message | None:
    return {"action": "decline"}


@asynccontextmanager
async def wire(key: str | None) -> AsyncIterator[httpx2.AsyncClient]:
    """A client that opens a connection for each request: workers that share a port share them by connection."""
    headers = {
        "Accept": "application/json, text/event-stream",
        "Content-Type": "application/json",
        **({"Authorization": f"Bearer {key}"} if key else {}),
    }
    one_each = httpx2.Limits(max_keepalive_connections=0)
    async with httpx2.AsyncClient(headers=headers, limits=one_each, timeout=PATIENCE, verify=TLS) as http:
        yield http


class Handshake:
    """One client: its session, once it has one, and its requests to any address."""

    def __init__(self, http: httpx2.AsyncClient) -> None:
        self.http, self.session = http, ""
        self.asked: list[Message] = []
        self._ids = count(1)

    async def open(self, url: str, capabilities: Mapping[str, Any] = CAN_BE_ASKED) -> Message:
        """Open a session at one address."""
        params = {
            "protocolVersion": VERSION,
            "capabilities": capabilities,
            "clientInfo": {"name": "a client", "version": "1"},
        }
        async with self.http.stream("POST", url, json=self.request("initialize", params)) as response:
            self.session = response.headers[SESSION]
            (opened,) = [message async for message in messages(response)]
        accepted = await self.post(url, {"jsonrpc": "2.0", "method": "notifications/initialized"})
        assert accepted.status_code == 202, accepted.text
        return opened

    def request(self, method: str, params: Mapping[str, Any] | None = None) -> Message:
        """A request with a new id."""
        return {"jsonrpc": "2.0", "id": next(self._ids), "method": method, "params": dict(params or {})}

    async def post(self, url: str, message: Any, **headers: str) -> httpx2.Response:
        """Send one message of the session, and read the whole response."""
        return await self.http.post(url, json=message, headers={**self.headers, **headers})

    @property
    def headers(self) -> dict[str, str]:
        return {SESSION: self.session, "MCP-Protocol-Version": VERSION}

    async def call(
        self,
        url: str,
        tool: str,
        arguments: Mapping[str, Any] | None = None,
        *,
        answers_at: str = "",
        answerer: Answerer = always_yes,
        request: Message | None = None,
    ) -> Message:
        """Call a tool at one address, answer its questions at another, and return the response's message."""
        params = {"name": tool, "arguments": dict(arguments or {})}
        sent = request or self.request("tools/call", params)
        async with self.http.stream("POST", url, json=sent, headers=self.headers) as response:
            if response.status_code != 200:
                await response.aread()
                raise AssertionError(f"{response.status_code}: {response.text}")
            async for message in messages(response):
                if message.get("id") == sent["id"] and "method" not in message:
                    return message
                if message.get("method") == "elicitation/create":
                    self.asked.append(message)
                    given = await answerer(message)
                    if given is not None:
                        await self.answer(answers_at or url, message, given)
        raise ConnectionError("the stream ended without an answer")

    async def answer(self, url: str, question: Message, given: Message) -> None:
        """Send the answer to a question."""
        accepted = await self.post(url, {"jsonrpc": "2.0", "id": question["id"], "result": given})
        assert accepted.status_code == 202, accepted.text

    @asynccontextmanager
    async def listen(self, url: str) -> AsyncIterator[AsyncIterator[Message]]:
        """The stream for what the server says by itself."""
        async with self.http.stream("GET", url, headers=self.headers) as response:
            assert response.status_code == 200, response.status_code
            yield messages(response)


async def messages(response: httpx2.Response) -> AsyncIterator[Message]:
    """The messages of an event stream."""
    async for line in response.aiter_lines():
        if line.startswith("data:") and line[5:].strip():
            yield json.loads(line[5:])


def text_of(message: Message) -> str:
    """The text that a tool has answered."""
    assert "result" in message, message
    return str(message["result"]["content"][0]["text"])
