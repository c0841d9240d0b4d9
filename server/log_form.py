"""The form of the log, text or one JSON object a line; and our own sentences beside it, in the same form."""

import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from server.credentials import SettingsError

LOG: Final = "TESTDESK_LOG"


def wants_json(environment: Mapping[str, str]) -> bool:
    """Whether the log is to be JSON.

    Raises:
        SettingsError: when the variable says something else.
    """
    word = environment.get(LOG, "").strip().lower()
    if word not in {"", "text", "json"}:
        raise SettingsError(f"{LOG} is {word[:40]!r}; it can be 'text' (the default) or 'json'.")
    return word == "json"


def as_line(fields: Mapping[str, Any]) -> str:
    """A JSON object on one line of ASCII, so that no text can begin a line or steer a terminal."""
    return json.dumps(fields, ensure_ascii=True, default=str).replace("\x7f", "\\u007f")


def announcement(sentence: str, *, level: str = "INFO") -> str:
    """A sentence of our own for standard error, in the form of the log."""
    if not wants_json(os.environ):
        return sentence
    fields = {"level": level, "logger": "testdesk", "message": sentence, "worker": os.getpid()}
    return as_line({"time": timestamp(datetime.now(UTC).timestamp()), **fields})


def timestamp(seconds: float) -> str:
    """A time since 1970 in UTC, to the millisecond."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
