"""The examples for nginx and Caddy: the real programs, a real server behind them, and a client in front."""

import json
import socket
import ssl
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpcore2
import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.types import CallToolResult, ElicitRequestParams, ElicitResult

from tests.deploy.programs import DEPLOY, run, with_programs
from tests.deploy.proxy import KEY, MAKES, NAME, Certificate, caddy_file, free_port, logged, nginx_file, proxy, served
from tests.desk import ERAS

pytestmark = [pytest.mark.anyio, with_programs]
RUNNING = 902119
BUG = 88101
Front = tuple[int, Certificate]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(tmp_path_factory.mktemp("server")) as address:
        yield address


@pytest.fixture(scope="module", params=MAKES)
def front(request: pytest.FixtureRequest, server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    """A proxy in front of one server under both of its addresses: sessions are of the process that opened them."""
    with proxy(request.param, tmp_path_factory.mktemp("front") / request.param, (server, server)) as made:
        yield made


class ToLoopback(httpx2.AsyncHTTPTransport):
    """Connects to this machine, whatever the name: what a name server would do."""

    def __init__(self, certificate: Certificate) -> None:
        super().__init__(verify=certificate.context())
        backend = httpcore2.AnyIOBackend()

        class Backend(httpcore2.AsyncNetworkBackend):
            async def connect_tcp(self, host: str, port: int, *args: Any, **options: Any) -> Any:
                return await backend.connect_tcp("127.0.0.1", port, *args, **options)

            async def sleep(self, seconds: float) -> None:
                await backend.sleep(seconds)

        self._pool._network_backend = Backend()


@asynccontextmanager
async def client(front: Front, mode: str, **options: Any) -> AsyncIterator[Client]:
    port, certificate = front
    headers = {"Authorization": f"Bearer {KEY}"}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=30, transport=ToLoopback(certificate)) as wire,
        Client(streamable_http_client(f"https://{NAME}:{port}/mcp", http_client=wire), mode=mode, **options) as made,
    ):
        yield made


def request(front: Front, head: str, body: bytes = b"") -> tuple[int, bytes]:
    """Send a request as it is written, over TLS; the status and all that came."""
    port, certificate = front
    with (
        socket.create_connection(("127.0.0.1", port), timeout=30) as raw,
        certificate.context().wrap_socket(raw, server_hostname=NAME) as wire,
    ):
        wire.sendall(head.replace("\n", "\r\n").encode() + b"\r\n" + body)
        answer = b""
        try:
            while piece := wire.recv(65_536):
                answer += piece
        except ssl.SSLEOFError:
            pass
    return int(answer.split()[1]), answer


def post(front: Front, *headers: str, body: bytes, path: str = "/mcp") -> tuple[int, bytes]:
    lines = [f"POST {path} HTTP/1.1", f"Host: {NAME}:{front[0]}", *headers, "Content-Type: application/json"]
    lines += ["Accept: application/json, text/event-stream", f"Content-Length: {len(body)}", "Connection: close"]
    return request(front, "\n".join(lines) + "\n", body)


PING = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "ping"}).encode()
INITIALIZE = json.dumps(
    {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "x", "version": "1"}},
    }
).encode()
OURS = f"Authorization: Bearer {KEY}"


@pytest.mark.parametrize("mode", ERAS)
async def test_a_call_goes_through_and_its_progress_comes_before_its_answer(front: Front, mode: str) -> None:
    came: list[float] = []

    async def hear(progress: float, total: float | None, message: str | None) -> None:
        came.append(time.monotonic())

    async with client(front, mode) as c:
        assert not (await c.call_tool("testery_get_test_run", {"run_id": RUNNING})).is_error
        wanted = {"run_id": RUNNING, "minutes": 0.03}
        result = await c.call_tool("testery_wait_for_run", wanted, progress_callback=hear)
        assert not result.is_error, result
    assert came
    assert time.monotonic() - came[0] > 1, "it was kept back until the answer was whole"


@pytest.mark.parametrize("mode", ERAS)
async def test_a_question_goes_through_and_its_answer_comes_back(front: Front, mode: str) -> None:
    asked: list[str] = []

    async def answer(_: Any, params: ElicitRequestParams) -> ElicitResult:
        asked.append(params.message)
        return ElicitResult(action="accept", content={"answer": "no"})

    async with client(front, mode, elicitation_callback=answer) as c:
        result: CallToolResult = await c.call_tool("testio_accept_bug", {"bug_id": BUG})
    assert len(asked) == 1
    assert "Nothing was" in str(result.content), result


