"""Measures a team's server under load, beside a bare SDK server with as many workers and tools: `make bench-team`.

python tests/bench/team.py              four workers, in about two minutes
python tests/bench/team.py --workers 2  fewer

200 connections of 25 people call without a pause; the platform takes 50 ms for each answer; one call in twenty changes
something, and each of these is recorded in PostgreSQL before it is sent. Both servers may have as many requests under
way at the platform, so that what is compared is their own work. Needs wrk and PostgreSQL from Debian's packages.
"""

import argparse
import json
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from server.team.keys import digest_of, new_key, person_in
from tests.bench.served import ROOT, Broken, surroundings
from tests.postgres.run import installed
from tests.postgres.server import Missing, running_server

CONNECTIONS: Final = 200
ACTS: Final = 0.05
FIGURES: Final = ("rate", "p50", "p99")
LEAST: Final = 0.85
"""Ours by the bare server's throughput, at least."""
PEOPLE: Final = 25
TOOLS: Final = 250
PATIENCE: Final = 60.0


@contextmanager
def process(*command: str, environment: dict[str, str], fds: tuple[int, ...] = ()) -> Iterator[subprocess.Popen[str]]:
    """A process that is ended by its signal, or killed."""
    with subprocess.Popen(
        command,
        cwd=environment["HOME"],
        env=environment,
        pass_fds=fds,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as started:
        try:
            yield started
        finally:
            assert started.stdin is not None
            started.stdin.close()
            started.terminate()
            try:
                started.wait(20)
            except subprocess.TimeoutExpired:
                started.kill()


def shared_port(workers: int, stack: ExitStack) -> list[socket.socket]:
    """A listening socket for each worker, all on one port."""
    sockets: list[socket.socket] = []
    for _ in range(workers):
        one = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP))
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        one.bind(("127.0.0.1", sockets[0].getsockname()[1] if sockets else 0))
        one.listen(1024)
        sockets.append(one)
    return sockets


def bare(
    workers: int, requests: int, platform: str, environment: dict[str, str], stack: ExitStack
) -> tuple[str, list[int]]:
    """The address of the SDK's own server, and its processes."""
    sockets = shared_port(workers, stack)
    pids = []
    for one in sockets:
        command = (
            "-m",
            "tests.bench.bare_http",
            "--platform",
            platform,
            "--tools",
            str(TOOLS),
            "--at-once",
            str(requests),
        )
        started = process(
            sys.executable, *command, "--fd", str(one.fileno()), environment=environment, fds=(one.fileno(),)
        )
        pids.append(stack.enter_context(started).pid)
    address = f"http://127.0.0.1:{sockets[0].getsockname()[1]}"
    for one in sockets:
        one.close()
    wait_for(address)
    return address, pids


def team_file(folder: Path, keys: list[str], at_once: int) -> str:
    """The path of a configuration with people, each with a key."""
    lines = [f"[team.requests_at_once]\ntestio = {at_once}\n"]
    for key in keys:
        name = person_in(key)
        lines.append(f'[people.{name}]\nrights = ["read", "triage"]\n')
        lines.append(f'[people.{name}.keys.bench]\ndigest = "{digest_of(key)}"\n')
    file = folder / "testdesk.toml"
    file.write_text("\n".join(lines))
    return str(file)


def ours(
    workers: int, platform: str, store: str, configuration: str, environment: dict[str, str], stack: ExitStack
) -> tuple[str, list[int]]:
    """The address of a team's server, and its worker processes."""
    settings = {
        "TESTIO_API_TOKEN": "x",
        "TESTIO_BASE_URL": platform,
        "TESTDESK_CONFIG": configuration,
        "TESTDESK_STORE": store,
        "TESTDESK_STATE_KEYS": secrets.token_urlsafe(32),
        "TESTDESK_TOOLSETS": "all",
    }
    several = ("--workers", str(workers)) if workers > 1 else ()
    command = (sys.executable, "-P", "-m", "testdesk", "serve", "--http", "--port", "0", *several)
    started = stack.enter_context(process(*command, environment={**environment, **settings}))
    assert started.stderr is not None
    line = ""
    while "testdesk listens on " not in line:
        line = started.stderr.readline()
        if not line:
            raise Broken("the server ended before it listened")
    address = line.rpartition(" ")[2].strip().removesuffix("/mcp")
    wait_for(address)
    return address, children(started.pid) if workers > 1 else [started.pid]


