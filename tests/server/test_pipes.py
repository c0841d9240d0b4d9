"""Answers on standard output: written at once as far as they fit, and never waited for by the event loop."""

import errno
import os
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import anyio
import pytest

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(sys.platform == "win32", reason="Windows has threads for standard input and output"),
]


@dataclass
class Output:
    """The client's end of standard output, and how much each write took."""

    end: int
    taken: list[int] = field(default_factory=list)
    is_rescued: bool = False

    def rescue(self) -> None:
        """Read what nobody has read so far."""
        self.is_rescued = True
        self.everything()

    def everything(self) -> bytes:
        """What was written up to the end of its line."""
        read = b""
        while not read.endswith(b"\n"):
            read += os.read(self.end, 1_000_000)
        return read


@pytest.fixture
def output(monkeypatch: pytest.MonkeyPatch) -> Iterator[Output]:
    """Pipes in place of the descriptors 0 and 1."""
    from server import pipes  # it needs POSIX

    ends = [*os.pipe(), *os.pipe()]
    client = Output(ends[2])
    honest = os.pwritev

    def write(*given: object) -> int:
        client.taken.append(honest(*given))  # type: ignore[arg-type]  # as it is called
        return client.taken[-1]

    monkeypatch.setattr(pipes, "STDIN", ends[0])
    monkeypatch.setattr(pipes, "STDOUT", ends[3])
    monkeypatch.setattr(os, "pwritev", write)
    yield client
    for end in ends:
        os.close(end)


def unknown(descriptor: int, pieces: Sequence[bytes], offset: int, flags: int) -> int:
    raise OSError(errno.EOPNOTSUPP, "not here")


@pytest.mark.skipif(not hasattr(os, "RWF_NOWAIT"), reason="only Linux can be asked for that")
async def test_an_answer_that_fits_is_written_at_once(output: Output) -> None:
    from server.pipes import pipes

    async with pipes() as wire:
        await wire.write(b"x" * 20_000 + b"\n")
    assert (output.taken, len(output.everything())) == ([20_001], 20_001)


@pytest.mark.parametrize("knows", [True, False], ids=["as the system is", "a kernel that cannot be asked"])
async def test_a_long_answer_arrives_whole_and_the_event_loop_waits_for_no_reader(
    output: Output, monkeypatch: pytest.MonkeyPatch, knows: bool
) -> None:
    from server.pipes import pipes

    if not knows:
        monkeypatch.setattr(os, "pwritev", unknown)
    line = os.urandom(150_000).hex().encode() + b"\n"
    with anyio.fail_after(20):
        async with pipes() as wire, anyio.create_task_group() as tasks:
            late = threading.Timer(10, output.rescue)  # a loop that waits would wait for ever
            late.start()
            tasks.start_soon(wire.write, line)
            await anyio.wait_all_tasks_blocked()
            assert not output.is_rescued
            late.cancel()
            assert await anyio.to_thread.run_sync(output.everything) == line
