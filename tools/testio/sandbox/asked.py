"""What was asked: parameters and bodies read with the strictness and the words of the API."""

from collections.abc import Collection, Mapping
from urllib.parse import urlsplit

from tools.kit.sandbox.ids import impossible
from tools.kit.sandbox.routes import Answered, Call, NotJson
from tools.testio.sandbox.answers import invalid, refuse
from tools.testio.sandbox.world import World

Fields = Mapping[str, object]

PER_PAGE = 25
MOST_PER_PAGE = 500


def body(call: Call[World]) -> Fields:
    """The JSON object that was sent; an empty one when there was no body.

    Raises:
        Answered: 400 when it is no JSON object, 422 when an id in it is 0 or negative.
    """
    try:
        sent = call.json()
    except NotJson as error:
        raise refuse(400, "The request body is not valid JSON") from error
    if sent is None:
        return {}
    if not isinstance(sent, dict):
        raise refuse(400, "The request body is not a JSON object")
    if name := impossible(sent, digits=True, besides={"id"} if call.world.switches.feature_id_zero else ()):
        raise invalid(f"{name} must be greater than 0")
    return sent


def envelope(call: Call[World], name: str) -> Fields:
    """The object inside the envelope of this name.

    Raises:
        Answered: 400 when it is missing or no object.
    """
    sent = body(call).get(name)
    if sent is None:
        raise missing([name])
    if not isinstance(sent, dict):
        raise unreadable(name)
    return sent


def missing(names: Collection[str]) -> Answered:
    """400, with every missing field in one sentence."""
    return refuse(400, ", ".join(f"{name} is missing" for name in names))


def unreadable(name: str) -> Answered:
    return refuse(400, f"{name} is invalid")


def no_such_value(name: str) -> Answered:
    return refuse(400, f"{name} does not have a valid value")


def require(fields: Fields, *names: str) -> None:
    """Refuse with 400 when one of these is absent, null or blank."""
    absent = [name for name in names if fields.get(name) is None or fields[name] == ""]
    if absent:
        raise missing(absent)


def whole(value: object, name: str) -> int | None:
    """A whole number, also one that was sent as text; None for nothing.

    Raises:
        Answered: 400 for anything else.
    """
    if value is None or value == "":
        return None
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and value.strip().lstrip("+-").isdecimal() and len(value) < 20:
        return int(value)
    raise unreadable(name)


def words(fields: Fields, name: str) -> str | None:
    """A text or null; numbers become text, as the API does it.

    Raises:
        Answered: 400 for lists and objects.
    """
    value = fields.get(name)
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, dict | list):
        raise unreadable(name)
    return str(value)


def flag(fields: Fields, name: str, default: bool) -> bool:
    """A boolean, also one that was sent as text."""
    value = fields.get(name)
    if value is None:
        return default
    if value in (True, False):
        return bool(value)
    if value in ("true", "false"):
        return value == "true"
    raise unreadable(name)


def is_address(text: str) -> bool:
    """Whether a text is an absolute address of the web."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def one_of(fields: Fields, name: str, allowed: Collection[str], default: str) -> str:
    """A word out of a closed set.

    Raises:
        Answered: 400 for any other.
    """
    value = fields.get(name)
    if value is None:
        return default
    if not isinstance(value, str) or value not in allowed:
        raise no_such_value(name)
    return value


def objects(fields: Fields, name: str) -> list[Fields]:
    """A list of objects; empty when absent.

    Raises:
        Answered: 400 for anything else.
    """
    value = fields.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        raise unreadable(name)
    return value


def texts(fields: Fields, name: str) -> list[str]:
    """A list of texts; empty when absent.

    Raises:
        Answered: 400 for anything else.
    """
    value = fields.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
        raise unreadable(name)
    return value


def bracketed(call: Call[World], name: str) -> set[int] | None:
    """Numbers out of a repeated `name[]=`; None when it was not sent. What is no number fits nothing."""
    sent = [value for value in call.all(f"{name}[]") if value.strip()]
    return {int(value) if value.strip().isdecimal() else -1 for value in sent} if sent else None


def rows_of_page(call: Call[World]) -> tuple[int, int]:
    """Which page of a list is asked for and how long it is: 25 rows when a page is named, else 500, never more."""
    page, asked = at_least_one(call, "page"), at_least_one(call, "per_page")
    per_page = min(asked or (MOST_PER_PAGE if page is None else PER_PAGE), MOST_PER_PAGE)
    return page or 1, per_page


def ids(joined: str | None) -> set[int] | None:
    """Numbers out of `1,2,3`; None when nothing was sent. What is no number fits nothing."""
    if joined is None or not joined.strip():
        return None
    return {int(piece) if piece.strip().isdecimal() else -1 for piece in joined.split(",")}


def at_least_one(call: Call[World], name: str) -> int | None:
    """A query parameter that counts from 1.

    Raises:
        Answered: 400 for zero, a negative number or no number.
    """
    number = whole(call.last(name), name)
    if number is not None and number < 1:
        raise no_such_value(name)
    return number


def wants_stories(call: Call[World]) -> bool:
    """Whether `includes[]=user_stories` was asked for."""
    return "user_stories" in call.all("includes[]")
