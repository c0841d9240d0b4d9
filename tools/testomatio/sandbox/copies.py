"""Copies: records of one world for another, so that a story has to be made once only."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import fields
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar

R = TypeVar("R")


def copied(record: R) -> R:
    """A copy of a record that shares nothing with it that can be changed."""
    kind: type[Any] = type(record)
    values_of, places = _shape(kind)
    values = list(values_of(record))
    for place in places:
        value = values[place]
        # Most are empty, for which deepcopy takes longer than all the rest.
        values[place] = deepcopy(value) if value else value if value is None else type(value)()
    made: R = kind(*values)
    return made


@cache
def _shape(kind: type[Any]) -> tuple[Callable[[object], tuple[Any, ...]], list[int]]:
    """How all values of a record are read, and the places of those that are lists or dictionaries."""
    names = [(one.name, str(one.type)) for one in fields(kind)]
    places = [place for place, (_, type_name) in enumerate(names) if "list[" in type_name or "dict[" in type_name]
    return attrgetter(*(name for name, _ in names)), places
