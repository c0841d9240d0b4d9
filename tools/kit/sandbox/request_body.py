"""Request bodies: a JSON object and its fields, read as leniently as each platform reads them."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from tools.kit.sandbox.routes import Call, NotJson, Respond, W

Fields = Mapping[str, object]


def json_object(call: Call[W], refuse: Callable[[str, str], Respond]) -> Fields:
    """The JSON object that was sent; an empty one when there was no body.

    Raises:
        Respond: for anything else, as `refuse` makes it from what was expected and what is wrong.
    """
    try:
        sent = call.json()
    except NotJson as error:
        raise refuse("valid JSON", str(error)) from error
    if sent is None:
        return {}
    if not isinstance(sent, dict):
        raise refuse("a JSON object", "an object was expected")
    return sent


@dataclass(frozen=True)
class FieldReader:
    """Reads typed values from an object; null counts as absent. Every method raises `Respond` for a wrong type."""

    refuse: Callable[[str, str], Respond]
    """Makes the answer from the field's name and the type that was expected, such as "a string"."""
    string_types: Collection[type] = ()
    """Types that are turned into a string where one is expected."""
    list_string_types: Collection[type] = ()
    """The same inside a list of strings."""
    integer_text: re.Pattern[str] | None = None
    """Strings that are read as integers; with it, an empty string counts as absent."""
    booleans: Mapping[str | int, bool | None] = field(default_factory=dict)
    """Strings and numbers that are read as booleans; None counts as absent."""

    def string(self, fields: Fields, name: str) -> str | None:
        value = fields.get(name)
        if value is None or isinstance(value, str):
            return value
        if type(value) in self.string_types:
            return str(value)
        raise self.refuse(name, "a string")

    def integer(self, fields: Fields, name: str) -> int | None:
        value = fields.get(name)
        if value is None or (value == "" and self.integer_text):
            return None
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        if isinstance(value, str) and self.integer_text and self.integer_text.fullmatch(value):
            return int(value)
        raise self.refuse(name, "an integer")

    def boolean(self, fields: Fields, name: str, default: bool = False) -> bool:
        value = fields.get(name)
        if isinstance(value, str | int) and not isinstance(value, bool) and value in self.booleans:
            value = self.booleans[value]
        if value is None:
            return default
        if not isinstance(value, bool):
            raise self.refuse(name, "a boolean")
        return value

    def entries(self, fields: Fields, name: str, expected: str = "a list") -> list[object]:
        """A list; empty when absent."""
        value = fields.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise self.refuse(name, expected)
        return value

    def strings(self, fields: Fields, name: str) -> list[str]:
        entries = self.entries(fields, name, "a list of strings")
        if not all(type(entry) in {str, *self.list_string_types} for entry in entries):
            raise self.refuse(name, "a list of strings")
        return [str(entry) for entry in entries]

    def integers(self, fields: Fields, name: str) -> list[int]:
        entries = self.entries(fields, name, "a list of integers")
        integers = [entry for entry in entries if isinstance(entry, int) and not isinstance(entry, bool)]
        if len(integers) < len(entries):
            raise self.refuse(name, "a list of integers")
        return integers

    def objects(self, fields: Fields, name: str) -> list[Fields]:
        entries = self.entries(fields, name, "a list of objects")
        objects: list[Fields] = [entry for entry in entries if isinstance(entry, dict)]
        if len(objects) < len(entries):
            raise self.refuse(name, "a list of objects")
        return objects
