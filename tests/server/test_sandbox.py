"""The two ways to the sandboxes: inside the process, and over a port of this machine."""

import json
import shlex
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from importlib import import_module
from pathlib import Path

import anyio
import httpx
import pytest
from anyio.abc import ByteStream
from starlette.responses import JSONResponse, Response

from server.app import build
from server.sandbox import LOOPBACK, OwnPorts, SandboxTransport, serve_on_ports, usage
from server.settings import SANDBOX_ORIGIN
from tests.clients.install import programs
from tests.clients.run import MODULES
from tests.desk import desk, sandboxes, settings
from tests.served_sandboxes import serve_on_port
from tests.tools.kit.loopback import head, listening
from tools.kit.platform import Platform
from tools.kit.sandbox.clock import Clock
from tools.kit.sandbox.composition import compose
from tools.kit.sandbox.routes import Call, Routes
from tools.kit.sandbox.sandbox import Sandbox
from tools.platforms import PLATFORMS

ROOT = Path(__file__).parent.parent.parent
LONGEST = 100.0  # seconds that the transport sleeps at most


def files() -> Routes[list[object]]:
    table: Routes[list[object]] = Routes()

    @table.get("/{name}")
    async def file(call: Call[list[object]]) -> Response:
        return Response(call.params["name"])

    return table


def echo() -> Sandbox:
    sandbox = Sandbox(
        *("/echo/v1", lambda _: []),
        other_mounts={"/echo/files": [files()]},
        clock=Clock(factor=0),
        curl="'{base}/rows'",
        clients={"echoes": "ECHO_URL={root} echoes"},
    )

    @sandbox.route("GET", "/rows")
    async def rows(call: Call[list[object]]) -> Response:
        return JSONResponse({"rows": ["a row of some length"] * 200})

    @sandbox.route("POST", "/rows")
    async def add(call: Call[list[object]]) -> Response:
        call.world.append(call.json())
        return JSONResponse({"count": len(call.world)}, 201)

    @sandbox.route("GET", "/where")
    async def where(call: Call[list[object]]) -> Response:
        return JSONResponse({"base": call.base, "file": f"{call.origin}/echo/files/a.txt"})

    @sandbox.route("GET", "/broken")
    async def broken(call: Call[list[object]]) -> Response:
        raise ZeroDivisionError

    return sandbox


@pytest.fixture
def sandbox() -> Sandbox:
    return echo()


@pytest.fixture
async def http(sandbox: Sandbox) -> AsyncIterator[httpx.AsyncClient]:
    transport = SandboxTransport(compose({"echo": sandbox}), longest_sleep=LONGEST)
    async with httpx.AsyncClient(transport=transport, base_url=SANDBOX_ORIGIN) as client:
        yield client


async def order(http: httpx.AsyncClient, **fault: object) -> None:
    answer = await http.post("/_sandbox/faults", json={"platform": "echo", **fault})
    assert answer.status_code == 201, answer.text


async def read(http: httpx.AsyncClient, received: list[bytes]) -> None:
    async with http.stream("GET", "/echo/v1/rows") as answer:
        assert int(answer.headers["content-length"]) > 100
        async for piece in answer.aiter_bytes():
            received.append(piece)


# Inside the process


@pytest.mark.anyio
async def test_a_request_is_answered_without_a_port(http: httpx.AsyncClient) -> None:
    assert len((await http.get("/echo/v1/rows")).json()["rows"]) == 200


@pytest.mark.anyio
async def test_nothing_but_the_sandbox_is_reachable(http: httpx.AsyncClient) -> None:
    with pytest.raises(httpx.ConnectError):
        await http.get("https://api.example.test/echo/v1/rows")


@pytest.mark.anyio
async def test_a_delay_past_the_time_limit_is_a_read_timeout(http: httpx.AsyncClient, pauses: list[float]) -> None:
    await order(http, delay=300)
    with pytest.raises(httpx.ReadTimeout):
        await http.get("/echo/v1/rows", timeout=httpx.Timeout(60, read=20))
    assert pauses == [20]


@pytest.mark.anyio
async def test_a_delay_within_the_time_limit_is_waited_for(http: httpx.AsyncClient, pauses: list[float]) -> None:
    await order(http, delay=10)
    assert (await http.get("/echo/v1/rows", timeout=60)).status_code == 200
    assert pauses == [10]


@pytest.mark.anyio
async def test_a_client_without_a_time_limit_waits(http: httpx.AsyncClient, pauses: list[float]) -> None:
    await order(http, delay=300)
    assert (await http.get("/echo/v1/rows", timeout=None)).status_code == 200
    assert pauses == [LONGEST]


