"""HTTP transport: one TLS context for all platforms, or a sandbox in its place."""

import hashlib
import ssl
import zlib
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.request import getproxies
from weakref import WeakSet

import anyio
import httpx
from pydantic import SecretStr

from tools.kit.egress import PublicOnly
from tools.kit.errors import NotConfigured
from tools.kit.sharing import Alone, Sharing

CONNECT_SECONDS = 8.0
PIECE = 64 * 1024
SPARE = 4
"""Connections beside those of the allowance, for requests outside it, and for ones that are still being closed."""
_FORMATS = {"gzip": 16 + zlib.MAX_WBITS, "deflate": zlib.MAX_WBITS}
READ_SECONDS = 60.0  # test IO's own client waits 90 s; a page of 500 bugs takes several


@asynccontextmanager
async def limited(seconds: float) -> AsyncIterator[anyio.CancelScope]:
    """End what runs inside after so many seconds: the limits of the HTTP library start anew with each byte.

    Raises:
        TimeoutError: when they are over.
    """
    with anyio.fail_after(seconds) as scope:
        yield scope


class Network:
    """Opens HTTP clients; with a transport of its own it is a sandbox, and nothing leaves the process.

    A sandbox may also listen on a local port (`is_sandbox`): then no proxy is used.
    """

    def __init__(
        self,
        transport: httpx.AsyncBaseTransport | None = None,
        *,
        is_sandbox: bool = False,
        read_seconds: float | None = None,
    ) -> None:
        self.transport = transport
        self.is_sandbox = is_sandbox or transport is not None
        self.read_seconds = READ_SECONDS if read_seconds is None else read_seconds
        self.request_seconds = 2 * self.read_seconds
        """For a whole request and its answer, however little at a time it comes; a read is tried again within it."""
        self.sharing: Sharing = Alone()
        """What the clients share with those of other processes."""
        self._context: ssl.SSLContext | None = None
        self._open: WeakSet[httpx.AsyncClient] = WeakSet()
        """Those in use: of the clients of many people some are dropped while the server runs."""
        self._pools: dict[tuple[str, int], httpx.AsyncBaseTransport] = {}

    def client(
        self, base_url: str, auth: httpx.Auth | None, *, at_once: int = 8, limit: PublicOnly | None = None
    ) -> httpx.AsyncClient:
        """Open a client that keeps a connection for each of the requests that it may send at once.

        Proxies and company certificates come from the environment. A client without a `limit` goes to an address that
        the operator configured.
        """
        if self.transport is None and self._context is None:
            self._context = httpx.create_ssl_context()  # 30 ms: once, at the first call, not at the start
        limits = httpx.Limits(max_connections=at_once + SPARE, max_keepalive_connections=at_once, keepalive_expiry=60)
        client = _Client(
            base_url=base_url,
            auth=auth,
            transport=self.transport or (None if limit is not None else self._pool(base_url, at_once)),
            verify=self._context or False,
            follow_redirects=False,
            trust_env=not self.is_sandbox,
            timeout=httpx.Timeout(self.read_seconds, connect=CONNECT_SECONDS, pool=READ_SECONDS),
            limits=limits,
            headers={"Accept": "application/json", "Accept-Encoding": "gzip, deflate", "User-Agent": "testdesk"},
            event_hooks={"response": [_packed_once]},
        )
        if limit is not None and self.transport is None:
            limit.guard(client)
        self._open.add(client)
        return client

    def _pool(self, base_url: str, kept: int) -> httpx.AsyncBaseTransport | None:
        """Connections of our own, the same for all clients of an address, since each request has its own credential.

        None where a proxy may carry them, which is left to httpx.
        """
        proxies = set() if self.is_sandbox else getproxies().keys() - {"no"}
        if proxies or self._context is None:
            return None
        from tools.kit.pool import Pool  # with httpcore: at the first call, not at the start

        return self._pools.setdefault((base_url, kept), Pool(self._context, kept=kept))

    async def close(self) -> None:
        while self._open:
            await self._open.pop().aclose()
        while self._pools:
            await self._pools.popitem()[1].aclose()


class _NoCookies(httpx.Cookies):
    """Cookies that are not kept: a credential alone says who asks, and a request shows nothing of an earlier one."""

    def extract_cookies(self, response: httpx.Response) -> None:
        """Leave them."""

    def __bool__(self) -> bool:
        return False


_parsed = lru_cache(1_024)(httpx.URL)


