"""Charts as plain data: what is drawn, without a word that a stranger wrote.

The font that draws them has ASCII only, so titles, labels and names of series are our own words, platforms' keys,
numbers and dates. The names of things stand in the text beside a chart.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

Colour = tuple[int, int, int]
Scale = Literal["count", "percent", "seconds"]
Marker = Literal["circle", "square", "triangle", "diamond"]

SEVERITY_COLOURS: Final[dict[str, Colour]] = {
    "critical": (122, 18, 32),
    "high": (222, 84, 44),
    "medium": (242, 178, 62),
    "low": (108, 160, 212),
    "unknown": (186, 186, 190),
}
"""From dark to light, so that they differ without colours too."""
OUTCOME_COLOURS: Final[dict[str, Colour]] = {
    "accepted": (38, 122, 86),
    "open": (242, 178, 62),
    "rejected": (150, 150, 156),
    "unknown": (214, 214, 218),
}
LINE_COLOURS: Final[tuple[Colour, ...]] = ((28, 92, 168), (202, 88, 24), (44, 134, 92), (132, 74, 158), (90, 90, 96))
MARKERS: Final[tuple[Marker, ...]] = ("circle", "square", "triangle", "diamond")


@dataclass(frozen=True)
class Series:
    """The values of one name, one for each label; None: there is none."""

    name: str
    values: tuple[float | None, ...]
    colour: Colour
    marker: Marker = "circle"


@dataclass(frozen=True)
class Panel:
    """A part of a chart with its own vertical scale: columns in layers, or a line for each series."""

    caption: str
    kind: Literal["layers", "lines"]
    scale: Scale
    series: tuple[Series, ...]


@dataclass(frozen=True)
class Label:
    """A place on the axis: its word, and a second line that stands below where there is room."""

    word: str
    below: str = ""


@dataclass(frozen=True)
class Chart:
    """A chart over time, with panels one above the other; or, with `is_list`, one bar in layers for each label."""

    title: str
    subtitle: str
    labels: tuple[Label, ...]
    panels: tuple[Panel, ...]
    is_list: bool = False

    def words(self) -> Iterator[str]:
        """Every text that is drawn, numbers apart."""
        yield self.title
        yield self.subtitle
        for label in self.labels:
            yield label.word
            yield label.below
        for panel in self.panels:
            yield panel.caption
            yield from (series.name for series in panel.series)


def line_series(names: list[str], values: dict[str, list[float | None]]) -> tuple[Series, ...]:
    """A series for each name, each with its colour and its marker."""
    return tuple(
        Series(name, tuple(values[name]), LINE_COLOURS[n % len(LINE_COLOURS)], MARKERS[n % len(MARKERS)])
        for n, name in enumerate(names)
    )


def layers(values: dict[str, list[float | None]], colours: dict[str, Colour]) -> tuple[Series, ...]:
    """A series for each name that has a value, in the order of the colours."""
    return tuple(
        Series(name, tuple(values[name]), colour) for name, colour in colours.items() if any(values.get(name, []))
    )
