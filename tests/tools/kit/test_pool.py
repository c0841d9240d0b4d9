"""Connections to a platform: used again while they are good, and closed whenever a response was not read to its end."""

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import anyio
import httpcore
import httpx
import pytest
from anyio.abc import ByteStream

from tests.tools.kit.loopback import head, listening
from tools.kit.pool import Pool

pytestmark = pytest.mark.anyio
PATIENCE = 20
TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


@dataclass
class Line:
    """A server that keeps its connections open and answers each request, and counts both."""

    answer: bytes | None = ANSWER
    asked: list[int] = field(default_factory=list)
    """The connections that the requests came on."""
    ended: list[int] = field(default_factory=list)
    _heard: anyio.Event = field(default_factory=anyio.Event)
    _streams: list[ByteStream] = field(default_factory=list)

    async def talk(self, stream: ByteStream) -> None:
        self._streams.append(stream)
        number = len(self._streams)
        try:
            while True:
                await head(stream)
                self.asked.append(number)
                self._news()
                if self.answer is not None:
                    await stream.send(self.answer)
        except (anyio.EndOfStream, anyio.BrokenResourceError):
            pass
        finally:
            self.ended.append(number)
            self._news()

    async def hang_up(self, *numbers: int) -> None:
        """End some connections from this side."""
        for number in numbers:
            await self._streams[number - 1].send_eof()

    def _news(self) -> None:
        self._heard.set()
        self._heard = anyio.Event()

    async def until(self, *, asked: int = 0, ended: int = 0) -> None:
        """Wait for so many requests and ends of connections."""
        with anyio.fail_after(PATIENCE):
            while len(self.asked) < asked or len(self.ended) < ended:
                await self._heard.wait()


@dataclass
class Opened:
    """A client whose connections are in a pool, and the server that it is to ask."""

    pool: Pool
    http: httpx.AsyncClient
    line: Line

    async def get(self) -> None:
        assert (await self.http.get("/")).content == b"{}"

    async def together(self, count: int) -> None:
        """So many requests that are in flight at once."""
        async with anyio.create_task_group() as tasks:
            for _ in range(count):
                tasks.start_soon(self.get)


@asynccontextmanager
async def opened(line: Line, *, kept: int = 4, seconds: float = 60) -> AsyncIterator[Opened]:
    pool = Pool(TLS, kept=kept, seconds=seconds)
    async with (
        listening(line.talk) as port,
        httpx.AsyncClient(transport=pool, base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE) as http,
    ):
        yield Opened(pool, http, line)


async def test_a_connection_is_used_again() -> None:
    async with opened(Line()) as on:
        for _ in range(3):
            await on.get()
    assert on.line.asked == [1, 1, 1]


async def test_requests_at_once_have_connections_of_their_own_which_are_kept_up_to_a_number() -> None:
    async with opened(Line(), kept=2) as on:
        await on.together(3)
        await on.line.until(asked=3, ended=1)
        assert sorted(on.line.asked) == [1, 2, 3]
        await on.together(2)
        assert on.line.ended[0] not in on.line.asked[3:]
        assert len(set(on.line.asked[3:])) == 2
    await on.line.until(ended=3)


async def test_connections_that_the_server_closed_are_not_used_again() -> None:
    async with opened(Line()) as on:
        await on.together(2)
        await on.line.hang_up(1, 2)
        await on.get()
    assert on.line.asked[2:] == [3]


async def test_a_connection_that_the_server_closed_is_closed_though_another_is_used() -> None:
    async with opened(Line()) as on:
        await on.together(2)
        await on.get()
        used = on.line.asked[-1]
        await on.line.hang_up(3 - used)
        await on.get()
        await on.line.until(ended=1)
        assert (on.line.asked[-1], on.line.ended) == (used, [3 - used])


async def test_a_connection_is_not_used_again_after_its_time() -> None:
    async with opened(Line(), seconds=0) as on:
        await on.get()
        await on.get()
    assert on.line.asked == [1, 2]


async def test_a_connection_is_for_one_address() -> None:
    async with opened(Line()) as on, listening((other := Line()).talk) as port:
        await on.get()
        await on.http.get(f"http://127.0.0.1:{port}/")
        await on.get()
    assert (on.line.asked, other.asked) == ([1, 1], [1])


async def test_a_response_that_is_not_read_to_its_end_closes_its_connection() -> None:
    async with opened(Line(ANSWER.replace(b": 2", b": 2000"))) as on:
        async with on.http.stream("GET", "/"):
            pass
        await on.line.until(asked=1, ended=1)
        on.line.answer = ANSWER
        await on.get()
    assert on.line.asked == [1, 2]


async def test_a_request_that_is_cancelled_closes_its_connection() -> None:
    async with opened(Line(None)) as on, anyio.create_task_group() as tasks:
        tasks.start_soon(on.get)
        await on.line.until(asked=1)
        tasks.cancel_scope.cancel()
    await on.line.until(ended=1)


async def test_a_reader_that_is_cancelled_closes_its_connection() -> None:
    async def read() -> None:
        async with on.http.stream("GET", "/"):
            tasks.cancel_scope.cancel()
            await anyio.sleep_forever()

    async with opened(Line()) as on:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(read)
        await on.line.until(ended=1)
        await on.get()
    assert on.line.asked == [1, 2]


async def test_a_request_that_is_cancelled_before_it_is_sent_leaves_its_connection_to_the_next() -> None:
    async with opened(Line()) as on:
        await on.get()
        with anyio.CancelScope() as scope:
            scope.cancel()
            await on.get()
        await on.get()
    assert on.line.asked == [1, 1]


async def test_a_connection_in_use_when_the_pool_is_closed_is_closed_after_its_request() -> None:
    async with opened(Line()) as on:
        async with on.http.stream("GET", "/") as response:
            await on.pool.aclose()
            assert await response.aread() == b"{}"
        await on.line.until(ended=1)


async def test_an_address_that_nobody_listens_at_is_one_that_cannot_be_reached() -> None:
    async with listening(Line().talk) as port:
        pass
    async with httpx.AsyncClient(transport=Pool(TLS, kept=1)) as http:
        with pytest.raises(httpx.ConnectError):
            await http.get(f"http://127.0.0.1:{port}/")
        with pytest.raises(httpx.UnsupportedProtocol):
            await http.get("ftp://127.0.0.1/")


ERRORS = [
    name
    for name in httpcore.__all__
    if isinstance(kind := getattr(httpcore, name), type)
    and issubclass(kind, httpcore.TimeoutException | httpcore.NetworkError | httpcore.ProtocolError)
]


@pytest.mark.parametrize("name", [*ERRORS, "ConnectionNotAvailable"])
async def test_every_error_of_a_connection_becomes_one_of_httpx(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*_: object) -> None:
        raise getattr(httpcore, name)("no luck")

    monkeypatch.setattr(httpcore.AsyncHTTPConnection, "handle_async_request", fail)
    async with httpx.AsyncClient(transport=Pool(TLS, kept=1)) as http:
        with pytest.raises(getattr(httpx, name, httpx.ConnectError)):
            await http.get("http://127.0.0.1:1/")
