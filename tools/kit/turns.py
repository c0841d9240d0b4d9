"""Turns: a platform's allowance of concurrent requests, shared fairly between people, or callers."""

import time
from collections import Counter, OrderedDict, deque
from types import TracebackType
from typing import Final, Self

import anyio

from tools.kit.caller import PERSON, whose
from tools.kit.observing import observing
from tools.kit.sharing import Alone, Sharing

RECENTLY: Final = 60.0
"""Seconds for which a place is kept free for somebody whose last request was answered."""


class Turns:
    """At most so many requests at once; of several processes each takes its part, and at least one.

    Whoever waits takes turns with the others, however many requests each of them has waiting. Where people are
    identified and several are there, nobody takes the last free place on top of others, so that a person who sends one
    request after another does not wait for the requests of somebody who sends hundreds.
    """

    def __init__(self, at_once: int, sharing: Sharing | None = None) -> None:
        self._at_once, self._sharing = at_once, sharing or Alone()
        self._sent: Counter[str | None] = Counter()
        """The requests that are under way, by whose they are."""
        self._seen: dict[str | None, float] = {}
        """When each person's last request ended."""
        self._waiting: OrderedDict[str | None, deque[anyio.Event]] = OrderedDict()
        """The requests that wait, by whose they are; the one whose turn is next stands first."""

    @property
    def places(self) -> int:
        """How many requests this process may have under way."""
        return max(1, self._at_once // self._sharing.processes)

    async def __aenter__(self) -> Self:
        await anyio.lowlevel.checkpoint_if_cancelled()
        who = whose()
        if not self._waiting and self._has_place(who):
            self._sent[who] += 1
            return self
        turn = anyio.Event()
        self._waiting.setdefault(who, deque()).append(turn)
        self._pass_on()
        has_come = False
        try:
            with observing.get().waiting():
                await turn.wait()
            has_come = True
        finally:
            if not has_come:
                self._leave(who, turn)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end(whose())

    def _has_place(self, who: str | None) -> bool:
        free = self.places - self._sent.total()
        if free <= 0:
            return False
        return free > 1 or not self._sent[who] or not self._is_shared(who)

    def _is_shared(self, who: str | None) -> bool:
        """Whether other people than this one are there, for whom a place is kept free."""
        if self.places == 1 or not _is_person(who):
            return False
        now = time.monotonic()
        for gone in [one for one, ended in self._seen.items() if now - ended > RECENTLY]:
            del self._seen[gone]
        return any(one != who for one in (*self._seen, *self._sent, *self._waiting))

    def _end(self, who: str | None) -> None:
        self._sent[who] -= 1
        if not self._sent[who]:
            del self._sent[who]
        if _is_person(who):
            self._seen[who] = time.monotonic()
        self._pass_on()

    def _pass_on(self) -> None:
        """Give free places to the first requests of those who wait; whoever gets one goes to the end."""
        while ready := [who for who in self._waiting if self._has_place(who)]:
            who = ready[0]
            turns = self._waiting.pop(who)
            turns.popleft().set()
            self._sent[who] += 1
            if turns:
                self._waiting[who] = turns

    def _leave(self, who: str | None, turn: anyio.Event) -> None:
        """End the waiting of a request that was cancelled, perhaps as its turn came."""
        if turn.is_set():
            self._end(who)
            return
        turns = self._waiting[who]
        turns.remove(turn)
        if not turns:
            del self._waiting[who]
        self._pass_on()


def _is_person(who: str | None) -> bool:
    return who is not None and who.startswith(PERSON)
