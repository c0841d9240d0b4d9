"""Keeps the rows of lists short: long names cut, times to the minute, false left out."""

from dataclasses import dataclass
from datetime import UTC

from tools.kit.when import parse_timestamp

LONGEST_IN_A_ROW = 80


@dataclass(frozen=True)
class Brief:
    """Marks a text that is cut after so many characters in rows; cut last, after secrets are masked."""

    at_most: int = LONGEST_IN_A_ROW

    def __call__(self, text: str) -> str:
        return text if len(text) <= self.at_most else f"{text[: self.at_most - 1].rstrip()}…"


def minute(text: str | None) -> str | None:
    """A platform's time to the minute in UTC (2026-04-09T14:05Z), which sorts as a text; unreadable ones stay."""
    read = parse_timestamp(text)
    return text if read is None else read.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ")


def true_or_none(value: bool | None) -> bool | None:
    """True or None: false in every row says little and costs tokens."""
    return value or None
