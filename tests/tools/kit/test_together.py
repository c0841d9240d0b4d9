"""Several awaits at once end together: with all results in order, or with the first failure as itself."""

from collections.abc import Awaitable, Callable
from functools import partial

import anyio
import pytest

from tools.kit.together import gather

pytestmark = pytest.mark.anyio


async def test_results_come_in_the_order_of_the_calls() -> None:
    turns = [anyio.Event() for _ in range(5)]

    async def call(number: int) -> int:
        if number + 1 < len(turns):
            await turns[number + 1].wait()
        turns[number].set()
        return number

    with anyio.fail_after(10):
        assert await gather([partial(call, number) for number in range(5)]) == [0, 1, 2, 3, 4]


async def test_no_calls_are_no_results() -> None:
    nothing: list[Callable[[], Awaitable[int]]] = []
    assert await gather(nothing) == []


@pytest.mark.parametrize(("at_once", "most"), [(1, 1), (3, 3), (8, 8), (50, 20)])
async def test_no_more_calls_than_allowed_are_in_flight(at_once: int, most: int) -> None:
    inside, seen = 0, 0

    async def call() -> None:
        nonlocal inside, seen
        inside += 1
        seen = max(seen, inside)
        await anyio.lowlevel.checkpoint()
        inside -= 1

    assert len(await gather([call] * 20, at_once=at_once)) == 20
    assert seen == most


async def test_the_first_failure_is_raised_as_itself_and_the_rest_is_cancelled() -> None:
    failure, ended, begun = LookupError("first"), list[str](), list[int]()

    async def wait(number: int) -> None:
        begun.append(number)
        try:
            await anyio.sleep_forever()
        finally:
            ended.append("cancelled")

    async def fail() -> None:
        await anyio.wait_all_tasks_blocked()
        raise failure

    calls: list[Callable[[], Awaitable[None]]] = [
        partial(wait, 0),
        partial(wait, 1),
        fail,
        *(partial(wait, number) for number in range(2, 10)),
    ]
    with anyio.fail_after(10), pytest.raises(LookupError) as caught:
        await gather(calls, at_once=3)
    assert caught.value is failure
    assert ended == ["cancelled", "cancelled"]
    assert begun == [0, 1]


async def test_of_two_failures_the_first_is_raised() -> None:
    async def fail_at_last() -> None:
        try:
            await anyio.sleep_forever()
        finally:
            raise ValueError("second")

    async def fail() -> None:
        await anyio.wait_all_tasks_blocked()
        raise LookupError("first")

    with anyio.fail_after(10), pytest.raises(LookupError, match="first"):
        await gather([fail_at_last, fail])


async def test_a_failure_keeps_what_it_came_from() -> None:
    async def fail() -> None:
        try:
            raise OSError("the cause")
        except OSError as error:
            raise LookupError("the failure") from error

    with pytest.raises(LookupError) as caught:
        await gather([partial(gather, [fail])])
    assert str(caught.value.__cause__) == "the cause"


async def test_a_cancel_from_outside_cancels_all_calls() -> None:
    ended = []

    async def wait() -> None:
        try:
            await anyio.sleep_forever()
        finally:
            ended.append("cancelled")

    with anyio.fail_after(10):
        async with anyio.create_task_group() as group:
            group.start_soon(gather, [wait, wait])
            await anyio.wait_all_tasks_blocked()
            group.cancel_scope.cancel()
    assert ended == ["cancelled", "cancelled"]


async def test_a_failure_inside_a_group_is_raised_itself() -> None:
    async def fail() -> None:
        raise ExceptionGroup("outer", [ExceptionGroup("inner", [KeyError("first")]), ValueError("second")])

    with pytest.raises(KeyError, match="first"):
        await gather([fail])
