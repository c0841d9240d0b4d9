"""Reads of `[team]` how many processes there are, and what each person may do and a platform takes at once."""

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, Final

from server.configuration import TeamLimits

if TYPE_CHECKING:
    from server.config_file import Reader

LIMITS: Final = ("calls_at_once", "calls_waiting", "calls_a_minute", "open_requests")
KEYS: Final = ("processes", "limits", "requests_at_once")
"""What it reads of `[team]`."""
LEAST: Final = {"calls_waiting": 0}
MOST: Final = 100_000
MOST_REQUESTS: Final = 1_000


def read_limits(reader: "Reader", data: Mapping[str, Any], platforms: Collection[str]) -> TeamLimits:
    """Read them; other keys of the section are read elsewhere.

    Raises:
        SettingsError: with the place and a sentence.
    """
    limits = reader.table("team.limits", data.get("limits", {}))
    for key in limits:
        if key not in LIMITS:
            raise reader.unknown("team.limits", key, LIMITS)
    requests = reader.table("team.requests_at_once", data.get("requests_at_once", {}))
    for key in requests:
        if key not in platforms:
            raise reader.unknown("team.requests_at_once", key, platforms)
    given = [("team", "processes", data["processes"])] if "processes" in data else []
    given += [("team.limits", key, value) for key, value in limits.items()]
    for section, key, value in given:
        _check(reader, section, key, value, LEAST.get(key, 1), MOST)
    for key, value in requests.items():
        _check(reader, "team.requests_at_once", key, value, 1, MOST_REQUESTS)
    return TeamLimits(**{key: value for _, key, value in given}, requests_at_once=requests)


def _check(reader: "Reader", section: str, key: str, value: Any, least: int, most: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise reader.error(section, key, f"takes a whole number from {least} to {most}.")
