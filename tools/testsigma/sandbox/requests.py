"""Requests: bodies, read and refused as the API does it. IDs in a body are UUIDs, never human IDs."""

import json

from tools.kit.sandbox.request_body import FieldReader, json_object
from tools.kit.sandbox.request_body import Fields as Fields
from tools.kit.sandbox.routes import Call
from tools.testsigma.sandbox.answers import bad_id, foreign_key, invalid, not_found
from tools.testsigma.sandbox.identity import is_uuid
from tools.testsigma.sandbox.records import Record
from tools.testsigma.sandbox.world import World

_NOT_JSON = "The request body is not valid JSON"

_reader = FieldReader(lambda name, expected: invalid(f"{name} must be {expected.replace('a list', 'an array')}"))
integer, entries = _reader.integer, _reader.entries


def body(call: Call[World]) -> Fields:
    """The JSON object that was sent; 400 for anything else."""
    return json_object(
        call,
        lambda expected, _: invalid(_NOT_JSON if expected == "valid JSON" else "The request body must be an object"),
    )


def object_in(text: str) -> Fields:
    """The JSON object in a part of a form."""
    try:
        return _object(json.loads(text), "data")
    except ValueError as error:
        raise invalid(_NOT_JSON) from error


def string(sent: Fields, name: str) -> str:
    """A string, empty when absent or null."""
    return _reader.string(sent, name) or ""


def required(sent: Fields, name: str) -> str:
    """A string that must not be absent or blank."""
    value = string(sent, name)
    if not value.strip():
        raise invalid(f"{name} is required")
    return value


def number(sent: Fields, name: str, default: float) -> float:
    value = sent.get(name)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise invalid(f"{name} must be a number")
    return float(value)


def objects(sent: Fields, name: str) -> list[Fields]:
    return [_object(entry, f"Each of {name}") for entry in entries(sent, name)]


def strings(sent: Fields, name: str) -> list[str]:
    return [string({name: entry}, name) for entry in entries(sent, name)]


def uuid(value: object) -> str:
    """An ID in a body.

    Raises:
        Respond: 400 when it is missing, empty or not a UUID.
    """
    if not isinstance(value, str) or not is_uuid(value):
        raise bad_id()
    return value.lower()


def uuids(sent: Fields, name: str) -> list[str]:
    return [uuid(entry) for entry in entries(sent, name)]


def user_in(world: World, sent: Fields, name: str, table: str) -> str:
    """A user's ID; an unknown UUID reaches the database, whose error is returned."""
    user_id = uuid(sent.get(name))
    if user_id not in world.users:
        raise foreign_key(table, name.removesuffix("_id"))
    return user_id


def user_or_none(world: World, sent: Fields, name: str, table: str) -> str:
    """A user's ID, or an empty string for no user."""
    return user_in(world, sent, name, table) if sent.get(name) not in (None, "") else ""


def labels_in(world: World, sent: Fields) -> list[str]:
    """Label IDs; names are refused."""
    found = list(dict.fromkeys(uuids(sent, "label_ids")))
    for label_id in found:
        if label_id not in world.labels:
            raise not_found("Label", label_id)
    return found


def contains(call: Call[World], name: str, value: str) -> bool:
    """Whether a value passes `{name}__CONTAINS`, ignoring case."""
    wanted = None if call.world.switches.ignore_contains else call.last(f"{name}__CONTAINS")
    return not wanted or wanted.casefold() in value.casefold()


def differs(call: Call[World], name: str) -> bool:
    """Whether a name passes `name__NEQ`."""
    return name not in call.all("name__NEQ")


def set_updated(world: World, item: Record) -> None:
    item.meta.updated_at = world.now()


def _object(value: object, what: str) -> Fields:
    if not isinstance(value, dict):
        raise invalid(f"{what} must be an object")
    return value
