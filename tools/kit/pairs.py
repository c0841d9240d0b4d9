"""Texts by name as a list of pairs: a map of any names is refused by hosts that hold schemas to a strict mode."""

from functools import partial
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema


def _as_map(value: Any, *, name: str, content: str) -> Any:
    """Take the pairs that the schema asks for, and the map that it asked for before."""
    if isinstance(value, dict):
        return {key: one if isinstance(one, str) else str(one) for key, one in value.items()}
    if not isinstance(value, list):
        return value
    named: dict[str, str] = {}
    for pair in value:
        if not isinstance(pair, dict) or pair.keys() != {name, content} or not isinstance(pair[name], str):
            raise ValueError(
                f"each of its rows takes {name} and {content}, such as {{'{name}': '…', '{content}': '…'}}"
            )
        if pair[name] in named:
            raise ValueError(f"two of its rows have the same {name}")
        named[pair[name]] = pair[content] if isinstance(pair[content], str) else str(pair[content])
    return named


def _schema(name: str, content: str) -> dict[str, Any]:
    text = {"type": "string"}
    row = {"type": "object", "additionalProperties": False, "properties": {name: text, content: text}}
    return {"type": "array", "items": row | {"required": [name, content]}}


NamedTexts = Annotated[
    dict[str, str],
    BeforeValidator(partial(_as_map, name="name", content="value")),
    WithJsonSchema(_schema("name", "value")),
]
FileTexts = Annotated[
    dict[str, str],
    BeforeValidator(partial(_as_map, name="path", content="content")),
    WithJsonSchema(_schema("path", "content")),
]
