"""Requests: parameters and bodies, read and refused as the API does it."""

import re
from collections.abc import Collection
from urllib.parse import urlsplit

from tools.kit.sandbox.ids import invalid_id
from tools.kit.sandbox.request_body import FieldReader, json_object
from tools.kit.sandbox.request_body import Fields as Fields
from tools.kit.sandbox.routes import Call, Respond
from tools.testio.sandbox.answers import invalid, refuse
from tools.testio.sandbox.world import World

PER_PAGE = 25
MOST_PER_PAGE = 500


def body(call: Call[World]) -> Fields:
    """The JSON object that was sent; 400 for anything else, 422 when an id in it is 0 or negative."""
    sent = json_object(call, lambda expected, _: refuse(400, f"The request body is not {expected}"))
    if name := invalid_id(sent, digits=True, exclude={"id"} if call.world.switches.feature_id_zero else ()):
        raise invalid(f"{name} must be greater than 0")
    return sent


def envelope(call: Call[World], name: str) -> Fields:
    """The object inside the envelope of this name.

    Raises:
        Respond: 400 when it is missing or not an object.
    """
    sent = body(call).get(name)
    if sent is None:
        raise missing([name])
    if not isinstance(sent, dict):
        raise unreadable(name)
    return sent


def missing(names: Collection[str]) -> Respond:
    """400 that lists every missing field."""
    return refuse(400, ", ".join(f"{name} is missing" for name in names))


def unreadable(name: str, expected: str = "") -> Respond:
    """400; the text does not depend on what was expected."""
    return refuse(400, f"{name} is invalid")


def no_such_value(name: str) -> Respond:
    return refuse(400, f"{name} does not have a valid value")


_reader = FieldReader(
    unreadable,
    string_types={int, float, bool},
    integer_text=re.compile(r"\s*[+-]?\d{1,19}\s*"),
    booleans={"true": True, "false": False, 1: True, 0: False},
)
string, boolean = _reader.string, _reader.boolean
strings, objects = _reader.strings, _reader.objects


def integer(value: object, name: str) -> int | None:
    """An integer from a body or a query, possibly sent as a string; None when absent."""
    return _reader.integer({name: value}, name)


def require(fields: Fields, *names: str) -> None:
    """Refuse with 400 when one of these is absent, null or blank."""
    absent = [name for name in names if fields.get(name) is None or fields[name] == ""]
    if absent:
        raise missing(absent)


def is_address(text: str) -> bool:
    """Whether a text is an absolute web address."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def choice(fields: Fields, name: str, allowed: Collection[str], default: str) -> str:
    """One of the allowed values; 400 for any other."""
    value = fields.get(name)
    if value is None:
        return default
    if not isinstance(value, str) or value not in allowed:
        raise no_such_value(name)
    return value


def id_list(call: Call[World], name: str) -> set[int] | None:
    """Integers from a repeated `name[]=`; None when absent. A value that is not a number matches nothing."""
    sent = [value for value in call.all(f"{name}[]") if value.strip()]
    return {int(value) if value.strip().isdecimal() else -1 for value in sent} if sent else None


def page_and_size(call: Call[World]) -> tuple[int, int]:
    """The page and its size: 25 rows when a page is requested, else 500, and never more."""
    page, size = positive_integer(call, "page"), positive_integer(call, "per_page")
    per_page = min(size or (MOST_PER_PAGE if page is None else PER_PAGE), MOST_PER_PAGE)
    return page or 1, per_page


def joined_ids(joined: str | None) -> set[int] | None:
    """Integers from `1,2,3`; None when absent. A value that is not a number matches nothing."""
    if joined is None or not joined.strip():
        return None
    return {int(piece) if piece.strip().isdecimal() else -1 for piece in joined.split(",")}


def positive_integer(call: Call[World], name: str) -> int | None:
    """A positive integer from the query.

    Raises:
        Respond: 400 for anything else.
    """
    number = integer(call.last(name), name)
    if number is not None and number < 1:
        raise no_such_value(name)
    return number


def wants_stories(call: Call[World]) -> bool:
    """Whether `includes[]=user_stories` was sent."""
    return "user_stories" in call.all("includes[]")
