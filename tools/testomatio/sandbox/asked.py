"""What was asked: parameters and bodies read with the leniency and the words of the API."""

from collections.abc import Collection, Mapping

from tools.kit.sandbox.ids import impossible
from tools.kit.sandbox.routes import Call, NotJson
from tools.testomatio.sandbox.answers import invalid, refuse
from tools.testomatio.sandbox.world import World

Fields = Mapping[str, object]


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
    if name := impossible(sent, besides={"origin_id"}):  # that one is another system's
        raise invalid(f"{name} is invalid")
    return sent


def fields(call: Call[World], name: str) -> Fields:
    """What a body of v2 holds: fields side by side, or inside an object named like the resource."""
    sent = body(call)
    inner = sent.get(name)
    return inner if isinstance(inner, dict) else sent


def require(sent: Fields, *names: str) -> None:
    """Refuse with 422 when one of these is absent, null or blank."""
    for name in names:
        value = sent.get(name)
        if value is None or (isinstance(value, str) and not value.strip()):
            raise invalid(f"{name.replace('_', ' ').capitalize()} can't be blank")


def words(sent: Fields, name: str) -> str | None:
    """A text or null; numbers become text.

    Raises:
        Answered: 422 for lists and objects.
    """
    value = sent.get(name)
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, dict | list):
        raise invalid(f"{name} is invalid")
    return str(value)


def plain(sent: Fields, *names: str) -> dict[str, str | None]:
    """Those of these texts that were sent, all of them read before any is written.

    Raises:
        Answered: 422 for lists and objects.
    """
    return {name: words(sent, name) for name in names if name in sent}


def put(thing: object, texts: Mapping[str, str | None]) -> None:
    """Write texts that were read."""
    for name, text in texts.items():
        setattr(thing, name, text)


def flag(sent: Fields, name: str, *, default: bool = False) -> bool:
    """A boolean, also one that was sent as text or as 0 and 1."""
    value = sent.get(name)
    if value is None or value == "":
        return default
    if isinstance(value, bool):
        return value
    if str(value).lower() in {"true", "1"}:
        return True
    if str(value).lower() in {"false", "0"}:
        return False
    raise invalid(f"{name} is not a boolean")


def one_of(sent: Fields, name: str, allowed: Collection[str], default: str) -> str:
    """A word out of a closed set.

    Raises:
        Answered: 422 for any other.
    """
    value = sent.get(name)
    if value is None:
        return default
    if not isinstance(value, str) or value not in allowed:
        raise invalid(f"{name} is not included in the list: {', '.join(allowed)}")
    return value


def number(sent: Fields, name: str) -> float | None:
    """A number, also one that was sent as text; None for nothing."""
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


def texts(sent: Fields, name: str) -> list[str]:
    """A list of texts; empty when absent, and numbers become text.

    Raises:
        Answered: 422 for anything else.
    """
    value = sent.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(entry, str | int) for entry in value):
        raise invalid(f"{name} is not a list")
    return [str(entry) for entry in value]


def objects(sent: Fields, name: str) -> list[Fields]:
    """A list of objects; empty when absent.

    Raises:
        Answered: 422 for anything else.
    """
    value = sent.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        raise invalid(f"{name} is not a list of objects")
    return value


def whole(text: str | None, default: int) -> int:
    """A whole number out of a query; the default for anything else, as pages of the API take it."""
    return int(text) if text is not None and text.strip().isdecimal() and len(text) < 10 else default


def asked_for(call: Call[World], name: str) -> bool:
    """Whether a switch of the query is on."""
    return (call.last(name) or "").lower() in {"true", "1"}


def listed(call: Call[World], name: str) -> list[str]:
    """Values of a query parameter that may be repeated, with or without brackets, or joined with commas."""
    sent = [*call.all(f"{name}[]"), *call.all(name)]
    return [piece.strip() for value in sent for piece in value.split(",") if piece.strip()]
