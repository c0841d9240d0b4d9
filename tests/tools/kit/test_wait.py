"""A wait polls less and less often, tells how it goes, and survives a failure that passes."""

from types import SimpleNamespace
from typing import Any

import pytest

from tools.kit import wait as module
from tools.kit.errors import Refused, Unavailable
from tools.kit.wait import Pace, Waited, decode_handle, encode_handle, wait_until

PACE = Pace(first=10, last=30, growth=2)


class World:
    """A clock that only sleeping moves, what was slept and told, and what the looks answer."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *answers: int | Exception) -> None:
        self.now, self.looked_at, self.told, self.slept = 1000.0, list[float](), list[tuple[Any, ...]](), list[float]()
        self._answers = list(answers)
        monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: self.now))
        monkeypatch.setattr(module, "anyio", SimpleNamespace(sleep=self.sleep))

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    async def progress(self, done: float, total: float | None = None, message: str | None = None) -> None:
        self.told.append((done, total, message))

    async def look(self) -> int:
        self.looked_at.append(self.now - 1000)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def wait(self, minutes: float, wait: float | None = None) -> Waited[int]:
        return await wait_until(
            self.look,
            lambda seen: seen >= 3,
            minutes=minutes,
            pace=PACE,
            say=lambda seen: f"at {seen}",
            progress=self.progress,
            wait=wait,
        )


@pytest.mark.anyio
async def test_looks_come_less_and_less_often_until_the_value_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(monkeypatch, 1, 2, 2, 2, 3)
    assert await world.wait(60) == Waited(3, is_reached=True, looks=5, seconds=90, wait=30)
    assert world.looked_at == [0, 10, 30, 60, 90]
    assert world.slept == [10.0] * 9
    assert world.told[:3] == [(0, 3600, "at 1"), (10, 3600, "at 2"), (20, 3600, "at 2")]


@pytest.mark.anyio
async def test_the_last_look_comes_when_the_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(monkeypatch, 1)
    assert await world.wait(0.25) == Waited(1, is_reached=False, looks=3, seconds=15, wait=30)
    assert world.looked_at == [0, 10, 15]
    world = World(monkeypatch, 1)
    assert await world.wait(0) == Waited(1, is_reached=False, looks=1, seconds=0, wait=10)


@pytest.mark.anyio
@pytest.mark.parametrize(("wait", "first"), [(None, 10), (1, 10), (20, 20), (99, 30)])
async def test_a_wait_is_taken_up_at_its_last_pause(
    monkeypatch: pytest.MonkeyPatch, wait: float | None, first: float
) -> None:
    world = World(monkeypatch, 1, 3)
    await world.wait(60, wait)
    assert world.looked_at == [0, first]


@pytest.mark.anyio
async def test_failures_that_pass_do_not_end_a_wait_and_five_in_a_row_do(monkeypatch: pytest.MonkeyPatch) -> None:
    down = Unavailable("down")
    world = World(monkeypatch, 1, down, down, down, down, 2, down, 3)
    assert (await world.wait(60)).looks == 3
    with pytest.raises(Unavailable):
        await World(monkeypatch, 1, down).wait(60)
    world = World(monkeypatch, down, 3)
    with pytest.raises(Unavailable):
        await world.wait(60)
    assert world.looked_at == [0], "nothing was seen yet"


def test_a_handle_comes_back_as_it_was_made() -> None:
    for run in ("r", "r1", "r12", "r123"):
        handle = encode_handle(run=run, wait=1.5)
        assert "=" not in handle
        assert decode_handle(handle, run=str, wait=float) == {"run": run, "wait": 1.5}


@pytest.mark.parametrize("handle", ["", "x", "!!!", encode_handle(run=7), encode_handle(other="r"), "WzFd", "\u00e4"])
def test_a_handle_of_another_form_is_refused(handle: str) -> None:
    with pytest.raises(Refused, match=r"This handle is malformed\. Start a new wait instead\."):
        decode_handle(handle, run=str)


@pytest.mark.anyio
async def test_a_look_that_shows_nothing_ends_with_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    world, looks = World(monkeypatch, 0), 0

    async def look() -> int | None:
        nonlocal looks
        looks += 1
        assert looks < 10, "it would go on for ever"
        return None

    waited = await wait_until(
        look, lambda seen: seen is not None, minutes=1, pace=PACE, say=lambda _: "waiting", progress=world.progress
    )
    assert (waited.seen, waited.is_reached, waited.seconds) == (None, False, 60)
