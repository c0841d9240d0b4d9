"""From bytes to a model: strict if possible, otherwise as much as can be read, with a count of what cannot.

Platforms deviate from their documentation, and one odd comment must not make a list of 700 bugs unreadable. What a
model requires stays required: a missing list is an unexpected shape, not an empty list.
"""

import re
from collections.abc import Callable
from functools import cache, partial
from typing import Any, Final, TypeVar

from pydantic import BaseModel, RootModel, ValidationError
from pydantic_core import SchemaValidator, from_json

from tools.kit.missing import Missing

M = TypeVar("M", bound=BaseModel)

_ESCAPE: Final = re.compile(
    rb"(\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|\\u[dD][89a-fA-F][0-9a-fA-F]{2}|(\\.)", re.DOTALL
)
"""An escape in a JSON text: a whole pair of surrogates, half of one, or any other."""
_SKIPPED: Final = frozenset({"metadata", "config", "cls", "serialization", "default"})

MOST_VALUES: Final = 500_000
"""Values of a document, counted by commas and brackets; 500 full bugs have 100,000. The bytes alone are no bound: eight
million empty lists are 24 MB, gigabytes once they are parsed, and minutes of work."""

Found = list[tuple[str, bool]]
"""What was left out so far: the field that held it, and whether it was a row."""


class NotJson(ValueError):
    """The bytes are not a JSON document."""


class TooManyValues(NotJson):
    """The document has more values than memory and time should be spent on."""


def load_json(raw: bytes) -> Any:
    """A JSON document as plain objects, with U+FFFD in place of invalid Unicode.

    Raises:
        NotJson: when it is none.
    """
    raw = raw.removeprefix(b"\xef\xbb\xbf")
    check_values(raw)
    try:
        return from_json(raw)
    except ValueError:
        pass
    whole = _ESCAPE.sub(lambda escape: escape[1] or escape[2] or rb"\ufffd", raw)
    try:
        return from_json(whole.decode("utf-8", "replace"))
    except ValueError as error:
        raise NotJson from error


def check_values(raw: bytes) -> None:
    """Refuse a document that would take too much memory and time.

    Raises:
        TooManyValues: when it has too many values.
    """
    if len(raw) > MOST_VALUES and sum(map(raw.count, (b",", b"[", b"{"))) > MOST_VALUES:
        raise TooManyValues


def parse_answer(raw: bytes, into: type[M], envelope: str | None) -> tuple[M, Missing]:
    """The model of a body, and what of it could not be read; an empty body is an empty object.

    Raises:
        NotJson: when it is no JSON.
        ValidationError: when something is missing without which the whole means nothing.
    """
    raw = raw.strip()
    check_values(raw)
    if envelope is None:
        try:
            return into.model_validate_json(raw or b"{}"), Missing()
        except ValidationError:
            pass  # the reasons come from below, whatever they are
    answer = load_json(raw) if raw else {}
    for name in envelope.split(".") if envelope else ():
        inside = answer.get(name) if isinstance(answer, dict) else None
        answer = inside if isinstance(inside, dict) else answer
    return validate_leniently(answer, into)


def validate_leniently(answer: Any, into: type[M]) -> tuple[M, Missing]:
    """The model of a document that was loaded, and what of it could not be read.

    Raises:
        ValidationError: when something is missing without which the whole means nothing.
    """
    try:
        return into.model_validate(answer), Missing()
    except ValidationError as error:
        found: Found = []
        if isinstance(answer, list) and (only := _only_list(into)):
            answer = {only: answer}
        try:
            model = _forgiving(into).validate_python(answer, context=found)
        except ValidationError:
            raise error from None
    return model, count_missing(found)


@cache
def _only_list(model: type[BaseModel]) -> str | None:
    """The field that a bare array stands for: some platforms leave out the envelope of a list."""
    if issubclass(model, RootModel):
        return None
    required = [name for name, info in model.model_fields.items() if info.is_required()]
    return required[0] if len(required) == 1 else None


def is_blank(model: BaseModel) -> bool:
    """Whether a response has none of the fields that its model knows."""
    if isinstance(model, RootModel) or getattr(model, "may_be_empty", False):
        return False
    return bool(type(model).model_fields) and not model.model_fields_set


def count_missing(found: Found) -> Missing:
    missing = Missing(rows=sum(is_row for _, is_row in found))
    missing.parts.update(place for place, is_row in found if not is_row)
    return missing


@cache
def _forgiving(model: type[BaseModel]) -> SchemaValidator:
    """A validator that leaves out what it cannot read: an entry of a list, or the value of an optional field."""
    model.model_rebuild()  # its schema may not have been built yet
    return SchemaValidator(_lenient(model.__pydantic_core_schema__, "rows", required=True), _use_prebuilt=False)


def _lenient(schema: Any, place: str, *, required: bool) -> Any:
    """A copy of a schema in which lists omit unreadable entries, and optional fields fall back to their default."""
    if isinstance(schema, list | tuple):
        return type(schema)(_lenient(one, place, required=required) for one in schema)
    if not isinstance(schema, dict):
        return schema
    if schema.get("type") == "model-field":
        return schema | {"schema": _field(schema["schema"], place)}
    if schema.get("type") == "model-fields":
        fields = {name: _lenient(one, name, required=False) for name, one in schema["fields"].items()}
        return schema | {"fields": fields}
    copy = {name: one if name in _SKIPPED else _lenient(one, place, required=required) for name, one in schema.items()}
    if schema.get("type") == "list" and "items_schema" in schema:
        entry = _wrapped(_counting, copy["items_schema"], place, is_row=required)
        copy["items_schema"] = {"type": "default", "schema": entry, "on_error": "omit"}
        return _wrapped(_not_all, copy) if required else copy
    return copy


def _field(schema: dict[str, Any], place: str) -> Any:
    """A field: one with a default falls back to it for an unreadable value, one without stays strict."""
    if schema.get("type") != "default":
        return _lenient(schema, place, required=True)
    inner = _wrapped(_counting, _lenient(schema["schema"], place, required=False), place, is_row=False)
    return schema | {"schema": inner, "on_error": "default"}


def _wrapped(function: Callable[..., Any], schema: Any, *names: Any, **more: Any) -> dict[str, Any]:
    bound = partial(function, *names, **more)
    return {"type": "function-wrap", "function": {"type": "with-info", "function": bound}, "schema": schema}


def _counting(place: str, value: Any, handler: Callable[[Any], Any], info: Any, *, is_row: bool) -> Any:
    """Count what is left out once, without counting its parts again."""
    found: Found = info.context
    before = len(found)
    try:
        return handler(value)
    except ValidationError:
        del found[before:]
        found.append((place, is_row))
        raise


def _not_all(value: Any, handler: Callable[[Any], Any], info: Any) -> Any:
    """Refuse a list of which nothing can be read: it is a different list."""
    rows = handler(value)
    if value and not rows:
        raise ValueError("none of its rows could be read")
    return rows
