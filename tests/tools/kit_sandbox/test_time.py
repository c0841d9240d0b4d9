"""The time inside a sandbox, as its answers tell it and as a reset leaves it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx
import pytest
from starlette.responses import JSONResponse, Response

from server.sandbox import SandboxTransport
from server.settings import SANDBOX_ORIGIN
from tools.kit.sandbox.clock import STORY_START, Clock
from tools.kit.sandbox.composition import Composition, compose
from tools.kit.sandbox.routes import Call
from tools.kit.sandbox.sandbox import Sandbox

START = "Fri, 03 Apr 2026 07:00:00 GMT"


@pytest.fixture
def app() -> Composition:
    return compose({"early": dated("/early"), "late": dated("/late", start=STORY_START + timedelta(days=1))})


@pytest.fixture
async def http(app: Composition) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=SandboxTransport(app), base_url=SANDBOX_ORIGIN) as client:
        yield client


def dated(mount: str, start: datetime = STORY_START) -> Sandbox:
    sandbox = Sandbox(mount, lambda _: None, clock=Clock(start, factor=0))

    @sandbox.route("GET", "/rows")
    async def rows(call: Call[None]) -> Response:
        return JSONResponse([1, 2])

    return sandbox


@pytest.mark.anyio
async def test_an_answer_carries_the_time_of_its_own_sandbox(http: httpx.AsyncClient) -> None:
    assert (await http.get("/early/rows")).headers["date"] == START
    late = parsedate_to_datetime((await http.get("/late/rows")).headers["date"])
    assert late == STORY_START + timedelta(days=1)
    assert late.tzinfo == UTC


@pytest.mark.anyio
@pytest.mark.parametrize(
    "fault", [{"status": 503}, {"garbage": True}, {"huge": 100}, {"redirect": "/x"}, {"delay": 0.01}, None]
)
async def test_errors_and_ordered_faults_are_dated_too(http: httpx.AsyncClient, fault: dict[str, object]) -> None:
    if fault:
        await http.post("/_sandbox/faults", json={"platform": "early", **fault})
    answer = await http.get("/early/rows" if fault else "/early/nothing")
    assert answer.headers.get_list("date") == [START]


@pytest.mark.anyio
@pytest.mark.parametrize("path", ["/_sandbox", "/_sandbox/clock", "/elsewhere"])
async def test_controls_and_lost_paths_are_dated(http: httpx.AsyncClient, path: str) -> None:
    assert (await http.get(path)).headers["date"] == START


@pytest.mark.anyio
async def test_a_date_that_a_fault_was_ordered_with_stays(http: httpx.AsyncClient) -> None:
    other = "Thu, 01 Jan 1970 00:00:00 GMT"
    await http.post("/_sandbox/faults", json={"platform": "early", "status": 500, "headers": {"Date": other}})
    assert (await http.get("/early/rows")).headers.get_list("date") == [other]


@pytest.mark.anyio
async def test_the_date_moves_with_the_clock(http: httpx.AsyncClient) -> None:
    await http.post("/_sandbox/clock", json={"advance": "2h"})
    assert (await http.get("/early/rows")).headers["date"] == "Fri, 03 Apr 2026 09:00:00 GMT"


def test_the_pace_of_the_construction_survives_a_reset() -> None:
    clock = Clock(factor=60)
    sandbox = Sandbox("/x", lambda _: None, clock=clock)
    clock.accelerate(3600)
    sandbox.reset()
    assert clock.factor == 60


def test_a_pace_can_be_made_the_first_one_afterwards() -> None:
    clock = Clock()
    clock.accelerate(3600, is_first=True)
    clock.accelerate(1)
    clock.reset()
    assert clock.factor == 3600
