"""Recognizes texts that are not as stored: shortened, masked, or with their line breaks lost."""

import re
from typing import Final

MASK: Final = "[hidden]"
"""The replacement of a secret."""

LEFT_OUT: Final = "[left out: lockdown]"
"""The replacement of a text that others wrote, where the operator lets none through."""

# What a shortened text ends with, what its later pieces begin with, and what a shortened list ends with.
CUT: Final = re.compile(
    r"… ?\[\d+ more characters(?:: [^\[\]\n]*)?\]"
    r"|\[\d+ characters before this\] ?…"
    r"|\A\[\d+ more left out(?:: [^\[\]\n]*)?\]\Z"
    rf"|{re.escape(LEFT_OUT)}"
)


def piece(text: str, start: int, at_most: int, how: str = "") -> str:
    """A piece of a long text, with a count of what comes before and after; the pieces join exactly.

    A text of at most `at_most` characters is complete. `{start}` in `how` is where the next piece starts.
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
    """The marker that shows a text was copied from a shortened answer."""
    found = CUT.search(text)
    return found.group(0) if found else None


_ESCAPED = re.compile(r"(?:\\r)?\\n")
_STRUCTURE = re.compile(r"(?:\\r)?\\n(?:(?:\\r)?\\n|[ \t]*(?:#{1,6} |[-*+>] |\||\d{1,3}[.)] |<!--))")
_SENTENCE = re.compile(r"(?<![\s\\`'\"])(?:\\r)?\\n(?=[A-Z])")


def has_escaped_breaks(text: str) -> bool:
    """Whether a single-line text has the two characters backslash and n instead of line breaks."""
    if "\n" in text or "\\n" not in text:
        return False
    return _STRUCTURE.search(text) is not None or len(_SENTENCE.findall(text)) > 1


def with_real_breaks(text: str) -> str:
    """The text with line breaks where they were meant to be."""
    return _ESCAPED.sub("\n", text) if has_escaped_breaks(text) else text
