"""Explains invalid arguments in our own sentences: what was wrong, what is right, and never the value."""

import difflib
from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic import ValidationError

MOST_WORDS: Final = 20
"""Allowed values named in a sentence."""
MOST_ERRORS: Final = 5
KINDS: Final = {
    "str": "a text", "int": "a number", "float": "a number", "bool": "true or false", "list": "a list",
    "dict": "an object", "NoneType": "null",
}  # fmt: skip
WRONG: Final = {
    "int_parsing": "is no whole number",
    "int_parsing_size": "is too large a number",
    "float_parsing": "is no number",
    "int_from_float": "is no whole number",
    "bool_parsing": "is neither true nor false",
    "literal_error": "is none of its values",
    "enum": "is none of its values",
    "greater_than": "is not above {gt}",
    "greater_than_equal": "is below {ge}",
    "less_than": "is not below {lt}",
    "less_than_equal": "is above {le}",
    "finite_number": "is not finite",
    "string_too_long": "has more than {max_length} characters",
    "string_too_short": "has fewer than {min_length} characters",
    "too_long": "has more than {max_length} items",
    "too_short": "has fewer than {min_length} items",
    "string_pattern_mismatch": "has another form",
    "string_unicode": "holds half a character",
}
"""pydantic's error types in words; all others are values of the wrong type."""


def explain(error: ValidationError, schema: Mapping[str, Any]) -> str:
    """One sentence for each invalid argument, and that nothing was sent."""
    sentences: list[str] = []
    for wrong in error.errors(include_url=False):
        sentence = _sentence(wrong, schema)
        if sentence not in sentences:
            sentences.append(sentence)
    more = len(sentences) - MOST_ERRORS
    listed = sentences[:MOST_ERRORS] + ([f"{more} more are wrong."] if more > 0 else [])
    return " ".join(["Nothing was sent.", *listed])


def _sentence(wrong: Any, schema: Mapping[str, Any]) -> str:
    place, node, parent = _found(wrong["loc"], schema)
    kind = wrong["type"]
    if kind == "extra_forbidden":
        return _unknown(str(wrong["loc"][-1]), place.rpartition(".")[0], parent)
    if kind == "missing":
        return f"{place} is missing; it takes {takes(node, schema)}."
    if kind in {"value_error", "assertion_error"}:
        said = str(wrong.get("ctx", {}).get("error", "")) or "is not what it takes"
        return f"{place}: {said.rstrip('.')}."  # one of our own checks, with its own message
    what = WRONG.get(kind, "").format_map(wrong.get("ctx", {}))
    what = what or f"is {KINDS.get(type(wrong.get('input')).__name__, 'something else')}"
    near = ""
    words = _words(node)
    if words and isinstance(wrong.get("input"), str):
        close = difflib.get_close_matches(wrong["input"].casefold()[:60], words, 1)
        near = f" Did you mean {close[0]}?" if close else ""
    return f"{place} {what}; it takes {takes(node, schema)}.{near}"


def _unknown(name: str, place: str, parent: Mapping[str, Any]) -> str:
    name, names = name[:60], list(parent.get("properties", {}))
    where = f"{place} has no field" if place else "There is no argument"
    close = difflib.get_close_matches(name, names, 1) or difflib.get_close_matches(name.casefold(), names, 1)
    if close:
        return f"{where} {name!r}, did you mean {close[0]}?"
    if not names:
        return f"{where} {name!r}; it takes none."
    return f"{where} {name!r}; it takes {_join(names)}."


def _found(path: Sequence[int | str], schema: Mapping[str, Any]) -> tuple[str, Mapping[str, Any], Mapping[str, Any]]:
    """The location of an error for people, its schema, and the schema of the object around it."""
    parts: list[str] = []
    node: Mapping[str, Any] = schema
    parent = schema
    for part in path:
        node = _resolve(node, schema)
        if isinstance(part, int):
            parts.append(f"{parts.pop() if parts else ''}[{part}]")
            node = node.get("items", {})
        elif "anyOf" in node:
            continue  # the union member that was tried
        elif "properties" in node or not parts:
            parent = node
            parts.append(part[:60] if part in node.get("properties", {}) else repr(part[:60]))
            node = node.get("properties", {}).get(part, {})
    return ".".join(parts), _resolve(node, schema), parent


def _resolve(node: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    reference = node.get("$ref", "")
    found: Mapping[str, Any] = schema.get("$defs", {}).get(reference.rpartition("/")[2], node) if reference else node
    return found


def takes(node: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    """Describe what a schema takes, in a few words."""
    node = _resolve(node, schema)
    if "anyOf" in node:
        return " or ".join(dict.fromkeys(takes(arm, schema) for arm in node["anyOf"]))
    words = _words(node)
    if words:
        return f"one of {_join(words)}" if len(words) > 1 else words[0]
    kind = node.get("type")
    low, high = node.get("minimum"), node.get("maximum")
    if kind in {"integer", "number"}:
        bounds = f" from {low} to {high}" if low is not None and high is not None else ""
        bounds = bounds or (
            f" of {low} or more" if low is not None else f" of at most {high}" if high is not None else ""
        )
        return f"a {'whole ' if kind == 'integer' else ''}number{bounds}"
    if kind == "boolean":
        return "true or false"
    if kind == "array":
        most = f" of at most {node['maxItems']}" if "maxItems" in node else ""
        return f"a list{most}, each {takes(node.get('items', {}), schema)}"
    if kind == "object":
        return f"an object with {_join(list(node.get('properties', {}))) or 'fields of any name'}"
    form = f" of the form {node['pattern']}" if "pattern" in node else ""
    longest = f" of at most {node['maxLength']} characters" if "maxLength" in node else ""
    return f"a text{longest}{form}"


def _words(node: Mapping[str, Any]) -> list[str]:
    return [str(word) for word in node.get("enum") or ([node["const"]] if "const" in node else [])]


def _join(words: Sequence[str]) -> str:
    more = len(words) - MOST_WORDS
    return ", ".join(words[:MOST_WORDS]) + (f" and {more} more" if more > 0 else "")
