"""Concurrent calls; the first failure cancels the rest and is raised itself, not as a group."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import anyio

T = TypeVar("T")


async def gather(calls: Sequence[Callable[[], Awaitable[T]]], *, at_once: int = 8) -> list[T]:
    """Run the calls, at most `at_once` at a time, and return their results in the given order."""
    results: dict[int, T] = {}
    waiting = iter(enumerate(calls))

    async def worker() -> None:
        for index, call in waiting:
            results[index] = await call()

    try:
        async with anyio.create_task_group() as group:
            for _ in range(min(at_once, len(calls))):
                group.start_soon(worker)
    except BaseExceptionGroup as failed:
        first = _first(failed)
        raise first from first.__cause__  # with its own cause, not the group, for the log
    return [results[index] for index in range(len(calls))]


def _first(failed: BaseExceptionGroup[BaseException]) -> BaseException:
    """The first failure; a cancellation counts only if nothing else failed."""
    inside = failed.exceptions[0]
    return _first(inside) if isinstance(inside, BaseExceptionGroup) else inside
