"""Streams of both protocol eras as a client without an SDK has them: what each hears, and that it has ended."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import anyio
import httpx2

from server.inbox.events import EventStore
from tests.server.inbox.test_receiver import EVENT
from tests.server.served import PROMPTLY
from tests.team.handshake import Handshake, messages, wire
from tests.team.serving import Team, envelope

INBOX: Final = "testio://inbox"
UPDATED: Final = "notifications/resources/updated"


class Stream:
    """An open stream; `heard` are the resources of which it was notified."""

    def __init__(self, response: httpx2.Response) -> None:
        self._messages = messages(response)
        self.heard: list[str] = []
        self.others: list[dict[str, Any]] = []

    async def next(self) -> dict[str, Any] | None:
        """The next message; None where the stream has ended in good order."""
        with anyio.fail_after(PROMPTLY):
            async for message in self._messages:
                if message.get("method") == UPDATED:
                    self.heard.append(message["params"]["uri"])
                else:
                    self.others.append(message)
                return message
        return None

    async def until(self, uri: str) -> None:
        """Follow it until it is notified of a resource."""
        while uri not in self.heard:
            assert await self.next() is not None, "the stream has ended"

    async def end(self) -> None:
        """Follow it to its end."""
        while await self.next() is not None:
            pass


@asynccontextmanager
async def listening(t: Team, name: str, mode: str, *uris: str, **headers: str) -> AsyncIterator[Stream]:
    """A stream of a person that is notified of some resources; `mode` is the era."""
    async with wire(t.people[name].key) as http:
        http.headers.update(headers)
        if mode == "auto":
            async with listen(http, t.running.url, *uris) as stream:
                yield stream
            return
        client = Handshake(http)
        await client.open(t.running.url)
        await subscribe(client, t.running.url, *uris)
        async with standing(client, t.running.url) as stream:
            yield stream


@asynccontextmanager
async def standing(client: Handshake, url: str) -> AsyncIterator[Stream]:
    """The stream of a handshake session for what the server says by itself."""
    async with client.http.stream("GET", url, headers=client.headers) as response:
        assert response.status_code == 200, response.status_code
        yield Stream(response)


@asynccontextmanager
async def listen(http: httpx2.AsyncClient, url: str, *uris: str) -> AsyncIterator[Stream]:
    """A stream of the 2026-07-28 revision, after its acknowledgement."""
    params = {"notifications": {"resourceSubscriptions": list(uris)}}
    body, headers = envelope("subscriptions/listen", params)
    async with http.stream("POST", url, json=body, headers=headers) as response:
        assert response.status_code == 200, response.status_code
        stream = Stream(response)
        await stream.next()
        assert [one["method"] for one in stream.others] == ["notifications/subscriptions/acknowledged"]
        yield stream


async def subscribe(client: Handshake, url: str, *uris: str, method: str = "subscribe") -> None:
    """Subscribe a handshake session to resources."""
    for uri in uris:
        answered = await client.post(url, client.request(f"resources/{method}", {"uri": uri}))
        assert '"result":{}' in answered.text, answered.text


async def arrive(t: Team, item: int) -> None:
    """Let an event arrive about a bug, as a receiver in another process would store it."""
    event = EVENT | {"bug": EVENT["bug"] | {"id": item}}
    await EventStore(t.engine).keep("testio", "bug.exported", f"event {item}", str(item), event)
