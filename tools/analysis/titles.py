"""Which tests of several platforms are the same: by id, by linked issue, by title, and by titles that are alike."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from tools.analysis.series import Series
from tools.analysis.terms import words_of

ALIKE: Final = 88
"""Percent from which two titles are alike."""
_ID: Final = re.compile(r"@[ST]([0-9a-f]{8})\b")
"""The id of a test, as some reporters write it into its title."""
_TAG: Final = re.compile(r"(?:^|\s)[@#]\w[\w:-]*")
_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@dataclass(frozen=True)
class Wanted:
    """A test as it was looked for, and what is known of it by its id or a linked issue."""

    text: str
    known: Mapping[tuple[str, str], str]
    """How each test was found, by platform and id."""
    titles: Collection[str]
    """Plain titles that are looked for on every platform."""


def plain_title(title: str) -> str:
    """A title as it is compared: without ids and tags in it, names of code as words."""
    words = words_of(_CAMEL.sub(" ", _TAG.sub(" ", title)).replace("_", " "))
    return " ".join(words[1:] if len(words) > 1 and words[0] in {"test", "should"} else words)


def matched(series: Series, wanted: Wanted) -> str | None:
    """How a test matches; None if it does not."""
    if series.test_id is not None and (how := wanted.known.get((series.platform, series.test_id))):
        return how
    ids = {test_id for _, test_id in wanted.known} | {wanted.text.strip().removeprefix("@T")}
    if found := next((one for one in _ID.findall(series.title) if one in ids), None):
        return f"id {found} in its title"
    title = plain_title(series.title)
    if not title:
        return None
    if title in wanted.titles:
        return "same title"
    from rapidfuzz.fuzz import token_sort_ratio  # most calls of a server compare no texts

    best = max((token_sort_ratio(title, one) for one in wanted.titles), default=0.0)
    return f"title alike, {best:.0f} %" if best >= ALIKE else None
