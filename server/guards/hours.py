"""Hours of the week, such as `mon-fri 08:00-18:00`, in which something is allowed."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Final, Self

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SPAN: Final = re.compile(r"([a-z]{3})(?:-([a-z]{3}))? ([012]\d):([0-5]\d)-([012]\d):([0-5]\d)")
MIDNIGHT: Final = 24 * 60


@dataclass(frozen=True)
class Hours:
    """Spans of minutes on days of the week."""

    spans: tuple[tuple[int, int, int], ...]
    """Day, first minute, and the minute after the last."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `mon-fri 08:00-18:00, sat 10:00-12:00`.

        Raises:
            ValueError: for anything else, such as a span past midnight, which takes two.
        """
        spans = list[tuple[int, int, int]]()
        for part in text.lower().split(","):
            match = _SPAN.fullmatch(" ".join(part.split()))
            if match is None:
                raise ValueError(text)
            first, last = DAYS.index(match[1]), DAYS.index(match[2] or match[1])
            start, end = int(match[3]) * 60 + int(match[4]), int(match[5]) * 60 + int(match[6])
            if not start < end <= MIDNIGHT:
                raise ValueError(text)
            spans += [((first + number) % 7, start, end) for number in range((last - first) % 7 + 1)]
        return cls(tuple(spans))

    def opening(self, now: datetime, zone: tzinfo) -> datetime | None:
        """When they next begin; None if that is now."""
        local = now.astimezone(zone)
        minute = local.hour * 60 + local.minute
        if any(day == local.weekday() and start <= minute < end for day, start, end in self.spans):
            return None
        starts = [
            self._at(local + timedelta(days=ahead), start)
            for ahead in range(8)
            for day, start, _ in self.spans
            if day == (local.weekday() + ahead) % 7
        ]
        return min(start for start in starts if start > local)

    @staticmethod
    def _at(day: datetime, minute: int) -> datetime:
        return day.replace(hour=minute // 60, minute=minute % 60, second=0, microsecond=0)
