"""Measurements inside one process: what our road adds to a call when the platform answers at once."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager

import anyio
import httpx
from mcp import Client

from server.app import build
from server.settings import read_settings
from tests.bench.bare_server import build_with_platform
from tests.bench.documents import bug, rendered
from tests.bench.figures import Figure, Samples
from tests.bench.served import Broken
from tests.bench.stage import ONE, Stage
from tools.kit.network import Network
from tools.platforms import PLATFORMS

AT_A_TIME = 20
WARM = 40


def road(on: Stage, calls: int) -> list[Figure]:
    """A call of get_bug over an in-memory client, in turn with the bare tool that sends the same request."""
    body = rendered({"bug": bug(ONE)})

    def at_once(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=body, headers={"content-type": "application/json"})

    with logging_restored():
        ours, bare = anyio.run(_measure, len(on.account_tools), httpx.MockTransport(at_once), calls)
    return [Figure.of("road", "one get_bug call in process, a platform that answers at once", ours, bare)]


async def _measure(tools: int, transport: httpx.MockTransport, calls: int) -> tuple[Samples, Samples]:
    # Listed, or the SDK's client would list the tools anew before each call.
    settings = read_settings(PLATFORMS, {"TESTIO_API_TOKEN": "x"}, toolsets="testio_get_bug")
    http = httpx.AsyncClient(base_url="https://bench.invalid", transport=transport)
    ours_times, bare_times = Samples(), Samples()
    async with (
        Client(build(settings, network=Network(transport))) as ours,
        Client(build_with_platform(tools, http)) as bare,
    ):
        turns = ((ours, "testio_get_bug", ours_times), (bare, "get_bug", bare_times))
        for client, tool, _ in turns:
            await call_often(client, tool, WARM)
        for _ in range(max(1, calls // AT_A_TIME)):
            for client, tool, samples in turns:
                before = time.perf_counter()
                await call_often(client, tool, AT_A_TIME)
                samples.add((time.perf_counter() - before) / AT_A_TIME)
    return ours_times, bare_times


async def call_often(client: Client, tool: str, times: int) -> None:
    for _ in range(times):
        answer = await client.call_tool(tool, {"bug_id": ONE})
        if answer.is_error:
            raise Broken(f"{tool} failed in process")


@contextmanager
def logging_restored() -> Iterator[None]:
    """A server that is built sets the root logger; put it back for whoever measures."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    try:
        yield
    finally:
        root.handlers = handlers
        root.setLevel(level)
