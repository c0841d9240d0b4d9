"""Builds a question for the user: what happens, the fields as short lines, and what cannot be undone.

The question shows everything that would be sent: the caller's texts in full, and all numbers, choices and lists.
"""

from collections.abc import Iterable, Mapping

from tools.kit.text import given, quote

OLD = 400
"""Characters of a replaced text that are shown; the new one is shown in full."""


class Lines:
    """Builds a question line by line, leaving out what was not given."""

    def __init__(self, *first: str) -> None:
        self._lines = [*first]

    @property
    def lines(self) -> list[str]:
        return list(self._lines)

    @property
    def facts(self) -> list[str]:
        """The lines without their dashes, for an answer that says what was ordered."""
        return [line.removeprefix("- ") for line in self._lines]

    def add(self, name: str, value: object) -> None:
        """Add a line of our own text, or of text that is already marked."""
        if value not in (None, "", []):
            self._lines.append(f"- {name}: {value}")

    def fields(self, fields: Mapping[str, object]) -> None:
        """Add the caller's values in full; None was not given."""
        for name, value in fields.items():
            if value is not None:
                self._lines.append(f"- {name}: {render_value(value)}")

    def rows(self, rows: Iterable[tuple[str, str]]) -> None:
        """Add names with their texts; names with the same text share a line."""
        groups: dict[str, list[str]] = {}
        for name, said in rows:
            groups.setdefault(said, []).append(name)
        for said, names in groups.items():
            self.add(", ".join(names), said)

    def becomes(self, name: str, old: object, new: object) -> None:
        """Add the caller's new value of a field with the old one."""
        if new is not None:
            plain = isinstance(old, bool | int | float)
            before = render_value(old) if plain else quote(old, at_most=OLD) if old else "nothing"
            self._lines.append(f"- {name}: {before} becomes {render_value(new)}")

    def parts(self, changes: Iterable[str]) -> None:
        """Add the changes inside longer texts, one sentence each."""
        for change in changes:
            self.add("Part of a text", change)

    def say(self, *sentences: str | None) -> None:
        """Add sentences on lines of their own."""
        self._lines += [sentence for sentence in sentences if sentence]

    def __str__(self) -> str:
        return "\n".join(self._lines)


def join_counts(*counts: str) -> str:
    """Join counts made by `many` into a phrase, without the zeros."""
    some = [count for count in counts if not count.startswith("0 ")]
    return f"{', '.join(some[:-1])} and {some[-1]}" if len(some) > 1 else "".join(some)


def render_fields(fields: Mapping[str, object]) -> str:
    """Render the caller's values of one row in one sentence."""
    return ", ".join(
        f"{name.replace('_', ' ')} {render_value(value)}" for name, value in fields.items() if value is not None
    )


def render_value(value: object) -> str:
    """Render a caller's value for a question: in full, an empty one by name."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, Mapping):
        return render_list(f"{name}: {one}" for name, one in value.items())
    if isinstance(value, str):
        return given(value) if value.strip() else "nothing, which empties it"
    return render_list(value) if isinstance(value, Iterable) else given(value)


def render_list(values: Iterable[object]) -> str:
    """Render a caller's list in full."""
    return ", ".join(render_value(value) for value in values) or "none at all"
