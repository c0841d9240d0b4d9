"""How often a cron expression runs, for the question about a schedule."""

from datetime import date, timedelta
from typing import Final

from tools.kit.errors import Refused

_RANGES: Final = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS: Final = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_NAMES: Final = {
    3: {name: number for number, name in enumerate(_MONTHS, 1)},
    4: {name: number for number, name in enumerate(_DAYS)},
}
_YEARS: Final = 4
"""A leap year and three others, so that 29 February counts a quarter."""


def times_a_year(cron: str) -> float | None:
    """How often an expression runs in a year; None if it uses syntax that is not understood here.

    Raises:
        Refused: if it does not have five fields.
    """
    fields = cron.split()
    if len(fields) != len(_RANGES):
        raise Refused("cron takes five fields: minute, hour, day of month, month, day of week, such as '0 2 * * *'.")
    read = [_numbers(field.casefold(), place) for place, field in enumerate(fields)]
    if any(numbers is None for numbers in read):
        return None
    minutes, hours, days, months, weekdays = (numbers or frozenset() for numbers in read)
    is_either = not fields[2].startswith("*") and not fields[4].startswith("*")
    first, count = date(2024, 1, 1), 0
    for number in range(365 * _YEARS + 1):
        day = first + timedelta(days=number)
        in_month, in_week = day.day in days, day.isoweekday() % 7 in {one % 7 for one in weekdays}
        # If both fields are restricted, cron runs on a day that matches either.
        if day.month in months and (in_month or in_week if is_either else in_month and in_week):
            count += 1
    return count * len(hours) * len(minutes) / _YEARS


def often(cron: str) -> str:
    """How often an expression runs, in words.

    Raises:
        Refused: if it does not have five fields, or never runs.
    """
    yearly = times_a_year(cron)
    if yearly is None:
        return "how often that is cannot be determined here"
    if not yearly:
        raise Refused("This cron expression never runs.")
    if yearly >= 365:
        return f"about {_times(yearly / 365)} a day, {_times(yearly)} a year"
    if yearly >= 52:
        return f"about {_times(yearly / 52)} a week, {_times(yearly)} a year"
    return f"about {_times(yearly)} a year"


def _times(count: float) -> str:
    if count < 1:
        return f"{count:g} times"
    return "once" if round(count) == 1 else f"{round(count):,} times"


def _numbers(field: str, place: int) -> frozenset[int] | None:
    least, most = _RANGES[place]
    found: set[int] = set()
    for piece in field.split(","):
        span, slash, step = piece.partition("/")
        first, dash, last = span.partition("-")
        start, end = (least, most) if span == "*" else (_number(first, place), _number(last or first, place))
        if start is None or end is None or (slash and not step.isdecimal()):
            return None
        if slash and span != "*" and not dash:
            end = most  # "5/15" means 5, 20, 35, …
        width = int(step) if slash else 1
        if not least <= start <= end <= most or width < 1:
            return None
        found.update(range(start, end + 1, width))
    return frozenset(found)


def _number(text: str, place: int) -> int | None:
    named = _NAMES.get(place, {}).get(text)
    if named is not None:
        return named
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 4 else None
