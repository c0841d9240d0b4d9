"""Colours and widths of a terminal; a pipe, NO_COLOR and TERM=dumb get plain text."""

import os
import shutil
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TextIO

BOLD, DIM, RED, GREEN, YELLOW, CYAN = "1", "2", "31", "32", "33", "36"
WORDS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("failed", "critical", "rejected", "against", "evidence against", "blocked", "broken"), RED),
    **dict.fromkeys(("high", "running", "queued", "forwarded", "not proven", "flaky", "unknown"), YELLOW),
    **dict.fromkeys(("passed", "accepted", "done", "nothing found against", "fixed"), GREEN),
    **dict.fromkeys(("skipped", "cancelled", "archived"), DIM),
}
"""Words of statuses and severities that have a colour."""
NARROWEST: Final = 40


@dataclass(frozen=True)
class Style:
    """How a stream is written to: with which colours, and how wide; a width of None cuts nothing."""

    has_colours: bool = False
    width: int | None = None

    @classmethod
    def of(cls, stream: TextIO, environment: Mapping[str, str] = os.environ, *, no_colour: bool = False) -> "Style":
        """The style that fits a stream."""
        is_terminal = stream.isatty()
        plain = no_colour or bool(environment.get("NO_COLOR")) or environment.get("TERM") == "dumb"
        width = max(NARROWEST, shutil.get_terminal_size((100, 24)).columns) if is_terminal else None
        return cls(is_terminal and not plain, width)

    def paint(self, text: str, code: str) -> str:
        """A text in a colour."""
        return f"\x1b[{code}m{text}\x1b[0m" if self.has_colours and code and text.strip() else text

    def word(self, text: str) -> str:
        """A text, coloured if it is a known word."""
        return self.paint(text, WORDS.get(text.strip().casefold(), ""))


def columns(text: str) -> int:
    """The columns that a text takes in a terminal."""
    return sum(
        0 if unicodedata.combining(one) else 2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text
    )


def fit(text: str, width: int) -> str:
    """A text of exactly so many columns: filled up with spaces, or cut with an ellipsis."""
    if columns(text) <= width:
        return text + " " * (width - columns(text))
    taken, cut = 0, ""
    for one in text:
        taken += columns(one)
        if taken > width - 1:
            break
        cut += one
    return f"{cut}…" + " " * (width - 1 - columns(cut))
