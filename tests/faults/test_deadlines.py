"""Nothing goes past its deadline, however little at a time an answer comes."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.utils import formatdate

import anyio
import pytest
from anyio.abc import ByteStream

from tests.tools.kit.loopback import head, listening
from tests.tools.kit.wire import FOUND, Thing, Wire, says
from tools.kit.client import ApiClient
from tools.kit.errors import OutcomeUnknown, PlatformError, RateLimited, Unavailable
from tools.kit.form import Attached, Form, MadeFile
from tools.kit.network import Account, Network
from tools.kit.picture import Pictures

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("bare_surroundings", "pauses")]

SECONDS = 0.3
JSON = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 900000\r\n\r\n"


class Dribbling:
    """A server that never stops sending a byte now and then."""

    def __init__(self, start: bytes, piece: bytes) -> None:
        self._start, self._piece = start, piece
        self.requests = 0

    async def talk(self, stream: ByteStream) -> None:
        await head(stream)
        self.requests += 1
        await stream.send(self._start)
        while True:
            await stream.send(self._piece)
            await anyio.sleep_until(anyio.current_time() + 0.01)


STARTS = {
    "in the body": (JSON, b" "),
    "in the headers": (b"HTTP/1.1 200 OK\r\n", b"x: 1\r\n"),
    "before the answer": (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
}


@asynccontextmanager
async def client(server: Dribbling) -> AsyncIterator[ApiClient]:
    network = Network(read_seconds=SECONDS)
    async with listening(server.talk) as port:
        yield ApiClient(Account("Platform", f"http://127.0.0.1:{port}", network), auth=None)
        await network.close()


@pytest.mark.parametrize(("start", "piece"), STARTS.values(), ids=STARTS)
async def test_a_read_whose_answer_dribbles_ends(start: bytes, piece: bytes) -> None:
    server = Dribbling(start, piece)
    with anyio.fail_after(30):
        async with client(server) as api:
            with pytest.raises(Unavailable, match="took too long"):
                await api.get("/things/7", into=Thing)
    assert server.requests <= 2, "the time of a read includes its repetitions"


@pytest.mark.parametrize(("start", "piece"), STARTS.values(), ids=STARTS)
async def test_a_write_whose_answer_dribbles_is_unknown(start: bytes, piece: bytes) -> None:
    server = Dribbling(start, piece)
    with anyio.fail_after(30):
        async with client(server) as api:
            with pytest.raises(OutcomeUnknown):
                await api.write("PUT", "/things/7", body={}, into=Thing)
    assert server.requests == 1


async def test_an_upload_has_time_for_its_size_and_its_answer_no_more_than_any_other() -> None:
    server = Dribbling(JSON, b" ")
    form = Form([Attached(MadeFile("build.zip", bytes(2**20)))])
    with anyio.fail_after(20):
        async with client(server) as api:
            with pytest.raises(OutcomeUnknown):
                await api.write("POST", "/builds", content=form, into=Thing)


async def test_a_picture_that_dribbles_is_not_waited_for() -> None:
    network = Network(read_seconds=SECONDS, is_sandbox=True)
    start = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x10\0\0\0\x10\x08\x02\0\0\0"
    server = Dribbling(JSON.replace(b"900000", b"90000") + start, b"\0")
    with anyio.fail_after(30):
        async with listening(server.talk) as port:
            home = f"http://127.0.0.1:{port}"
            with pytest.raises(PlatformError, match="could not be reached"):
                await Pictures(Account("Platform", home, network), hosts=()).fetch(f"{home}/shot.png")
            await network.close()


async def test_the_time_of_the_platform_is_not_waited_for() -> None:
    server = Dribbling(b"HTTP/1.1 200 OK\r\n", b"x: 1\r\n")
    with anyio.fail_after(30):
        async with client(server) as api:
            assert abs(api.now().timestamp() - (await api.clock()).timestamp()) < 60


@pytest.mark.parametrize(
    "date",
    [
        "Fri, 31 Dec 9999 23:59:59 -1200",
        "Mon, 01 Jan 0001 00:00:00 +2359",
        "Mon, 01 Jan 0001 00:00:00 -0000",
        "Fri, 01 Jan 1971 00:00:00 GMT",
        "Thu, 99 Foo 2026 99:99:99 GMT",
        "no date",
        "",
    ],
)
async def test_a_clock_that_can_be_none_is_not_believed(date: str) -> None:
    api = Wire(says(json={"id": 7}, headers={"date": date})).client()
    await api.get("/things/7", into=Thing)
    assert abs(api.now().timestamp() - Wire(FOUND).client().now().timestamp()) < 60


async def test_a_clock_that_goes_wrong_by_days_is_the_platforms() -> None:
    there = time.time() - 5 * 86_400
    api = Wire(says(json={"id": 7}, headers={"date": formatdate(there, usegmt=True)})).client()
    await api.get("/things/7", into=Thing)
    assert abs(api.now().timestamp() - there) < 3600


@pytest.mark.parametrize("asked", ["1e300", "99999999999999999999", "3000000"])
async def test_an_absurd_pause_is_told_in_words(asked: str) -> None:
    with pytest.raises(RateLimited, match=r"Try again in more than a week\."):
        await Wire(says(429, headers={"retry-after": asked})).client().get("/things/7", into=Thing)
