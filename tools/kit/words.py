"""What a platform sent in place of a text, in words: never as a program would write it."""

from collections.abc import Mapping
from typing import Any, Final

NAMES: Final = ("title", "name", "value", "label", "text", "url", "id")
"""Where an object says what it is, the first that is there."""


def as_words(value: Any) -> str:
    """A value as people write it: yes and no, lists with commas, an object by its name or by all it says."""
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
