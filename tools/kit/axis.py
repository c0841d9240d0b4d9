"""Vertical scales of charts: which values get a line and a number."""

import math
from dataclasses import dataclass
from typing import Final

from tools.kit.chart import Scale

MOST_TICKS: Final = 5
WIDE: Final = 40
"""How many times the longest of some times is the shortest, from which on they are shown by magnitude."""
TIMES: Final = {
    1.0: "1 s",
    10.0: "10 s",
    60.0: "1 min",
    600.0: "10 min",
    3600.0: "1 h",
    6 * 3600.0: "6 h",
    86400.0: "1 d",
    7 * 86400.0: "1 week",
    30 * 86400.0: "30 d",
    365 * 86400.0: "1 year",
}
UNITS: Final = ((86400.0, "d"), (3600.0, "h"), (60.0, "min"), (1.0, "s"))


@dataclass(frozen=True)
class Axis:
    """The values with a line, their numbers, and how far up a value is, from 0 to 1."""

    ticks: tuple[tuple[float, str], ...]
    is_by_magnitude: bool = False

    def height(self, value: float) -> float:
        low, high = self.ticks[0][0], self.ticks[-1][0]
        if self.is_by_magnitude:
            low, high, value = math.log(low), math.log(high), math.log(max(value, low))
        return min(1.0, max(0.0, (value - low) / (high - low)))


def axis_of(values: list[float], scale: Scale) -> Axis:
    """The axis on which some values fit."""
    if scale == "percent":
        return Axis(tuple((float(value), f"{value} %") for value in (0, 25, 50, 75, 100)))
    highest = max(values, default=0.0)
    if scale == "count":
        step = max(1.0, _nice(highest / (MOST_TICKS - 1)))
        return Axis(_steps(step, highest, 1.0, ""))
    above = [value for value in values if value > 0]
    if above and highest / min(above) > WIDE:
        times = list(TIMES)
        first = max([0, *(n for n, time in enumerate(times) if time <= min(above))])
        last = min([*(n for n, time in enumerate(times) if time >= highest), len(times) - 1])
        return Axis(tuple((time, TIMES[time]) for time in times[first : last + 1]), is_by_magnitude=True)
    unit, name = next(((size, name) for size, name in UNITS if highest >= 2 * size), UNITS[-1])
    return Axis(_steps(_nice(highest / unit / (MOST_TICKS - 1)) or 1.0, highest / unit, unit, f" {name}"))


def _steps(step: float, highest: float, unit: float, suffix: str) -> tuple[tuple[float, str], ...]:
    count = max(1, math.ceil(round(highest / step, 6)))
    return tuple((n * step * unit, f"{n * step:,.10g}{suffix}") for n in range(count + 1))


def _nice(value: float) -> float:
    """The next of 1, 2, 5, 10, ... that is not below a value."""
    if value <= 0:
        return 0.0
    size = 10.0 ** math.floor(math.log10(value))
    return next(step * size for step in (1, 2, 5, 10) if step * size >= value * 0.999)
