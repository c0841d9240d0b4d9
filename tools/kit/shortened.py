"""Texts that are not as they are stored: shortened, masked, or with their line breaks lost; and how that is seen."""

import re
from typing import Final

MASK: Final = "[hidden]"
"""What stands in the place of a secret."""

# What a shortened text ends with, what its later pieces begin with, and what a shortened list ends with.
CUT: Final = re.compile(
    r"… ?\[\d+ more characters(?:: [^\[\]\n]*)?\]"
    r"|\[\d+ characters before this\] ?…"
    r"|\A\[\d+ more left out(?:: [^\[\]\n]*)?\]\Z"
)


def piece(text: str, start: int, at_most: int, how: str = "") -> str:
    """A piece of a text that is too long: what comes before and after it is counted, and the pieces join exactly.

    A text that is no longer than `start` or `at_most` is whole. `{start}` in `how` is where the next piece starts.
    """
    if start >= len(text) or not start:
        start = 0
    if not start and len(text) <= at_most:
        return text
    end = start + at_most
    before = f"[{start} characters before this]…" if start else ""
    if end >= len(text):
        return before + text[start:]
    following = how.replace("{start}", str(end))
    return f"{before}{text[start:end]}… [{len(text) - end} more characters{': ' + following if how else ''}]"


def find_cut(text: str) -> str | None:
    """The mark in a text that says it is not whole: it was copied out of a shortened answer."""
    found = CUT.search(text)
    return found.group(0) if found else None


_ESCAPED = re.compile(r"(?:\\r)?\\n")
_STRUCTURE = re.compile(r"(?:\\r)?\\n(?:(?:\\r)?\\n|[ \t]*(?:#{1,6} |[-*+>] |\||\d{1,3}[.)] |<!--))")
_SENTENCE = re.compile(r"(?<![\s\\`'\"])(?:\\r)?\\n(?=[A-Z])")


def has_escaped_breaks(text: str) -> bool:
    """Whether a text of one line has the two characters backslash and n where its line breaks were meant to be."""
    if "\n" in text or "\\n" not in text:
        return False
    return _STRUCTURE.search(text) is not None or len(_SENTENCE.findall(text)) > 1


def with_real_breaks(text: str) -> str:
    """The text with line breaks where they were meant to be."""
    return _ESCAPED.sub("\n", text) if has_escaped_breaks(text) else text
