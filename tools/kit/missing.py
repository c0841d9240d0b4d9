"""What of a response could not be read: counted where it is parsed, reported in the answer."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Final

from tools.kit.errors import Refused
from tools.kit.text import many

UNREADABLE: Final = "could not be read"
"""The phrase that every report of it contains."""
BEYOND: Final = "left out, of what the operator does not allow"
"""The phrase for rows of products or projects that may not be reached."""
MOST_NAMED: Final = 5
"""Fields named in one sentence."""


@dataclass
class Missing:
    """Rows and parts of rows that could not be read."""

    rows: int = 0
    parts: Counter[str] = field(default_factory=Counter)
    """How many, by the field that held them."""
    beyond: int = 0
    """Rows of products or projects that the operator does not allow."""

    def __bool__(self) -> bool:
        return bool(self.rows or self.parts or self.beyond)

    def add(self, other: "Missing") -> None:
        self.rows += other.rows
        self.beyond += other.beyond
        self.parts.update(other.parts)

    @property
    def sentence(self) -> str | None:
        """What is missing, as a clause; None if nothing is."""
        left_out = f"{many(self.beyond, 'row')} {BEYOND}" if self.beyond else None
        return "; ".join(filter(None, (self.unreadable, left_out))) or None

    @property
    def unreadable(self) -> str | None:
        """What could not be read, as a clause."""
        said = [many(self.rows, "row") + f" {UNREADABLE}"] if self.rows else []
        if count := self.parts.total():
            places = [name for name, _ in self.parts.most_common(MOST_NAMED)]
            more = len(self.parts) - len(places)
            named = ", ".join(places) + (f" and {more} more" if more else "")
            said.append(f"{many(count, 'part')} of what came {UNREADABLE} ({named})")
        return "; ".join(said) or None


_open: ContextVar[tuple[Missing, ...]] = ContextVar("_open", default=())


@contextmanager
def collect_missing(*, alone: bool = False) -> Iterator[Missing]:
    """Count what cannot be read inside the block; enclosing blocks count it too, unless `alone`."""
    missing = Missing()
    token = _open.set((missing,) if alone else (*_open.get(), missing))
    try:
        yield missing
    finally:
        _open.reset(token)


def note_missing(missing: Missing) -> None:
    """Add to the count of every open block."""
    for one in _open.get():
        one.add(missing)


def missing_so_far() -> Missing:
    """What could not be read so far in the innermost block."""
    around = _open.get()
    return around[-1] if around else Missing()


def refuse_if_missing(what: str) -> None:
    """Refuse to write back what was not read completely: the missing part would be lost on the platform.

    Raises:
        Refused: when anything could not be read.
    """
    if missing := missing_so_far().unreadable:
        raise Refused(
            f"{what} would be written back as a whole, but {missing}, and would be lost. Change it in the web app, or "
            "give the whole text."
        )
