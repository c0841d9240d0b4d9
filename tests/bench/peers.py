"""Measures Testdesk beside other servers for these platforms, on one fake platform: `make bench-peers`.

python tests/bench/peers.py             all of it, in about two minutes
python tests/bench/peers.py --quick     fewer repetitions
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from tests.bench.figures import Figure, Limit, Samples, markdown, table
from tests.bench.peer_programs import NODE, PYTHON, Peer, install
from tests.bench.served import Broken, Process, Way, running, surroundings
from tools.testomatio.sandbox.world import SHOP

README = Path(__file__).resolve().parent.parent.parent / "README.md"
BEGIN, END = "<!-- begin peers -->", "<!-- end peers -->"

TESTS = 5_000
DELAY = 0.03
"""Seconds that the platform takes for each answer, as one in the same part of the world does."""
PAGE = 100
TOGETHER = 20
TOKEN = "tstmt_sandbox0harbour0shop"
A_TEST = "00000007"
GREETER = "TESTDESK_GREETER"


class Session:
    """A server that has been opened with the handshake, which both kinds of SDK speak."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self._id = 0
        self.ask(
            "initialize", protocolVersion="2024-11-05", capabilities={}, clientInfo={"name": "bench", "version": "1"}
        )
        process.say(self._line("notifications/initialized"))

    @staticmethod
    def _line(method: str, **more: Any) -> bytes:
        return json.dumps({"jsonrpc": "2.0", "method": method, **more}).encode() + b"\n"

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """The result of one request."""
        return self.together([(method, params)])[0]

    def call(self, tool: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        return self.ask("tools/call", name=tool, arguments=arguments)

    def together(self, requests: Sequence[tuple[str, Mapping[str, Any]]]) -> list[dict[str, Any]]:
        """The results of requests that are sent at once.

        Raises:
            Broken: when one of them is an error.
        """
        first = self._id + 1
        self._id += len(requests)
        lines = [self._line(method, id=first + n, params=params) for n, (method, params) in enumerate(requests)]
        self.process.say(b"".join(lines))
        results: dict[int, dict[str, Any]] = {}
        while len(results) < len(requests):
            answer = json.loads(self.process.read())
            if "id" not in answer or "method" in answer:
                continue  # a notification
            result = answer.get("result")
            if result is None or result.get("isError"):
                raise Broken(f"{self.process.name} answered with an error: {json.dumps(answer)[:300]}")
            results[answer["id"]] = result
        return [results[first + n] for n in range(len(requests))]


@dataclass
class Side:
    """One of the servers: how it is started, and how it reads a test and all tests."""

    way: Way
    get: tuple[str, dict[str, Any]]
    read_all: Callable[[Session], int] | None = None


@dataclass
class Ground:
    """The fake platform, and the servers before it: ours, the peer, and the SDK alone."""

    address: str
    ours: Side
    peer: Side
    bare: Side
    notes: list[str] = field(default_factory=list)

    def requests(self) -> int:
        """How many requests the platform has answered so far."""
        with urllib.request.urlopen(f"{self.address}/_sandbox/requests") as response:
            entries = json.load(response)
        rows = entries["requests"] if isinstance(entries, dict) else entries
        return int(rows[-1]["number"]) if rows else 0

    @contextmanager
    def ready(self, *sides: Side) -> Iterator[list[Session]]:
        """Some of the servers, ready to be asked."""
        with ExitStack() as stack:
            yield [Session(stack.enter_context(running(side.way))) for side in sides]


def read_ours(session: Session) -> int:
    """Read all tests through our cursor."""
    rows, more = 0, dict[str, Any]()
    while True:
        page = session.call("testomatio_list_tests", {"limit": 500, **more})["structuredContent"]
        rows += len(page["items"])
        if "next_cursor" not in page:
            return rows
        more = {"cursor": page["next_cursor"]}


def read_pages(session: Session) -> int:
    """Read all tests page by page, as an assistant has to where a tool answers one page of the platform."""
    rows, page = 0, 1
    while True:
        answer = json.loads(session.call("tests_list", {"page": page, "per_page": PAGE})["content"][0]["text"])
        rows += len(answer["data"])
        if len(answer["data"]) < PAGE or rows >= TESTS:
            return rows
        page += 1


@contextmanager
def ground(scratch: Path, node: Peer) -> Iterator[Ground]:
    """Start the platform, and each server once, so that what they compile is there."""
    platform = ("-m", "tests.bench.crowd", "--tests", str(TESTS), "--delay", str(DELAY))
    with running(Way(platform, surroundings(scratch, {}))) as process:
        address = process.read().decode().strip()
        account = {"TESTOMATIO_API_TOKEN": TOKEN, "TESTOMATIO_BASE_URL": address, "TESTOMATIO_PROJECT": SHOP}
        ours = Way(("-m", "server", "serve"), surroundings(scratch, account))
        with running(ours) as first:
            count = len(Session(first).ask("tools/list")["tools"])
        arguments = node.arguments(address, SHOP, TOKEN, count)
        peer = Way(arguments, surroundings(scratch, {}), (str(node.program),))
        project = ("--platform", f"{address}/api/v2/{SHOP}", "--authorization", f"Bearer {TOKEN}")
        bare = Way(("-m", "tests.bench.bare_server", "--tools", str(count), *project), surroundings(scratch, {}))
        yield Ground(
            address,
            Side(ours, ("testomatio_get_test", {"test_id": A_TEST}), read_ours),
            Side(peer, ("tests_get", {"test_id": A_TEST}), read_pages),
            Side(bare, ("get_test", {"test_id": A_TEST})),
            [node.note] if node.note else [],
        )


def starts(on: Ground, times: int) -> list[Figure]:
    """From the start of a process to its list of tools, over the handshake; with the greeter and without."""
    ways = {"0": on.ours.way, "1": on.ours.way, "peer": on.peer.way}
    for switch in ("0", "1"):
        ways[switch] = Way(on.ours.way.arguments, {**on.ours.way.environment, GREETER: switch})
    seconds, memory = {name: Samples() for name in ways}, {name: Samples() for name in ways}
    for turn in range(times + 1):
        for name, way in ways.items():
            with running(way) as process:
                Session(process).ask("tools/list")
                taken, held = process.elapsed(), process.peak_memory()
                process.kill()
            if turn:  # the first start of each leaves behind what the others find
                seconds[name].add(taken)
                memory[name].add(held or 0.0)
    return [
        Figure.of(
            "peer_greeter", f"start to tools/list, {GREETER}=1", seconds["1"], seconds["peer"], Limit(ratio=0.35)
        ),
        Figure.of("peer_start", f"start to tools/list, {GREETER}=0", seconds["0"], seconds["peer"]),
        Figure("peer_memory", "peak memory after that start", "MiB", memory["0"].median, memory["peer"].median),
    ]


def calls(on: Ground, times: int) -> list[Figure]:
    """One test read again and again, and twenty at once; also from the SDK alone, the least that Python needs."""
    sides = (on.ours, on.peer, on.bare)
    one, many = [Samples() for _ in sides], [Samples() for _ in sides]
    with on.ready(*sides) as sessions:
        for turn in range(times + 3):
            for place, (session, side) in enumerate(zip(sessions, sides, strict=True)):
                tool, arguments = side.get
                asked = ("tools/call", {"name": tool, "arguments": arguments})
                for samples, requests in ((one[place], [asked]), (many[place], [asked] * TOGETHER)):
                    before = time.perf_counter()
                    session.together(requests)
                    if turn >= 3:  # the first ones open connections
                        samples.add(time.perf_counter() - before)
    together = f"{TOGETHER} such calls at once"
    return [
        Figure.of("peer_call", "read one test", one[0], one[1]),
        Figure.of("bare_call", "the same by a bare SDK server in Python", one[2], one[1]),
        Figure.of("peer_together", together, many[0], many[1], Limit(ratio=1.1)),
        Figure.of("bare_together", f"{together} by a bare SDK server in Python", many[2], many[1]),
    ]


def lists(on: Ground, times: int) -> list[Figure]:
    """All tests of a project, to the last."""
    seconds, asked = (Samples(), Samples()), [0, 0]
    with on.ready(on.ours, on.peer) as sessions:
        for _ in range(times):
            for place, (session, side) in enumerate(zip(sessions, (on.ours, on.peer), strict=True)):
                assert side.read_all is not None
                before_it, before = on.requests(), time.perf_counter()
                if (rows := side.read_all(session)) != TESTS:
                    raise Broken(f"{session.process.name} read {rows} of {TESTS} tests")
                seconds[place].add(time.perf_counter() - before)
                asked[place] = on.requests() - before_it
    on.notes.append(f"All {TESTS:,} tests: {asked[0]} requests, the peer {asked[1]}.")
    return [Figure.of("peer_list", f"read all {TESTS:,} tests", *seconds, Limit(ratio=0.6))]


def _beside_testio(on: Ground, peer: Peer, scratch: Path, times: int) -> tuple[list[Figure], str]:
    """The figures beside test IO's server, or why there are none."""
    if peer.program is None:
        return [], peer.note
    try:
        return beside_testio(on, peer, scratch, times), ""
    except (Broken, subprocess.SubprocessError) as error:
        print(f"bench-peers: {error}", file=sys.stderr)
        return [], "it did not start."


def beside_testio(on: Ground, peer: Peer, scratch: Path, times: int) -> list[Figure]:
    """test IO's server, which keeps a database; an empty one is made for it."""
    base = f"{on.address}/testio/customer/v2"
    theirs = {
        "TESTIO_CUSTOMER_API_BASE_URL": base,
        "TESTIO_CUSTOMER_API_TOKEN": "x",
        "TESTIO_CUSTOMER_ID": "1",
        "TESTIO_DB_PATH": str(scratch / "testio.db"),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",  # it stores the token beside the variable
        "TESTIO_SKIP_MIGRATIONS": "1",  # they need files that the package does not bring
    }
    plain = {name: value for name, value in surroundings(scratch, theirs).items() if name != "PYTHONPATH"}
    ways = (
        Way(("-m", "server", "serve"), surroundings(scratch, {"TESTIO_API_TOKEN": "x", "TESTIO_BASE_URL": base})),
        Way(("serve",), plain, (str(peer.program),)),
    )
    tables = (
        "import testio_mcp.models.orm; from sqlmodel import SQLModel, create_engine; "
        f"SQLModel.metadata.create_all(create_engine('sqlite:///{theirs['TESTIO_DB_PATH']}'))"
    )
    subprocess.run([Path(str(peer.program)).with_name("python"), "-c", tables], check=True, capture_output=True)
    seconds, memory = (Samples(), Samples()), (Samples(), Samples())
    for turn in range(times + 1):
        for place, way in enumerate(ways):
            with running(way) as process:
                Session(process).ask("tools/list")
                taken, held = process.elapsed(), process.peak_memory()
                process.kill()
            if turn:
                seconds[place].add(taken)
                memory[place].add(held or 0.0)
    return [
        Figure.of("testio_start", "start to tools/list", *seconds),
        Figure("testio_memory", "peak memory after that start", "MiB", memory[0].median, memory[1].median),
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description="Measure Testdesk beside other servers for these platforms.")
    parser.add_argument("--quick", action="store_true", help="fewer repetitions")
    parser.add_argument("--readme", action="store_true", help="write the tables into README.md as well")
    asked = parser.parse_args()
    if shutil.which("node") is None or shutil.which("npm") is None:
        print("bench-peers: skipped, since node and npm are not on this machine.")
        return 0
    began = time.monotonic()
    node, testio = install(NODE), install(PYTHON)
    if node.program is None:
        print(f"bench-peers: skipped, since {node.note}")
        return 0
    few, most = (2, 5) if asked.quick else (5, 20)
    pages: list[str] = []
    with tempfile.TemporaryDirectory(prefix="testdesk-peers-") as folder:
        scratch = Path(folder)
        try:
            with ground(scratch, node) as on:
                figures = [*starts(on, few), *calls(on, most), *lists(on, few)]
                print(table(figures, node.name), *on.notes, sep="\n", end="\n\n")
                pages += [f"Beside {node.title}, on a platform that takes {DELAY * 1000:.0f} ms for an answer:", ""]
                missed = [figure.what for figure in figures if figure.is_met is False]
                pages += [markdown(figures, node.name), "", *on.notes]
                pages += [f"Missed: {'; '.join(missed)}."] if missed else []
                others, why = _beside_testio(on, testio, scratch, few)
                print(table(others, testio.name) if others else f"Not measured beside testio-mcp: {why}")
                pages += ["", f"Beside {testio.title}{':' if others else f' nothing was measured: {why}'}"]
                pages += ["", markdown(others, testio.name)] if others else []
        except (Broken, subprocess.SubprocessError) as error:
            print(f"bench-peers: {error}", file=sys.stderr)
            return 2
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    print(f"{len(missed)} limits missed{': ' if missed else ''}{'; '.join(missed)}. ", end="")
    print(f"It took {time.monotonic() - began:.0f} s; {os.cpu_count()} cores, load {load:.1f}.")
    if asked.readme:
        page = README.read_text(encoding="utf-8")
        before, _, rest = page.partition(BEGIN)
        block = "\n".join([BEGIN, *pages, END])
        README.write_text(before + block + rest.partition(END)[2], encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
