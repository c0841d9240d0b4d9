"""Responses kept for a list's next pages: what was read for them is not requested again."""

import time
from collections import OrderedDict
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final

SECONDS: Final = 60.0
"""How long a response may be used; a list read further after that is read anew."""
MOST_BYTES: Final = 16 * 2**20


@dataclass(frozen=True)
class ListCall:
    """A call of a tool that answers a page of a list."""

    room: int
    """Characters of its answer."""
    continues: bool
    """Whether it goes on from a cursor. Only then may it use what an earlier call read."""
    only_kept: bool = False
    """Whether nothing may be requested."""
    tool: str = ""
    """Its name, to which its cursors belong."""
    account: str = ""
    """The account that it reads, where its platform has several; its cursors belong to that too."""


class NotKept(Exception):
    """What was to be read without a request is not kept."""


list_call: ContextVar[ListCall | None] = ContextVar("list_call", default=None)


@contextmanager
def listing(call: ListCall | None) -> Iterator[None]:
    """Let the reads inside the block belong to a list's call."""
    token = list_call.set(call)
    try:
        yield
    finally:
        list_call.reset(token)


Key = tuple[str, str, Hashable]
"""The method, the path and the query of a request."""


@dataclass(frozen=True)
class _Response:
    raw: bytes
    at: float
    call: ListCall


class Kept:
    """The last responses that lists were read from.

    They are bounded in bytes and age, dropped by every write, and those of a path by a call that reads it from its
    start: what follows then is as new as that.
    """

    def __init__(self, *, most_bytes: int = MOST_BYTES, seconds: float = SECONDS) -> None:
        self._most, self._seconds = most_bytes, seconds
        self._held: OrderedDict[Key, _Response] = OrderedDict()
        self._bytes = 0
        self.age = 0
        """Changes with every write: a response requested before one may be older than it."""

    def get(self, key: Key) -> bytes | None:
        """The response to a request, if the current call continues a list.

        Raises:
            NotKept: where there is none and the call may only use what is kept.
        """
        call = list_call.get()
        if call is None or not call.continues:
            return None
        self._drop_old()
        if (held := self._held.get(key)) is not None:
            return held.raw
        if call.only_kept:
            raise NotKept(key)
        return None

    def put(self, key: Key, raw: bytes, *, age: int) -> None:
        """Keep a response that a list's call requested at `age`."""
        call = list_call.get()
        if call is None or age != self.age or len(raw) > self._most:
            return
        self._drop_old()
        self._remove(key)
        if not call.continues:
            for other in [one for one, held in self._held.items() if one[:2] == key[:2] and held.call is not call]:
                self._remove(other)
        self._held[key] = _Response(raw, time.monotonic(), call)
        self._bytes += len(raw)
        while self._bytes > self._most:
            self._remove(next(iter(self._held)))

    def clear(self) -> None:
        """Forget everything: something is being written."""
        self._held.clear()
        self._bytes = 0
        self.age += 1

    def _drop_old(self) -> None:
        oldest = time.monotonic() - self._seconds
        while self._held and next(iter(self._held.values())).at <= oldest:
            self._remove(next(iter(self._held)))

    def _remove(self, key: Key) -> None:
        if (held := self._held.pop(key, None)) is not None:
            self._bytes -= len(held.raw)
