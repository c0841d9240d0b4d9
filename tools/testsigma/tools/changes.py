"""What tools that change something have in common: only what was said is sent, and dates leave as milliseconds."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final

from pydantic import BaseModel, Field

from tools.kit.errors import Refused
from tools.kit.when import parse_time

Title = Annotated[str, Field(min_length=1, max_length=250, description="Shown in lists, such as Release 9.1.")]
LongText = Annotated[str, Field(max_length=20_000, description="Plain text; line breaks stay.")]
Day = Annotated[str | None, Field(description="Date (2026-04-01) or time with offset.")]


def said(**fields: Any) -> dict[str, Any]:
    """The fields that were given."""
    return {name: value for name, value in fields.items() if value is not None}


def something(fields: Mapping[str, Any]) -> None:
    """Refuse a change of nothing, before any request.

    Raises:
        Refused: when no field was given.
    """
    if not fields:
        raise Refused("Say at least one thing to change.")


UNCHANGED: Final = "It is so already; nothing was sent."


def differing(before: BaseModel, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that are not stored as they are given."""
    return {name: value for name, value in fields.items() if value != (getattr(before, name) or "")}


def changed(fields: Mapping[str, Any], *, steps_are: str = "text") -> str:
    """What was changed, in people's words."""
    names = {"individual_steps": "steps", "steps": steps_are, "expected_results": "expected text", "template_type": ""}
    told = [names.get(name, re.sub("_(ids?|names)$", "", name).replace("_", " ")) for name in fields]
    return f"Changed: {', '.join(filter(None, told))}."


def dates(start: str | None, end: str | None, now: datetime) -> dict[str, int]:
    """Dates as the platform takes them; a day that ends something ends with its last moment.

    Raises:
        Refused: for what is not a time, or an end before the start.
    """
    from_, to = parse_time(start, now) if start else None, parse_time(end, now, end_of_day=True) if end else None
    if from_ is not None and to is not None and to < from_:
        raise Refused("The end lies before the start.")
    told = {"start_date": from_, "end_date": to}
    return {name: int(when.timestamp() * 1000) for name, when in told.items() if when is not None}
