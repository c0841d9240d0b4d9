"""TQL before it is sent: what is wrong with a query is said with its place, and a value is put in the right quotes."""

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final, Never

from pydantic import Field

from tools.kit.errors import Refused
from tools.testomatio.tools.tql_fields import BARE_TOO, FIELDS, FLAGS, MEANT, MOMENTS, ORDERED, PRIORITIES, Kind

Tql = Annotated[
    str | None, Field(max_length=4000, description="Query, such as priority >= 'high' and not (tag == 'wip').")
]

DEEPEST: Final = 40
_TOKEN = re.compile(
    r"""(?P<space>\s+)
    |(?P<text>'[^']*'|"[^"]*")
    |(?P<open>[(\[])|(?P<close>[)\]])|(?P<comma>,)
    |(?P<operator>==(?!=)|!=(?!=)|>=(?!=)|<=(?!=)|[<>](?![=<>])|%)
    |(?P<today>today\(\))
    |(?P<moment>\d+\.[A-Za-z_]+)
    |(?P<number>-?\d+(?:\.\d+)?(?![\w.@-]))
    |(?P<word>[^\s'"()\[\],=<>!%&|]+)""",
    re.VERBOSE,
)
_DATE = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ].*)?")
_AGAIN = {"&&": "and", "&": "and", "||": "or", "|": "or", "!": "not", "<>": "!=", "=<": "<=", "=>": ">=", "===": "=="}
_CURLED = "‘’“”„«»`´"  # noqa: RUF001 - the marks themselves


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    at: int

    @property
    def word(self) -> str:
        """A word of the language in lower case, which the platform takes in either."""
        return self.text.lower() if self.kind == "word" else ""


def checked_tql(text: str, kind: Kind) -> str:
    """The query as it may be sent, to the tests or the runs of a project.

    Raises:
        Refused: with the place of what is wrong, counted in characters from 1, and what to write instead.
    """
    _Query(text, kind).check()
    return text.strip()


def quoted(value: str) -> str:
    """A value as TQL takes it.

    Raises:
        Refused: for a value with both kinds of quotation marks, which the language cannot say.
    """
    mark = '"' if "'" in value else "'"
    if mark in value:
        raise Refused(f"TQL has no way to say {value[:60]!r}: it holds both kinds of quotation marks.")
    return f"{mark}{value}{mark}"


def one_of(field: str, values: Iterable[str]) -> str:
    """The condition that a field is one of some values."""
    said = [quoted(value) for value in values]
    return f"{field} == {said[0]}" if len(said) == 1 else f"{field} in [{', '.join(said)}]"


def all_of(*conditions: str | None) -> str | None:
    """Conditions joined, each in parentheses where it may hold a join of its own; None where there are none."""
    given = [condition for condition in conditions if condition]
    if len(given) < 2:
        return given[0] if given else None
    return " and ".join(f"({one})" if re.search(r"\b(and|or|not)\b", one, re.IGNORECASE) else one for one in given)


