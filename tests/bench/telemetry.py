"""What telemetry adds to a call: everything on and exported in batches to another process, beside nothing of it."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager

import anyio
import httpx
from mcp import Client

from server.app import build
from server.settings import read_settings
from server.store.sqlite import SqliteEngine
from server.telemetry.settings import ENDPOINT, TelemetrySettings
from server.telemetry.start import started
from server.telemetry.store import FollowedEngine
from server.telemetry.telemetry import Telemetry
from tests.bench.documents import bug, rendered
from tests.bench.figures import Figure, Limit, Samples
from tests.bench.in_process import AT_A_TIME, WARM, call_often, logging_restored
from tests.bench.stage import ONE
from tools.kit.network import Network
from tools.platforms import PLATFORMS

RECEIVER = """
import http.server
class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()
    def log_message(self, *_):
        return
with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
    print(server.server_address[1], flush=True)
    server.serve_forever()
"""
TOOL = "testio_get_bug"


def telemetry(calls: int) -> list[Figure]:
    """A call of get_bug over an in-memory client, in turn with and without telemetry."""
    body = rendered({"bug": bug(ONE)})

    def at_once(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=body, headers={"content-type": "application/json"})

    with logging_restored(), collector():
        followed = started(TelemetrySettings(traces=True, metrics=True, port=0), PLATFORMS)
        try:
            ours, bare = anyio.run(_measure, followed, httpx.MockTransport(at_once), calls)
        finally:
            followed.close()
    what = "one get_bug call in process, with traces, metrics and Prometheus"
    return [Figure.of("telemetry", what, ours, bare, Limit(ratio=1.5))]


async def _measure(followed: Telemetry, transport: httpx.MockTransport, calls: int) -> tuple[Samples, Samples]:
    settings = read_settings(PLATFORMS, {"TESTIO_API_TOKEN": "x"}, toolsets=TOOL)
    with_all, without = Samples(), Samples()
    engine = FollowedEngine(SqliteEngine(None), followed)
    bare_server = build(settings, network=Network(transport))
    ours_server = build(settings, network=Network(transport), engine=engine, telemetry=followed)
    async with Client(bare_server) as bare, AsyncExitStack() as stack:
        with followed.installed():  # what begins inside is followed; the bare server is opened and called outside
            ours = await stack.enter_async_context(Client(ours_server))
            await call_often(ours, TOOL, WARM)
        await call_often(bare, TOOL, WARM)
        for _ in range(max(2, calls // AT_A_TIME)):
            with followed.installed():
                await _timed(ours, with_all)
            await _timed(bare, without)
    return with_all, without


async def _timed(client: Client, samples: Samples) -> None:
    before = time.perf_counter()
    await call_often(client, TOOL, AT_A_TIME)
    samples.add((time.perf_counter() - before) / AT_A_TIME)


@contextmanager
def collector() -> Iterator[None]:
    """A collector in a process of its own, named by the standard variable."""
    with subprocess.Popen([sys.executable, "-c", RECEIVER], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        before = {name: os.environ.get(name) for name in (ENDPOINT, "no_proxy")}
        os.environ |= {ENDPOINT: f"http://127.0.0.1:{process.stdout.readline().strip()}", "no_proxy": "127.0.0.1"}
        try:
            yield
        finally:
            process.kill()
            for name, value in before.items():
                os.environ.pop(name)
                if value is not None:
                    os.environ[name] = value
