"""A structure in words: its fields in braces, shorter than its schema and as clear to a model."""

from collections.abc import Mapping
from typing import Any, Final

from server.obvious import is_obvious

NAMED: Final = {"integer": "int", "number": "number", "boolean": "bool"}
"""Types that are named; a field without one takes a text."""
IDS: Final = ("_id", "_ids")
"""Fields with such names take what another tool answers, whatever its type."""


def outline(node: Mapping[str, Any], definitions: Mapping[str, Any]) -> str | None:
    """The fields of an object or of a list of objects: {name; optional?: its description}. None for anything else."""
    node = resolved(node, definitions)
    if node.get("type") == "array":
        return outline(node.get("items", {}), definitions)
    properties, required = node.get("properties"), node.get("required", ())
    if not properties:
        return None
    fields = [
        f"{name}{'' if name in required else '?'}{_words(name, child, definitions)}"
        for name, child in properties.items()
    ]
    return f"{{{'; '.join(fields)}}}"


def resolved(node: Mapping[str, Any], definitions: Mapping[str, Any]) -> Mapping[str, Any]:
    """A schema with its reference replaced by what it means."""
    reference = str(node.get("$ref", "")).rpartition("/")[2]
    return {**definitions[reference], **node} if reference else node


def _words(name: str, node: Mapping[str, Any], definitions: Mapping[str, Any]) -> str:
    """What goes into a field, after its name."""
    node = resolved(node, definitions)
    description = "" if is_obvious(name, node.get("description")) else _clause(node.get("description", ""))
    kind = "" if name == "id" or name.endswith(IDS) else _kind(node, definitions)
    if kind and description:
        return f": {kind} ({description})"
    return f": {kind or description}" if kind or description else ""


def _kind(node: Mapping[str, Any], definitions: Mapping[str, Any]) -> str:
    node = resolved(node, definitions)
    kind = node.get("type")
    if "enum" in node:
        return "|".join(map(str, node["enum"]))
    if kind == "array":
        inner = _kind(node.get("items", {}), definitions)
        return f"list of {inner}" if inner else "list"
    if kind == "object":
        return outline(node, definitions) or "object"
    return NAMED.get(str(kind), "")


def _clause(sentence: str) -> str:
    """A description within a sentence: without its full stop, and with a small first letter unless it is a name."""
    clause = sentence.removesuffix(".").replace("; ", ", ").replace("Such as ", "e.g. ")
    return clause[:1].lower() + clause[1:] if clause[1:2].islower() else clause
