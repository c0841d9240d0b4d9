"""Retries and rate limiting."""

import math
import random
import time
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime

import anyio

from tools.kit.errors import PlatformError, RateLimited, Unavailable
from tools.kit.observing import observing

MAX_WAIT = 20.0  # seconds; a platform that asks for a longer pause gets it from the caller
TRIES = 3
MOST_AHEAD = 10 * 365 * 86_400.0  # seconds; a clock that is further off is none


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds from `Retry-After`, given as seconds or as a date by the platform's own clock."""
    value = headers.get("retry-after", "").strip()
    if not value:
        return None
    try:
        seconds = float(value)
        return max(0.0, seconds) if math.isfinite(seconds) else None
    except ValueError:
        then, now = http_date(value), http_date(headers.get("date", ""))
        return None if then is None else max(0.0, then - (time.time() if now is None else now))


def http_date(date: str) -> float | None:
    """An HTTP date in seconds since 1970; None if it is not one, or has no equivalent in UTC."""
    try:
        read = parsedate_to_datetime(date)
        # Without a zone, or with -0000, it is UTC and not this machine's time.
        return (read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None


def seconds_ahead(date: str | None) -> float | None:
    """How far the clock of a response's date is ahead of this machine's; None where it can be no clock."""
    there = None if date is None else http_date(date)
    ahead = None if there is None else there - time.time()
    return ahead if ahead is not None and abs(ahead) <= MOST_AHEAD else None


def pause(error: PlatformError, attempt: int, asked: float | None) -> float | None:
    """Seconds to wait before a read is retried, or None for no retry."""
    if attempt >= TRIES or not isinstance(error, RateLimited | Unavailable):
        return None
    if asked is not None:
        return asked if asked <= MAX_WAIT else None
    return 0.25 * 2.0**attempt * (0.5 + random.random() / 2)  # noqa: S311 - jitter, not a secret


class Pacer:
    """Lets requests through at a steady rate, with a small burst after an idle period."""

    def __init__(self, per_second: float, *, burst: float = 1.0) -> None:
        self._per_second, self._burst = per_second, burst
        self._left, self._since = burst, time.monotonic()

    async def turn(self, processes: int = 1) -> None:
        """Wait until the next request may be sent; of several processes each takes its part of the rate."""
        per_second, burst = self._per_second / processes, 1.0 if processes > 1 else self._burst
        now = time.monotonic()
        self._left = min(burst, self._left + (now - self._since) * per_second) - 1
        self._since = now
        if self._left < 0:
            with observing.get().waiting():
                await anyio.sleep(-self._left / per_second)
