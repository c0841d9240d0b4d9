"""TQL, checked before it is sent: errors with their position, and values in the right quotation marks."""

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final, Never

from pydantic import Field

from tools.kit.errors import Refused
from tools.testomatio.tools.tql_fields import ALSO_FLAGS, FIELDS, FLAGS, MOMENTS, ORDERED, PRIORITIES, SYNONYMS, Kind

Tql = Annotated[str | None, Field(max_length=4000, description="Such as priority >= 'high' and not (tag == 'wip').")]

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
_BETTER = {"&&": "and", "&": "and", "||": "or", "|": "or", "!": "not", "<>": "!=", "=<": "<=", "=>": ">=", "===": "=="}
_CURLY = "‘’“”„«»`´"  # noqa: RUF001 - the marks themselves


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    at: int

    @property
    def word(self) -> str:
        """A keyword in lower case; the platform takes both cases."""
        return self.text.lower() if self.kind == "word" else ""


def checked_tql(text: str, kind: Kind) -> str:
    """Check a query of tests or runs, and return it as it is sent.

    Raises:
        Refused: with the position of the error, in characters from 1, and what to write instead.
    """
    _Query(text, kind).check()
    return text.strip()


def quoted(value: str) -> str:
    """A value in quotation marks.

    Raises:
        Refused: for a value with both kinds of quotation marks, which TQL cannot express.
    """
    mark = '"' if "'" in value else "'"
    if mark in value:
        raise Refused(f"TQL cannot express {value[:60]!r}: it contains both kinds of quotation marks.")
    return f"{mark}{value}{mark}"


def one_of(field: str, values: Iterable[str]) -> str:
    """The condition that a field is one of some values."""
    literals = [quoted(value) for value in values]
    return f"{field} == {literals[0]}" if len(literals) == 1 else f"{field} in [{', '.join(literals)}]"


def all_of(*conditions: str | None) -> str | None:
    """Conditions joined by `and`, in parentheses where one may contain a join; None where there are none."""
    given = [condition for condition in conditions if condition]
    if len(given) < 2:
        return given[0] if given else None
    return " and ".join(f"({one})" if re.search(r"\b(and|or|not)\b", one, re.IGNORECASE) else one for one in given)


class _Query:
    """A recursive-descent check of one query."""

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
            self._wrong(left.at, f"join {_render(left)} to what is before it with `and` or `or`")

    def _wrong(self, at: int, what: str) -> Never:
        raise Refused(f"TQL, character {at + 1}: {what}. testomatio://tql explains the language.")

    # Tokens

    def _read(self) -> list[_Token]:
        tokens: list[_Token] = []
        at = 0
        while at < len(self._text):
            found = _TOKEN.match(self._text, at)
            if found is None:
                self._unreadable(at)
            kind = found.lastgroup or ""
            curled = next((place for place, c in enumerate(found[0]) if c in _CURLY), None) if kind == "word" else None
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
        operator = marks[0] if marks else self._text[at]
        if operator == "=" and not self._text[:at].strip():
            self._wrong(at, "leave out the leading =, which belongs to the search box of the web app")
        if operator == "=":
            self._wrong(at, "a single = does not compare, write ==")
        better = _BETTER.get(operator)
        self._wrong(at, f"{operator!r} is no operator{f', write {better}' if better else ''}")

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
        """Terms joined by `and` or by `or`; a mix is refused, since the platform may group it either way."""
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
            self._wrong(token.at, f"a condition begins with a field, not with {_render(token)}")
        else:
            self._condition(token)

    def _condition(self, field: _Token) -> None:
        token = self._peek()
        compared = token is not None and (token.kind == "operator" or token.word == "in")
        if field.text in self._flags:
            if token is not None and compared:
                self._wrong(token.at, f"{field.text} is written alone, without a comparison; negate it with `not`")
            return
        if field.text not in self._fields:
            self._unknown(field)
        if token is None or not compared:
            if field.text in ALSO_FLAGS:
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
        if field.text.lower() in SYNONYMS[self._kind]:
            hint = f"write {SYNONYMS[self._kind][field.text.lower()]}"
        elif field.text in {*FIELDS[other], *FLAGS[other]}:
            hint = f"it is a field of {other}"
        elif near := difflib.get_close_matches(field.text.lower(), names, 1, cutoff=0.5):
            hint = f"the nearest is {near[0]}"
        else:
            hint = f"there are {', '.join(names)}"
        self._wrong(field.at, f"{self._kind} have no field {field.text[:40]!r}; {hint}")

    def _fits(self, field: str, operator: _Token) -> None:
        sort = self._fields[field].sort
        if operator.text in {">", "<", ">=", "<="} and sort not in ORDERED:
            ordered = ", ".join(name for name, other in self._fields.items() if other.sort in ORDERED)
            self._wrong(
                operator.at, f"{field} has no order, so {operator.text} does not fit; these have one: {ordered}"
            )
        if operator.text == "%" and sort != "text":
            searched = ", ".join(name for name, other in self._fields.items() if other.sort == "text")
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
            value = token.text[1:-1]
            if sort == "priority" and value not in PRIORITIES:
                self._wrong(token.at, f"there is no priority {value[:40]!r}; they are {', '.join(PRIORITIES)}")
            if sort == "date" and not _is_date(value):
                self._wrong(token.at, f"{value[:40]!r} is no date; write '2026-04-01', today() or 7.days_ago")
        elif token.kind == "moment":
            unit = token.text.split(".")[1].lower().removesuffix("_ago").removesuffix("s")
            if unit not in MOMENTS:
                self._wrong(
                    token.at, f"{token.text[:40]!r} is not a time; units are seconds, minutes, days, weeks, months"
                )
        elif token.kind == "number" and sort == "date":
            self._wrong(token.at, f"write a date in quotes: '{token.text}-04-01'; or 7.days_ago")
        elif token.kind not in {"number", "today"} and token.word not in {"true", "false"}:
            if token.kind != "word":
                self._wrong(token.at, f"a value is expected here, not {_render(token)}")
            self._wrong(token.at, f"put the text in quotes: '{token.text[:60]}'")


def _is_date(text: str) -> bool:
    """Whether a text is a calendar date, with or without a time."""
    found = _DATE.fullmatch(text)
    try:
        return found is not None and bool(date.fromisoformat(found[1]))
    except ValueError:
        return False


def _render(token: _Token) -> str:
    return repr(token.text[:40])
