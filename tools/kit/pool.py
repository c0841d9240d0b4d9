"""Connections kept open for further requests, of which a request looks at no more than it needs.

The pool of httpx looks at every connection twice for each request, and with each response that it closes it searches
the installation for a package that is absent: a sixth of a call, and half of one among twenty at once.
"""

import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any, Final

import httpcore
import httpx

KEPT_SECONDS: Final = 60.0
_ERRORS: Final = (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError)


@contextmanager
def _as_httpx() -> Iterator[None]:
    """Raise the errors of a connection as those of httpx, which have the same names."""
    try:
        yield
    except _ERRORS as error:
        raise getattr(httpx, type(error).__name__)(str(error)) from error
    except httpcore.ConnectionNotAvailable as error:
        raise httpx.ConnectError("The connection was closed before the request was sent.") from error


class Pool(httpx.AsyncBaseTransport):
    """A connection for each request in flight, and so many idle ones; who sends the requests bounds their number."""

    def __init__(self, context: ssl.SSLContext, *, kept: int, seconds: float = KEPT_SECONDS) -> None:
        self._context, self._kept, self._seconds = context, kept, seconds
        self._backend = httpcore.AnyIOBackend()
        self._idle: list[httpcore.AsyncHTTPConnection] = []
        """The one that was used last is at the end."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        if url.scheme not in {"http", "https"}:
            raise httpx.UnsupportedProtocol(f"The address has the protocol {url.scheme!r}.")
        target = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
        sent = httpcore.Request(
            request.method, target, headers=request.headers.raw, content=request.stream, extensions=request.extensions
        )
        connection, response = await self._take(target.origin), None
        try:
            with _as_httpx():
                response = await connection.handle_async_request(sent)
        finally:
            if response is None:
                await self.give_back(connection)
        body = _Body(response.stream, self, connection)
        return httpx.Response(response.status, headers=response.headers, stream=body, extensions=response.extensions)

    async def aclose(self) -> None:
        """Close the idle connections, and each other one when its request ends."""
        self._kept = 0
        while self._idle:
            await self._idle.pop().aclose()

    async def give_back(self, connection: httpcore.AsyncHTTPConnection) -> None:
        """Keep a connection whose response was read to its end, and close any other."""
        if connection.is_closed():
            return
        if connection.is_idle():
            self._idle.append(connection)
            if len(self._idle) <= self._kept and not self._idle[0].has_expired():
                return
            connection = self._idle.pop(0)
        await connection.aclose()

    async def _take(self, origin: httpcore.Origin) -> httpcore.AsyncHTTPConnection:
        """A connection for one request: the idle one that was used last, or one that opens with the request."""
        while idle := next((one for one in reversed(self._idle) if one.can_handle_request(origin)), None):
            self._idle.remove(idle)
            if not idle.has_expired():
                return idle
            await idle.aclose()
        return httpcore.AsyncHTTPConnection(
            origin, self._context, keepalive_expiry=self._seconds, network_backend=self._backend
        )


class _Body(httpx.AsyncByteStream):
    """The body of a response, whose connection goes back to the pool when the body is closed."""

    def __init__(self, pieces: Any, pool: Pool, connection: httpcore.AsyncHTTPConnection) -> None:
        self._pieces, self._pool, self._connection = pieces, pool, connection

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _as_httpx():
            async for piece in self._pieces:
                yield piece

    async def aclose(self) -> None:
        try:
            await self._pieces.aclose()
        finally:  # also where the caller was cancelled
            await self._pool.give_back(self._connection)
