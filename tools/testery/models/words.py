"""The API's own spellings, read into one: statuses and points in time (API reference: Enums, Basics)."""

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
"""Words of runs and of results, the spellings of older clients included."""
OVER: Final[frozenset[Status]] = frozenset({"passed", "failed", "cancelled"})
"""A run of such a status changes no more."""


def status_of(word: str | None) -> Status:
    """The shared word for a status of a run or of a result."""
    return shared_word(word, STATUSES, "unknown")


def _iso(value: Any) -> Any:
    """`2026-04-03 06:05:12+0000`, which few programs take for a time, as ISO; what is not a time stays as it is."""
    if not isinstance(value, str) or not value.strip():
        return None
    try:
        return datetime.fromisoformat(value.strip()).isoformat()
    except ValueError:
        return value


Time = Annotated[Key | None, BeforeValidator(_iso)]
"""A point in time as ISO; None where it has not come."""
