"""Hours of the week, in a time zone."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from server.guards.hours import Hours

BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN).astimezone(UTC)


@pytest.mark.parametrize(
    ("hours", "now", "opens"),
    [
        ("mon-fri 08:00-18:00", "2026-11-30 08:00", None),
        ("mon-fri 08:00-18:00", "2026-11-30 17:59", None),
        ("mon-fri 08:00-18:00", "2026-11-30 18:00", "2026-12-01 08:00"),
        ("mon-fri 08:00-18:00", "2026-11-30 07:59", "2026-11-30 08:00"),
        ("mon-fri 08:00-18:00", "2026-11-28 12:00", "2026-11-30 08:00"),
        ("MON 08:00-12:00,  mon 13:00-18:00", "2026-11-30 12:30", "2026-11-30 13:00"),
        ("mon 08:00-12:00", "2026-11-30 12:00", "2026-12-07 08:00"),
        ("sat-mon 00:00-24:00", "2026-11-29 23:59", None),
        ("sat-mon 00:00-24:00", "2026-12-01 00:00", "2026-12-05 00:00"),
        ("sun 10:00-11:00", "2026-03-28 12:00", "2026-03-29 10:00"),
    ],
)
def test_hours_open_at_the_next_of_their_spans(hours: str, now: str, opens: str | None) -> None:
    found = Hours.parse(hours).opening(at(now), BERLIN)
    assert found == (None if opens is None else datetime.fromisoformat(opens).replace(tzinfo=BERLIN))


@pytest.mark.parametrize(
    "text", ["", "mon", "08:00-18:00", "mon 8:00-9:00", "mon 10:00-10:00", "mon 00:00-24:01", "tag"]
)
def test_anything_else_is_no_hours(text: str) -> None:
    with pytest.raises(ValueError, match=text or None):
        Hours.parse(text)
