"""Requests: parameters and bodies, read and refused as the API does it."""

from collections.abc import Collection, Mapping

from tools.kit.sandbox.ids import invalid_id
from tools.kit.sandbox.request_body import FieldReader, json_object
from tools.kit.sandbox.request_body import Fields as Fields
from tools.kit.sandbox.routes import Call, Respond
from tools.testomatio.sandbox.answers import invalid, refuse
from tools.testomatio.sandbox.world import World


def body(call: Call[World]) -> Fields:
    """The JSON object that was sent; 400 for anything else, 422 when an id in it is 0 or negative."""
    sent = json_object(call, lambda expected, _: refuse(400, f"The request body is not {expected}"))
    if name := invalid_id(sent, exclude={"origin_id"}):  # an ID of another system
        raise invalid(f"{name} is invalid")
    return sent


def fields_of(call: Call[World], resource: str) -> Fields:
    """The fields in a body of v2: at its top, or inside an object named like the resource."""
    sent = body(call)
    inner = sent.get(resource)
    return inner if isinstance(inner, dict) else sent


def require(sent: Fields, *names: str) -> None:
    """Refuse with 422 when one of these is absent, null or blank."""
    for name in names:
        value = sent.get(name)
        if value is None or (isinstance(value, str) and not value.strip()):
            raise invalid(f"{name.replace('_', ' ').capitalize()} can't be blank")


def _wrong_type(name: str, expected: str) -> Respond:
    if expected == "a string":
        return invalid(f"{name} is invalid")
    return invalid(f"{name} is not {expected.removesuffix(' of strings')}")


_BOOLEANS: dict[str | int, bool | None] = {
    "": None,
    1: True,
    0: False,
    "1": True,
    "0": False,
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_reader = FieldReader(_wrong_type, string_types={int, float, bool}, list_string_types={int, bool}, booleans=_BOOLEANS)
string, boolean = _reader.string, _reader.boolean
strings, objects = _reader.strings, _reader.objects


def strings_sent(sent: Fields, *names: str) -> dict[str, str | None]:
    """The strings that were sent; all are read before any is stored."""
    return {name: string(sent, name) for name in names if name in sent}


def assign(thing: object, values: Mapping[str, str | None]) -> None:
    """Set each attribute to its value."""
    for name, value in values.items():
        setattr(thing, name, value)


def choice(sent: Fields, name: str, allowed: Collection[str], default: str) -> str:
    """One of the allowed values; 422 for any other."""
    value = sent.get(name)
    if value is None:
        return default
    if not isinstance(value, str) or value not in allowed:
        raise invalid(f"{name} is not included in the list: {', '.join(allowed)}")
    return value


def number(sent: Fields, name: str) -> float | None:
    """A number, possibly sent as a string; None when absent and for a boolean."""
    value = sent.get(name)
    if value is None or value == "" or isinstance(value, bool):
        return None
    try:
        read = float(value) if isinstance(value, int | float | str) else None
    except ValueError:
        read = None
    if read is None:
        raise invalid(f"{name} is not a number")
    return int(read) if read == int(read) else read


def query_integer(text: str | None, default: int) -> int:
    """An integer from the query, or the default for anything else, as in the API."""
    return int(text) if text is not None and text.strip().isdecimal() and len(text) < 10 else default


def is_on(call: Call[World], name: str) -> bool:
    """Whether a boolean in the query is true."""
    return (call.last(name) or "").lower() in {"true", "1"}


def query_list(call: Call[World], name: str) -> list[str]:
    """Values of a query parameter: repeated, with or without brackets, or joined with commas."""
    sent = [*call.all(f"{name}[]"), *call.all(name)]
    return [piece.strip() for value in sent for piece in value.split(",") if piece.strip()]
