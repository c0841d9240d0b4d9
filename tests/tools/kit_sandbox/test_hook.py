"""The hook of a sandbox: that it tells listeners on this machine, and nobody else."""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import anyio
import pytest

from tools.kit.sandbox import hook
from tools.kit.sandbox.hook import NotLocal, deliver, is_loopback, local_address

AT_ONCE = (0.0, 0.0)


class Listener:
    """Takes what is posted and answers with the statuses it was given, the last one for ever."""

    def __init__(self, statuses: list[int]) -> None:
        self.statuses = statuses
        self.bodies: list[object] = []
        self.paths: list[str] = []
        self.url = ""

    def next_status(self) -> int:
        return self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]


@contextmanager
def listening(*statuses: int) -> Iterator[Listener]:
    listener = Listener(list(statuses))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            listener.bodies.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            listener.paths.append(self.path)
            self.send_response(listener.next_status())
            self.send_header("location", "http://127.0.0.1:9/elsewhere")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Stay silent."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        listener.url = f"http://127.0.0.1:{server.server_port}/hook?key=a"
        try:
            yield listener
        finally:
            server.shutdown()


@pytest.mark.anyio
async def test_a_listener_is_told_once_when_it_takes_it() -> None:
    with listening(204) as listener:
        delivery = await deliver(listener.url, {"word": "ahøj"}, waits=AT_ONCE)
    assert (delivery.status, delivery.tries, delivery.is_accepted) == (204, 1, True)
    assert listener.bodies == [{"word": "ahøj"}]
    assert listener.paths == ["/hook?key=a"]


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("statuses", "tries", "is_taken"),
    [((503, 200), 2, True), ((500, 502, 200), 3, True), ((500,), 3, False), ((422,), 1, False), ((302,), 1, False)],
)
async def test_only_an_error_of_the_listener_is_tried_again_and_only_twice(
    statuses: tuple[int, ...], tries: int, is_taken: bool
) -> None:
    with listening(*statuses) as listener:
        delivery = await deliver(listener.url, {}, waits=AT_ONCE)
    assert (delivery.tries, delivery.is_accepted, len(listener.bodies)) == (tries, is_taken, tries)


@asynccontextmanager
async def silent_port() -> AsyncIterator[int]:
    """A port that accepts and never answers."""
    async with await anyio.create_tcp_listener(local_host="127.0.0.1") as listener:
        yield listener.extra(anyio.abc.SocketAttribute.local_port)


@pytest.mark.anyio
async def test_a_listener_that_never_answers_is_given_up() -> None:
    async with silent_port() as port:
        delivery = await deliver(f"http://127.0.0.1:{port}/", {}, waits=(0.0,), timeout=0.05)
    assert (delivery.status, delivery.tries) == (None, 2)
    assert delivery.problem is not None
    assert "timed out" in delivery.problem


@pytest.mark.anyio
async def test_a_closed_port_is_tried_as_often_as_an_error() -> None:
    async with silent_port() as port:
        pass
    delivery = await deliver(f"http://127.0.0.1:{port}/", {}, waits=AT_ONCE)
    assert (delivery.status, delivery.tries, delivery.is_accepted) == (None, 3, False)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.9.10", "::1"])
def test_a_loopback_address_is_this_machine(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.anyio
@pytest.mark.parametrize(
    "url",
    [
        "https://tracker.example.test/hook",
        "http://10.0.0.1/",
        "http://0.0.0.0/",
        "http://169.254.169.254/latest",
        "http://localhost.example.test/",
        "http://127.0.0.1.example.test/",
        "http://127.0.0.1@example.test/",
        "http://127.1/",
        "http://[::ffff:10.0.0.1]/",
        "file:///etc/passwd",
        "ftp://127.0.0.1/",
        "http://127.0.0.1:99999/",
        "http://[::1",
        "127.0.0.1:8080",
        "",
    ],
)
async def test_every_other_address_is_refused_before_anything_is_sent(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hook, "_post", lambda *_: pytest.fail("something was sent"))
    with pytest.raises(NotLocal):
        await deliver(url, {})


@pytest.mark.anyio
async def test_a_name_that_leads_elsewhere_is_refused_after_connecting(monkeypatch: pytest.MonkeyPatch) -> None:
    class Elsewhere:
        def getpeername(self) -> tuple[str, int]:
            return "192.0.2.1", 80

        def close(self) -> None:
            """Nothing is open."""

    monkeypatch.setattr("http.client.HTTPConnection.connect", lambda self: setattr(self, "sock", Elsewhere()))
    with pytest.raises(NotLocal, match="another machine"):
        await deliver("http://localhost:8080/", {})


def test_the_parts_of_a_local_address_are_told() -> None:
    parts = local_address("http://localhost:8080/hook")
    assert (parts.hostname, parts.port, parts.path) == ("localhost", 8080, "/hook")
