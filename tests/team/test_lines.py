"""Lines and minutes by themselves: who goes first, what is given back, and what each refusal says."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import anyio
import pytest

from server.configuration import TeamLimits
from server.guards.waiting import held
from server.team import fairness
from server.team.fairness import Line, Minutes, TooMany
from tests.stores import store_at

pytestmark = pytest.mark.anyio

TWO = TeamLimits(calls_at_once=2, calls_waiting=3)


class Calls:
    """Calls of one person on one line, each of which goes on until it is ended."""

    def __init__(self, limits: TeamLimits = TWO) -> None:
        self.line = Line(limits)
        self.began: list[str] = []
        self.refused: list[TooMany] = []
        self.ends: dict[str, anyio.Event] = {}

    async def make(self, name: str) -> None:
        self.ends[name] = anyio.Event()
        try:
            async with self.line.place("anna", "test IO"):
                self.began.append(name)
                await self.ends[name].wait()
        except TooMany as error:
            self.refused.append(error)

    async def end(self, name: str) -> None:
        self.ends[name].set()
        await anyio.wait_all_tasks_blocked()


async def test_calls_begin_in_the_order_they_came_as_many_at_once_as_allowed() -> None:
    calls = Calls()
    async with anyio.create_task_group() as group:
        for name in "abcde":
            group.start_soon(calls.make, name)
            await anyio.wait_all_tasks_blocked()
        assert calls.began == ["a", "b"]
        await calls.end("b")
        assert calls.began == ["a", "b", "c"]
        for name in "acde":
            assert not calls.line.is_empty
            await calls.end(name)
    assert calls.began == list("abcde")
    assert calls.line.is_empty
    assert not calls.refused


async def test_one_call_more_than_may_wait_is_refused_with_the_time_that_those_before_it_take() -> None:
    calls = Calls()
    calls.line._mean = 8.0
    async with anyio.create_task_group() as group:
        for name in "abcdefg":
            group.start_soon(calls.make, name)
            await anyio.wait_all_tasks_blocked()
        assert [str(error) for error in calls.refused] == 2 * [
            "anna has 2 calls under way on test IO and 3 waiting, as many as one person may (calls_at_once = 2, "
            "calls_waiting = 3 in [team.limits] of testdesk.toml)"
        ]
        assert [error.seconds for error in calls.refused] == [20, 20], "8 s, and half of them for each of three"
        group.cancel_scope.cancel()
    assert calls.line.is_empty


async def test_where_none_may_wait_a_free_place_is_still_given() -> None:
    calls = Calls(TeamLimits(calls_at_once=2, calls_waiting=0))
    async with anyio.create_task_group() as group:
        for name in "abc":
            group.start_soon(calls.make, name)
            await anyio.wait_all_tasks_blocked()
        assert (calls.began, len(calls.refused)) == (["a", "b"], 1)
        group.cancel_scope.cancel()


async def test_a_call_that_has_waited_too_long_is_refused_and_keeps_nobody_waiting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls = Calls(TeamLimits(calls_at_once=1, calls_waiting=3))
    calls.line._mean = 3.0
    async with anyio.create_task_group() as group:
        group.start_soon(calls.make, "a")
        await anyio.wait_all_tasks_blocked()
        monkeypatch.setattr(fairness, "LONGEST_WAIT", 0.01)
        await calls.make("late")
        monkeypatch.setattr(fairness, "LONGEST_WAIT", 45.0)
        group.start_soon(calls.make, "b")
        await anyio.wait_all_tasks_blocked()
        await calls.end("a")
        assert calls.began == ["a", "b"]
        await calls.end("b")
    (late,) = calls.refused
    assert late.seconds == 3
    assert str(late) == (
        "This call waited 0 s for others of anna on test IO (calls_at_once = 1 in [team.limits] of testdesk.toml)"
    )


async def test_a_call_whose_person_has_answered_goes_on_before_all_that_wait() -> None:
    line, order = Line(TeamLimits(calls_at_once=1)), []
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(line.place("anna", "test IO"))
        place = held.get()
        assert place is not None
        place.give_back()
        place.give_back()  # twice is once
        assert line._under_way == 0

        async def others(name: str) -> None:
            async with line.place("anna", "test IO"):
                order.append(name)
                await anyio.wait_all_tasks_blocked()

        async with anyio.create_task_group() as group:
            group.start_soon(others, "first")
            group.start_soon(others, "second")
            await anyio.lowlevel.checkpoint()
            await anyio.lowlevel.checkpoint()
            await place.take_again()
            order.append("the answered one")
            place.give_back()
    assert order == ["first", "the answered one", "second"]
    assert line.is_empty
    assert held.get() is None


async def test_a_place_that_comes_as_its_call_is_cancelled_goes_to_the_next_one() -> None:
    calls = Calls(TeamLimits(calls_at_once=1))
    leaving: list[asyncio.Task[None]] = []

    async def first() -> None:
        await calls.make("first")
        leaving[0].cancel()  # its place was passed on to the call that is cancelled here

    async with anyio.create_task_group() as group:
        group.start_soon(first)
        await anyio.wait_all_tasks_blocked()
        leaving.append(asyncio.create_task(calls.make("cancelled")))
        await anyio.wait_all_tasks_blocked()
        group.start_soon(calls.make, "next")
        await anyio.wait_all_tasks_blocked()
        await calls.end("first")
        assert calls.began == ["first", "next"]
        await calls.end("next")
    assert calls.line.is_empty


async def test_the_seconds_of_a_call_follow_what_calls_have_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    line, now = Line(TWO), 100.0
    monkeypatch.setattr("server.team.fairness.time.monotonic", lambda: now)
    async with line.place("anna", "test IO"):
        now += 17
    assert line._mean == 3.0, "an eighth of the way from 1 s to 17 s"


def test_a_refusal_never_says_less_than_a_second() -> None:
    assert [TooMany("no", seconds).seconds for seconds in (-5, 0.2, 1.4, 2.6)] == [1, 1, 1, 3]


def test_the_calls_of_a_minute_begin_anew_with_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1_800_000_012.0
    monkeypatch.setattr("server.team.fairness.time.time", lambda: now)
    minutes = Minutes(2)
    for name in ("anna", "anna", "bob"):
        minutes.count(name)
    with pytest.raises(TooMany) as refused:
        minutes.count("anna")
    assert refused.value.seconds == 48
    assert str(refused.value).endswith("It opens again at 08:01:00 UTC")
    minutes.count("bob")
    now += 48
    minutes.count("anna")


def test_without_a_limit_calls_are_not_counted() -> None:
    minutes = Minutes(None)
    for _ in range(1_000):
        minutes.count("anna")
    assert not minutes._own


async def test_the_store_keeps_each_call_once_and_forgets_minutes_that_are_over(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    now = 1_800_000_000.0
    monkeypatch.setattr("server.team.fairness.time.time", lambda: now)
    engine, minutes = store_at(tmp_path / "store"), Minutes(10)
    for _ in range(3):
        minutes.count("anna")
        await minutes.share(engine)
    rows = "SELECT minute, times FROM called ORDER BY minute"
    assert await engine.quick(rows) == [(30_000_000, 3)]
    for passed, kept in ((1, 2), (2, 3), (3, 3)):
        now = 1_800_000_000.0 + 60 * passed
        minutes.count("anna")
        await minutes.share(engine)
        assert len(await engine.quick(rows)) == kept
    await engine.close()