def children(pid: int) -> list[int]:
    """The processes that a process has started."""
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def wait_for(address: str) -> None:
    """Wait until a server answers anything."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(f"{address}/healthz", timeout=2)
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise Broken(f"{address} does not answer")


def load(address: str, seconds: int, share: float, tools: tuple[str, str], keys: list[str]) -> dict[str, Any]:
    """What a load of calls was answered with."""
    command = [
        "wrk",
        "-t1",
        f"-c{CONNECTIONS}",
        f"-d{seconds}s",
        "--timeout",
        "30s",
        "-s",
        str(ROOT / "tests/bench/team.lua"),
    ]
    command += [address, "--", str(share), secrets.token_hex(4), *tools, *keys]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 60)
    try:
        figures: dict[str, Any] = json.loads(ran.stdout.strip().splitlines()[-1])
    except (IndexError, ValueError) as error:
        raise Broken(f"wrk: {ran.stderr or ran.stdout}") from error
    if figures["failed"]:
        raise Broken(f"{figures['failed']} of {figures['requests']} calls failed: {ran.stderr[:500]}")
    return figures | {"rate": figures["requests"] / figures["seconds"]}


def resident(pids: list[int]) -> float:
    """The memory that a worker holds, in MiB, on average."""
    held = [
        int(line.split()[1])
        for pid in pids
        for line in Path(f"/proc/{pid}/status").read_text().splitlines()
        if line.startswith("VmRSS:")
    ]
    return sum(held) / len(held) / 1024


OURS: Final = ("testio_get_bug", "testio_create_feature")
BARE: Final = ("get_bug", "create_feature")


def measure(workers: int, requests: int, seconds: int, rounds: int) -> list[str]:
    """The figures as lines; the platform takes so many `requests` of one worker at once."""
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="testdesk-bench-")))
        environment = surroundings(scratch, {})
        server = stack.enter_context(running_server())
        platform_process = stack.enter_context(
            process(sys.executable, "-P", "-m", "tests.bench.team_platform", environment=environment)
        )
        assert platform_process.stdout is not None
        platform = platform_process.stdout.readline().strip()
        keys = [new_key(f"p{number}") for number in range(PEOPLE)]
        configuration = team_file(scratch, keys, requests * workers)
        with ExitStack() as servers:
            our, our_pids = ours(workers, platform, server.address, configuration, environment, servers)
            their, their_pids = bare(workers, requests, platform, environment, servers)

            def loads(seconds: int, share: float) -> tuple[dict[str, Any], dict[str, Any]]:
                return load(our, seconds, share, OURS, keys), load(their, seconds, share, BARE, keys)

            loads(3, ACTS)
            pairs = [loads(seconds, ACTS) for _ in range(rounds)]
            acts, their_acts = loads(seconds, 1.0)
            memory = resident(our_pids), resident(their_pids)
    mid, their_mid = ({name: median(pair[side][name] for pair in pairs) for name in FIGURES} for side in (0, 1))
    ratio = median(a["rate"] / b["rate"] for a, b in pairs)
    return [
        f"{workers} workers, {CONNECTIONS} clients of {PEOPLE} people, {ACTS:.0%} acts; {rounds} rounds of {seconds} s",
        f"platform at 50 ms, which takes {requests} requests of a worker at once",
        f"throughput: {mid['rate']:.0f} calls/s, bare {their_mid['rate']:.0f}: {ratio:.2f}x (at least {LEAST}x)",
        f"p50: {mid['p50']:.0f} ms, bare {their_mid['p50']:.0f}; p99: {mid['p99']:.0f}, bare {their_mid['p99']:.0f}",
        f"acts alone: {acts['rate']:.0f}/s, p99 {acts['p99']:.0f} ms",
        f"acts alone, bare: {their_acts['rate']:.0f}/s, p99 {their_acts['p99']:.0f} ms",
        f"memory a worker: {memory[0]:.0f} MiB, bare {memory[1]:.0f}",
        "met" if ratio >= LEAST else "MISSED",
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description="Measure a team's server beside the SDK alone, under load.")
    parser.add_argument("--workers", type=int, default=4, help="processes of each server")
    parser.add_argument("--requests", type=int, default=16, help="of one worker that the platform takes at once")
    parser.add_argument("--seconds", type=int, default=8, help="of one load")
    parser.add_argument("--rounds", type=int, default=3, help="loads of each server, in turn")
    parser.add_argument("--strict", action="store_true", help="end with 1 when the limit is missed")
    asked = parser.parse_args()
    if shutil.which("wrk") is None:
        print("bench-team: skipped, there is no wrk; Debian's package has it.", file=sys.stderr)
        return 0
    try:
        installed()
        lines = measure(asked.workers, asked.requests, asked.seconds, asked.rounds)
    except Missing as missing:
        print(f"bench-team: skipped. {missing}", file=sys.stderr)
        return 0
    except Broken as error:
        print(f"bench-team: {error}", file=sys.stderr)
        return 2
    print("\n".join(lines))
    return int(asked.strict and lines[-1] != "met")


if __name__ == "__main__":
    sys.exit(main())
