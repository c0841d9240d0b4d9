"""Extract a platform's own message from an error body, with its reasons, in any of their layouts."""

import json
from collections.abc import Iterator
from typing import Any, Final

SENTENCES: Final = (
    "error",
    "message",
    "detail",
    "description",
    "error_description",
    "msg",
    "defaultMessage",
    "title",
    "reason",
)
"""Keys that hold the message; the first with a text is used."""
REASONS: Final = (
    "errorMessages",
    "errors",
    "details",
    "detail",
    "error",
    "message",
    "violations",
    "error_description",
    "description",
)
"""Keys that hold reasons: a text, a list, or an object by field."""
PLACES: Final = ("field", "attribute", "property", "param", "path", "loc", "source", "pointer")
"""Keys that name the field of a reason."""
NUMBERS: Final = frozenset({"code", "status", "statusCode", "status_code"})
MOST: Final = 8
"""Reasons shown; the rest is counted."""
DEEPEST: Final = 6


def error_sentence(body: Any) -> str:
    """The message of an error body on one line; empty if it has none."""
    if isinstance(body, str):
        return " ".join(body.split())
    if not isinstance(body, dict | list):
        return json.dumps(body)
    head = _sentence(body) if isinstance(body, dict) else ""
    found = list(dict.fromkeys(filter(None, _more(body))))
    if any(one.casefold().startswith(head.casefold().rstrip(". ")) for one in found):
        head = ""  # the reason repeats it
    if len(found) > MOST:
        found = [*found[:MOST], f"and {len(found) - MOST} more"]
    return ": ".join(filter(None, (head.rstrip(":") if found else head, "; ".join(found))))


def _sentence(body: dict[str, Any]) -> str:
    return next((" ".join(body[name].split()) for name in SENTENCES if _is_text(body.get(name))), "")


def _more(body: Any) -> Iterator[str]:
    """The reasons of a body or of an object in it, besides its message."""
    if isinstance(body, list):
        yield from _reasons(body, "", 0)
        return
    taken = next((name for name in SENTENCES if _is_text(body.get(name))), None)
    for name in REASONS:
        if name != taken and body.get(name):
            yield from _reasons(body[name], "", 0)
    embedded = body.get("_embedded")  # as HAL has them
    if isinstance(embedded, dict) and embedded.get("errors"):
        yield from _reasons(embedded["errors"], "", 0)


def _reasons(body: Any, place: str, depth: int) -> Iterator[str]:
    """The reasons in a text, a list, or an object that is one reason or has one for each field."""
    if depth > DEEPEST:
        yield _about(place, json.dumps(body, ensure_ascii=False)[:100])
    elif isinstance(body, list):
        for one in body:
            yield from _reasons(one, place, depth + 1)
    elif not isinstance(body, dict):
        yield _about(place, body if isinstance(body, str) else json.dumps(body))
    elif _sentence(body):
        yield _about(".".join(filter(None, (place, _place_in(body)))), error_sentence(body))
    else:
        named = {name: one for name, one in body.items() if name not in NUMBERS} or body
        for name, one in named.items():
            inner = "" if name in {"base", *REASONS} else str(name)
            yield from _reasons(one, ".".join(filter(None, (place, inner))), depth + 1)


def _place_in(body: dict[str, Any]) -> str:
    """The field that a reason names, if any."""
    for name in PLACES:
        place = body.get(name)
        if isinstance(place, dict):
            place = place.get("pointer") or place.get("parameter")
        if isinstance(place, list):
            place = ".".join(map(str, place))
        if _is_text(place):
            return str(place).strip("/").rpartition("/")[2]
    return ""


def _about(place: str, words: str) -> str:
    words = " ".join(words.split())
    if not place or words.casefold().startswith(place.casefold()):
        return words
    return f"{place} {words}" if words[:1].islower() else f"{place}: {words}"


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())
