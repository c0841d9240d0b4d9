"""Ids in bodies: nothing is numbered 0 or below, so such an id is refused before a handler takes it for none."""

import re
from collections.abc import Collection, Mapping

_NAMED = re.compile(r"(?:^|_|-)ids?$|[a-z]Ids?$")
_NUMBER = re.compile(r"[+-]?[0-9]+")


def impossible(sent: object, *, digits: bool = False, besides: Collection[str] = ()) -> str | None:
    """The name of the first id that is 0 or negative, however deep it stands; numbers in texts count with `digits`."""
    if isinstance(sent, list):
        inside = (impossible(entry, digits=digits, besides=besides) for entry in sent)
        return next((found for found in inside if found), None)
    if not isinstance(sent, Mapping):
        return None
    for name, value in sent.items():
        values = value if isinstance(value, list) else [value]
        if name not in besides and _NAMED.search(name) and any(_is_impossible(one, digits) for one in values):
            return str(name)
        if inner := impossible(value, digits=digits, besides=besides):
            return inner
    return None


def _is_impossible(value: object, digits: bool) -> bool:
    if digits and isinstance(value, str) and _NUMBER.fullmatch(value.strip()) and len(value) < 20:
        return int(value) <= 0
    return isinstance(value, int | float) and not isinstance(value, bool) and value <= 0
