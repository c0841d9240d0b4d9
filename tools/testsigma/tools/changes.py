"""What tools that change something share: only given fields are sent, and dates are sent as milliseconds."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final

from pydantic import BaseModel, Field

from tools.kit.errors import Refused
from tools.kit.model import not_none as not_none
from tools.kit.when import parse_time

Title = Annotated[str, Field(min_length=1, max_length=250, description="Such as Release 9.1.")]
LongText = Annotated[str, Field(max_length=20_000, description="Plain text.")]
Day = Annotated[str | None, Field(description="Date (2026-04-01) or time with offset.")]


def require_change(fields: Mapping[str, Any]) -> None:
    """Refuse a call that changes nothing.

    Raises:
        Refused: when no field is given.
    """
    if not fields:
        raise Refused("Give at least one field to change.")


UNCHANGED: Final = "Already up to date; nothing was sent."


def changed_fields(before: BaseModel, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields whose values differ from the stored ones."""
    return {name: value for name, value in fields.items() if value != (getattr(before, name) or "")}


def describe_changes(fields: Mapping[str, Any], *, steps_are: str = "text") -> str:
    """Which fields were changed, in one sentence."""
    names = {"individual_steps": "steps", "steps": steps_are, "expected_results": "expected text", "template_type": ""}
    changed = [names.get(name, re.sub("_(ids?|names)$", "", name).replace("_", " ")) for name in fields]
    return f"Changed: {', '.join(filter(None, changed))}."


def date_fields(start: str | None, end: str | None, now: datetime) -> dict[str, int]:
    """Start and end in milliseconds; an end that is a day is its last moment.

    Raises:
        Refused: for what is not a time, or an end before the start.
    """
    from_, to = parse_time(start, now) if start else None, parse_time(end, now, end_of_day=True) if end else None
    if from_ is not None and to is not None and to < from_:
        raise Refused("The end is before the start.")
    times = {"start_date": from_, "end_date": to}
    return {name: int(when.timestamp() * 1000) for name, when in times.items() if when is not None}
