"""Reads `processes` and `[team.limits]`: how many processes there are, and what each person may do at once."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from server.configuration import TeamLimits

if TYPE_CHECKING:
    from server.config_file import Reader

LIMITS: Final = ("calls_at_once", "calls_waiting", "calls_a_minute", "open_requests")
KEYS: Final = ("processes", "limits")
"""What it reads of `[team]`."""
LEAST: Final = {"calls_waiting": 0}
MOST: Final = 100_000


def read_limits(reader: "Reader", data: Mapping[str, Any]) -> TeamLimits:
    """Read them; other keys of the section are read elsewhere.

    Raises:
        SettingsError: with the place and a sentence.
    """
    limits = reader.table("team.limits", data.get("limits", {}))
    for key in limits:
        if key not in LIMITS:
            raise reader.unknown("team.limits", key, LIMITS)
    given = [("team", "processes", data["processes"])] if "processes" in data else []
    given += [("team.limits", key, value) for key, value in limits.items()]
    for section, key, value in given:
        least = LEAST.get(key, 1)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= MOST:
            raise reader.error(section, key, f"takes a whole number from {least} to {MOST}.")
    return TeamLimits(**{key: value for _, key, value in given})