@pytest.mark.anyio
@pytest.mark.usefixtures("pauses")
async def test_a_write_that_timed_out_has_happened(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    await order(http, method="POST", delay=300)
    with pytest.raises(httpx.ReadTimeout):
        await http.post("/echo/v1/rows", json={"n": 1}, timeout=20)
    assert sandbox.world == [{"n": 1}]


@pytest.mark.anyio
async def test_a_cut_body_begins_and_breaks_off(http: httpx.AsyncClient) -> None:
    await order(http, cut=100)
    received: list[bytes] = []
    with pytest.raises(httpx.ReadError):
        await read(http, received)
    assert len(b"".join(received)) == 100


@pytest.mark.anyio
async def test_a_cut_longer_than_the_body_still_breaks_off(http: httpx.AsyncClient) -> None:
    await order(http, cut=10**6)
    with pytest.raises(httpx.ReadError):
        await http.get("/echo/v1/rows")


@pytest.mark.anyio
async def test_an_exception_of_a_handler_is_500(http: httpx.AsyncClient) -> None:
    answer = await http.get("/echo/v1/broken")
    assert (answer.status_code, answer.text) == (500, "Internal Server Error")
    told = (await http.get("/_sandbox/requests")).json()["requests"]
    assert told[-1]["status"] == 500


@pytest.mark.anyio
async def test_a_reader_with_a_limit_can_stop_early(http: httpx.AsyncClient) -> None:
    await order(http, huge=200 * 1024 * 1024)
    read = 0
    async with http.stream("GET", "/echo/v1/rows") as answer:
        async for piece in answer.aiter_bytes():
            assert len(piece) <= 64 * 1024
            read += len(piece)
            if read > 1024 * 1024:
                break
    assert read < 2 * 1024 * 1024


# Over a port


@pytest.mark.anyio
async def test_the_port_is_on_loopback_and_free() -> None:
    async with serve_on_port({"echo": echo()}) as origin, httpx.AsyncClient(base_url=origin) as http:
        assert origin.startswith("http://127.0.0.1:")
        assert (await http.get("/echo/v1/rows")).status_code == 200


@pytest.mark.anyio
async def test_over_a_port_a_cut_breaks_the_connection_inside_the_body() -> None:
    async with serve_on_port({"echo": echo()}) as origin, httpx.AsyncClient(base_url=origin) as http:
        await order(http, cut=100)
        received: list[bytes] = []
        with anyio.fail_after(5), pytest.raises(httpx.RemoteProtocolError):
            await read(http, received)
        assert len(b"".join(received)) == 100
        assert (await http.get("/echo/v1/rows")).status_code == 200


@pytest.mark.anyio
async def test_over_a_port_a_delay_meets_the_real_time_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses, is_over = list[float](), anyio.Event()

    async def pause(seconds: float) -> None:
        pauses.append(seconds)
        await is_over.wait()

    async with serve_on_port({"echo": echo()}) as origin, httpx.AsyncClient(base_url=origin) as http:
        await order(http, delay=300)
        monkeypatch.setattr("tools.kit.sandbox.composition.anyio.sleep", pause)
        with pytest.raises(httpx.ReadTimeout):
            await http.get("/echo/v1/rows", timeout=httpx.Timeout(30, read=0.2))
        is_over.set()
    assert pauses == [300]


@pytest.mark.anyio
async def test_a_server_on_a_sandbox_at_a_port_takes_no_proxy(bare_surroundings: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    async def proxy(stream: ByteStream) -> None:
        asked.append(await head(stream))

    async with listening(proxy) as proxy_port, serve_on_port(sandboxes().sandboxes) as origin:
        bare_surroundings.setenv("HTTP_PROXY", f"http://{LOOPBACK}:{proxy_port}")
        async with desk(server=build(settings(sandbox_at=origin))) as d:
            assert (await d.answer("testio_get_bug", bug_id=88101))["id"] == 88101
    assert asked == []


@pytest.mark.anyio
async def test_over_a_port_a_reader_with_a_limit_can_stop_early() -> None:
    async with serve_on_port({"echo": echo()}) as origin, httpx.AsyncClient(base_url=origin) as http:
        await order(http, huge=50 * 1024 * 1024)
        read = 0
        with anyio.fail_after(10):
            async with http.stream("GET", "/echo/v1/rows") as answer:
                async for piece in answer.aiter_bytes():
                    read += len(piece)
                    if read > 1024 * 1024:
                        break
        assert read < 4 * 1024 * 1024


@pytest.mark.anyio
async def test_a_port_that_is_taken_is_an_error_and_no_other_port() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="in use"):
        async with serve_on_port({"echo": echo()}, taken.getsockname()[1]):
            pass


@pytest.mark.anyio
async def test_each_platform_has_a_port_at_which_its_paths_are_those_of_its_vendor() -> None:
    async with (
        serve_on_ports({"echo": echo(), "other": Sandbox("/other", lambda _: [])}) as addresses,
        httpx.AsyncClient(base_url=addresses.own["echo"]) as own,
        httpx.AsyncClient(base_url=addresses.origin) as common,
    ):
        assert len({addresses.origin, *addresses.own.values()}) == 3
        assert (await own.post("/v1/rows", json={"n": 1})).json() == {"count": 1}
        assert (await common.post("/echo/v1/rows", json={"n": 2})).json() == {"count": 2}, "two worlds"
        assert (await own.post("/echo/v1/rows", json={"n": 3})).json() == {"count": 3}, "the mount is there as well"
        assert (await own.get("/other")).json() == {"error": "Nothing is mounted at /echo/other", **MOUNTS}
        here = (await own.get("/v1/where")).json()
        assert here["base"] == f"{addresses.own['echo']}/v1"
        assert (await own.get(here["file"])).text == "a.txt"
        assert (await common.get("/echo/v1/where")).json()["base"] == f"{addresses.origin}/echo/v1"
        seen = (await own.get("/_sandbox/requests?platform=echo")).json()["requests"]
        assert [entry["path"] for entry in seen if entry["method"] == "POST"] == ["/rows"] * 3
        await order(own, status=503)
        assert (await common.get("/echo/v1/rows")).status_code == 503, "faults are shared"


MOUNTS = {"mounts": {"echo": ["/echo/v1", "/echo/files"], "other": ["/other"]}}


@pytest.mark.anyio
async def test_own_ports_that_were_named_are_these_and_others_give_way() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match="in use"):
            async with serve_on_ports({"echo": echo()}, own=OwnPorts(port)):
                pass
        async with serve_on_ports({"echo": echo()}, own=OwnPorts(port, takes_others=True)) as addresses:
            assert not addresses.own["echo"].endswith(f":{port}")
    async with serve_on_ports({"echo": echo()}, own=OwnPorts(port)) as addresses:
        assert addresses.own == {"echo": f"http://127.0.0.1:{port}"}
    async with serve_on_ports({"echo": echo()}, own=None) as addresses:
        assert addresses.own == {}


