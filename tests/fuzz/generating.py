"""Arguments made from a tool's schema: some fit, some almost fit, some are what no one would send on purpose."""

import base64
import copy
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from random import Random
from typing import Any, Final

from server.guards.scope import offers
from tools.platforms import PLATFORMS

Calls = Mapping[str, Sequence[dict[str, Any]]]

TEXTS: Final = (
    *("", " ", "0", "-1", "1.0", "\u00b2", "\uff11\uff12", "null", "true", "7,8", "[1, 2", '{"a": 1}', "[[[["),
    *("*", "(((", "%", "%2e%2e", "..", "../../etc/passwd", "/etc/passwd", "C:\\x", "a/b?c=d#e", "a\x00b", "\x1b[31m"),
    *("\r\nX-A: b", "' OR 1=1 --", "<img src=x onerror=y>", "![a](https://example.test/a.png)", "\xdf" * 300),
    *("e\u0301", "\u202ea", "\U0001f469\u200d\U0001f4bb", "\ufffe", "${HOME}", "{0}", "%s", "#12", "w " * 3000),
    *("2026-13-45", "0001-01-01T00:00+14:00", "9999-12-31T23:59-12:00", "0000-00-00", "99999w", "7d"),
    *("https://", "https://[::1", "http://\u2100.example", "ftp://example.test/a", "a@b", "@"),
)
NUMBERS: Final = (0, 1, -1, 2, 7, 50, 2**31, -(2**31) - 1, 2**53, 2**63, 10**30, 1.0, 1.5, 1e300, math.inf, "7", "x")
WRONG: Final[tuple[Any, ...]] = (
    *(None, True, False, 0, -1, 1.5, "", "x"),
    *([], {}, [None], [[]], [{}], {"a": {"b": []}}, ["x", 1, None]),
)
TOKENS: Final[tuple[Any, ...]] = (
    *(["x", 1], [], {}, {"run": -1}, ["", 10**30], [1, 2, 3], "x", None, [[]], {"a": None}),
)
"""What stands in a cursor or a handle that no tool made."""
FORMS: Final = {"^#[0-9a-fA-F]{6}$": "#00aa00", "^[A-Za-z][A-Za-z0-9_-]{0,59}$": "HARBOUR_URL"}
WORDS: Final = ("Hafen", "checkout", "staging", "A code that has expired is accepted")


def working_calls() -> Calls:
    """The calls that other tests make of each tool, to begin from."""
    found: dict[str, list[dict[str, Any]]] = {}
    for offer in offers(PLATFORMS):
        for name, arguments in import_module(f"tests.tools.{offer.key}.calls").CALLS:
            found.setdefault(name, []).append(arguments)
    for platform in PLATFORMS:
        for asking in import_module(f"tests.tools.{platform.key}.questions").ASKING:
            found.setdefault(asking.tool, []).append(asking.base)
    return found


def known_values(calls: Calls) -> Mapping[str, list[Any]]:
    """The values of all working calls by the name of their parameter: ids that exist, and words that are known."""
    found: dict[str, list[Any]] = {}
    for name in sorted(calls):
        for arguments in calls[name]:
            for parameter, value in _named(arguments):
                found.setdefault(parameter, []).append(value)
    return found