class _Query:
    """One reading of a query, token by token."""

    def __init__(self, text: str, kind: Kind) -> None:
        self._text, self._kind = text, kind
        self._fields, self._flags = FIELDS[kind], FLAGS[kind]
        self._tokens = self._read()
        self._next = 0

    def check(self) -> None:
        if not self._tokens:
            raise Refused("The TQL query is empty. Leave tql out for no filter.")
        self._joined(0)
        if (left := self._peek()) is not None:
            if left.kind == "close":
                self._wrong(left.at, f"this {left.text} closes nothing")
            self._wrong(left.at, f"join {_shown(left)} to what stands before it with `and` or `or`")

    def _wrong(self, at: int, what: str) -> Never:
        raise Refused(f"TQL, character {at + 1}: {what}. testomatio://tql has the language.")

    # Tokens

    def _read(self) -> list[_Token]:
        tokens: list[_Token] = []
        at = 0
        while at < len(self._text):
            found = _TOKEN.match(self._text, at)
            if found is None:
                self._unreadable(at)
            kind = found.lastgroup or ""
            curled = next((place for place, c in enumerate(found[0]) if c in _CURLED), None) if kind == "word" else None
            if curled is not None:
                self._wrong(at + curled, "use straight quotation marks, ' or \"")
            if kind != "space":
                tokens.append(_Token(kind, found[0], at))
            at = found.end()
        return tokens

    def _unreadable(self, at: int) -> Never:
        if self._text[at] in "'\"":
            self._wrong(at, f"this {self._text[at]} opens a text that is not closed")
        marks = re.match(r"[=<>!&|]+", self._text[at:])
        said = marks[0] if marks else self._text[at]
        if said == "=" and not self._text[:at].strip():
            self._wrong(at, "leave out the leading =, it belongs to the web's search box")
        if said == "=":
            self._wrong(at, "one = compares nothing, write ==")
        better = _AGAIN.get(said)
        self._wrong(at, f"{said!r} is no operator{f', write {better}' if better else ''}")

    def _peek(self) -> _Token | None:
        return self._tokens[self._next] if self._next < len(self._tokens) else None

    def _take(self, wanted: str) -> _Token:
        token = self._peek()
        if token is None:
            self._wrong(len(self._text.rstrip()), f"the query ends where {wanted} is expected")
        self._next += 1
        return token

    # Grammar

    def _joined(self, depth: int) -> None:
        """Terms joined by `and` or by `or`; both on one level are refused: the platform may read them either way."""
        self._term(depth)
        joint: str | None = None
        while (token := self._peek()) is not None and token.word in {"and", "or"}:
            if joint is not None and token.word != joint:
                self._wrong(token.at, "`and` and `or` are mixed here: put what belongs together in parentheses")
            joint = token.word
            self._next += 1
            self._term(depth)

    def _term(self, depth: int) -> None:
        if depth > DEEPEST:
            self._wrong(self._tokens[self._next - 1].at, "this is nested too deep")
        token = self._take("a condition")
        if token.word == "not":
            self._term(depth + 1)
        elif token.text == "(":
            self._joined(depth + 1)
            self._close(token, ")")
        elif token.kind == "close":
            self._wrong(token.at, f"a condition is expected before this {token.text}")
        elif token.word in {"and", "or", "in"} or token.kind != "word":
            self._wrong(token.at, f"a condition begins with a field, not with {_shown(token)}")
        else:
            self._condition(token)

    def _condition(self, field: _Token) -> None:
        token = self._peek()
        compared = token is not None and (token.kind == "operator" or token.word == "in")
        if field.text in self._flags:
            if token is not None and compared:
                self._wrong(token.at, f"{field.text} stands alone, without a comparison; turn it round with `not`")
            return
        if field.text not in self._fields:
            self._unknown(field)
        if token is None or not compared:
            if field.text in BARE_TOO:
                return
            if token is not None and token.word == "not":
                self._wrong(token.at, f"write not ({field.text} in [...])")
            at = field.at + len(field.text)
            self._wrong(at, f"{field.text} is compared with nothing; write {field.text} == 'value'")
        self._next += 1
        if token.word == "in":
            self._list(field.text)
            return
        self._fits(field.text, token)
        self._value(field.text)

    def _unknown(self, field: _Token) -> Never:
        names = [*self._fields, *self._flags]
        other: Kind = "runs" if self._kind == "tests" else "tests"
        if field.text.lower() in MEANT[self._kind]:
            hint = f"write {MEANT[self._kind][field.text.lower()]}"
        elif field.text in {*FIELDS[other], *FLAGS[other]}:
            hint = f"it is one of {other}"
        elif near := difflib.get_close_matches(field.text.lower(), names, 1, cutoff=0.5):
            hint = f"the nearest is {near[0]}"
        else:
            hint = f"there are {', '.join(names)}"
        self._wrong(field.at, f"{self._kind} have no field {field.text[:40]!r}; {hint}")

    def _fits(self, field: str, operator: _Token) -> None:
        sort = self._fields[field].sort
        if operator.text in {">", "<", ">=", "<="} and sort not in ORDERED:
            ordered = ", ".join(name for name, told in self._fields.items() if told.sort in ORDERED)
            self._wrong(operator.at, f"{field} has no order, so {operator.text} does not fit; ordered are {ordered}")
        if operator.text == "%" and sort != "text":
            searched = ", ".join(name for name, told in self._fields.items() if told.sort == "text")
            self._wrong(operator.at, f"% (contains) does not fit {field}; it fits {searched}")

    def _list(self, field: str) -> None:
        opening = self._take("a list")
        if opening.kind != "open":
            self._wrong(opening.at, f"`in` takes a list: {field} in ['a', 'b']")
        while True:
            self._value(field)
            if (token := self._peek()) is None or token.kind != "comma":
                break
            self._next += 1
        self._close(opening, "]" if opening.text == "[" else ")")

    def _close(self, opening: _Token, closing: str) -> None:
        token = self._peek()
        if token is None:
            self._wrong(opening.at, f"this {opening.text} is not closed")
        if token.text != closing or token.kind != "close":
            self._wrong(token.at, f"{closing} is expected here, for the {opening.text} at character {opening.at + 1}")
        self._next += 1

    def _value(self, field: str) -> None:
        token = self._take("a value")
        sort = self._fields[field].sort
        if token.kind == "text":
            said = token.text[1:-1]
            if sort == "priority" and said not in PRIORITIES:
                self._wrong(token.at, f"there is no priority {said[:40]!r}; they are {', '.join(PRIORITIES)}")
            if sort == "date" and not _is_date(said):
                self._wrong(token.at, f"{said[:40]!r} is no date; write '2026-04-01', today() or 7.days_ago")
        elif token.kind == "moment":
            unit = token.text.split(".")[1].lower().removesuffix("_ago").removesuffix("s")
            if unit not in MOMENTS:
                self._wrong(
                    token.at, f"{token.text[:40]!r} is not a time; units are seconds, minutes, days, weeks, months"
                )
        elif token.kind == "number" and sort == "date":
            self._wrong(token.at, f"a date stands in quotes: '{token.text}-04-01'; or write 7.days_ago")
        elif token.kind not in {"number", "today"} and token.word not in {"true", "false"}:
            if token.kind != "word":
                self._wrong(token.at, f"a value is expected here, not {_shown(token)}")
            self._wrong(token.at, f"put the text in quotes: '{token.text[:60]}'")


def _is_date(said: str) -> bool:
    """Whether a text is a day of the calendar, with or without a time after it."""
    found = _DATE.fullmatch(said)
    try:
        return found is not None and bool(date.fromisoformat(found[1]))
    except ValueError:
        return False


def _shown(token: _Token) -> str:
    return repr(token.text[:40])
