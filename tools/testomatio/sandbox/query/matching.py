"""Matching: whether something fits a query, told by what its fields hold."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Generic, Literal, TypeVar

from tools.testomatio.sandbox import dates
from tools.testomatio.sandbox.query import tql
from tools.testomatio.sandbox.query.tql import BadQuery, Comparison, Every, Flag, Moment, Node, Not, Some, Value

T = TypeVar("T")

PRIORITIES = ("low", "normal", "important", "high", "critical")

Kind = Literal["text", "contains", "first", "number", "priority", "date", "seconds"]
"""`contains` may be asked with `%` as well, `first` then looks at its first match only; neither can be ordered."""

_ORDERED = frozenset({"number", "priority", "date", "seconds"})


@dataclass(frozen=True)
class Field(Generic[T]):
    """One field of a query: its kind and what a record holds there; any of several values will do."""

    kind: Kind
    get: Callable[[T], Iterable[object]]


class Matcher(Generic[T]):
    """A query made ready to be asked of many records."""

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
        """Read a query.

        Conditions on `joined` fields that stand in one `and` must hold for one and the same of `together(record)`.

        Raises:
            BadQuery: when it cannot be read, or names a field or an operator that this list does not have.
        """
        self._fields, self._flags, self._now = fields, flags, now
        self._together, self._joined = together, joined
        self.tree = tql.parse(query)
        self._check(self.tree)

    def fits(self, record: T) -> bool:
        return self._fits(self.tree, record)

    def pick(self, records: Iterable[T]) -> list[T]:
        """The records that fit; `suite %` and the like look only at the first thing they find."""
        found = list(records)
        self.tree = self._narrowed(self.tree, found)
        return [record for record in found if self.fits(record)]

    def _check(self, node: Node) -> None:
        match node:
            case Not(inner):
                self._check(inner)
            case Every(parts) | Some(parts):
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
            self._read(field, name, value)

    def _fits(self, node: Node, record: T) -> bool:
        match node:
            case Not(inner):
                return not self._fits(inner, record)
            case Some(parts):
                return any(self._fits(part, record) for part in parts)
            case Every(parts):
                return self._fits_every(parts, record)
            case Flag(field):
                return self._flags[field](record)
            case Comparison():
                return self._compare(node, record)

    def _fits_every(self, parts: tuple[Node, ...], record: T) -> bool:
        tied = [part for part in parts if isinstance(part, Comparison) and part.field in self._joined]
        if self._together is None or len(tied) < 2:
            return all(self._fits(part, record) for part in parts)
        rest = [part for part in parts if part not in tied]
        return all(self._fits(part, record) for part in rest) and any(
            all(self._compare(part, one) for part in tied) for one in self._together(record)
        )

    def _compare(self, asked: Comparison, record: T) -> bool:
        field = self._fields[asked.field]
        held = [value for value in field.get(record) if value is not None]
        wanted = [self._read(field, asked.field, value) for value in asked.values]
        if asked.operator == "!=":
            return not any(_is(field.kind, one, wanted[0]) for one in held)
        if asked.operator in {"==", "in"}:
            return any(_is(field.kind, one, value) for one in held for value in wanted)
        if asked.operator == "%":
            return any(str(wanted[0]).lower() in str(one).lower() for one in held)
        return any(_ordered(field.kind, asked.operator, one, wanted[0]) for one in held)

    def _narrowed(self, node: Node, records: list[T]) -> Node:
        """The same tree, where a `%` on a `first` field has become the one value it finds first."""
        match node:
            case Not(inner):
                return Not(self._narrowed(inner, records))
            case Every(parts):
                return Every(tuple(self._narrowed(part, records) for part in parts))
            case Some(parts):
                return Some(tuple(self._narrowed(part, records) for part in parts))
            case Comparison(name, "%", values) if self._fields[name].kind == "first":
                word = str(values[0]).lower()
                held = (str(value) for record in records for value in self._fields[name].get(record))
                first = next((value for value in held if word in value.lower()), None)
                return node if first is None else Comparison(name, "==", (first,))
        return node

    def _read(self, field: Field[T], name: str, value: Value) -> object:
        """A value of the query in the field's own measure.

        Raises:
            BadQuery: when it is none of the field's values.
        """
        if field.kind == "priority":
            if value not in PRIORITIES:
                raise BadQuery(f"{value} is no priority")
            return PRIORITIES.index(str(value))
        if field.kind == "date":
            return self._read_date(name, value)
        if field.kind in {"number", "seconds"}:
            if isinstance(value, Moment) and not value.is_past:
                return value.amount
            if not isinstance(value, int | float):
                raise BadQuery(f"{name} is compared with a number")
            return float(value)
        if not isinstance(value, str):
            raise BadQuery(f"{name} is compared with a text in quotes")
        return value

    def _read_date(self, name: str, value: Value) -> tuple[datetime, datetime]:
        """First and last instant of what a date means: a day, or a moment ago."""
        if isinstance(value, Moment) and value.is_past:
            if value.unit == "today":
                begin = self._now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
                return begin, begin + timedelta(days=1)
            at = self._now - timedelta(seconds=value.amount)
            return at, at
        at_day = dates.read(value)
        if at_day is None:
            raise BadQuery(f"{name} is compared with a date such as '2026-04-01'")
        return at_day, at_day + timedelta(days=1 if len(str(value).strip()) == len("2026-04-01") else 0)


def _is(kind: Kind, held: object, wanted: object) -> bool:
    if kind == "date" and isinstance(held, datetime) and isinstance(wanted, tuple):
        first: datetime = wanted[0]
        last: datetime = wanted[1]
        return first <= held < last if first != last else held.date() == first.date()
    if isinstance(held, str) and isinstance(wanted, str):
        return held.lower() == wanted.lower()
    return held == wanted


def _ordered(kind: Kind, operator: str, held: object, wanted: object) -> bool:
    if kind == "date" and isinstance(held, datetime) and isinstance(wanted, tuple):
        first: datetime = wanted[0]
        last: datetime = wanted[1]
        # A whole day counts as one value: later than it is after its end, up to it includes its last hour.
        return {
            ">": held > last if first == last else held >= last,
            ">=": held >= first,
            "<": held < first,
            "<=": held <= last if first == last else held < last,
        }[operator]
    if not isinstance(held, int | float) or not isinstance(wanted, int | float):
        return False
    return {">": held > wanted, ">=": held >= wanted, "<": held < wanted, "<=": held <= wanted}[operator]
