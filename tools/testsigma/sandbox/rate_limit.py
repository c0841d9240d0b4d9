"""Rate limit: requests within a second of real time, and how many remain."""

from collections import deque
from collections.abc import Callable

LIMIT = 10
WINDOW = 1.0  # seconds


class RateLimit:
    """Counts the requests of the last second; a refused request does not count."""

    def __init__(self, real: Callable[[], float]) -> None:
        self._real = real
        self._times: deque[float] = deque(maxlen=LIMIT)

    @property
    def remaining(self) -> int:
        self._drop_old()
        return LIMIT - len(self._times)

    def take(self) -> bool:
        """Count a request; False when it exceeds the limit."""
        if not self.remaining:
            return False
        self._times.append(self._real())
        return True

    def _drop_old(self) -> None:
        now = self._real()
        while self._times and now - self._times[0] >= WINDOW:
            self._times.popleft()
