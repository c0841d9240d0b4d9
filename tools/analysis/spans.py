"""Days, weeks and months, as the columns of a chart."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from tools.analysis.chart_rows import Period
from tools.kit.chart import Label

MOST: Final = 40
"""Columns of a chart."""
DAYS: Final = 21
WEEKS: Final = 27
"""Days up to which there is a column for each, and weeks."""
MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
"""Not those of the machine's language, which the font may not have."""


@dataclass(frozen=True, order=True)
class Span:
    """A day, a week from its Monday, or a month, by its first day."""

    start: date
    period: Period

    @property
    def name(self) -> str:
        """Its first day, and for a month only that."""
        return f"{self.start:%Y-%m}" if self.period == "month" else f"{self.start:%Y-%m-%d}"

    @property
    def after(self) -> "Span":
        if self.period == "month":
            return Span((self.start + timedelta(days=31)).replace(day=1), self.period)
        return Span(self.start + timedelta(days=7 if self.period == "week" else 1), self.period)


def day_of(when: date) -> str:
    """A day as charts show it."""
    return f"{MONTHS[when.month - 1]} {when.day}"


def span_of(when: datetime, period: Period) -> Span:
    day = when.astimezone(UTC).date()
    if period == "week":
        day -= timedelta(days=day.weekday())
    return Span(day.replace(day=1) if period == "month" else day, period)


def period_of(times: Iterable[datetime]) -> Period:
    """The period that gives a chart enough columns and not too many."""
    ordered = sorted(times)
    days = (ordered[-1] - ordered[0]).days + 1 if ordered else 1
    return "day" if days <= DAYS else "week" if days <= WEEKS * 7 else "month"


def spans(first: Span, last: Span) -> Iterator[Span]:
    """All spans from one to the other, the empty ones too."""
    while first <= last:
        yield first
        first = first.after


def labels(columns: Sequence[Span]) -> Iterator[Label]:
    """The labels of columns, with the year where it begins."""
    year = 0
    for span in columns:
        start = span.start
        yield Label(
            MONTHS[start.month - 1] if span.period == "month" else day_of(start),
            str(start.year) if start.year != year else "",
        )
        year = start.year
