"""What a measurement brings: figures of ours beside the bare ones, and the limits they are held to."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import median, quantiles
from typing import Any, Literal

Unit = Literal["ms", "bytes", "tokens", "MiB"]


@dataclass
class Samples:
    """Repeated measurements of one thing; the median stands for them."""

    values: list[float] = field(default_factory=list)

    def add(self, value: float) -> None:
        self.values.append(value)

    @property
    def median(self) -> float:
        return median(self.values)

    @property
    def quartiles(self) -> tuple[float, float]:
        if len(self.values) < 2:
            return self.values[0], self.values[0]
        low, _, high = quantiles(self.values, n=4, method="inclusive")
        return low, high


@dataclass(frozen=True)
class Limit:
    """What a figure is held to; what is not set does not count."""

    ratio: float | None = None
    """At most so many times the bare figure."""
    faster: float | None = None
    """At least so many times faster than the bare one."""
    ours: float | None = None
    """At most so much, whatever the bare figure is."""


@dataclass(frozen=True)
class Figure:
    """One row of the table."""

    name: str
    what: str
    unit: Unit
    ours: float
    bare: float | None = None
    limit: Limit = Limit()
    spread: tuple[float, float] | None = None
    """The quartiles of ours."""
    bare_spread: tuple[float, float] | None = None
    paired: float | None = None
    """The median of the ratios of neighbours, which hardly feels a machine that gets busier or calmer meanwhile."""
    note: str = ""
    """What else was seen, in words."""
    beside: str = ""
    """What ours is measured beside, where that is not the bare server."""
    is_aside: bool = False
    """Left out of a page that shows the main figures."""

    @classmethod
    def of(cls, name: str, what: str, ours: Samples, bare: Samples, limit: Limit = Limit()) -> "Figure":
        """A figure of times in seconds, measured in turn, shown in milliseconds."""

        def milliseconds(spread: tuple[float, float]) -> tuple[float, float]:
            return spread[0] * 1000, spread[1] * 1000

        return cls(
            name,
            what,
            "ms",
            ours.median * 1000,
            bare.median * 1000,
            limit,
            milliseconds(ours.quartiles),
            milliseconds(bare.quartiles),
            median(a / b for a, b in zip(ours.values, bare.values, strict=True)),
        )

    @property
    def ratio(self) -> float | None:
        """Ours by the bare figure."""
        if self.paired is not None:
            return self.paired
        return self.ours / self.bare if self.bare else None

    @property
    def is_met(self) -> bool | None:
        """Whether all limits hold; None where there is none."""
        held = []
        if self.limit.ours is not None:
            held.append(self.ours <= self.limit.ours)
        if self.ratio is not None:
            if self.limit.ratio is not None:
                held.append(self.ratio <= self.limit.ratio)
            if self.limit.faster is not None:
                held.append(self.ratio * self.limit.faster <= 1)
        return all(held) if held else None

    @property
    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "what": self.what,
            "unit": self.unit,
            "ours": self.ours,
            "bare": self.bare,
            "ratio": self.ratio,
            "quartiles": {"ours": self.spread, "bare": self.bare_spread},
            "target": self.target or None,
            "met": self.is_met,
            "note": self.note or None,
        }

    @property
    def target(self) -> str:
        """The limits in words."""
        told = []
        if self.limit.ratio is not None:
            told.append(f"<= {self.limit.ratio:g}x")
        if self.limit.faster is not None:
            told.append(f">= {self.limit.faster:g}x faster")
        if self.limit.ours is not None:
            told.append(f"<= {self.limit.ours:g} {self.unit}")
        return ", ".join(told)

    @property
    def compared(self) -> str:
        """Ours by the bare figure, in words."""
        if self.ratio is None:
            return ""
        if self.limit.faster is not None:
            return f"{1 / self.ratio:.1f}x faster"
        return f"{self.ratio:.2f}x"


def amount(value: float | None, unit: Unit) -> str:
    """A figure with as many digits as mean something."""
    if value is None:
        return ""
    if unit in {"bytes", "tokens"}:
        return f"{value:,.0f} {unit}"
    digits = 0 if value >= 100 else 1 if value >= 10 else 2
    return f"{value:.{digits}f} {unit}"


def table(figures: Iterable[Figure], other: str = "bare") -> str:
    """All rows for a terminal; `other` is what ours are measured beside."""
    rows = [("what", "ours", other, "ratio", "target", "met", "")]
    for f in figures:
        met = {True: "yes", False: "NO", None: ""}[f.is_met]
        note = f"{f.note} beside {f.beside}".strip() if f.beside else f.note
        rows.append((f.what, amount(f.ours, f.unit), amount(f.bare, f.unit), f.compared, f.target, met, note))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if 1 <= column <= 3 else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def markdown(figures: Iterable[Figure], other: str = "bare") -> str:
    """The main rows for a page: first what holds on any machine, a ratio or a size; then what it was on this one."""
    lines = ["| What | Testdesk | Target | On one machine |", "|---|---|---|---|"]
    for f in figures:
        if f.is_aside:
            continue
        here = f.note if f.bare is None else f"{amount(f.ours, f.unit)}, {f.beside or other} {amount(f.bare, f.unit)}"
        target = f.target.replace("<=", "at most").replace(">=", "at least")
        lines.append(f"| {f.what[:1].upper()}{f.what[1:]} | {_rounded(f)} | {target} | {here} |")
    return "\n".join(lines)


def _rounded(figure: Figure) -> str:
    if figure.ratio is None:
        return amount(figure.ours, figure.unit)
    if figure.limit.faster is not None:
        return f"{1 / figure.ratio:.1f}x faster"
    return f"{figure.ratio:.1f}x" if figure.ratio >= 1.95 else f"{figure.ratio:.2f}x"