class _Client(httpx.AsyncClient):
    """The client of httpx, without the work of a call that no platform needs: a fifth of what httpx does."""

    def __init__(self, **given: Any) -> None:
        self._no_cookies = _NoCookies()
        super().__init__(**given)
        self._start = str(self.base_url).rstrip("/")

    @property
    def cookies(self) -> httpx.Cookies:
        return self._no_cookies

    @cookies.setter
    def cookies(self, cookies: object) -> None:
        raise AttributeError("No cookies are kept.")

    def build_request(self, method: str, url: httpx.URL | str, **given: Any) -> httpx.Request:
        """Build a request; a path is joined to the base address as text, where httpx parses both and their sum."""
        if isinstance(url, str) and url.startswith("/") and not url.startswith("//"):
            url = _parsed(self._start + url)
        return super().build_request(method, url, **given)


async def _packed_once(response: httpx.Response) -> None:
    """Refuse a body that is compressed twice or with an encoding that was not requested: it could not be bounded."""
    if response.headers.get("content-encoding", "").strip().lower() not in {"", "identity", *_FORMATS}:
        raise httpx.DecodingError("The answer is packed in a way that was not asked for.")


async def decompressed(response: httpx.Response) -> AsyncIterator[bytes]:
    """The body in chunks of at most 64 KiB, decompressed only as far as it is consumed.

    The HTTP library decompresses each chunk at once: one megabyte of gzip becomes a gigabyte before it can be counted.
    """
    if response.is_stream_consumed:  # read before it came here
        yield response.content
        return
    how = response.headers.get("content-encoding", "").strip().lower()
    unpack = _Unpacking(_FORMATS[how]) if how in _FORMATS else None
    async for piece in response.aiter_raw():
        for part in (piece,) if unpack is None else unpack.parts(piece):
            yield part
    if unpack is not None and unpack.is_cut_off and response.is_success:
        raise httpx.DecodingError("The answer ended before all of it was unpacked.")


class _Unpacking:
    """Decompresses one body in bounded parts."""

    def __init__(self, form: int) -> None:
        self._stream, self._has_begun = zlib.decompressobj(form), False

    def parts(self, piece: bytes) -> Iterator[bytes]:
        try:
            part = self._first(piece)
            while part:
                yield part
                part = self._stream.decompress(self._stream.unconsumed_tail, PIECE)
        except zlib.error as error:
            raise httpx.DecodingError("The answer is packed wrongly.") from error

    def _first(self, piece: bytes) -> bytes:
        is_start, self._has_begun = not self._has_begun, True
        try:
            return self._stream.decompress(piece, PIECE)
        except zlib.error:
            if not is_start:
                raise
            self._stream = zlib.decompressobj(-zlib.MAX_WBITS)  # some servers call the bare format deflate too
            return self._stream.decompress(piece, PIECE)

    @property
    def is_cut_off(self) -> bool:
        return self._has_begun and not self._stream.eof


@dataclass(frozen=True)
class Account:
    """What a platform's client is opened with: base address, credentials by variable, settings, transport."""

    title: str
    base_url: str
    network: Network
    credentials: Mapping[str, SecretStr] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    address_variable: str = ""
    """The variable that sets the address, for errors that name it."""
    only: frozenset[str] = frozenset()
    """The only products or projects that may be reached, in small letters; none: all."""
    containers: str = "projects"
    """What the platform calls these."""
    at_once: int | None = None
    """Concurrent requests, of all processes together, as the operator states them; None: the client's default."""

    def secret(self, variable: str) -> str:
        """A credential's value.

        Raises:
            NotConfigured: when the variable is not set.
        """
        value = self.credentials.get(variable)
        if value is None:
            raise NotConfigured(f"{variable} is not set.")
        return value.get_secret_value()

    def fingerprint(self) -> str:
        """What names the account in all processes, and gives no credential away: a password could be guessed from a
        fast digest. It takes some milliseconds."""
        held = sorted((name, value.get_secret_value()) for name, value in self.credentials.items())
        text = repr(held).encode("utf-8", "surrogatepass")
        salt = self.base_url.encode("utf-8", "surrogatepass")
        return hashlib.scrypt(text, salt=salt, n=4096, r=8, p=1, dklen=16).hex()


class HeaderToken(httpx.Auth):
    """A token in a header, for most platforms."""

    def __init__(self, header: str, value: str) -> None:
        self._header, self._value = header, value

    def auth_flow(self, request: httpx.Request):  # type: ignore[no-untyped-def]  # httpx types it as a generator of its own
        request.headers[self._header] = self._value
        yield request


class QueryToken(httpx.Auth):
    """A token in the query of an address, which must therefore never be logged."""

    def __init__(self, name: str, value: str) -> None:
        self._name, self._value = name, value

    def auth_flow(self, request: httpx.Request):  # type: ignore[no-untyped-def]  # httpx types it as a generator of its own
        request.url = request.url.copy_add_param(self._name, self._value)
        yield request
