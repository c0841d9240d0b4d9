"""Edits of stored texts: a piece is replaced, and everything around it stays as it is stored.

A caller knows a text as reads show it: cleaned, with secrets masked, perhaps cut. So a piece is looked up in that form,
and what is found there is replaced in the stored text. A piece can never reach into what is masked: whether it fits
would tell what stands there.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Any, Final, Self

from pydantic import Field, PrivateAttr, ValidatorFunctionWrapHandler

from tools.kit.errors import Refused
from tools.kit.model import Sent
from tools.kit.shortened import MASK
from tools.kit.text import clean, given

MOST_EDITS: Final = 20
MOST_CHARACTERS: Final = 200_000
"""Maximum length of a text after editing; more than any platform stores."""
_LINE_ENDS: Final = "\r\n\u2028\u2029\u0085\v\f"

AsRead = Callable[[str], str]
"""Renders a stored text as reads show it: cleaned, with secrets masked."""


class Rendered(str):
    """A text as it is read that also keeps its stored form, with the markup that reads leave out."""

    stored: str

    @classmethod
    def of(cls, read: str, stored: str) -> Self:
        rendered = cls(read)
        rendered.stored = stored
        return rendered


def keep_stored(value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
    """Wrap validator that keeps the stored form of a rendered text."""
    read = handler(value)
    return Rendered.of(read, value.stored) if isinstance(value, Rendered) and isinstance(read, str) else read


def stored_form(text: str | None) -> str | None:
    """A text as it is stored."""
    return text.stored if isinstance(text, Rendered) else text


class TextEdit(Sent):
    """Replaces one piece of a stored text."""

    field: Annotated[str, Field(min_length=1, max_length=120, description="Description, steps[2].action, ….")]
    old: Annotated[str, Field(min_length=1, max_length=20_000, description="Exact piece, occurs once.")]
    new: Annotated[str, Field(max_length=20_000, description="Its replacement.")]

    _as_read: AsRead = PrivateAttr(default_factory=lambda: clean)

    def bind(self, as_read: AsRead) -> None:
        """Set how this caller's reads show texts; the server does so before a tool sees the edit."""
        self._as_read = as_read

    def applied(self, text: str) -> str:
        """The stored text with this piece replaced.

        Raises:
            Refused: when `old` does not occur exactly once.
        """
        rendered = text if isinstance(text, Rendered) else None
        text = rendered.stored if rendered is not None else text
        visible, old, name = self._as_read(text), self.old.replace("\r\n", "\n"), self.field
        count = _occurrences(visible, old)
        if count == 0 and rendered is not None and old in self._as_read(rendered):
            raise Refused(
                f"{name} is stored with markup that reads leave out, and some of it is within the old text of the "
                "edit. Use a shorter piece, or give the whole text."
            )
        if count == 0:
            raise Refused(
                f"The old text of the edit does not occur in {name}. Copy it exactly from a fresh read, capitals and "
                "spaces included."
            )
        if count > 1:
            raise Refused(
                f"The old text of the edit occurs {count} times in {name}. Add text before or after it until it "
                "occurs once."
            )
        place = _place(text, visible, old)
        if place is None:
            raise Refused(
                f"{MASK} in the old text of the edit of {name} stands for a masked secret, which cannot be part of a "
                "piece: use the text beside it."
                if MASK in old
                else f"{name} cannot be edited in part, because of what is masked in it."
            )
        return text[: place[0]] + self.new + text[place[1] :]


Edits = Annotated[
    list[TextEdit] | None,
    Field(
        min_length=1,
        max_length=MOST_EDITS,
        description="Pieces to replace.",
    ),
]


def apply_edits(
    stored: Mapping[str, str | None], edits: Sequence[TextEdit] | None, replaced: Iterable[str] = ()
) -> dict[str, str]:
    """The texts that edits change, as they are to be sent; `replaced` names fields that the same call sets whole.

    Raises:
        Refused: for a field that has no text, or is set whole as well, or a piece that does not occur exactly once.
    """
    changed: dict[str, str] = {}
    whole = set(replaced)
    for edit in edits or ():
        if edit.field not in stored:
            raise Refused(f"There is no text {edit.field!r} to edit here; the editable texts are {_names(stored)}.")
        if edit.field in whole:
            raise Refused(f"Either give the whole {edit.field} or edit it, not both.")
        before = changed.get(edit.field, stored[edit.field] or "")
        if not before:
            raise Refused(f"{edit.field} is empty, so there is nothing to edit: give the whole text.")
        text = edit.applied(before)
        if len(text) > MOST_CHARACTERS:
            raise Refused(f"{edit.field} would have {len(text)} characters; {MOST_CHARACTERS} can be sent.")
        changed[edit.field] = text
    return changed


def describe_edits(edits: Sequence[TextEdit] | None) -> Iterator[str]:
    """Describe edits for a question, one sentence each."""
    for edit in edits or ():
        old = given(edit.old)
        yield (
            f"In {given(edit.field)}: {old} becomes {given(edit.new)}."
            if edit.new
            else (f"In {given(edit.field)}: {old} is removed.")
        )


def _names(stored: Mapping[str, str | None]) -> str:
    names = list(stored)
    return ", ".join(names[:12]) + (f" and {len(names) - 12} more" if len(names) > 12 else "")


def _occurrences(text: str, piece: str) -> int:
    """Count the occurrences of a piece, overlapping ones included."""
    count, at = 0, text.find(piece)
    while at >= 0:
        count, at = count + 1, text.find(piece, at + 1)
    return count


def _place(text: str, visible: str, piece: str) -> tuple[int, int] | None:
    """The span in the stored text of a piece that occurs once in its visible form; None if it reaches into a mask."""
    cleaned = clean(text)
    start = _unmasked(cleaned, visible, visible.find(piece))
    if cleaned[start : start + len(piece)] != piece:
        return None
    places = _places(text, cleaned)
    if len(places) < start + len(piece):
        return None
    last = places[start + len(piece) - 1]
    return places[start], last + _length(text, last)


def _unmasked(cleaned: str, visible: str, found: int) -> int:
    """Map a position in the masked text to one in the cleaned text: a mask replaces a piece of any length."""
    at, passed = 0, 0
    segments = visible.split(MASK)
    for number, segment in enumerate(segments):
        is_last = number == len(segments) - 1
        here = len(cleaned) - len(segment) if is_last else cleaned.find(segment, at)
        if found <= passed + len(segment):
            return here + found - passed
        passed += len(segment) + len(MASK)
        at = here + len(segment)
    return at


def _places(text: str, cleaned: str) -> list[int]:
    """Map each character of the cleaned text to its position in the stored one, as far as the two agree."""
    places, at = [], 0
    for character in cleaned:
        while at < len(text) and not (text[at] == character or (character == "\n" and text[at] in _LINE_ENDS)):
            at += 1
        if at == len(text):
            break
        places.append(at)
        at += _length(text, at)
    return places


def _length(text: str, at: int) -> int:
    """The length of a stored character: the two of a CRLF count as one."""
    return 2 if text[at : at + 2] == "\r\n" else 1


def text_fields(record: Any, *names: str) -> dict[str, str | None]:
    """The editable stored texts of a record, by field."""
    return {name: getattr(record, name) for name in names}
