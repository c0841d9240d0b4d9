"""A question to a person, put together: what happens, the fields as short lines, at the end what cannot be undone.

What leaves is what was shown: a caller's own words stand there whole, and so do numbers, choices and lists.
"""

from collections.abc import Iterable, Mapping

from tools.kit.text import given, quote

OLD = 400
"""Characters of a text that is replaced; the new one is shown whole."""


class Lines:
    """A question put together line by line, leaving out what was not said."""

    def __init__(self, *first: str) -> None:
        self._lines = [*first]

    @property
    def lines(self) -> list[str]:
        return list(self._lines)

    @property
    def facts(self) -> list[str]:
        """The lines by themselves, for an answer that says what was ordered."""
        return [line.removeprefix("- ") for line in self._lines]

    def add(self, name: str, value: object) -> None:
        """A line of our own words, or of words that are marked already."""
        if value not in (None, "", []):
            self._lines.append(f"- {name}: {value}")

    def fields(self, fields: Mapping[str, object]) -> None:
        """What a caller wants, whole; None was not said."""
        for name, value in fields.items():
            if value is not None:
                self._lines.append(f"- {name}: {render_value(value)}")

    def rows(self, rows: Iterable[tuple[str, str]]) -> None:
        """Names with what is said of each; names of which the same is said share a line."""
        groups: dict[str, list[str]] = {}
        for name, said in rows:
            groups.setdefault(said, []).append(name)
        for said, names in groups.items():
            self.add(", ".join(names), said)

    def becomes(self, name: str, old: object, new: object) -> None:
        """What a caller wants in place of what is there."""
        if new is not None:
            plain = isinstance(old, bool | int | float)
            before = render_value(old) if plain else quote(old, at_most=OLD) if old else "nothing"
            self._lines.append(f"- {name}: {before} becomes {render_value(new)}")

    def parts(self, changes: Iterable[str]) -> None:
        """What is changed inside of longer texts, a sentence each."""
        for change in changes:
            self.add("Part of a text", change)

    def say(self, *sentences: str | None) -> None:
        """Sentences on lines of their own."""
        self._lines += [sentence for sentence in sentences if sentence]

    def __str__(self) -> str:
        return "\n".join(self._lines)


def join_counts(*counts: str) -> str:
    """Things counted by `many`, in a sentence; what there is none of is left out."""
    some = [count for count in counts if not count.startswith("0 ")]
    return f"{', '.join(some[:-1])} and {some[-1]}" if len(some) > 1 else "".join(some)


def render_fields(fields: Mapping[str, object]) -> str:
    """What a caller gives of one thing among many, in one sentence."""
    return ", ".join(
        f"{name.replace('_', ' ')} {render_value(value)}" for name, value in fields.items() if value is not None
    )


def render_value(value: object) -> str:
    """What a caller gave, as a question shows it: whole, and an empty one by name."""
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
    """A caller's list, whole."""
    return ", ".join(render_value(value) for value in values) or "none at all"
