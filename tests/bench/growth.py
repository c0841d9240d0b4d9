"""How time and memory grow: with the rows of a list, the platforms of an account, and the clients over HTTP."""

import asyncio
import re
import time
from statistics import median, quantiles

import httpx

from tests.bench.figures import Figure
from tests.bench.served import LIST_TOOLS, META, Broken, Process, Way, call, result, running, surroundings
from tests.bench.stage import OURS, Stage

ROWS = (1_000, 10_000, 100_000)
CLIENTS = (1, 4, 16, 64)
CALLS = 8
"""Calls of each client over HTTP, one after another."""
TOKENS = ("TESTIO_API_TOKEN", "TESTERY_API_TOKEN", "TESTSIGMA_API_TOKEN", "TESTOMATIO_API_TOKEN")


def growth(on: Stage, *, is_quick: bool = False) -> list[Figure]:
    """Each step on servers of its own, so that the memory of one is not that of the step before."""
    figures = [figure for rows in (ROWS[:2] if is_quick else ROWS) for figure in _rows(on, rows)]
    figures += [figure for count in range(1, len(TOKENS) + 1) for figure in _platforms(on, TOKENS[:count])]
    return figures + [figure for clients in CLIENTS for figure in _clients(on, clients)]


def _rows(on: Stage, rows: int) -> list[Figure]:
    stub = ("-m", "tests.bench.stub_platform", "--rows", str(rows), "--delay", "0.03")
    with running(Way(stub, surroundings(on.scratch, {}))) as platform:
        address = {"TESTIO_API_TOKEN": "x", "TESTIO_BASE_URL": platform.read().decode().strip()}
        with running(Way(OURS, surroundings(on.scratch, address))) as ours:
            result(ours.ask(LIST_TOOLS))
            seconds, answer = ours.timed(call("testio_list_bugs", limit=50))
            if (read := result(answer)["structuredContent"]["coverage"]["loaded"]) != rows:
                raise Broken(f"{read} of {rows} bugs were read")
            held = ours.peak_memory()
    return _figure(f"rows_{rows}", f"list {rows:,} bugs", seconds * 1000, held)


def _platforms(on: Stage, tokens: tuple[str, ...]) -> list[Figure]:
    way = Way(OURS, surroundings(on.scratch, dict.fromkeys(tokens, "tstmt_0123456789abcdef")))
    seconds, held = [], None
    for _ in range(3):
        with running(way) as ours:
            result(ours.ask(LIST_TOOLS))
            seconds.append(ours.elapsed())
            held = ours.peak_memory()
            ours.kill()
    several = "" if len(tokens) == 1 else "s"
    what = f"start to tools/list, {len(tokens)} platform{several}"
    return _figure(f"platforms_{len(tokens)}", what, median(seconds) * 1000, held)


def _clients(on: Stage, clients: int) -> list[Figure]:
    serve = (*OURS, "--sandbox", "--http", "--port", "0", "--no-key")
    with running(Way(serve, surroundings(on.scratch, {}), errors_are_read=True)) as ours:
        times = asyncio.run(_call_over_http(_address(ours), clients))
        held = ours.peak_memory()
        ours.kill()
    middle, slow = median(times) * 1000, quantiles(times, n=20, method="inclusive")[-1] * 1000
    several = "" if clients == 1 else "s"
    what = f"a call over HTTP, {clients} client{several}"
    return _figure(f"clients_{clients}", what, middle, held, f"95 % faster than {slow:.0f} ms")


def _figure(name: str, what: str, milliseconds: float, held: float | None, more: str = "") -> list[Figure]:
    memory = "" if held is None else f"peak memory {held:.0f} MiB"
    return [
        Figure(f"growth_{name}", f"growth: {what}", "ms", milliseconds, note="; ".join(filter(None, [more, memory])))
    ]


def _address(ours: Process) -> str:
    """Where it says that it listens."""
    while (found := re.search(rb"http://127\.0\.0\.1:\d+/mcp", ours.read())) is None:
        pass  # what it says before
    return found[0].decode()


async def _call_over_http(address: str, clients: int) -> list[float]:
    """The seconds of every call; all clients begin at once."""
    body = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "tools/call",
        "params": {"name": "testio_list_products", "arguments": {}, "_meta": META},
    }
    headers = {
        "accept": "application/json, text/event-stream",
        "mcp-protocol-version": str(META["io.modelcontextprotocol/protocolVersion"]),
        "mcp-method": "tools/call",
        "mcp-name": "testio_list_products",
    }
    times: list[float] = []

    async def client() -> None:
        async with httpx.AsyncClient(headers=headers, timeout=60, trust_env=False) as http:
            for turn in range(CALLS + 1):
                before = time.perf_counter()
                response = await http.post(address, json=body)
                if not response.is_success or '"isError":true' in response.text:
                    raise Broken(f"a call over HTTP was answered {response.status_code}: {response.text[:200]}")
                if turn:  # the first one opens the connection
                    times.append(time.perf_counter() - before)

    async with asyncio.TaskGroup() as group:
        for _ in range(clients):
            group.create_task(client())
    return times
