"""Points in time are read as people write them, and as platforms spell them."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.kit.errors import Refused
from tools.kit.when import TimeSpan, milliseconds, parse_time, parse_timestamp, time_span

NOW = datetime(2026, 4, 15, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-04-01", "2026-04-01T00:00:00+00:00"),
        (" 2026-04-01 ", "2026-04-01T00:00:00+00:00"),
        ("20260401", "2026-04-01T00:00:00+00:00"),
        ("2026-04-01T09:00", "2026-04-01T09:00:00+00:00"),
        ("2026-04-01 09:00", "2026-04-01T09:00:00+00:00"),
        ("2026-04-01T09:00Z", "2026-04-01T09:00:00+00:00"),
        ("2026-04-01T09:00:30+02:00", "2026-04-01T07:00:30+00:00"),
        ("2026-04-01T00:00-05:30", "2026-04-01T05:30:00+00:00"),
        ("30m", "2026-04-15T12:00:00+00:00"),
        ("12h", "2026-04-15T00:30:00+00:00"),
        ("7d", "2026-04-08T12:30:00+00:00"),
        ("7 d", "2026-04-08T12:30:00+00:00"),
        ("2w", "2026-04-01T12:30:00+00:00"),
        ("0d", "2026-04-15T12:30:00+00:00"),
    ],
)
def test_a_time_is_read_as_it_is_written(text: str, expected: str) -> None:
    read = parse_time(text, NOW)
    assert read.astimezone(UTC).isoformat() == expected
    assert read.tzinfo is not None


@pytest.mark.parametrize("text", ["2026-04-01", "20260401", " 2026-04-01"])
def test_a_bare_date_may_mean_its_last_moment(text: str) -> None:
    assert parse_time(text, NOW, end_of_day=True) == datetime(2026, 4, 2, tzinfo=UTC) - timedelta(microseconds=1)


@pytest.mark.parametrize("text", ["2026-04-01T09:00", "2026-04-01T00:00+02:00", "7d"])
def test_what_says_its_time_has_no_other_end(text: str) -> None:
    assert parse_time(text, NOW, end_of_day=True) == parse_time(text, NOW)


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "7", "d", "-7d", "7 days", "7d ago", "2026-13-01", "2026-02-30", "01.04.2026", "2026-04", "now"],
)
def test_nonsense_is_refused_with_the_forms_that_are_known(text: str) -> None:
    with pytest.raises(Refused, match=r"is not a time\. Write a date \(2026-04-01\).*offset.*age \(7d, 12h\)"):
        parse_time(text, NOW)


def test_a_long_text_is_not_repeated_whole() -> None:
    with pytest.raises(Refused) as caught:
        parse_time("x" * 10_000, NOW)
    assert len(str(caught.value)) < 250


@given(st.text() | st.from_regex(r"[0-9]{1,5}\s*[mhdw]", fullmatch=True), st.booleans())
def test_any_text_is_a_time_or_refused(text: str, end_of_day: bool) -> None:
    with suppress(Refused):
        assert parse_time(text, NOW, end_of_day=end_of_day).tzinfo is not None


@pytest.mark.parametrize("text", ["0001-01-01T00:00+14:00", "9999-12-31T23:59-12:00", "9999-12-31", "99999w"])
def test_a_time_that_cannot_be_moved_to_another_zone_or_day_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="its year has to be from 1900 to 2999"):
        parse_time(text, NOW)


@given(
    st.datetimes(datetime(1900, 1, 2), datetime(2999, 12, 30), timezones=st.timezones()),
    st.sampled_from("T "),
)
def test_every_whole_time_is_read_back(time: datetime, between: str) -> None:
    time = datetime.fromisoformat(time.isoformat())  # with its offset at that time, as it is written
    assert parse_time(time.isoformat(between), NOW) == time


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-04-01T09:00:00Z", datetime(2026, 4, 1, 9, tzinfo=UTC)),
        ("2026-04-01T09:00:00.123+02:00", datetime(2026, 4, 1, 7, 0, 0, 123000, tzinfo=UTC)),
        ("2026-04-01 09:00:00", datetime(2026, 4, 1, 9, tzinfo=UTC)),
        ("2026-04-01", datetime(2026, 4, 1, tzinfo=UTC)),
        ("soon", None),
        ("", None),
        (None, None),
    ],
)
def test_a_platforms_time_is_read_or_none(text: str | None, expected: datetime | None) -> None:
    assert parse_timestamp(text) == expected
    assert milliseconds(text) == (int(expected.timestamp() * 1000) if expected else 0)
    assert expected is None or getattr(parse_timestamp(text), "tzinfo", None) is not None


class StoppedClock:
    """A platform's clock, and how often it was read."""

    def __init__(self) -> None:
        self.reads = 0

    async def clock(self) -> datetime:
        self.reads += 1
        return NOW + timedelta(seconds=59, microseconds=7)


@pytest.mark.anyio
async def test_ages_count_from_the_platforms_clock_to_the_minute_and_are_told() -> None:
    clock = StoppedClock()
    assert await time_span(clock, " 7d ", "12h") == TimeSpan(
        NOW - timedelta(days=7),
        NOW - timedelta(hours=12),
        "since 7d is 2026-04-08T12:30Z, until 12h is 2026-04-15T00:30Z by the platform's clock.",
    )
    assert clock.reads == 1


@pytest.mark.anyio
async def test_a_span_without_ages_reads_no_clock_and_ends_with_its_last_day() -> None:
    clock = StoppedClock()
    last = datetime(2026, 4, 3, tzinfo=UTC) - timedelta(microseconds=1)
    assert await time_span(clock, "2026-04-01", "2026-04-02") == TimeSpan(datetime(2026, 4, 1, tzinfo=UTC), last)
    assert await time_span(clock) == TimeSpan()
    with pytest.raises(Refused):
        await time_span(clock, "7d", "soon")
    assert clock.reads == 0


@pytest.mark.parametrize(
    ("since", "until", "minutes", "expected"),
    [
        (0, 0, 0, True),
        (0, 0, 1, False),
        (0, 0, -1, False),
        (0, None, 1, True),
        (0, None, -1, False),
        (None, 0, -1, True),
        (None, 0, 1, False),
        (None, None, 1, True),
        (None, None, None, True),
        (0, None, None, False),
        (None, 0, None, False),
    ],
)
def test_a_span_holds_its_ends_and_an_unknown_time_only_without_ends(
    since: int | None, until: int | None, minutes: int | None, expected: bool
) -> None:
    first, last, when = (None if n is None else NOW + timedelta(minutes=n) for n in (since, until, minutes))
    assert TimeSpan(first, last).holds(when) is expected


def test_milliseconds_are_thousandths() -> None:
    assert milliseconds("1970-01-01T00:00:01.500Z") == 1500
