"""Clock: the time inside a sandbox, which starts at a fixed instant and can be advanced or sped up."""

import math
import re
import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone

STORY_START = datetime(2026, 4, 3, 9, 0, tzinfo=timezone(timedelta(hours=2)))
"""A Friday morning, the day after the shop's release test ended: every fake API starts here."""

LONGEST_ADVANCE = timedelta(days=3650)

_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*([smhdw])")


class BadDuration(ValueError):
    """The value is not a duration."""


def parse_duration(value: object) -> timedelta:
    """Parse a duration: seconds as a number, or text such as `90m`, `2h`, `1d 12h`.

    Raises:
        BadSpan: for anything else, for a negative duration and for one over ten years.
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        seconds = float(value)
    elif isinstance(value, str) and value.strip() and not _DURATION.sub("", value).strip():
        seconds = sum(float(number) * _UNITS[unit] for number, unit in _DURATION.findall(value))
    else:
        raise BadDuration('a duration is a number of seconds, or text such as "90m", "2h" or "1d 12h"')
    if not math.isfinite(seconds) or not 0 <= seconds <= LONGEST_ADVANCE.total_seconds():
        raise BadDuration("a duration is between 0 and ten years")
    return timedelta(seconds=seconds)


class Clock:
    """Sandbox time: `factor` seconds pass in each real second; 0 stops the clock."""

    def __init__(
        self, start: datetime = STORY_START, *, factor: float = 1.0, real: Callable[[], float] = time.monotonic
    ) -> None:
        self.start = start
        self._first_factor = factor
        self._real = real
        self.reset()

    def reset(self) -> None:
        """Return to the first instant and the first factor."""
        self._at, self._since, self._factor = self.start, self._real(), self._first_factor

    @property
    def factor(self) -> float:
        return self._factor

    def now(self) -> datetime:
        return self._at + timedelta(seconds=(self._real() - self._since) * self._factor)

    def advance(self, by: timedelta) -> datetime:
        """Move the clock forward; everything due in between has then happened."""
        self._at += by
        return self.now()

    def accelerate(self, factor: float, *, is_first: bool = False) -> None:
        """Change the factor from now on; with `is_first` a reset returns to it too.

        Raises:
            BadSpan: when the factor is not a number from 0 to a million.
        """
        if not math.isfinite(factor) or not 0 <= factor <= 1_000_000:
            raise BadDuration("a factor is between 0 and 1000000")
        self._at, self._since, self._factor = self.now(), self._real(), factor
        if is_first:
            self._first_factor = factor
