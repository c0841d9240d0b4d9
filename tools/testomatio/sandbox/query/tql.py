"""TQL: the query language, read into a tree of conditions."""

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
    """The query cannot be read, or asks for what does not exist."""


@dataclass(frozen=True)
class Moment:
    """A point or a length of time by its distance: `3.days_ago`, `today()`, `1.minute`."""

    amount: float
    unit: str
    is_past: bool = True


Value = str | float | Moment


@dataclass(frozen=True)
class Comparison:
    """A field against a value, or against several of which one will do."""

    field: str
    operator: str
    values: tuple[Value, ...]


@dataclass(frozen=True)
class Flag:
    """A word that stands alone."""

    field: str


@dataclass(frozen=True)
class Not:
    inner: "Node"


@dataclass(frozen=True)
class Every:
    parts: "tuple[Node, ...]"


@dataclass(frozen=True)
class Some:
    parts: "tuple[Node, ...]"


Node = Comparison | Flag | Not | Every | Some

_UNITS = {"second": 1.0, "minute": 60.0, "hour": 3600.0, "day": 86400.0, "week": 604800.0, "month": 2592000.0}


def parse(query: str) -> Node:
    """The tree of a query.

    Raises:
        BadQuery: with the reason, when it cannot be read.
    """
    reader = _Reader(list(_tokens(query)))
    tree = reader.some()
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


class _Reader:
    """Reads tokens by descent: `or` holds `and`, `and` holds `not`, `not` holds a condition."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens = tokens
        self._place = 0

    @property
    def kind(self) -> str | None:
        return self._tokens[self._place][0] if self._place < len(self._tokens) else None

    @property
    def text(self) -> str:
        return self._tokens[self._place][1] if self._place < len(self._tokens) else ""

    def some(self) -> Node:
        parts = [self._every()]
        while self._took("or"):
            parts.append(self._every())
        return parts[0] if len(parts) == 1 else Some(tuple(parts))

    def _every(self) -> Node:
        parts = [self._one()]
        while self._took("and"):
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else Every(tuple(parts))

    def _one(self) -> Node:
        if self._took("not"):
            return Not(self._one())
        if self._took("("):
            inner = self.some()
            self._need(")")
            return inner
        if self.kind != "word":
            raise BadQuery(f"a field is missing before '{self.text}'" if self.kind else "the query ends too early")
        field = self._next()
        operator = self.text.lower()
        if operator == "=":
            raise BadQuery("use == to compare, a single = is not known")
        if operator not in COMPARISONS:
            return Flag(field)
        self._place += 1
        return Comparison(field, operator, self._list() if operator == "in" else (self._value(),))

    def _list(self) -> tuple[Value, ...]:
        """Values in square brackets, or in round ones."""
        opened = self.text
        if opened not in {"[", "("}:
            raise BadQuery("a list in brackets is missing behind in")
        self._place += 1
        values = [self._value()]
        while self._took(","):
            values.append(self._value())
        self._need("]" if opened == "[" else ")")
        return tuple(values)

    def _value(self) -> Value:
        kind, text = self.kind, self.text
        if kind == "text":
            self._place += 1
            return re.sub(r"\\(.)", r"\1", text[1:-1])
        if kind == "number":
            self._place += 1
            return float(text)
        if kind == "ago":
            self._place += 1
            return _moment(text)
        if text.lower() == "today":
            self._place += 1
            if self._took("("):
                self._need(")")
            return Moment(0, "today")
        raise BadQuery(f"a value in quotes is missing before '{text}'" if kind else "a value is missing at the end")

    def _next(self) -> str:
        text = self.text
        self._place += 1
        return text

    def _took(self, text: str) -> bool:
        if self.kind in {"word", "sign"} and self.text.lower() == text:
            self._place += 1
            return True
        return False

    def _need(self, text: str) -> None:
        if not self._took(text):
            raise BadQuery(f"'{text}' is missing")


def _moment(text: str) -> Moment:
    amount, unit = text.split(".", 1)
    name = unit.lower()
    is_past = name.endswith("_ago")
    singular = name.removesuffix("_ago").removesuffix("s")
    if singular not in _UNITS:
        raise BadQuery(f"'{text}' is no time")
    return Moment(float(amount) * _UNITS[singular], singular, is_past)
