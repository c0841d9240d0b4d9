"""Shortens JSON schemas: every byte costs tokens in every conversation."""

from typing import Any, Final

from mcp.types import ToolAnnotations

from server.obvious import is_obvious
from server.outline import outline, resolved

UNSAID: Final = (("exclusiveMinimum", 0), ("minLength", 1), ("minItems", 1), ("writeOnly", True))
"""Keywords that some hosts' schema converters reject; they are not published, but still checked."""


UNLISTED: Final = frozenset({"maxLength", "maxItems", "pattern", "minimum"})
"""Keywords that are checked and not listed: a caller seldom meets them, and a refusal names them."""
MOST_LISTED: Final = 500
"""Larger maximums are not listed either."""
MOST_OF_OTHERS: Final = 100
"""Nor are those above this, except of a limit."""
ID_OR_NAME: Final = [{"type": "integer"}, {"type": "string"}]


def published(schema: dict[str, Any]) -> dict[str, Any]:
    """A tool's input schema as it is listed: structures in words, and nothing that tells a model nothing."""
    definitions = schema.get("$defs", {})
    listed = _listed({key: value for key, value in schema.items() if key != "properties"}, definitions)
    properties = {name: _parameter(name, node, definitions) for name, node in schema.get("properties", {}).items()}
    out = {key: value for key, value in listed.items() if key != "$defs"} | {"properties": properties}
    if used := _used(out, definitions):
        out["$defs"] = {name: _listed(definitions[name], definitions) for name in used}
    return out


def _parameter(name: str, node: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    """A parameter as it is listed: an object, or a list of objects, as its type and an outline."""
    fields = outline(node, definitions)
    if fields is None:
        listed: dict[str, Any] = _listed(node, definitions)
        if name != "limit" and listed.get("maximum", 0) > MOST_OF_OTHERS:
            del listed["maximum"]
        for described in (listed, listed.get("items", {})):
            if is_obvious(name, described.get("description")):
                del described["description"]
        return listed
    node = dict(resolved(node, definitions))
    shape = {"items": {"type": "object"}} if node["type"] == "array" else {}
    description = "" if is_obvious(name, node.get("description")) else node.get("description", "")
    return {"type": node["type"], **shape, "description": f"{description} {fields}".strip()}


def _used(schema: Any, definitions: dict[str, Any]) -> set[str]:
    """The definitions that a listed schema still refers to."""
    uses: dict[str, int] = {}
    _count(schema, uses)
    return set(uses) & set(definitions)


def _listed(schema: Any, definitions: dict[str, Any]) -> Any:
    if isinstance(schema, list):
        return [_listed(item, definitions) for item in schema]
    if not isinstance(schema, dict):
        return schema
    out: dict[str, Any] = {}
    for key, value in schema.items():
        if key == "anyOf" and value == ID_OR_NAME:
            out["type"] = ["integer", "string"]
        elif not (
            key in UNLISTED
            or (key == "additionalProperties" and isinstance(value, bool))
            or (key == "default" and (not value or _says_false(schema)))
            or (key == "default" and value in schema.get("enum", ())[:1])
            or (key == "maximum" and value > MOST_LISTED)
        ):
            out[key] = value if key in {"default", "enum", "required"} else _listed(value, definitions)
    if "description" in out and isinstance(out.get("items"), dict):
        out["items"].pop("description", None)
    return out


def _says_false(schema: dict[str, Any]) -> bool:
    """Whether a description says what false means, so that the default is true."""
    return str(schema.get("description")).startswith("false: ")


def published_hints(hints: ToolAnnotations | None) -> ToolAnnotations | None:
    """A tool's hints as they are listed: those that differ from the protocol's defaults or matter for an act."""
    if hints is None:
        return None
    if hints.read_only_hint:
        return ToolAnnotations(read_only_hint=True)
    return ToolAnnotations(destructive_hint=hints.destructive_hint, idempotent_hint=hints.idempotent_hint or None)


def slim(schema: dict[str, Any], *, answer: bool = False) -> dict[str, Any]:
    """A schema without titles, null alternatives and null defaults, with definitions that are used once inlined."""
    definitions = schema.get("$defs", {})
    uses: dict[str, int] = {}
    _count(schema, uses)
    once = {name for name, count in uses.items() if count == 1}
    out: dict[str, Any] = _slim(schema, definitions, once, answer)
    remaining = {name: _slim(d, definitions, once, answer) for name, d in definitions.items() if name not in once}
    out.pop("$defs", None)
    out.pop("description", None)
    if remaining:
        out["$defs"] = remaining
    return out


def _count(node: Any, uses: dict[str, int]) -> None:
    if isinstance(node, dict):
        reference = node.get("$ref")
        if isinstance(reference, str):
            name = reference.rsplit("/", 1)[-1]
            uses[name] = uses.get(name, 0) + 1
        for value in node.values():
            _count(value, uses)
    elif isinstance(node, list):
        for value in node:
            _count(value, uses)


def _slim(node: Any, definitions: dict[str, Any], once: set[str], answer: bool) -> Any:
    if isinstance(node, list):
        return [_slim(item, definitions, once, answer) for item in node]
    if not isinstance(node, dict):
        return node
    reference = node.get("$ref")
    if isinstance(reference, str) and reference.rsplit("/", 1)[-1] in once:
        rest = {key: value for key, value in node.items() if key != "$ref"}
        return _slim({**definitions[reference.rsplit("/", 1)[-1]], **rest}, definitions, once, answer)
    out: dict[str, Any] = {}
    for key, value in node.items():
        if key == "properties":
            out[key] = {name: _slim(child, definitions, once, answer) for name, child in value.items()}
        elif (
            key == "$defs"
            or (key == "title" and isinstance(value, str))
            or (key == "default" and (value is None or answer))
        ) or (key, value) in UNSAID:
            continue
        elif key == "required" and answer:
            # Nulls and empty lists are dropped from answers, so only what is always present may be required.
            continue
        else:
            out[key] = _slim(value, definitions, once, answer)
    arms = out.get("anyOf")
    if isinstance(arms, list):
        arms = [arm for arm in arms if arm != {"type": "null"}]
        if len(arms) == 1:
            del out["anyOf"]
            out = {**arms[0], **out}
        else:
            out["anyOf"] = arms
    rows = out.get("items")
    if "description" in out and isinstance(rows, dict) and "properties" in rows:
        rows.pop("description", None)  # the description of a list need not be repeated on its rows
    return out
