"""Dates: the one spelling the API writes, and the one of signed addresses."""

from datetime import UTC, datetime


def stamp(at: datetime | None) -> str | None:
    """`2026-04-03 06:05:12+0000`: a space and no colon, always UTC, always whole seconds."""
    return None if at is None else at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S+0000")


def zulu(at: datetime) -> str:
    """`2026-04-03T07:00:00.000Z`: the status page, which is another product, and error bodies of the framework."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def compact(at: datetime) -> str:
    """`20260403T070000Z`: signed addresses."""
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def read_compact(text: str) -> datetime | None:
    """An instant out of a signed address; None when it is none."""
    try:
        return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None
