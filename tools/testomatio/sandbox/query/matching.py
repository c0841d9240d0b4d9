"""Matching: whether a record matches a query."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Generic, Literal, TypeVar

from tools.testomatio.sandbox import dates
from tools.testomatio.sandbox.query import tql
from tools.testomatio.sandbox.query.tql import And, BadQuery, Comparison, Flag, Node, Not, Or, TimeOffset, Value

T = TypeVar("T")

PRIORITIES = ("low", "normal", "important", "high", "critical")

Kind = Literal["text", "contains", "first", "number", "priority", "date", "seconds"]
"""`contains` also supports `%`, `first` supports it for its first match only; neither can be ordered."""

_ORDERED = frozenset({"number", "priority", "date", "seconds"})


@dataclass(frozen=True)
class Field(Generic[T]):
    """A field of queries: its kind and how to get a record's values, of which any may match."""

    kind: Kind
    get: Callable[[T], Iterable[object]]


class Matcher(Generic[T]):
    """A parsed query, to match against records."""

    def __init__(
        self,
        query: str,
        fields: Mapping[str, Field[T]],
        flags: Mapping[str, Callable[[T], bool]],
        now: datetime,
        *,
        together: Callable[[T], Iterable[T]] | None = None,
        joined: frozenset[str] = frozenset(),
    ) -> None:
        """Parse a query.

        Conditions on `joined` fields in one `and` must hold for the same element of `together(record)`.

        Raises:
            BadQuery: when it cannot be parsed, or has an unknown field or operator.
        """
        self._fields, self._flags, self._now = fields, flags, now
        self._together, self._joined = together, joined
        self.tree = tql.parse(query)
        self._check(self.tree)

    def matches(self, record: T) -> bool:
        return self._matches(self.tree, record)

    def pick(self, records: Iterable[T]) -> list[T]:
        """The matching records; `%` on a `first` field only uses the first match."""
        found = list(records)
        self.tree = self._with_first_values(self.tree, found)
        return [record for record in found if self.matches(record)]

    def _check(self, node: Node) -> None:
        match node:
            case Not(inner):
                self._check(inner)
            case And(parts) | Or(parts):
                for part in parts:
                    self._check(part)
            case Flag(field):
                if field not in self._flags:
                    raise BadQuery(f"{field} needs a comparison" if field in self._fields else f"unknown field {field}")
            case Comparison(field, operator, values):
                self._check_comparison(field, operator, values)

    def _check_comparison(self, name: str, operator: str, values: tuple[Value, ...]) -> None:
        field = self._fields.get(name)
        if field is None:
            raise BadQuery(f"{name} is compared with nothing" if name in self._flags else f"unknown field {name}")
        if operator == "%" and field.kind not in {"contains", "first"}:
            raise BadQuery(f"% is not for {name}")
        if operator in {">", "<", ">=", "<="} and field.kind not in _ORDERED:
            raise BadQuery(f"{operator} is not for {name}")
        for value in values:
            self._read_value(field, name, value)

    def _matches(self, node: Node, record: T) -> bool:
        match node:
            case Not(inner):
                return not self._matches(inner, record)
            case Or(parts):
                return any(self._matches(part, record) for part in parts)
            case And(parts):
                return self._matches_all(parts, record)
            case Flag(field):
                return self._flags[field](record)
            case Comparison():
                return self._compare(node, record)

    def _matches_all(self, parts: tuple[Node, ...], record: T) -> bool:
        joined = [part for part in parts if isinstance(part, Comparison) and part.field in self._joined]
        if self._together is None or len(joined) < 2:
            return all(self._matches(part, record) for part in parts)
        rest = [part for part in parts if part not in joined]
        return all(self._matches(part, record) for part in rest) and any(
            all(self._compare(part, one) for part in joined) for one in self._together(record)
        )

    def _compare(self, comparison: Comparison, record: T) -> bool:
        field = self._fields[comparison.field]
        values = [value for value in field.get(record) if value is not None]
        expected = [self._read_value(field, comparison.field, value) for value in comparison.values]
        if comparison.operator == "!=":
            return not any(_equals(field.kind, one, expected[0]) for one in values)
        if comparison.operator in {"==", "in"}:
            return any(_equals(field.kind, one, value) for one in values for value in expected)
        if comparison.operator == "%":
            return any(str(expected[0]).lower() in str(one).lower() for one in values)
        return any(_compare_order(field.kind, comparison.operator, one, expected[0]) for one in values)

    def _with_first_values(self, node: Node, records: list[T]) -> Node:
        """The same tree, with `%` on a `first` field replaced by the first matching value."""
        match node:
            case Not(inner):
                return Not(self._with_first_values(inner, records))
            case And(parts):
                return And(tuple(self._with_first_values(part, records) for part in parts))
            case Or(parts):
                return Or(tuple(self._with_first_values(part, records) for part in parts))
            case Comparison(name, "%", values) if self._fields[name].kind == "first":
                lowered = str(values[0]).lower()
                found = (str(value) for record in records for value in self._fields[name].get(record))
                first = next((value for value in found if lowered in value.lower()), None)
                return node if first is None else Comparison(name, "==", (first,))
        return node

    def _read_value(self, field: Field[T], name: str, value: Value) -> object:
        """A value of the query, converted for the field.

        Raises:
            BadQuery: when it is not valid for the field.
        """
        if field.kind == "priority":
            if value not in PRIORITIES:
                raise BadQuery(f"{value} is no priority")
            return PRIORITIES.index(str(value))
        if field.kind == "date":
            return self._read_date(name, value)
        if field.kind in {"number", "seconds"}:
            if isinstance(value, TimeOffset) and not value.is_past:
                return value.amount
            if not isinstance(value, int | float):
                raise BadQuery(f"{name} is compared with a number")
            return float(value)
        if not isinstance(value, str):
            raise BadQuery(f"{name} is compared with a text in quotes")
        return value

    def _read_date(self, name: str, value: Value) -> tuple[datetime, datetime]:
        """Start and end of a date, which is a day or a time."""
        if isinstance(value, TimeOffset) and value.is_past:
            if value.unit == "today":
                start = self._now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
                return start, start + timedelta(days=1)
            at = self._now - timedelta(seconds=value.amount)
            return at, at
        at_day = dates.parse_date(value)
        if at_day is None:
            raise BadQuery(f"{name} is compared with a date such as '2026-04-01'")
        return at_day, at_day + timedelta(days=1 if len(str(value).strip()) == len("2026-04-01") else 0)


def _equals(kind: Kind, values: object, expected: object) -> bool:
    if kind == "date" and isinstance(values, datetime) and isinstance(expected, tuple):
        first: datetime = expected[0]
        last: datetime = expected[1]
        return first <= values < last if first != last else values.date() == first.date()
    if isinstance(values, str) and isinstance(expected, str):
        return values.lower() == expected.lower()
    return values == expected


def _compare_order(kind: Kind, operator: str, values: object, expected: object) -> bool:
    if kind == "date" and isinstance(values, datetime) and isinstance(expected, tuple):
        first: datetime = expected[0]
        last: datetime = expected[1]
        # A day is one value: "later than" means after its end, and "up to" includes all of it.
        return {
            ">": values > last if first == last else values >= last,
            ">=": values >= first,
            "<": values < first,
            "<=": values <= last if first == last else values < last,
        }[operator]
    if not isinstance(values, int | float) or not isinstance(expected, int | float):
        return False
    return {">": values > expected, ">=": values >= expected, "<": values < expected, "<=": values <= expected}[
        operator
    ]