async def test_one_key_is_passed_on_once_and_two_are_not_taken(front: Front) -> None:
    assert post(front, OURS, body=INITIALIZE)[0] == 200
    assert post(front, body=INITIALIZE)[0] == 401
    assert post(front, "Authorization: Bearer other", body=INITIALIZE)[0] == 401
    for two in ((OURS, "Authorization: Bearer other"), ("Authorization: Bearer other", OURS)):
        assert post(front, *two, body=INITIALIZE)[0] in {400, 401}


async def test_a_call_of_4_mib_goes_through_and_nothing_but_the_endpoint_does(front: Front) -> None:
    large = PING.replace(b'"ping"', b'"ping", "params": {"_meta": {"x": "' + b"x" * ((4 << 20) - 1_000) + b'"}}')
    assert post(front, OURS, body=large)[0] not in {413, 502, 504}
    for path in ("/admin", "/metrics", "/readyz", "/healthz", "/"):
        assert post(front, OURS, body=PING, path=path)[0] == 404


@pytest.mark.parametrize("kind", MAKES)
async def test_no_call_is_lost_when_one_process_is_away(kind: str, server: str, tmp_path: Path) -> None:
    away = f"127.0.0.1:{free_port()}"
    with proxy(kind, tmp_path / kind, (away, server)) as front:
        assert {post(front, OURS, body=INITIALIZE)[0] for _ in range(20)} == {200}


class Upstream(ThreadingHTTPServer):
    """Notes what a proxy sends, and ends each connection without an answer where it is told to."""

    def __init__(self, *, breaks: bool) -> None:
        self.headers_seen: list[list[tuple[str, str]]] = []
        note, seen = breaks, self.headers_seen

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                seen.append(list(self.headers.items()))
                if note:
                    self.close_connection = True
                    self.connection.shutdown(socket.SHUT_RDWR)
                    return
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server_port}"


@pytest.mark.parametrize("kind", MAKES)
async def test_a_call_that_was_sent_is_not_sent_again(kind: str, tmp_path: Path) -> None:
    with Upstream(breaks=True) as one, Upstream(breaks=True) as two:
        with proxy(kind, tmp_path / kind, (one.address, two.address)) as front:
            assert post(front, OURS, body=PING)[0] == 502
        assert len(one.headers_seen + two.headers_seen) == 1
        one.shutdown()
        two.shutdown()


@pytest.mark.parametrize("kind", MAKES)
async def test_what_a_client_says_of_its_way_here_is_not_passed_on_and_its_key_is_not_logged(
    kind: str, tmp_path: Path
) -> None:
    false = ("Forwarded: for=1.2.3.4", "X-Forwarded-For: 1.2.3.4", "X-Forwarded-Host: evil.example")
    with Upstream(breaks=False) as upstream:
        with proxy(kind, tmp_path / kind, (upstream.address, upstream.address)) as front:
            assert post(front, OURS, *false, body=PING, path="/mcp?key=geheim")[0] == 200
        (headers,) = upstream.headers_seen
        upstream.shutdown()
    assert not [value for _, value in headers if "1.2.3.4" in value or "evil" in value]
    names = [name.lower() for name, _ in headers]
    assert names.count("authorization") == 1
    assert names.count("host") == 1
    assert KEY not in logged(tmp_path / kind)
    assert "geheim" not in logged(tmp_path / kind)


def test_both_programs_take_their_files(tmp_path: Path) -> None:
    certificate = Certificate(tmp_path)
    addresses = ("127.0.0.1:1", "127.0.0.1:2")
    file, _ = nginx_file(tmp_path, free_port(), addresses, certificate)
    ran = run("nginx", "-t", "-c", str(file), "-p", str(tmp_path))
    assert ran.returncode == 0, ran.stderr
    assert "[warn]" not in ran.stderr, ran.stderr
    file, _ = caddy_file(tmp_path, free_port(), addresses, certificate)
    ran = run("caddy", "validate", "--adapter", "caddyfile", "--config", str(file))
    assert ran.returncode == 0, ran.stderr
    assert run("caddy", "fmt", str(DEPLOY / "Caddyfile")).stdout == (DEPLOY / "Caddyfile").read_text(encoding="utf-8")
