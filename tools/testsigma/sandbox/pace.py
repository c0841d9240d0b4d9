"""Pace: how many requests came within a second of real time, and how many more may."""

from collections import deque
from collections.abc import Callable

LIMIT = 10
WINDOW = 1.0  # seconds


class Pace:
    """Counts the requests of the last second; one that is refused does not count."""

    def __init__(self, real: Callable[[], float]) -> None:
        self._real = real
        self._taken: deque[float] = deque(maxlen=LIMIT)

    @property
    def remaining(self) -> int:
        self._forget()
        return LIMIT - len(self._taken)

    def take(self) -> bool:
        """Count a request, unless there were too many."""
        if not self.remaining:
            return False
        self._taken.append(self._real())
        return True

    def _forget(self) -> None:
        now = self._real()
        while self._taken and now - self._taken[0] >= WINDOW:
            self._taken.popleft()
