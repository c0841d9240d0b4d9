"""GraphQL for fake APIs: reads a document, runs its fields, and answers only what was selected."""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tools.kit.sandbox.request_body import json_object
from tools.kit.sandbox.routes import Call, Respond
from tools.trackers.sandbox.common import World

_TOKEN: Final = re.compile(r'\.\.\.|[A-Za-z_]\w*|\$\w+|-?\d+|"[^"]*"|[{}()\[\]:!=]')
_WORDS: Final[Mapping[str, Any]] = {"true": True, "false": False, "null": None}

Field = Callable[[Call[World], Mapping[str, Any]], Awaitable[Any]]
"""What a field at the top of a document does with its arguments; one inside it may be a function of its own."""


class Failed(Exception):
    """Ends a document with an error."""

    def __init__(self, message: str, **extensions: Any) -> None:
        self.message, self.extensions = message, extensions
        super().__init__(message)


@dataclass
class Selected:
    """A field as a document selects it."""

    name: str
    arguments: dict[str, Any] = field(default_factory=dict)
    fields: list["Selected"] = field(default_factory=list)
    is_certain: bool = True
    """Whether every object has it: not what is selected for one type only."""


class Document:
    """A document with its variables, as far as clients of trackers write them: no aliases, no named fragments."""

    def __init__(self, text: str, variables: Mapping[str, Any]) -> None:
        self._tokens, self._variables = [one[0] for one in _TOKEN.finditer(text)], variables
        if "{" not in self._tokens:
            raise Failed("Syntax Error: Expected a selection.", code="GRAPHQL_PARSE_FAILED")
        head = self._tokens[: self._tokens.index("{")]
        for declared, bang in zip(head, [*head[1:], ""], strict=True):
            if declared.startswith("$") and declared[1:] not in variables and bang:
                needed = head[head.index(declared) : head.index(declared) + 4]
                if "!" in needed and "]" not in needed:
                    raise Failed(f'Variable "{declared}" of a required type was not provided.', code="BAD_USER_INPUT")
        self._at = len(head) + 1
        self.fields = self._selection()

    def _next(self) -> str:
        if self._at >= len(self._tokens):
            raise Failed("Syntax Error: Unexpected <EOF>.", code="GRAPHQL_PARSE_FAILED")
        self._at += 1
        return self._tokens[self._at - 1]

    def _skip(self, *wanted: str) -> None:
        """Pass tokens that have to come next; any token for an empty text."""
        for expected in wanted:
            if (found := self._next()) != expected and expected:
                raise Failed(f"Syntax Error: Expected {expected}, found {found}.", code="GRAPHQL_PARSE_FAILED")

    def _peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _selection(self, *, is_certain: bool = True) -> list[Selected]:
        found: list[Selected] = []
        while (token := self._next()) != "}":
            if token.startswith("."):
                self._skip("on", "", "{")
                found += self._selection(is_certain=False)
                continue
            one = Selected(token, is_certain=is_certain)
            if self._peek() == "(":
                self._next()
                while (name := self._next()) != ")":
                    self._skip(":")
                    one.arguments[name] = self._value()
            if self._peek() == "{":
                self._next()
                one.fields = self._selection()
            found.append(one)
        return found

    def _value(self) -> Any:
        token = self._next()
        if token.startswith("["):
            values = []
            while self._peek() != "]":
                values.append(self._value())
            self._next()
            return values
        if token.startswith("$"):
            return self._variables.get(token[1:])
        if token.lstrip("-").isdigit():
            return int(token)
        return _WORDS[token] if token in _WORDS else token.strip('"')


def _picked(value: Any, selected: list[Selected]) -> Any:
    if isinstance(value, list):
        return [_picked(one, selected) for one in value]
    if value is None or not selected:
        return value
    picked = {}
    for one in selected:
        if one.name in value:
            inner = value[one.name]
            picked[one.name] = _picked(inner(one.arguments) if callable(inner) else inner, one.fields)
        elif one.is_certain:
            raise Failed(f'Cannot query field "{one.name}".', code="GRAPHQL_VALIDATION_FAILED")
    return picked


async def run(
    call: Call[World],
    fields: Mapping[str, Field],
    refuse: Callable[[Failed], Respond],
    sent: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The data of a document, which is the body unless it is given; `refuse` answers an error."""
    if sent is None:
        sent = json_object(call, lambda expected, why: refuse(Failed("The body is not JSON.", code="BAD_REQUEST")))
    text, variables = sent.get("query"), sent.get("variables") or {}
    try:
        if not isinstance(text, str) or not isinstance(variables, dict):
            raise Failed("GraphQL operations must contain a non-empty `query`.", code="BAD_REQUEST")
        data = {}
        for one in Document(text, variables).fields:
            if one.name not in fields:
                raise Failed(f'Cannot query field "{one.name}".', code="GRAPHQL_VALIDATION_FAILED")
            data[one.name] = _picked(await fields[one.name](call, one.arguments), one.fields)
    except Failed as failed:
        raise refuse(failed) from failed
    return data
