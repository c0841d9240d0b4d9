"""Cron: the five fields of a schedule, in UTC."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_FIELDS = (("minute", 0, 59), ("hour", 0, 23), ("day of month", 1, 31), ("month", 1, 12), ("day of week", 0, 7))
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_NAMES = {3: {name: at for at, name in enumerate(_MONTHS, 1)}, 4: {name: at for at, name in enumerate(_DAYS)}}
_MAX_DAYS = 8 * 366
"""How many days to look ahead: more than the longest gap between two 29ths of February."""


class BadCron(ValueError):
    """The text is not a cron expression."""


@dataclass(frozen=True, slots=True)
class Cron:
    """A cron expression and the numbers that match it."""

    text: str
    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    """0 is Sunday."""

    def following(self, after: datetime) -> datetime | None:
        """The first matching minute after a time; None when there is none, such as for a 30th of February."""
        at = after.astimezone(UTC).replace(second=0, microsecond=0) + timedelta(minutes=1)
        for _ in range(_MAX_DAYS):
            if self._has_day(at):
                for hour in sorted(hour for hour in self.hours if hour >= at.hour):
                    first = at.minute if hour == at.hour else 0
                    minute = min((minute for minute in self.minutes if minute >= first), default=None)
                    if minute is not None:
                        return at.replace(hour=hour, minute=minute)
            at = at.replace(hour=0, minute=0) + timedelta(days=1)
        return None

    def _has_day(self, at: datetime) -> bool:
        in_month, in_week = at.day in self.days, at.isoweekday() % 7 in self.weekdays
        if at.month not in self.months:
            return False
        # When both are restricted, cron takes a day that matches either.
        is_either = len(self.days) < 31 and len(self.weekdays) < 7
        return in_month or in_week if is_either else in_month and in_week


def parse_cron(text: str) -> Cron:
    """Parse an expression of five fields.

    Raises:
        BadCron: with the field that is wrong.
    """
    fields = text.split()
    if len(fields) != len(_FIELDS):
        raise BadCron(f'Cron expression must consist of 5 fields (found {len(fields)} in "{text}")')
    minutes, hours, days, months, weekdays = (_numbers(field, place) for place, field in enumerate(fields))
    return Cron(text, minutes, hours, days, months, frozenset(day % 7 for day in weekdays))


def _numbers(field: str, place: int) -> frozenset[int]:
    name, least, most = _FIELDS[place]
    found: set[int] = set()
    for piece in field.upper().split(","):
        span, slash, step = piece.partition("/")
        first, dash, last = span.partition("-")
        try:
            start, end = (least, most) if span == "*" else (_number(first, place), _number(last or first, place))
            if slash and span != "*" and not dash:
                end = most  # "5/15" means from 5 on
            width = int(step) if slash else 1
        except ValueError as error:
            raise BadCron(f'Invalid value "{piece}" for {name} in cron expression') from error
        if not least <= start <= end <= most or width < 1:
            raise BadCron(f'Value "{piece}" for {name} is out of range ({least}-{most})')
        found.update(range(start, end + 1, width))
    return frozenset(found)


def _number(text: str, place: int) -> int:
    named = _NAMES.get(place, {}).get(text)
    if named is not None:
        return named
    if not text.isascii() or not text.isdecimal():
        raise ValueError(text)
    return int(text)
