"""How fast requests may follow each other here: steadily, since a burst of a whole second's worth would be refused."""

import time
from typing import Final

import anyio

from tools.kit.retry import Pacer

BURST: Final = 2.0
"""Requests that may leave at once; with those of the second that follows they stay below the limit of ten."""


class SteadyPacer(Pacer):
    """Lets requests through at a rate, with so small a burst that no second has more than the platform takes."""

    def __init__(self, per_second: float, *, burst: float = BURST) -> None:
        super().__init__(per_second)
        self._most = self._ready = burst
        self._rate, self._noted = per_second, time.monotonic()

    async def turn(self) -> None:
        now = time.monotonic()
        self._ready = min(self._most, self._ready + (now - self._noted) * self._rate) - 1
        self._noted = now
        if self._ready < 0:
            await anyio.sleep(-self._ready / self._rate)