def test_the_directions_have_a_line_for_each_program_of_the_vendor() -> None:
    told = usage({"echo": echo()}, "http://127.0.0.1:8000", {"echo": "http://127.0.0.1:8010"})
    assert "own port  http://127.0.0.1:8010  (base URL http://127.0.0.1:8010/v1)\n" in told
    assert "  echoes\n            ECHO_URL=http://127.0.0.1:8010 echoes\n" in told
    assert "echoes" not in usage({"echo": echo()}, "http://127.0.0.1:8000")


@pytest.mark.anyio
@pytest.mark.parametrize("platform", PLATFORMS, ids=[p.key for p in PLATFORMS])
async def test_the_lines_that_a_start_prints_work_as_they_stand(platform: Platform) -> None:
    sandbox = platform.sandbox()
    async with serve_on_ports({platform.key: sandbox}) as addresses, httpx.AsyncClient() as http:
        for base in (addresses.origin + sandbox.mount, addresses.own[platform.key] + mount_at_root(sandbox)):
            option, header, address = shlex.split(sandbox.curl.format(base=base))
            assert option == "-H"
            name, _, value = header.partition(": ")
            answer = await http.get(address, headers={name: value})
            assert answer.status_code == 200, answer.text


def test_each_program_that_make_clients_runs_has_its_line_and_its_exchange() -> None:
    printed = {name for platform in PLATFORMS for name in platform.sandbox().clients}
    names = {program.name for program in programs()}
    assert names == set(MODULES)
    assert names <= printed
    for module in MODULES.values():
        assert callable(import_module(f"tests.clients.{module}").exchange)


def mount_at_root(sandbox: Sandbox) -> str:
    """What is left of a mount at the platform's own port."""
    return "".join(f"/{piece}" for piece in sandbox.mount.split("/")[2:])


def test_the_directions_can_be_pasted() -> None:
    told = usage({"echo": echo()}, "http://127.0.0.1:8000")
    assert "base URL  http://127.0.0.1:8000/echo/v1\n" in told
    assert "curl 'http://127.0.0.1:8000/echo/v1/rows'\n" in told
    assert "curl http://127.0.0.1:8000/_sandbox\n" in told


def test_the_command_says_where_it_serves_and_stops_when_asked() -> None:
    program = (
        "from server.sandbox import run_port\nfrom tools.kit.sandbox.sandbox import Sandbox\n"
        "run_port({'echo': Sandbox('/echo', lambda _: [])}, 0)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            origin = line.split(" on ")[1].split(",")[0]
            answer = httpx.get(f"{origin}/_sandbox", timeout=5, trust_env=False)
            assert json.loads(answer.text)["mounts"] == {"echo": ["/echo"]}
        finally:
            process.terminate()
            process.wait(timeout=10)
