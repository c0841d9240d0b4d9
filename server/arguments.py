"""Normalizes what hosts and models send into what a tool takes, before validation and for every tool."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from mcp.server.mcpserver.utilities.func_metadata import FuncMetadata

from tools.kit.vocabulary import folded

FROM_HOSTS: Final = frozenset({
    "toolCallId", "tool_call_id", "sessionId", "chatInput", "requestId", "signal", "abortSignal", "_meta",
})  # fmt: skip
"""Names that hosts add to the arguments of every call: n8n, LangChain, the AI SDK."""
CHAT_ACTIONS: Final = frozenset({"sendMessage", "loadPreviousSession"})
"""Values that n8n's chat sets as `action`; any other value is the model's, and dropping it would change the call."""
NOTHING: Final = frozenset({"null", "none", "undefined"})
PLAIN: Final = frozenset({"integer", "number", "boolean", "object"})


class Arguments(FuncMetadata):
    """The arguments of a tool: normalized first, then validated strictly."""

    takes: dict[str, Any]
    """The published schema."""
    filters: bool = False
    """Whether the tool only reads, so that an empty text can only mean "no filter"."""

    def validate_arguments(self, arguments_to_validate: dict[str, Any]) -> dict[str, Any]:
        if self.arg_model.model_config.get("extra") != "forbid":
            # Strict from the first call on: rebuilding each tool's model at the start would cost a third of it.
            self.arg_model.model_config["extra"] = "forbid"
            self.arg_model.model_rebuild(force=True)
        return super().validate_arguments(arguments_to_validate)

    def pre_parse_json(self, data: dict[str, Any]) -> dict[str, Any]:
        return normalize(data, self.takes, filters=self.filters)


def normalize(arguments: Mapping[str, Any], schema: Mapping[str, Any], *, filters: bool) -> dict[str, Any]:
    """Convert arguments to their schema where the intent is clear; leave the rest to validation."""
    reader = _Reader(schema.get("$defs", {}), filters)
    known = schema.get("properties", {})
    return reader.fields({k: v for k, v in arguments.items() if k in known or not _from_host(k, arguments)}, schema)


def _from_host(name: str, arguments: Mapping[str, Any]) -> bool:
    if name == "action":
        return arguments[name] in CHAT_ACTIONS or not FROM_HOSTS.isdisjoint(arguments)
    return name in FROM_HOSTS


@dataclass(frozen=True)
class _Reader:
    """Walks arguments and schema in parallel."""

    definitions: Mapping[str, Any]
    filters: bool

    def node(self, schema: Any) -> dict[str, Any]:
        """A schema with its reference resolved."""
        found: dict[str, Any] = self.definitions.get(str(schema.get("$ref", "")).rpartition("/")[2], schema)
        return found

    def fields(self, given: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
        """The fields of an object, without optional nulls."""
        properties, required = schema.get("properties", {}), schema.get("required", ())
        out: dict[str, Any] = {}
        for name, value in given.items():
            if name not in properties:
                out[name] = value  # refused later, with the closest name
                continue
            node = self.node(properties[name])
            if name not in required and self.is_absent(value, node):
                continue
            taken = self.value(value, node)
            if name in required or not (self.filters and taken == [] != value):
                out[name] = taken
        return out

    def is_absent(self, value: Any, node: Mapping[str, Any]) -> bool:
        """Whether an optional value means "none"."""
        if value is None:
            return True
        if not isinstance(value, str):
            return False
        word = value.strip().lower()
        if not word:
            return self.filters
        kind = node.get("type")
        return (kind in PLAIN and word in NOTHING) or (word == "null" and (kind == "array" or "enum" in node))

    def value(self, value: Any, node: Mapping[str, Any]) -> Any:
        """One value, converted to its schema."""
        if "anyOf" in node:
            return value
        if "enum" in node or "const" in node:
            return _match_enum(value, node.get("enum") or [node["const"]])
        if node.get("type") == "array":
            return self.array(value, node)
        if node.get("type") == "object":
            value = _parse_json(value)
            return self.fields(value, node) if isinstance(value, dict) and "properties" in node else value
        return value

    def array(self, value: Any, node: Mapping[str, Any]) -> Any:
        """A list; a single value becomes a list of one."""
        item = self.node(node.get("items", {}))
        value = _parse_json(value)
        if isinstance(value, str):
            if not value.strip():
                return [] if self.filters else value
            value = _split(value, item)
        elif isinstance(value, dict) and _is_pair(item) and value.keys().isdisjoint(item["properties"]):
            return value  # a map, which is also accepted for a list of pairs
        elif isinstance(value, dict | bool | int | float):
            value = [value]
        if not isinstance(value, list):
            return value
        if self.filters:
            value = [one for one in value if one is not None and not (isinstance(one, str) and not one.strip())]
        # A single text among lists is left alone: it may or may not be a row of its own.
        return [one if item.get("type") == "array" else self.value(one, item) for one in value]


def _parse_json(value: Any) -> Any:
    """A list or an object that came as JSON text, as some hosts send it."""
    if isinstance(value, str) and value.strip()[:1] in {"[", "{"}:
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return value


def _split(value: str, item: Mapping[str, Any]) -> list[str]:
    """Split one text into a list; only numbers and enum words can be several."""
    if item.get("type") in {"integer", "number"}:
        return re.split(r"[\s,;]+", value.strip(" \t\n,;"))
    if "enum" in item:
        return [part.strip() for part in re.split(r"[,;]", value) if part.strip()]
    return [value]


def _match_enum(value: Any, allowed: list[Any]) -> Any:
    """The allowed word that matches, ignoring case, spaces, `_` and `-`."""
    if not isinstance(value, str) or value in allowed or len(value) > 200:
        return value
    return next((word for word in allowed if isinstance(word, str) and folded(word) == folded(value)), value)


def _is_pair(item: Mapping[str, Any]) -> bool:
    """Whether rows have exactly two texts, such as path and content."""
    properties, required = item.get("properties", {}), item.get("required", ())
    return len(properties) == len(required) == 2 and all(child.get("type") == "string" for child in properties.values())
