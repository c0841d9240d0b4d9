"""Dates: the two formats in answers, and the formats that are accepted."""

from datetime import UTC, datetime

YEARS = range(1000, 9000)
"""Years in which any time can be converted to another zone and moved by a day."""


def zulu(at: datetime | None) -> str | None:
    """`2026-03-02T09:15:00Z`: family A."""
    return None if at is None else at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def precise(at: datetime | None) -> str | None:
    """`2026-03-02T09:15:00.000Z`: the web API."""
    return None if at is None else at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_date(text: object) -> datetime | None:
    """A time in ISO 8601; without an offset it is UTC; None when it is not a date, or one of a distant year."""
    if not isinstance(text, str):
        return None
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    if at.year not in YEARS:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
