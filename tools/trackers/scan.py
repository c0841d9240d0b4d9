"""Looks for a marker in the texts of the newest issues, where a tracker has no exact lookup."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

from tools.kit.errors import Refused
from tools.trackers.tracker import text_of

MOST_PAGES: Final = 20
"""Pages that are read; whoever has more issues of one label needs another lookup."""


def has_marker(text: Any, marker: str) -> bool:
    """Whether a text has the marker, and not only a longer one that begins with it."""
    found, start = str(text or ""), 0
    while (place := found.find(marker, start)) >= 0:
        before, after = found[place - 1 : place] if place else "", found[place + len(marker) :][:1]
        if not any(one.isalnum() or one == "-" for one in (before, after) if one):
            return True
        start = place + 1
    return False


async def newest_with(
    marker: str,
    page: Callable[[int], Awaitable[Sequence[dict[str, Any]]]],
    *,
    texts: Sequence[str],
    size: int,
    first: int = 1,
    among: str = "issues of Testdesk's label",
    remedy: str = "Close or relabel old ones.",
) -> dict[str, Any] | None:
    """The first row, of pages that are read newest first, that has the marker in one of its texts.

    `among` is what the pages list, and `remedy` what makes them fewer.

    Raises:
        Refused: when there are more pages than are read; "not found" would be a guess then.
    """
    for number in range(first, first + MOST_PAGES):
        rows = await page(number)
        for row in rows:
            if any(has_marker(text_of(row.get(name)), marker) for name in texts):
                return row
        if len(rows) < size:
            return None
    raise Refused(
        f"The tracker has more than {MOST_PAGES * size:,} {among}, and not all were read, so whether the issue exists "
        f"is not known. {remedy}"
    )
