"""Renders values that a platform sent in place of a text, for people."""

from collections.abc import Mapping
from typing import Any, Final

NAMES: Final = ("title", "name", "value", "label", "text", "url", "id")
"""Keys that name an object; the first one present is used."""


def as_words(value: Any) -> str:
    """Render a value for people: yes and no, lists with commas, an object by its name or all its fields."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(filter(None, map(as_words, value)))
    if isinstance(value, Mapping):
        named = next((as_words(value[name]) for name in NAMES if value.get(name) not in (None, "", [], {})), "")
        return named or ", ".join(f"{name}: {as_words(one)}" for name, one in value.items())
    return str(value)
