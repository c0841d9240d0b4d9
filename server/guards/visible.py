"""Guards the texts of writes: everything in them is visible, and none contains one of our credentials."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pydantic import BaseModel, SecretStr

from tools.kit.errors import Refused
from tools.kit.invisible import stray


def check_visible(arguments: Mapping[str, Any], holds: Callable[[str], bool]) -> None:
    """Check every text of a call that changes something, before any question.

    Raises:
        Refused: with the argument and what was found in it.
    """
    for place, text in texts_in(arguments):
        if (found := stray(text)) is not None:
            raise Refused(f"{place} holds {found}, which a person who is asked cannot see. Send the text without it.")
        if holds(text):
            raise Refused(f"{place} holds a credential of this server.")


def texts_in(given: Any, at: str = "") -> Iterator[tuple[str, str]]:
    """Every text of the arguments with its path, object keys included."""
    if isinstance(given, str):
        yield at, given
    elif isinstance(given, SecretStr):
        yield at, given.get_secret_value()
    elif isinstance(given, BaseModel):
        fields = {name: getattr(given, name) for name in type(given).model_fields}
        yield from texts_in(fields | (given.model_extra or {}), at)
    elif isinstance(given, Mapping):
        for name, value in given.items():
            if isinstance(name, str) and stray(name) is not None:
                yield f"a name in {at or 'the arguments'}", name
            yield from texts_in(value, f"{at}.{name}" if at else str(name))
    elif isinstance(given, list | tuple | set | frozenset):
        for number, value in enumerate(given):
            yield from texts_in(value, f"{at}[{number}]")
