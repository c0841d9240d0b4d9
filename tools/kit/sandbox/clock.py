"""Clock: the time inside a sandbox, which starts at the story's instant and can be moved or hurried."""

import math
import re
import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone

STORY_START = datetime(2026, 4, 3, 9, 0, tzinfo=timezone(timedelta(hours=2)))
"""A Friday morning, the day after the shop's release test ended: every imitation begins here."""

LONGEST_LEAP = timedelta(days=3650)

_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
_SPAN = re.compile(r"(\d+(?:\.\d+)?)\s*([smhdw])")


class BadSpan(ValueError):
    """What was given is no length of time."""


def span(value: object) -> timedelta:
    """Read a length of time: seconds as a number, or words like `90m`, `2h`, `1d 12h`.

    Raises:
        BadSpan: for anything else, for a negative span and for one past ten years.
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        seconds = float(value)
    elif isinstance(value, str) and value.strip() and not _SPAN.sub("", value).strip():
        seconds = sum(float(number) * _UNITS[unit] for number, unit in _SPAN.findall(value))
    else:
        raise BadSpan('a span is a number of seconds, or text such as "90m", "2h" or "1d 12h"')
    if not math.isfinite(seconds) or not 0 <= seconds <= LONGEST_LEAP.total_seconds():
        raise BadSpan("a span lies between 0 and ten years")
    return timedelta(seconds=seconds)


class Clock:
    """Story time: `factor` story seconds pass in a real one, 0 stands still."""

    def __init__(
        self, start: datetime = STORY_START, *, factor: float = 1.0, real: Callable[[], float] = time.monotonic
    ) -> None:
        self.start = start
        self._first_factor = factor
        self._real = real
        self.reset()

    def reset(self) -> None:
        """Go back to the first instant and the first pace."""
        self._at, self._since, self._factor = self.start, self._real(), self._first_factor

    @property
    def factor(self) -> float:
        return self._factor

    def now(self) -> datetime:
        return self._at + timedelta(seconds=(self._real() - self._since) * self._factor)

    def advance(self, by: timedelta) -> datetime:
        """Leap forward; what falls due in between has then happened."""
        self._at += by
        return self.now()

    def accelerate(self, factor: float, *, is_first: bool = False) -> None:
        """Change the pace from now on; with `is_first` it is also the pace that a reset returns to.

        Raises:
            BadSpan: when the factor is no number from 0 to a million.
        """
        if not math.isfinite(factor) or not 0 <= factor <= 1_000_000:
            raise BadSpan("a factor lies between 0 and 1000000")
        self._at, self._since, self._factor = self.now(), self._real(), factor
        if is_first:
            self._first_factor = factor
