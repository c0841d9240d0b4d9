"""A proxy on loopback between the real client and a sandbox on a port, which breaks what it is given to break."""

import asyncio
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Final

LOOPBACK: Final = "127.0.0.1"
PIECE: Final = 64 * 1024
LONGEST_HEAD: Final = 256 * 1024


@dataclass(frozen=True)
class Answer:
    """A platform's whole response."""

    status: bytes
    """The first line."""
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes

    @property
    def is_success(self) -> bool:
        return self.status.split()[1].startswith(b"2")

    def head(self, *, length: int | None = None, without: frozenset[bytes] = frozenset(), **more: str) -> bytes:
        """The first line and the headers, with a length unless it is to be left out."""
        kept = [(name, value) for name, value in self.headers if name.lower() not in without]
        kept += [(name.replace("_", "-").encode(), value.encode()) for name, value in more.items()]
        if b"content-length" not in without:
            kept.append((b"content-length", str(len(self.body) if length is None else length).encode()))
        return b"\r\n".join([self.status, *(name + b": " + value for name, value in kept), b"", b""])


@dataclass
class Arrived:
    """A request that came to the proxy, and what the platform answered it, if it got it."""

    method: str
    path: str
    connection: int
    status: int | None = None

    @property
    def line(self) -> str:
        """Method and path, without the query, which may be signed anew."""
        return f"{self.method} {self.path.partition('?')[0]}"


@dataclass
class Exchange:
    """One request on a client's connection, and the means to answer it."""

    arrived: Arrived
    head: bytes
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    upstream: int
    read_already: bytes | None = None

    async def body(self) -> bytes:
        """Read the request to its end."""
        if self.read_already is None:
            self.read_already = await read_body(self.reader, headers_of(self.head))
        return self.read_already

    async def carry_out(self) -> Answer:
        """Let the platform carry the request out, and return its response."""
        body = await self.body()
        reader, writer = await asyncio.open_connection(LOOPBACK, self.upstream)
        try:
            writer.write(one_request(self.head, body))
            await writer.drain()
            answer = await read_answer(reader, self.arrived.method)
        finally:
            writer.close()
        self.arrived.status = int(answer.status.split()[1])
        return answer

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    def reset(self) -> None:
        """End the connection with a TCP reset."""
        sock = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


Fault = Callable[[Exchange], Awaitable[bool]]
"""Answers one exchange in its own way, and says whether the connection goes on."""


async def pass_on(exchange: Exchange) -> bool:
    """The platform's own response, on a connection that stays open."""
    answer = await exchange.carry_out()
    await exchange.send(answer.head() + answer.body)
    return True


@dataclass
class Plan:
    """Which requests are broken, and how."""

    fault: Fault | None = None
    method: str = "*"
    ends: tuple[str, ...] = ()
    """Ends of paths; any path if there is none."""
    skip: int = 0
    """Matching requests that are let through first."""
    times: int = 1
    hits: int = 0

    def take(self, method: str, path: str) -> Fault | None:
        if self.fault is None or self.method not in {"*", method}:
            return None
        if self.ends and not path.partition("?")[0].endswith(self.ends):
            return None
        if self.skip:
            self.skip -= 1
            return None
        if self.hits >= self.times:
            return None
        self.hits += 1
        return self.fault


@dataclass
class ChaosProxy:
    """Passes requests on to a port, one connection each, except those that its plan breaks."""

    upstream: int
    plan: Plan = field(default_factory=Plan)
    arrived: list[Arrived] = field(default_factory=list)
    connections: int = 0
    port: int = 0
    _open: set[asyncio.Task[None]] = field(default_factory=set)

    async def start_over(self, plan: Plan) -> None:
        await self.hang_up()
        self.plan, self.arrived, self.connections = plan, [], 0

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        self.connections += 1
        number = self.connections
        try:
            # Streams log the end of a task that was cancelled as an error.
            with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
                while await self._one(reader, writer, number):
                    pass
        finally:
            self._open.discard(task)
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int) -> bool:
        head = await reader.readuntil(b"\r\n\r\n")
        method, path, _ = head.split(b"\r\n", 1)[0].decode("latin-1").split(" ", 2)
        arrived = Arrived(method, path, number)
        self.arrived.append(arrived)
        fault = self.plan.take(method, path) or pass_on
        return await fault(Exchange(arrived, head, reader, writer, self.upstream))

    async def hang_up(self) -> None:
        """End the conversations that are still going on."""
        for task in list(self._open):
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)


@asynccontextmanager
async def chaos_proxy(upstream: int, *, tls: ssl.SSLContext | None = None) -> AsyncIterator[ChaosProxy]:
    """Listen on a free port until the block ends."""
    proxy = ChaosProxy(upstream)
    listener = socket.create_server((LOOPBACK, 0))
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, PIECE)  # what is not read does not leave its sender
    server = await asyncio.start_server(proxy.talk, sock=listener, ssl=tls, limit=LONGEST_HEAD)
    proxy.port = listener.getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()
        await proxy.hang_up()


def headers_of(head: bytes) -> dict[bytes, bytes]:
    """The headers of a request or a response by their names in lower case; of a repeated one the last."""
    lines = head.split(b"\r\n")[1:]
    pairs = (line.split(b":", 1) for line in lines if b":" in line)
    return {name.strip().lower(): value.strip() for name, value in pairs}


async def read_body(reader: asyncio.StreamReader, headers: dict[bytes, bytes]) -> bytes:
    """A body by its length, by its chunks, or none."""
    if headers.get(b"transfer-encoding", b"").lower() == b"chunked":
        pieces = []
        while size := int(await reader.readline(), 16):
            pieces.append(await reader.readexactly(size))
            await reader.readexactly(2)
        await reader.readline()
        return b"".join(pieces)
    return await reader.readexactly(int(headers.get(b"content-length", b"0")))


def one_request(head: bytes, body: bytes) -> bytes:
    """A request for a connection of its own."""
    first, *lines = head.rstrip(b"\r\n").split(b"\r\n")
    dropped = (b"connection:", b"content-length:", b"transfer-encoding:", b"accept-encoding:", b"expect:")
    kept = [line for line in lines if not line.lower().startswith(dropped)]
    kept += [b"content-length: " + str(len(body)).encode(), b"connection: close"]
    return b"\r\n".join([first, *kept, b"", b""]) + body


async def read_answer(reader: asyncio.StreamReader, method: str) -> Answer:
    """A response on a connection of its own, without the headers that belong to the connection.

    204 becomes 200 with an empty body: a fault may give it one.
    """
    head = await reader.readuntil(b"\r\n\r\n")
    headers = headers_of(head)
    is_framed = b"content-length" in headers or b"transfer-encoding" in headers
    if method == "HEAD" or head.split()[1] in {b"204", b"304"}:
        body = b""
    else:
        body = await read_body(reader, headers) if is_framed else await reader.read()
    status, *lines = head.rstrip(b"\r\n").split(b"\r\n")
    own = {b"connection", b"content-length", b"transfer-encoding"}
    pairs = [line.split(b":", 1) for line in lines]
    kept = tuple((name.strip(), value.strip()) for name, value in pairs if name.strip().lower() not in own)
    return Answer(status.replace(b" 204 No Content", b" 200 OK"), kept, body)
