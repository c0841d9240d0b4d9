"""Copies: records of one world for another, so that a story has to be made once only."""

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar

R = TypeVar("R")

_UNCHANGEABLE = frozenset({str, int, float, bool, type(None)})
"""Of most lists all values are of these types, which need no further look."""


def copied(record: R) -> R:
    """A copy of a record that shares no list, no dictionary and nothing in them with it, but other records."""
    kind: Any = type(record)
    values_of, places = _shape(kind)
    values = list(values_of(record))
    for place in places:
        value = values[place]
        if value is not None:
            values[place] = _fresh(value) if value else type(value)()
    made: R = kind(*values)
    return made


def _fresh(value: Any) -> Any:
    if type(value) in _UNCHANGEABLE:
        return value
    if isinstance(value, list):
        return [_fresh(one) for one in value]
    if isinstance(value, dict):
        return {key: _fresh(one) for key, one in value.items()}
    return copied(value) if is_dataclass(value) else value


@cache
def _shape(kind: Any) -> tuple[Callable[[object], tuple[Any, ...]], list[int]]:
    """How all values of a record are read, and the places of those that are lists or dictionaries."""
    names = [(one.name, str(one.type)) for one in fields(kind)]
    places = [place for place, (_, type_name) in enumerate(names) if "list[" in type_name or "dict[" in type_name]
    return attrgetter(*(name for name, _ in names)), places
