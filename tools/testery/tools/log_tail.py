"""The end of what a test printed: whole lines within a budget of bytes, with nothing in them that could hide a secret.

Secrets are masked where answers leave, by what stands before them on their line. So a line is never cut, colours go
first, for they could split a secret, and of a private key no part is left.
"""

import re
from dataclasses import dataclass, field
from typing import Annotated, Final

from pydantic import Field

from tools.kit.failure_groups import plain_text
from tools.kit.text import clean

OutputBytes = Annotated[int, Field(ge=0, le=16_000, description="How much of the end of its output to show.")]

_KEY: Final = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL)
_NO_KEY: Final = "[a private key is left out]"


@dataclass(frozen=True)
class Tail:
    """The last lines of an output, and how much of it they are."""

    lines: list[str] = field(default_factory=list)
    shown: int = 0
    total: int = 0

    @property
    def left_out(self) -> int:
        return self.total - self.shown


def lines_of(text: str | None) -> list[str]:
    """The lines of a text that a test left, ready to be shown one by one."""
    return _KEY.sub(_NO_KEY, plain_text(text or "")).rstrip().splitlines()


def tail_of(output: str | None, budget: int, words: str | None = None) -> Tail:
    """The last whole lines that fit into a number of bytes, or the last of those that hold some words.

    Empty where not even one line fits.
    """
    wanted = clean(words or "").casefold().split()
    kept: list[str] = []
    shown = total = 0
    is_full = False
    for line in reversed(lines_of(output)):
        size = len(line.encode("utf-8", "replace")) + 1
        total += size
        if wanted and not all(word in line.casefold() for word in wanted):
            continue
        is_full = is_full or shown + size > budget
        if not is_full:
            kept.append(line)
            shown += size
    return Tail(kept[::-1], shown, total)
