"""KEY=VALUE words of a command line as the arguments of a tool, typed by its schema."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

STDIN: Final = "-"
PLACES: Final = re.compile(r"(?P<key>[^=:@\s]+)(?P<json>:?)=(?P<value>.*)", re.DOTALL)
LARGEST_FILE: Final = 20_000_000
TRUE: Final = frozenset({"true", "yes", "on", "1"})
FALSE: Final = frozenset({"false", "no", "off", "0"})


class WrongCall(Exception):
    """The words of the command line are no call; the text is a sentence."""


@dataclass(frozen=True)
class Word:
    """One KEY=VALUE."""

    key: str
    is_json: bool
    value: str

    @classmethod
    def of(cls, text: str) -> "Word":
        """Read one word.

        Raises:
            WrongCall: when it has no key.
        """
        found = PLACES.fullmatch(text)
        if found is None:
            raise WrongCall(f"{text[:60]!r} is no argument: write KEY=VALUE, such as limit=5, or KEY:=JSON.")
        return cls(found["key"], bool(found["json"]), found["value"])


def parse_arguments(
    words: Sequence[str], schema: Mapping[str, Any], stdin: Callable[[], str] | None = None
) -> dict[str, Any]:
    """The arguments that the words give; what a parameter takes is checked by the server.

    Raises:
        WrongCall: for a word, a file or a JSON text that cannot be read.
    """
    reader = _Reader(schema, stdin)
    given: dict[str, list[Any]] = {}
    for word in map(Word.of, words):
        given.setdefault(word.key, []).append(reader.value(word))
    return {key: reader.joined(key, values) for key, values in given.items()}


@dataclass
class _Reader:
    """Reads values by the schema of their parameter."""

    schema: Mapping[str, Any]
    stdin: Callable[[], str] | None
    has_read_stdin: bool = False

    def value(self, word: Word) -> Any:
        text = self._text(word)
        if not word.is_json:
            return typed(text, self.node(word.key), self.schema)
        try:
            return json.loads(text)
        except (ValueError, RecursionError) as error:
            raise WrongCall(f"{word.key}:= takes JSON, and this is none: {error}.") from error

    def joined(self, key: str, values: list[Any]) -> Any:
        """The value of a key: a repeated one is a list where the parameter takes a list."""
        if len(values) == 1:
            return values[0]
        if self.node(key).get("type") != "array":
            raise WrongCall(f"{key} is given {len(values)} times, and it takes one value.")
        return [item for value in values for item in (value if isinstance(value, list) else [value])]

    def node(self, key: str) -> Mapping[str, Any]:
        return resolved(self.schema.get("properties", {}).get(key, {}), self.schema)

    def _text(self, word: Word) -> str:
        if word.value == STDIN:
            if self.stdin is None or self.has_read_stdin:
                raise WrongCall(f"{word.key} is to be read from standard input, which only one argument can be.")
            self.has_read_stdin = True
            return without_last_break(self.stdin())
        if word.value.startswith("@"):
            return without_last_break(_file(word.key, Path(word.value[1:]).expanduser()))
        return word.value


def typed(text: str, node: Mapping[str, Any], schema: Mapping[str, Any]) -> Any:
    """A text as the type that a schema takes; as it is where it has another form, so that the server explains it.

    A comma separates numbers and words without spaces. A text with a space is one item of a list: its comma may be
    part of it.
    """
    node = resolved(node, schema)
    if "anyOf" in node:
        kinds = [resolved(arm, schema) for arm in node["anyOf"]]
        arms = sorted(kinds, key=lambda arm: arm.get("type") == "string")
        return next((value for arm in arms if (value := typed(text, arm, schema)) != text), text)
    kind, stripped = node.get("type"), text.strip()
    if kind == "integer" and re.fullmatch(r"[+-]?\d{1,30}", stripped):
        return int(stripped)
    if kind == "number" and re.fullmatch(r"[+-]?\d{1,30}(\.\d{1,30})?", stripped):
        return float(stripped)
    if kind == "boolean" and stripped.casefold() in TRUE | FALSE:
        return stripped.casefold() in TRUE
    if kind in {"object", "array"} and stripped[:1] in {"{", "["}:
        try:
            return json.loads(stripped)
        except (ValueError, RecursionError):
            return text
    if kind == "array":
        item = resolved(node.get("items", {}), schema)
        is_split = item.get("type") in {"integer", "number"} or "enum" in item or not re.search(r"\s", stripped)
        parts = [part.strip() for part in text.split(",")] if is_split else [text]
        return [typed(part, item, schema) for part in parts if part]
    return text


def resolved(node: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """A schema with its reference resolved."""
    found: Mapping[str, Any] = schema.get("$defs", {}).get(str(node.get("$ref", "")).rpartition("/")[2], node)
    return found


def without_last_break(text: str) -> str:
    """A file's text without the line break that editors end it with."""
    return text.removesuffix("\n").removesuffix("\r")


def _file(key: str, path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise WrongCall(f"{key}: {path} has more than {LARGEST_FILE:,} bytes.")
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise WrongCall(f"{key}: {path} is no text in UTF-8.") from error
    except OSError as error:
        raise WrongCall(f"{key}: {path} cannot be read: {error.strerror}.") from error
