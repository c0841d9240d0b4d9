"""Dates: the API's format, and the formats of signed URLs, error bodies and the status page."""

from datetime import UTC, datetime


def stamp(at: datetime | None) -> str | None:
    """`2026-04-03 06:05:12+0000`: with a space, without a colon, in UTC and whole seconds."""
    return None if at is None else at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S+0000")


def zulu(at: datetime) -> str:
    """`2026-04-03T07:00:00.000Z`: the status page, a separate product, and error bodies of the framework."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def compact(at: datetime) -> str:
    """`20260403T070000Z`: signed URLs."""
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def read_compact(text: str) -> datetime | None:
    """The time in a signed URL; None when it is not one."""
    try:
        return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None
