"""Dates: the three formats in answers, and the formats that are accepted."""

from datetime import UTC, datetime

from tools.kit.sandbox.clock import STORY_START

ZONE = STORY_START.tzinfo
"""The account's time zone, which most dates are in."""

YEARS = range(1000, 9000)
"""Years in which any time can be converted to another zone and moved by a day."""


def plain(at: datetime | None) -> str | None:
    """`2026-04-08T13:00:00+02:00`: start and end of a test."""
    return None if at is None else at.astimezone(ZONE).isoformat(timespec="seconds")


def precise(at: datetime | None) -> str | None:
    """`2026-04-08T13:00:00.000+02:00`: when a bug was reported and exported."""
    return None if at is None else at.astimezone(ZONE).isoformat(timespec="milliseconds")


def zulu(at: datetime | None) -> str | None:
    """`2026-04-08T11:00:00.000Z`: comments, reviews, executions."""
    return None if at is None else at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_date(text: object) -> datetime | None:
    """A time in ISO 8601; without an offset it is UTC; None when it is not a date, or one of a distant year."""
    if not isinstance(text, str):
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    if at.year not in YEARS:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
