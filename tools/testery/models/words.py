"""The API's spellings of statuses and times, normalized (API reference: Enums, Basics)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final

from pydantic import BeforeValidator

from tools.kit.text import Key
from tools.kit.vocabulary import Status, shared_word

STATUSES: Final[Mapping[str, Status]] = {
    "pass": "passed",
    "fail": "failed",
    "canceled": "cancelled",
    "cancelled": "cancelled",
    "cancel": "cancelled",
    "submitted": "queued",
    "queued": "queued",
    "pending": "queued",
    "notrun": "queued",
    "running": "running",
    "ignored": "skipped",
    "skipped": "skipped",
}
"""Statuses of runs and results, with the spellings of older clients."""
OVER: Final[frozenset[Status]] = frozenset({"passed", "failed", "cancelled"})
"""A run with one of these statuses has ended."""


def status_of(word: str | None) -> Status:
    """The shared word for the status of a run or result."""
    return shared_word(word, STATUSES, "unknown")


def _iso(value: Any) -> Any:
    """`2026-04-03 06:05:12+0000` as ISO; a text that is not a time is kept."""
    if not isinstance(value, str) or not value.strip():
        return None
    try:
        return datetime.fromisoformat(value.strip()).isoformat()
    except ValueError:
        return value


Time = Annotated[Key | None, BeforeValidator(_iso)]
"""A time as ISO; None if there is none."""
