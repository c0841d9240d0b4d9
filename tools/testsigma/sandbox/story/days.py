"""Days: times in the spring of 2026, as epoch milliseconds."""

from tools.kit.sandbox.clock import STORY_START


def at(month: int, day: int, hour: int = 9, minute: int = 0) -> int:
    """A time in the shop's time zone."""
    return int(STORY_START.replace(month=month, day=day, hour=hour, minute=minute).timestamp() * 1000)
