"""Turns: a platform's allowance of concurrent requests, shared fairly between callers."""

from collections import OrderedDict, deque
from types import TracebackType
from typing import Self

import anyio

from tools.kit.caller import current


class Turns:
    """At most so many requests at once. Waiting callers take turns, however many requests each of them has waiting."""

    def __init__(self, at_once: int) -> None:
        self._free = at_once
        self._waiting: OrderedDict[str | None, deque[anyio.Event]] = OrderedDict()
        """The requests that wait, by caller; the caller whose turn is next stands first."""

    async def __aenter__(self) -> Self:
        await anyio.lowlevel.checkpoint_if_cancelled()
        if self._free and not self._waiting:
            self._free -= 1
            return self
        caller, turn = current.get(), anyio.Event()
        self._waiting.setdefault(caller, deque()).append(turn)
        has_come = False
        try:
            await turn.wait()
            has_come = True
        finally:
            if not has_come:
                self._leave(caller, turn)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pass_on()

    def _pass_on(self) -> None:
        """Give a place to the next caller's first request; that caller then goes to the end."""
        if not self._waiting:
            self._free += 1
            return
        caller, turns = self._waiting.popitem(last=False)
        turns.popleft().set()
        if turns:
            self._waiting[caller] = turns

    def _leave(self, caller: str | None, turn: anyio.Event) -> None:
        """End the waiting of a request that was cancelled, perhaps as its turn came."""
        if turn.is_set():
            self._pass_on()
            return
        turns = self._waiting[caller]
        turns.remove(turn)
        if not turns:
            del self._waiting[caller]