def _named(arguments: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in arguments.items():
        yield name, value
        for inner in value if isinstance(value, list) else [value]:
            if isinstance(inner, dict):
                yield from _named(inner)


@dataclass(frozen=True)
class Generator:
    """Makes the arguments of calls; equal seeds make equal arguments."""

    random: Random
    known: Mapping[str, list[Any]]
    definitions: Mapping[str, Any]

    def arguments(self, schema: Mapping[str, Any], calls: Sequence[dict[str, Any]]) -> dict[str, Any]:
        """The arguments of one call: a working call or what the schema takes, often with something changed in it."""
        if calls and self.random.random() < 0.6:
            made = copy.deepcopy(self.random.choice(calls))
        else:
            made = self._fields(schema, rarely=0.35)
        for _ in range(self.random.choice((0, 1, 1, 2))):
            self._change(made, schema)
        return made

    def _change(self, made: dict[str, Any], schema: Mapping[str, Any]) -> None:
        """Change one field: another value, a wrong one, none, or one that does not exist."""
        properties, roll = schema.get("properties", {}), self.random.random()
        if roll < 0.05 or not properties:
            made[self.random.choice(("x", "cursorx", "__class__", "self", ""))] = self.random.choice(WRONG)
            return
        name = self.random.choice(sorted(properties))
        node = self._resolved(properties[name])
        inside = made.get(name)
        if isinstance(inside, dict) and "properties" in node and roll < 0.6:
            self._change(inside, node)
        elif roll < 0.15:
            made.pop(name, None)
        elif roll < 0.3:
            made[name] = self.random.choice(WRONG)
        else:
            made[name] = self._value(name, node, odd=0.5)

    def _fields(self, schema: Mapping[str, Any], *, rarely: float) -> dict[str, Any]:
        required = schema.get("required", ())
        return {
            name: self._value(name, self._resolved(node), odd=0.1)
            for name, node in schema.get("properties", {}).items()
            if name in required or self.random.random() < rarely
        }

    def _value(self, name: str, node: Mapping[str, Any], *, odd: float) -> Any:
        """A value for a parameter: a known one, one that its schema takes, or with the chance `odd` an unusual one."""
        is_odd = self.random.random() < odd
        if name in self.known and not is_odd and self.random.random() < 0.7:
            return copy.deepcopy(self.random.choice(self.known[name]))
        if "anyOf" in node:
            return self._value(name, self._resolved(self.random.choice(node["anyOf"])), odd=odd)
        if "enum" in node:
            word = self.random.choice(node["enum"])
            return f" {word.upper()}-" if is_odd else word
        match node.get("type"):
            case "integer" | "number":
                return self._number(node, is_odd=is_odd)
            case "boolean":
                return self.random.choice((True, False, "false", "yes", 2) if is_odd else (True, False))
            case "array":
                return self._array(name, node, is_odd=is_odd, odd=odd)
            case "object":
                return self._fields(node, rarely=0.5)
        return self._text(name, node, is_odd=is_odd)

    def _number(self, node: Mapping[str, Any], *, is_odd: bool) -> Any:
        low, high = node.get("minimum", 0), node.get("maximum", 1000)
        if is_odd:
            return self.random.choice((low - 1, low, high, high + 1, *NUMBERS))
        return self.random.randint(int(low), min(int(high), int(low) + 500))

    def _array(self, name: str, node: Mapping[str, Any], *, is_odd: bool, odd: float) -> list[Any]:
        item = self._resolved(node.get("items", {}))
        most = node.get("maxItems", 5)
        size = self.random.choice((0, 1, 2, min(most + 1, 600))) if is_odd else self.random.randint(1, 2)
        made = [self._value(name, item, odd=odd) for _ in range(min(size, 12))]
        return (made * (size // len(made) + 1))[:size] if made else made

    def _text(self, name: str, node: Mapping[str, Any], *, is_odd: bool) -> str:
        if name in ("cursor", "handle"):
            return token(self.random.choice(TOKENS))[: self.random.choice((3, 99))]
        most: int = node.get("maxLength", 20_000)
        if is_odd and self.random.random() < 0.15:
            return "x" * (most + self.random.choice((0, 1)))
        form = FORMS.get(node.get("pattern", ""))
        return self.random.choice(TEXTS) if is_odd else form or self.random.choice(WORDS)

    def _resolved(self, node: Mapping[str, Any]) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.definitions.get(str(node.get("$ref", "")).rpartition("/")[2], node)
        return found


def token(inside: Any) -> str:
    """A cursor or a handle with this in it."""
    return base64.urlsafe_b64encode(json.dumps(inside).encode()).decode().rstrip("=")


def inside_of(cursor: str) -> list[Any]:
    """What a cursor says."""
    inside: list[Any] = json.loads(base64.urlsafe_b64decode(cursor + "=="))
    return inside


def waits_not(arguments: dict[str, Any]) -> dict[str, Any]:
    """The same arguments without a time to wait for."""
    return arguments | {"minutes": 0} if arguments.get("minutes") else arguments
