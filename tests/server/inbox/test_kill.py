"""A receiver that is killed at the worst moment loses nothing and duplicates nothing: really killed, with SIGKILL."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import anyio
import httpx
import pytest

from server.inbox.events import EventStore
from server.inbox.receiver import Receiver
from server.inbox.store import PlatformInbox
from tests.forking import Forks
from tests.server.inbox.test_receiver import EVENT
from tests.stores import store_at
from tools.platforms import PLATFORMS

ROOT = Path(__file__).parent.parent.parent.parent


class Running:
    """A receiver in a process of its own."""

    def __init__(self, process: subprocess.Popen[str], origin: str) -> None:
        self.process, self.origin = process, origin

    def until(self, words: str) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            if words in line:
                return
        pytest.fail(f"the receiver ended without saying {words!r}")


@contextmanager
def receiver(forks: Forks, file: Path, moment: str) -> Iterator[Running]:
    process = subprocess.Popen(
        forks.command("tests.server.inbox.stalling", str(file), moment),
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    with process:
        try:
            for line in process.stderr:
                if found := re.search(r"listens on (http://127\.0\.0\.1:\d+)", line):
                    yield Running(process, found[1])
                    break
            else:
                pytest.fail("the receiver did not start")
        finally:
            process.kill()


def new_address(file: Path) -> str:
    """An address made on the same file, as the server's tool makes it; it leads to the receiver that runs."""

    async def make() -> str:
        store = EventStore(store_at(file))
        made = await PlatformInbox(store, "testio").new_address("a test")
        await store.close()
        return made

    return anyio.run(make)


def kept(file: Path) -> list[tuple[str, int]]:
    async def read() -> list[tuple[str, int]]:
        store = EventStore(store_at(file))
        events = await store.events("testio", handled=None, limit=10, before=None)
        await store.close()
        return [(event.item, event.times) for event in events]

    return anyio.run(read)


def deliver(address: str) -> int | None:
    """Deliver once; None when no answer came."""
    try:
        return httpx.post(address, json=EVENT, timeout=10).status_code
    except httpx.HTTPError:
        return None


async def deliver_again(file: Path, word: str) -> int:
    """Deliver to a receiver that was started behind the one that was killed."""
    store = EventStore(store_at(file))
    receiver = Receiver(PLATFORMS, store)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(receiver)) as http:
        answer = await http.post(f"http://inbox.test/inbox/testio/{word}", json=EVENT)
    await receiver.close()
    await store.close()
    return answer.status_code


@pytest.mark.parametrize(("moment", "found"), [("before", []), ("after", [("88101", 1)])])
def test_killed_between_accept_and_answer_nothing_is_lost_or_kept_twice(
    tmp_path: Path, forks: Forks, moment: str, found: list[tuple[str, int]]
) -> None:
    file = tmp_path / "inbox.sqlite3"
    with receiver(forks, file, moment) as running:
        address = new_address(file)
        word = address.rsplit("/", 1)[1]
        answers: list[int | None] = []

        async def race() -> None:
            async with anyio.create_task_group() as group:

                async def send() -> None:
                    answers.append(await anyio.to_thread.run_sync(deliver, address))

                group.start_soon(send)
                await anyio.to_thread.run_sync(running.until, f"stalled {moment}")
                running.process.kill()

        anyio.run(race)
        assert running.process.wait(timeout=10) == -9
        assert answers == [None], "no yes before it is kept"
    assert kept(file) == found

    assert anyio.run(deliver_again, file, word) == 200, "the sender tries again, as it does without a yes"
    assert kept(file) == [("88101", len(found) + 1)]
