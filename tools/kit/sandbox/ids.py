"""IDs in bodies: no ID is 0 or negative, so such an ID is refused before a handler reads 0 as absent."""

import re
from collections.abc import Collection, Mapping

_NAMED = re.compile(r"(?:^|_|-)ids?$|[a-z]Ids?$")
_NUMBER = re.compile(r"[+-]?[0-9]+")


def invalid_id(sent: object, *, digits: bool = False, exclude: Collection[str] = ()) -> str | None:
    """The name of the first ID that is 0 or negative, at any depth; `digits` includes numbers in strings."""
    if isinstance(sent, list):
        inside = (invalid_id(entry, digits=digits, exclude=exclude) for entry in sent)
        return next((found for found in inside if found), None)
    if not isinstance(sent, Mapping):
        return None
    for name, value in sent.items():
        values = value if isinstance(value, list) else [value]
        if name not in exclude and _NAMED.search(name) and any(_is_invalid(one, digits) for one in values):
            return str(name)
        if inner := invalid_id(value, digits=digits, exclude=exclude):
            return inner
    return None


def _is_invalid(value: object, digits: bool) -> bool:
    if digits and isinstance(value, str) and _NUMBER.fullmatch(value.strip()) and len(value) < 20:
        return int(value) <= 0
    return isinstance(value, int | float) and not isinstance(value, bool) and value <= 0
