"""Days: points in the story's spring of 2026, as epoch milliseconds."""

from tools.kit.sandbox.clock import STORY_START


def at(month: int, day: int, hour: int = 9, minute: int = 0) -> int:
    """A time in the shop's own offset."""
    moment = STORY_START.replace(month=month, day=day, hour=hour, minute=minute)
    return int(moment.timestamp() * 1000)
