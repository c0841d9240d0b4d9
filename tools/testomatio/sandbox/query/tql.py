"""TQL: the query language, parsed into a tree of conditions."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

COMPARISONS = ("==", "!=", ">=", "<=", ">", "<", "%", "in")
_TOKEN = re.compile(
    r"""\s*(?:
      (?P<text>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")
    | (?P<ago>\d+\.\w+)
    | (?P<number>-?\d+(?:\.\d+)?(?![\w.]))
    | (?P<sign>==|!=|>=|<=|>|<|%|=|\(|\)|\[|\]|,)
    | (?P<word>[A-Za-z_]\w*)
    )""",
    re.VERBOSE,
)


class BadQuery(ValueError):
    """The query is invalid."""


@dataclass(frozen=True)
class TimeOffset:
    """A relative time or a duration: `3.days_ago`, `today()`, `1.minute`."""

    amount: float
    unit: str
    is_past: bool = True


Value = str | float | TimeOffset


@dataclass(frozen=True)
class Comparison:
    """A field compared with a value, or with several of which any may match."""

    field: str
    operator: str
    values: tuple[Value, ...]


@dataclass(frozen=True)
class Flag:
    """A single word, which is a boolean."""

    field: str


@dataclass(frozen=True)
class Not:
    inner: "Node"


@dataclass(frozen=True)
class And:
    parts: "tuple[Node, ...]"


@dataclass(frozen=True)
class Or:
    parts: "tuple[Node, ...]"


Node = Comparison | Flag | Not | And | Or

_UNITS = {"second": 1.0, "minute": 60.0, "hour": 3600.0, "day": 86400.0, "week": 604800.0, "month": 2592000.0}
LONGEST_OFFSET = 100 * 365 * _UNITS["day"]


def parse(query: str) -> Node:
    """Parse a query into a tree.

    Raises:
        BadQuery: with the reason, when it is invalid.
    """
    reader = _Parser(list(_tokens(query)))
    tree = reader.parse_or()
    if reader.kind is not None:
        raise BadQuery(f"unexpected '{reader.text}'")
    return tree


def _tokens(query: str) -> Iterator[tuple[str, str]]:
    place = 0
    while query[place:].strip():
        found = _TOKEN.match(query, place)
        if found is None:
            raise BadQuery(f"unexpected '{query[place:].strip()[:20]}'")
        kind = str(found.lastgroup)
        yield kind, found.group(kind)
        place = found.end()


class _Parser:
    """A recursive descent parser: `or` binds weaker than `and`, `and` weaker than `not`."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens = tokens
        self._position = 0

    @property
    def kind(self) -> str | None:
        return self._tokens[self._position][0] if self._position < len(self._tokens) else None

    @property
    def text(self) -> str:
        return self._tokens[self._position][1] if self._position < len(self._tokens) else ""

    def parse_or(self) -> Node:
        parts = [self._parse_and()]
        while self._accept("or"):
            parts.append(self._parse_and())
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _parse_and(self) -> Node:
        parts = [self._parse_condition()]
        while self._accept("and"):
            parts.append(self._parse_condition())
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _parse_condition(self) -> Node:
        if self._accept("not"):
            return Not(self._parse_condition())
        if self._accept("("):
            inner = self.parse_or()
            self._expect(")")
            return inner
        if self.kind != "word":
            raise BadQuery(f"a field is missing before '{self.text}'" if self.kind else "the query ends too early")
        field = self._next()
        operator = self.text.lower()
        if operator == "=":
            raise BadQuery("use == to compare, a single = is not known")
        if operator not in COMPARISONS:
            return Flag(field)
        self._position += 1
        return Comparison(field, operator, self._parse_list() if operator == "in" else (self._parse_value(),))

    def _parse_list(self) -> tuple[Value, ...]:
        """Values in square brackets or parentheses."""
        opened = self.text
        if opened not in {"[", "("}:
            raise BadQuery("a list in brackets is missing behind in")
        self._position += 1
        values = [self._parse_value()]
        while self._accept(","):
            values.append(self._parse_value())
        self._expect("]" if opened == "[" else ")")
        return tuple(values)

    def _parse_value(self) -> Value:
        kind, text = self.kind, self.text
        if kind == "text":
            self._position += 1
            return re.sub(r"\\(.)", r"\1", text[1:-1])
        if kind == "number":
            self._position += 1
            return float(text)
        if kind == "ago":
            self._position += 1
            return _parse_offset(text)
        if text.lower() == "today":
            self._position += 1
            if self._accept("("):
                self._expect(")")
            return TimeOffset(0, "today")
        raise BadQuery(f"a value in quotes is missing before '{text}'" if kind else "a value is missing at the end")

    def _next(self) -> str:
        text = self.text
        self._position += 1
        return text

    def _accept(self, text: str) -> bool:
        if self.kind in {"word", "sign"} and self.text.lower() == text:
            self._position += 1
            return True
        return False

    def _expect(self, text: str) -> None:
        if not self._accept(text):
            raise BadQuery(f"'{text}' is missing")


def _parse_offset(text: str) -> TimeOffset:
    amount, unit = text.split(".", 1)
    name = unit.lower()
    is_past = name.endswith("_ago")
    singular = name.removesuffix("_ago").removesuffix("s")
    if singular not in _UNITS:
        raise BadQuery(f"'{text}' is no time")
    seconds = float(amount) * _UNITS[singular]
    if seconds > LONGEST_OFFSET:
        raise BadQuery(f"'{text}' is too long ago")
    return TimeOffset(seconds, singular, is_past)
