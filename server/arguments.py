"""What hosts and models send, made into what a tool takes: before anything is checked, and for every tool alike."""

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
"""Names that hosts put among the arguments of every call: n8n, LangChain, the AI SDK."""
CHAT_ACTIONS: Final = frozenset({"sendMessage", "loadPreviousSession"})
"""What n8n's chat puts into `action`; another word there is a model's, and dropping it would change what is done."""
NOTHING: Final = frozenset({"null", "none", "undefined"})
PLAIN: Final = frozenset({"integer", "number", "boolean", "object"})


class Arguments(FuncMetadata):
    """The arguments of a tool, taken strictly after they were made what the caller meant."""

    takes: dict[str, Any]
    """The published schema."""
    filters: bool = False
    """Whether the tool only reads, so that an empty text can only mean that there is no such filter."""

    def validate_arguments(self, arguments_to_validate: dict[str, Any]) -> dict[str, Any]:
        if self.arg_model.model_config.get("extra") != "forbid":
            # Strict from the first call on: to build each tool's model anew at the start would cost a third of it.
            self.arg_model.model_config["extra"] = "forbid"
            self.arg_model.model_rebuild(force=True)
        return super().validate_arguments(arguments_to_validate)

    def pre_parse_json(self, data: dict[str, Any]) -> dict[str, Any]:
        return normalized(data, self.takes, filters=self.filters)


def normalized(arguments: Mapping[str, Any], schema: Mapping[str, Any], *, filters: bool) -> dict[str, Any]:
    """Make arguments what their schema takes where it is plain what was meant; leave the rest to be refused."""
    reader = _Reader(schema.get("$defs", {}), filters)
    known = schema.get("properties", {})
    return reader.fields({k: v for k, v in arguments.items() if k in known or not _from_host(k, arguments)}, schema)


def _from_host(name: str, arguments: Mapping[str, Any]) -> bool:
    if name == "action":
        return arguments[name] in CHAT_ACTIONS or not FROM_HOSTS.isdisjoint(arguments)
    return name in FROM_HOSTS


@dataclass(frozen=True)
class _Reader:
    """Walks arguments and schema side by side."""

    definitions: Mapping[str, Any]
    filters: bool

    def node(self, schema: Any) -> dict[str, Any]:
        """A schema with its reference followed."""
        found: dict[str, Any] = self.definitions.get(str(schema.get("$ref", "")).rpartition("/")[2], schema)
        return found

    def fields(self, given: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
        """Fields of an object; what is null, and need not be there, is not there."""
        properties, required = schema.get("properties", {}), schema.get("required", ())
        out: dict[str, Any] = {}
        for name, value in given.items():
            if name not in properties:
                out[name] = value  # refused later, with the near name
                continue
            node = self.node(properties[name])
            if name not in required and self.is_absent(value, node):
                continue
            taken = self.value(value, node)
            if name in required or not (self.filters and taken == [] != value):
                out[name] = taken
        return out

    def is_absent(self, value: Any, node: Mapping[str, Any]) -> bool:
        """Whether an optional value says that there is none."""
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
        """One value, as its schema takes it."""
        if "anyOf" in node:
            return value
        if "enum" in node or "const" in node:
            return _closed(value, node.get("enum") or [node["const"]])
        if node.get("type") == "array":
            return self.array(value, node)
        if node.get("type") == "object":
            value = _parsed(value)
            return self.fields(value, node) if isinstance(value, dict) and "properties" in node else value
        return value

    def array(self, value: Any, node: Mapping[str, Any]) -> Any:
        """A list; one value is a list of it."""
        item = self.node(node.get("items", {}))
        value = _parsed(value)
        if isinstance(value, str):
            if not value.strip():
                return [] if self.filters else value
            value = _split(value, item)
        elif isinstance(value, dict) and _is_pair(item) and value.keys().isdisjoint(item["properties"]):
            return value  # a map, which a list of pairs is taken for as well
        elif isinstance(value, dict | bool | int | float):
            value = [value]
        if not isinstance(value, list):
            return value
        if self.filters:
            value = [one for one in value if one is not None and not (isinstance(one, str) and not one.strip())]
        # A single text among lists is left alone: whether it is a row of its own is not plain.
        return [one if item.get("type") == "array" else self.value(one, item) for one in value]


def _parsed(value: Any) -> Any:
    """A list or an object that came as JSON text, as some hosts send it."""
    if isinstance(value, str) and value.strip()[:1] in {"[", "{"}:
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return value


def _split(value: str, item: Mapping[str, Any]) -> list[str]:
    """One text as the list it stands for; only numbers and words of a closed set can be several."""
    if item.get("type") in {"integer", "number"}:
        return re.split(r"[\s,;]+", value.strip(" \t\n,;"))
    if "enum" in item:
        return [part.strip() for part in re.split(r"[,;]", value) if part.strip()]
    return [value]


def _closed(value: Any, allowed: list[Any]) -> Any:
    """The allowed word that was meant, whose case, spaces, `_` and `-` do not count."""
    if not isinstance(value, str) or value in allowed or len(value) > 200:
        return value
    return next((word for word in allowed if isinstance(word, str) and folded(word) == folded(value)), value)


def _is_pair(item: Mapping[str, Any]) -> bool:
    """Whether rows are of two texts, such as path and content."""
    properties, required = item.get("properties", {}), item.get("required", ())
    return len(properties) == len(required) == 2 and all(child.get("type") == "string" for child in properties.values())
