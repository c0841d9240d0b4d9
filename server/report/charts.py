"""Charts of the report as inline SVG: drawn here from the numbers beside them, without a script."""

from collections.abc import Mapping, Sequence
from html import escape
from math import pi
from typing import Final

CLASSES: Final[Mapping[str, str]] = {
    "passed": "passed",
    "failed": "failed",
    "blocked": "blocked",
    "skipped": "skipped",
    "without a result": "open",
    "critical": "failed",
    "high": "blocked",
    "medium": "warm",
    "low": "skipped",
    "unknown": "open",
}
"""The colour of each word, as a class of the style sheet."""
RADIUS: Final = 42.0
AROUND: Final = 2 * pi * RADIUS
LEAST: Final = 0.8
"""Percent of a bar that a count takes at least, so that one failure among thousands is seen."""


def bar(counts: Mapping[str, int], total: int, label: str) -> str:
    """A stacked bar of counts, as wide as its cell."""
    parts, at = list[str](), 0.0
    shares = _shares(counts, total)
    for word, share in shares.items():
        parts.append(
            f'<rect class="{CLASSES.get(word, "open")}" x="{at:.2f}%" y="0" width="{share:.2f}%" height="100%">'
            f"<title>{escape(f'{counts[word]} {word}')}</title></rect>"
        )
        at += share
    return f'<svg class="bar" role="img" aria-label="{escape(label, quote=True)}">{"".join(parts)}</svg>'


def _shares(counts: Mapping[str, int], total: int) -> dict[str, float]:
    """Percent of each count; small ones get the least, taken from the others."""
    if total <= 0:
        return {}
    shares = {word: max(LEAST, count * 100 / total) for word, count in counts.items() if count}
    whole = sum(counts.values()) * 100 / total
    factor = min(1.0, whole / sum(shares.values())) if shares else 1.0
    return {word: share * factor for word, share in shares.items()}


def ring(counts: Mapping[str, int], middle: str, below: str, label: str) -> str:
    """A ring of counts with a number in its middle."""
    total, at, arcs = sum(counts.values()), 0.0, list[str]()
    for word, count in counts.items():
        if not count:
            continue
        length = AROUND * count / total
        arcs.append(
            f'<circle class="arc {CLASSES.get(word, "open")}" cx="50" cy="50" r="{RADIUS:g}" '
            f'stroke-dasharray="{length:.3f} {AROUND - length:.3f}" stroke-dashoffset="{-at:.3f}">'
            f"<title>{escape(f'{count} {word}')}</title></circle>"
        )
        at += length
    return (
        f'<svg class="ring" viewBox="0 0 100 100" role="img" aria-label="{escape(label, quote=True)}">'
        f'<circle class="track" cx="50" cy="50" r="{RADIUS:g}"/>'
        f'<g transform="rotate(-90 50 50)">{"".join(arcs)}</g>'
        f'<text x="50" y="51" class="middle">{escape(middle)}</text>'
        f'<text x="50" y="64" class="below">{escape(below)}</text></svg>'
    )


def legend(counts: Mapping[str, int]) -> str:
    """The words of a chart with their colours and counts."""
    items = [
        f'<li><span class="dot {CLASSES.get(word, "open")}"></span><b>{count:,}</b> {escape(word)}</li>'
        for word, count in counts.items()
        if count
    ]
    return f'<ul class="legend">{"".join(items)}</ul>'


def columns(rows: Sequence[tuple[str, Mapping[str, int]]], words: Sequence[str]) -> str:
    """Bars of several rows on one scale: for each word its count in each row."""
    most = max((counts.get(word, 0) for _, counts in rows for word in words), default=0) or 1
    lines = []
    for word in words:
        for name, counts in rows:
            count = counts.get(word, 0)
            if not count:
                continue
            said = f"{count} {name} bugs of severity {word}"
            lines.append(
                f"<tr><th>{escape(word)}<small>{escape(name)}</small></th><td class=wide>"
                f"{bar({word: count}, most, said)}</td><td class=number>{count:,}</td></tr>"
            )
    return f'<table class="bars"><tbody>{"".join(lines)}</tbody></table>'
