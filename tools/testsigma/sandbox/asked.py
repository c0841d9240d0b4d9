"""Asked: bodies read with the strictness and the words of the API. Ids in a body are UUIDs, never human ids."""

import json
from collections.abc import Mapping

from tools.kit.sandbox.routes import Answered, Call, NotJson
from tools.testsigma.sandbox.answers import bad_id, foreign_key, invalid, not_found
from tools.testsigma.sandbox.holdings import Holding
from tools.testsigma.sandbox.identity import is_uuid
from tools.testsigma.sandbox.world import World

Fields = Mapping[str, object]


def body(call: Call[World]) -> Fields:
    """The JSON object that was sent; an empty one when there was no body.

    Raises:
        Answered: 400 when it is no JSON object.
    """
    try:
        sent = call.json()
    except NotJson as error:
        raise _unreadable() from error
    return _object({} if sent is None else sent, "The request body")


def object_in(written: str) -> Fields:
    """The JSON object in a part of a form."""
    try:
        return _object(json.loads(written), "data")
    except ValueError as error:
        raise _unreadable() from error


def text(sent: Fields, name: str) -> str:
    """A text, empty when absent or null."""
    value = sent.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise invalid(f"{name} must be a string")
    return value


def required(sent: Fields, name: str) -> str:
    """A text with something in it."""
    value = text(sent, name)
    if not value.strip():
        raise invalid(f"{name} is required")
    return value


def whole(sent: Fields, name: str) -> int | None:
    value = sent.get(name)
    if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
        raise invalid(f"{name} must be an integer")
    return value


def number(sent: Fields, name: str, default: float) -> float:
    value = sent.get(name)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise invalid(f"{name} must be a number")
    return float(value)


def listed(sent: Fields, name: str) -> list[object]:
    """A list, empty when absent or null."""
    value = sent.get(name)
    if value is None:
        return []
    if not isinstance(value, list):
        raise invalid(f"{name} must be an array")
    return value


def objects(sent: Fields, name: str) -> list[Fields]:
    return [_object(entry, f"Each of {name}") for entry in listed(sent, name)]


def texts(sent: Fields, name: str) -> list[str]:
    return [text({name: entry}, name) for entry in listed(sent, name)]


def uuid(value: object) -> str:
    """An id out of a body.

    Raises:
        Answered: 400 in the API's words when it is missing, empty or no UUID.
    """
    if not isinstance(value, str) or not is_uuid(value):
        raise bad_id()
    return value.lower()


def uuids(sent: Fields, name: str) -> list[str]:
    return [uuid(entry) for entry in listed(sent, name)]


def user(world: World, sent: Fields, name: str, table: str) -> str:
    """A user's id; a UUID that is nobody's reaches the database, whose words come back."""
    user_id = uuid(sent.get(name))
    if user_id not in world.users:
        raise foreign_key(table, name.removesuffix("_id"))
    return user_id


def user_or_none(world: World, sent: Fields, name: str, table: str) -> str:
    """A user's id, or an empty text for nobody."""
    return user(world, sent, name, table) if sent.get(name) not in (None, "") else ""


def label_ids(world: World, sent: Fields) -> list[str]:
    """Labels by their ids; a name is no id."""
    found = list(dict.fromkeys(uuids(sent, "label_ids")))
    for label_id in found:
        if label_id not in world.labels:
            raise not_found("Label", label_id)
    return found


def contains(call: Call[World], name: str, value: str) -> bool:
    """Whether a value passes `{name}__CONTAINS`; capitals make no difference."""
    wanted = None if call.world.switches.ignore_contains else call.last(f"{name}__CONTAINS")
    return not wanted or wanted.casefold() in value.casefold()


def differs(call: Call[World], name: str, value: str) -> bool:
    """Whether a value passes `{name}__NEQ`."""
    return value not in call.all(f"{name}__NEQ")


def touch(world: World, item: Holding) -> None:
    item.mark.updated_at = world.now()


def _unreadable() -> Answered:
    return invalid("The request body is not valid JSON")


def _object(value: object, what: str) -> Fields:
    if not isinstance(value, dict):
        raise invalid(f"{what} must be an object")
    return value
