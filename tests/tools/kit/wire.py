"""A platform's side of the wire as a test writes it: answers in order, and the requests that arrived."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from typing import Any

import httpx

from tools.kit.client import ApiClient
from tools.kit.model import Model
from tools.kit.network import Account, Network

BASE = "https://platform.example/api/v2"
HOST = "platform.example"

Answer = Callable[[httpx.Request], httpx.Response | Awaitable[httpx.Response]]


class Thing(Model):
    """What the invented platform answers."""

    id: int
    name: str | None = None


class Anything(Model):
    """A document that may be empty."""

    may_be_empty = True

    note: str | None = None


def says(
    status: int = 200,
    *,
    json: Any = None,
    content: bytes | None = None,
    stream: httpx.AsyncByteStream | None = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """An answer made afresh for each request."""

    def answer(request: httpx.Request) -> httpx.Response:
        if stream is not None:
            return httpx.Response(status, stream=stream, headers=headers)
        if content is not None:
            return httpx.Response(status, content=content, headers=headers)
        return httpx.Response(status, json=json, headers=headers)

    return answer


def fails(error: type[httpx.TransportError]) -> Answer:
    """A request that the network fails."""

    def answer(request: httpx.Request) -> httpx.Response:
        raise error("no luck", request=request)

    return answer


FOUND = says(json={"id": 7, "name": "mug"})


class Wire:
    """Gives each request the next of its answers, the last one for ever, and keeps what arrived."""

    def __init__(self, *answers: Answer) -> None:
        self._answers = list(answers)
        self.arrived: list[httpx.Request] = []

    async def answer(self, request: httpx.Request) -> httpx.Response:
        self.arrived.append(request)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        given = answer(request)
        return given if isinstance(given, httpx.Response) else await given

    def account(self, base_url: str = BASE) -> Account:
        network = Network(httpx.MockTransport(self.answer))
        return Account("Platform", base_url, network, address_variable="PLATFORM_BASE_URL")

    def client(self, *, auth: httpx.Auth | None = None, kind: type[ApiClient] = ApiClient) -> ApiClient:
        return kind(self.account(), auth=auth)


class Poured(httpx.AsyncByteStream):
    """A body that knows how much of it was taken."""

    def __init__(self, pieces: Iterable[bytes], *, then: Exception | None = None) -> None:
        self._pieces, self._then = pieces, then
        self.taken = 0
        self.is_closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self._pieces:
            self.taken += len(piece)
            yield piece
        if self._then is not None:
            raise self._then

    async def aclose(self) -> None:
        self.is_closed = True
