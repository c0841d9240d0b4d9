"""Points in time as people write them: a date, a date and time, or an age such as 7d."""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import Field

from tools.kit.errors import Refused

When = Annotated[
    str | None, Field(description="Date (2026-04-01), time with offset, or age (7d, 12h). Without an offset: UTC.")
]

_AGE = re.compile(r"(\d{1,5})\s*([mhdw])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def moment(text: str, now: datetime, *, end_of_day: bool = False) -> datetime:
    """The instant a text means; a bare date is its first moment in UTC, or its last with `end_of_day`.

    Raises:
        Refused: when it is none of the forms.
    """
    text = text.strip()
    if age := _AGE.fullmatch(text):
        return now - timedelta(**{_UNITS[age[2]]: int(age[1])})
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise Refused(
            f"{text[:40]!r} is no time. Write a date (2026-04-01), a time with its offset "
            "(2026-04-01T09:00+02:00), or an age (7d, 12h)."
        ) from None
    if len(text) <= len("2026-04-01") and end_of_day:
        instant += timedelta(days=1) - timedelta(microseconds=1)
    return instant if instant.tzinfo is not None else instant.replace(tzinfo=UTC)


def instant(text: str | None) -> datetime | None:
    """A platform's ISO time in any of its spellings, or None where it gave none that can be read."""
    try:
        read = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return read.replace(tzinfo=UTC) if read is not None and read.tzinfo is None else read


def milliseconds(text: str | None) -> int:
    """A platform's ISO time as a whole number to sort by; 0 where there is none."""
    read = instant(text)
    return int(read.timestamp() * 1000) if read is not None else 0
