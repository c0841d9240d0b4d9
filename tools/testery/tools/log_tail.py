"""The end of a test's output: whole lines within a number of bytes, prepared for the masking of secrets.

Answers are redacted later, by the label before a secret on its line. So lines are never cut, colours are stripped (they
can split a secret), and private keys are removed whole.
"""

import re
from dataclasses import dataclass, field
from typing import Annotated, Final

from pydantic import Field

from tools.kit.failure_groups import plain_text
from tools.kit.text import clean

OutputBytes = Annotated[int, Field(ge=0, le=16_000, description="Of the end of its output.")]

_KEY: Final = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL)
_NO_KEY: Final = "[private key removed]"


@dataclass(frozen=True)
class Tail:
    """The last lines of an output, their size, and the size of the whole output, in bytes."""

    lines: list[str] = field(default_factory=list)
    shown: int = 0
    total: int = 0

    @property
    def left_out(self) -> int:
        return self.total - self.shown


def lines_of(text: str | None) -> list[str]:
    """The lines of a test's text, without colours and private keys."""
    return _KEY.sub(_NO_KEY, plain_text(text or "")).rstrip().splitlines()


def tail_of(output: str | None, budget: int, words: str | None = None) -> Tail:
    """The last whole lines that fit into a number of bytes, or the last of those that contain some words.

    Empty if not even one line fits.
    """
    wanted = clean(words or "").casefold().split()
    lines: list[str] = []
    shown = total = 0
    is_full = False
    for line in reversed(lines_of(output)):
        size = len(line.encode("utf-8", "replace")) + 1
        total += size
        if wanted and not all(word in line.casefold() for word in wanted):
            continue
        is_full = is_full or shown + size > budget
        if not is_full:
            lines.append(line)
            shown += size
    return Tail(lines[::-1], shown, total)
