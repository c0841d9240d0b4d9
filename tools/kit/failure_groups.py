"""Group failures that differ only in numbers, ids and times."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from tools.kit.text import clean

T = TypeVar("T")

LONGEST: Final = 300
"""Characters of an error that are compared; what follows is the rest of a stack trace."""
NO_WORDS: Final = "(no error text)"

_ANSI: Final = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[@-_]")
_CHANGING: Final = (
    (re.compile(r"\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b"), "<id>"),
    (re.compile(r"\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?"), "<time>"),
    (re.compile(r"\b\d{1,2}:\d\d:\d\d(?:\.\d+)?\b"), "<time>"),
    # An underscore ends a word here: pay_7b6f84b7e33b is a payment with an id.
    (
        re.compile(
            r"\b0x[0-9a-fA-F]+\b|(?<![0-9A-Za-z])(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{7,40}(?![0-9A-Za-z])"
        ),
        "<id>",
    ),
    (re.compile(r"(?<![A-Za-z0-9])[-+]?\d+(?:[.,]\d+)*(?![A-Za-z]{3})"), "<n>"),
)


def plain_text(text: str) -> str:
    """A text without terminal escape codes and invisible characters."""
    return clean(_ANSI.sub("", text))


def normalized_error(error: str | None) -> str:
    """The first lines of an error without what changes from run to run: ids, times, numbers.

    Never show it: a secret that lost its digits here is no longer recognised as one.
    """
    words = " ".join(plain_text(error or "").split())
    for pattern, name in _CHANGING:
        words = pattern.sub(name, words)
    return words[:LONGEST].rstrip() or NO_WORDS


@dataclass
class Group(Generic[T]):
    """Failures that share a normalized error, in their original order."""

    key: str
    """The normalized error; a member's own error is what is shown."""
    members: list[T]


def group_failures(failures: Iterable[T], error_of: Callable[[T], str | None]) -> list[Group[T]]:
    """Group failures by their normalized errors, the largest group first."""
    groups: dict[str, Group[T]] = {}
    for failure in failures:
        words = normalized_error(error_of(failure))
        groups.setdefault(words, Group(words, [])).members.append(failure)
    return sorted(groups.values(), key=lambda group: -len(group.members))


FIRST_WORDS = 300
"""Characters of a message in a row; get_result has the rest."""


def first_words(message: str | None, at_most: int = FIRST_WORDS) -> str | None:
    """The beginning of a message; what follows is left to the tool that has it whole.

    It ends behind a line or a word, because half a secret is not recognised as one any more.
    """
    if message is None or len(message) <= at_most:
        return message
    head = message[: at_most + 1]
    end = max(head.rfind("\n"), 0) or max(head.rfind(" "), head.rfind("\t"), 0)
    return f"{head[:end].rstrip()}…"
