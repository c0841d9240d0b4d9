"""One page of a long list, with its coverage: what was read for it."""

import base64
import binascii
import bisect
import hashlib
import json
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Final, Generic, Self, TypeVar

from pydantic import BaseModel, Field, PrivateAttr

from tools.kit.errors import Refused
from tools.kit.kept import list_call
from tools.kit.missing import BEYOND, UNREADABLE
from tools.kit.model import Answer
from tools.kit.text import Key

T = TypeVar("T")
R = TypeVar("R", bound=BaseModel)

Limit = Annotated[int, Field(ge=1, le=500, description="Rows.")]
Cursor = Annotated[str | None, Field(description="From next_cursor.")]
MALFORMED: Final = "This cursor is malformed. Leave it out to start at the top."
LARGEST_NUMBER: Final = 2**53
LARGEST_PART: Final = 2**160
"""More than any position in a list, which may hold an id of 128 bits."""


class Coverage(Answer):
    """What was read for a list."""

    total: int | None = Field(None, description="How many the platform has for the filters it applies itself.")
    loaded: int = Field(description="How many were read.")
    matched: int = Field(description="How many of those fit all filters.")
    complete: bool = Field(description="Whether everything was read; if not, why says what is missing.")
    why: str | None = None

    def lacks(self, missing: str) -> None:
        """Record that something is missing, once."""
        self.complete = False
        said = [phrase for phrase in (UNREADABLE, BEYOND) if phrase in missing]
        if not said or not all(phrase in (self.why or "") for phrase in said):
            self.why = f"{self.why}; {missing}" if self.why else missing


class Page(Answer, Generic[R]):
    """Rows of a list, their coverage, and the cursor of the next page."""

    items: list[R]
    coverage: Coverage
    next_cursor: Key | None = Field(None, description="Pass as cursor for the rows after these.")
    note: str | None = None

    _cursors: list[str] = PrivateAttr(default_factory=list)

    def continue_at(self, cursors: Sequence[str], *, more: bool) -> None:
        """Set the cursor that continues after each row; `more` says whether rows follow the last."""
        self._cursors = list(cursors)
        self.next_cursor = self._cursors[-1] if more and self._cursors else None

    def add_note(self, *notes: str | None) -> Self:
        """Prepend a note about the list."""
        self.note = " ".join(filter(None, [*notes, self.note])) or None
        return self

    @classmethod
    def widened(cls, page: "Page[R]", **more: Any) -> Self:
        """The same rows and cursors as a page type with further fields."""
        wider = cls(items=page.items, coverage=page.coverage, next_cursor=page.next_cursor, note=page.note, **more)
        wider._cursors = page._cursors
        return wider

    def first(self, count: int) -> "Page[R]":
        """The same page with fewer rows and the cursor that continues it."""
        if not 1 <= count < len(self.items):
            return self
        shorter = self.model_copy(update={"items": self.items[:count]})
        shorter.continue_at(self._cursors[:count], more=True)
        return shorter


class Selection(Generic[T]):
    """Keeps the first rows after a cursor, in a stable order, of any number of rows.

    `order` answers whole numbers, smallest first (negate for newest first); it must tell any two rows apart.
    """

    def __init__(
        self, order: Callable[[T], tuple[int, ...]], *, limit: int, cursor: str | None, **filters: Any
    ) -> None:
        self._order, self._limit, self._filters = order, limit, digest(**filters)
        self._behind = tuple(decode_cursor(cursor, self._filters)) if cursor else None
        self._rows: list[T] = []
        self._places: list[tuple[int, ...]] = []
        """The place of each row: a long list is compared with it far more often than a row is kept."""
        self.matched = 0

    def offer(self, row: T) -> None:
        """Add a row that matches the filters."""
        self.matched += 1
        place = self._order(row)
        if self._behind is not None and place <= self._behind:
            return
        if len(self._places) > self._limit:
            if place >= self._places[-1]:
                return
            del self._rows[-1], self._places[-1]
        at = bisect.bisect(self._places, place)
        self._places.insert(at, place)
        self._rows.insert(at, row)

    @property
    def rows(self) -> list[T]:
        """The rows kept so far, in order."""
        return self._rows[: self._limit]

    def page_of(
        self,
        rows: Sequence[T],
        show: Callable[[T], R],
        *,
        fits: Callable[[T], bool] = lambda row: True,
        note: str | None = None,
    ) -> "Page[R]":
        """A page of a list that one request answered as a whole."""
        for row in rows:
            if fits(row):
                self.offer(row)
        coverage = Coverage(total=len(rows), loaded=len(rows), matched=self.matched, complete=True)
        return self.page(show, coverage, note)

    def page(self, show: Callable[[T], R], coverage: Coverage, note: str | None = None) -> "Page[R]":
        """The rows as a page; `show` makes the row that is answered."""
        rows = self.rows
        shown = [show(row) for row in rows]
        page = Page[R](items=shown, coverage=coverage, next_cursor=None, note=note)
        cursors = [encode_cursor(place, self._filters) for place in self._places[: self._limit]]
        page.continue_at(cursors, more=len(self._rows) > self._limit)
        return page


def digest(**filters: Any) -> str:
    """A short fingerprint of a list and its filters, so that a cursor is not used with others."""
    call = list_call.get()
    text = (call.tool + call.account if call else "") + json.dumps(filters, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:10]


def encode_cursor(position: Sequence[int], filters: str) -> str:
    """Encode a position in an ordered list as one opaque word."""
    return base64.urlsafe_b64encode(json.dumps([filters, *position]).encode()).decode().rstrip("=")


def decode_cursor(cursor: str, filters: str) -> list[int]:
    """Decode a cursor.

    Raises:
        Refused: for one that is malformed, or belongs to another list or other filters.
    """
    try:
        raw = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        made_for, *position = raw
        if not position or not all(type(part) is int and abs(part) < LARGEST_PART for part in position):
            raise ValueError(cursor)
    except (ValueError, TypeError, RecursionError, binascii.Error) as error:
        raise Refused(MALFORMED) from error
    if made_for != filters:
        raise Refused(
            "This cursor belongs to another list or to other filters. Repeat the call that gave it, or leave it out."
        )
    return list(position)


def decode_number(cursor: str | None, filters: str) -> int:
    """The number in a cursor that holds nothing else, such as how many rows are before it; 0 without a cursor.

    Raises:
        Refused: as `decode_cursor` does.
    """
    if cursor is None:
        return 0
    number, *more = decode_cursor(cursor, filters)
    if more or not 0 <= number < LARGEST_NUMBER:
        raise Refused(MALFORMED)
    return number
