"""Times as people write them: a date, a date and time, or an age such as 7d."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Protocol

from pydantic import Field

from tools.kit.errors import Refused

When = Annotated[str | None, Field(description="Such as 2026-04-01 or 7d.")]
Until = Annotated[str | None, Field(description="As since.")]

EPOCH = datetime(1970, 1, 2, tzinfo=UTC)
"""The start of a span without one, for a platform that needs both ends."""

_YEARS = range(1900, 3000)
"""Years that can be converted to any time zone, moved by a day and written with four digits."""
_AGE = re.compile(r"(\d{1,5})\s*([mhdw])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def parse_time(text: str, now: datetime, *, end_of_day: bool = False) -> datetime:
    """Parse a time; a bare date is its first moment in UTC, or its last with `end_of_day`.

    Raises:
        Refused: when it has none of the forms.
    """
    text = text.strip()
    try:
        age = _AGE.fullmatch(text)
        instant = now - timedelta(**{_UNITS[age[2]]: int(age[1])}) if age else datetime.fromisoformat(text)
    except ValueError:
        raise Refused(
            f"{text[:40]!r} is not a time. Write a date (2026-04-01), a time with its offset "
            "(2026-04-01T09:00+02:00), or an age (7d, 12h)."
        ) from None
    if instant.year not in _YEARS:
        raise Refused(f"{text[:40]!r} is too far away: its year has to be from {_YEARS[0]} to {_YEARS[-1]}.")
    if age is None and len(text) <= len("2026-04-01") and end_of_day:
        instant += timedelta(days=1) - timedelta(microseconds=1)
    return instant if instant.tzinfo is not None else instant.replace(tzinfo=UTC)


class Clock(Protocol):
    """Gives a platform's time; a client is one."""

    async def clock(self) -> datetime: ...


@dataclass(frozen=True)
class TimeSpan:
    """A span of time; None is open-ended."""

    since: datetime | None = None
    until: datetime | None = None
    note: str | None = None
    """The times that ages were resolved to, for the answer; None if there were no ages."""

    def holds(self, when: datetime | None) -> bool:
        """Whether a time lies within; an unknown one lies only in a span without ends."""
        if when is None:
            return self.since is None and self.until is None
        return (self.since is None or when >= self.since) and (self.until is None or when <= self.until)


async def time_span(clock: Clock, since: str | None = None, until: str | None = None) -> TimeSpan:
    """The span between two times.

    Ages count from the platform's clock, which is read before they are resolved: otherwise the first call of a process
    would count from this machine's clock and the second from the platform's.

    Raises:
        Refused: when one of them is not a time.
    """
    given = {name: text for name, text in (("since", since), ("until", until)) if text}
    for text in given.values():
        parse_time(text, datetime.now(UTC))
    ages = [name for name, text in given.items() if _AGE.fullmatch(text.strip())]
    # To the minute, so that the same call a moment later sends the same request.
    now = (await clock.clock()).replace(second=0, microsecond=0) if ages else datetime.now(UTC)
    found = {name: parse_time(text, now, end_of_day=name == "until") for name, text in given.items()}
    notes = [f"{name} {given[name].strip()} is {found[name].astimezone(UTC):%Y-%m-%dT%H:%MZ}" for name in ages]
    return TimeSpan(**found, note=f"{', '.join(notes)} by the platform's clock." if notes else None)


def parse_timestamp(text: str | None) -> datetime | None:
    """Parse a platform's ISO time in any of its spellings; None if it cannot be parsed."""
    try:
        read = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return read.replace(tzinfo=UTC) if read is not None and read.tzinfo is None else read


def milliseconds(text: str | None) -> int:
    """A platform's ISO time in milliseconds, to sort by; 0 if there is none."""
    read = parse_timestamp(text)
    return int(read.timestamp() * 1000) if read is not None else 0
