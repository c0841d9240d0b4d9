"""A transport that breaks one request of a call, or all from it on, and notes what reached the platform."""

from collections.abc import Callable
from dataclasses import dataclass, field

import httpx

from server.sandbox import SandboxTransport
from tools.kit.sandbox.composition import Composition

Made = Callable[[httpx.Request, httpx.Response | None], httpx.Response]
"""Makes what a caller gets; takes the platform's response if the request was carried out."""

READS = {"GET", "HEAD", "OPTIONS"}
READING_POSTS = ("/bugs", "/api/login")
"""Ends of the paths of requests that only read, though they are posted."""


def is_write(request: httpx.Request) -> bool:
    """Whether a request changes something on its platform."""
    return request.method not in READS and not request.url.path.endswith(READING_POSTS)


@dataclass(frozen=True)
class Break:
    """A way to break a request: whether it is carried out, and what its caller gets."""

    name: str
    make: Made
    is_carried_out: bool = False


@dataclass(frozen=True)
class Line:
    """A request as it was sent, and whether the platform carried it out."""

    method: str
    path: str
    is_write: bool
    is_done: bool

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass
class Breaking(httpx.AsyncBaseTransport):
    """Hands requests on to the sandboxes and breaks those from `at` on, one or all of them."""

    world: Composition
    broken: Break | None = None
    at: int = -1
    lasts: bool = False
    lines: list[Line] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._inner = SandboxTransport(self.world)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        number = len(self.lines)
        is_hit = self.broken is not None and (number == self.at or (self.lasts and number > self.at >= 0))
        response = None
        if self.broken is None or not is_hit or self.broken.is_carried_out:
            response = await self._inner.handle_async_request(request)
            await response.aread()
        is_done = response is not None and response.is_success
        self.lines.append(Line(request.method, request.url.path, is_write(request), is_done))
        if self.broken is not None and is_hit:
            return self.broken.make(request, response)
        assert response is not None
        return response
