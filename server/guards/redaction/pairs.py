"""A label and its value as neighbours: members of an object, elements and attributes, arguments of a call."""

import re
from typing import Final

from server.guards.redaction.allow import Grade, is_odd, is_secret
from server.guards.redaction.labels import Label
from server.guards.redaction.source import Pattern, Source
from server.guards.redaction.values import bare_at, quoted_at

_NAMES: Final = r"(?:name|key|field|label|id|param|parameter|header|variable|property)"
_VALUES: Final = r"(?:value|val|content|text|data|default)"
_Q: Final = r"(?:\\{0,6}[\"']|&quot;)"
_SCALAR: Final = rf"(?:{_Q}[^\"'\\\n]{{0,80}}{_Q}|[\w.+-]{{1,20}})"
_NAMED = Pattern(rf"{_Q}?{_NAMES}{_Q}?[ \t]{{0,4}}[:=][ \t]{{0,4}}{_Q}?\Z")
_THEN = Pattern(
    rf"{_Q}[ \t\n]{{0,20}},?\s{{0,40}}"
    rf"(?:{_Q}?\w{{1,40}}{_Q}?\s{{0,4}}[:=]\s{{0,4}}{_SCALAR}\s{{0,4}},\s{{0,40}}){{0,3}}"
    rf"{_Q}?{_VALUES}{_Q}?\s{{0,4}}[:=]\s{{0,4}}(?={_Q})"
)
_BEFORE = Pattern(
    rf"{_Q}?{_VALUES}{_Q}?[ \t]{{0,4}}[:=][ \t]{{0,4}}{_Q}(?P<value>[^\"'\\\n]{{3,400}}){_Q}\s{{0,4}},\s{{0,40}}"
    rf"(?:{_Q}?\w{{1,40}}{_Q}?\s{{0,4}}[:=]\s{{0,4}}{_SCALAR}\s{{0,4}},\s{{0,40}}){{0,2}}"
    rf"{_Q}?{_NAMES}{_Q}?[ \t]{{0,4}}[:=][ \t]{{0,4}}{_Q}\Z"
)
_NEXT_LINE = Pattern(rf"[\"']?[ \t]{{0,4}}\n[ \t]{{0,40}}{_VALUES}:[ \t]{{1,20}}")
_DEFAULT = Pattern(r"[\"'][ \t]{0,4}\{[^{}]{0,200}?\b(?:default|value)[ \t]{0,10}=[ \t]{0,10}(?=[\"'])")
_ARGUMENT = Pattern(rf"(?P<quote>{_Q})[ \t]{{0,4}},[ \t]{{0,4}}(?:\w{{1,20}}\()?(?=\\{{0,6}}[\"'`])")
_ELEMENT = Pattern(
    r"(?:[ \t][^<>&]{0,200})?(?:>|&gt;)\s{0,40}(?:<!\[cdata\[)?"
    r"(?P<value>[^<>&\]\s][^<>&\]\n]{0,400})(?:\]\]>)?(?:</|&lt;/)"
)
_NAMED_ELEMENT = Pattern(rf"</\w{{1,20}}>\s{{0,40}}<{_VALUES}>(?P<value>[^<>\n]{{3,400}})<")
_TAG: Final = 400
_ATTRIBUTE = Pattern(rf"\b{_VALUES}[ \t]{{0,4}}=[ \t]{{0,4}}(?P<quote>[\"'])(?P<value>[^\"'<>\n]{{1,400}})(?P=quote)")
_CONTENT = Pattern(r"\s{0,20}(?P<value>[^\s<>]{3,400})\s{0,20}</")


def mask_pair(source: Source, label: Label) -> int:
    """Mask the value beside a label; where to go on reading, or 0 if there was none."""
    text = source.text
    after = text[label.end : label.end + 1]
    opening = text[label.name - 1 : label.name] if label.name else ""
    if opening in {"<", ":", ";"} and (found := _mask_element(source, label)):
        return found
    if after == "<":
        return _mask_match(source, _NAMED_ELEMENT().match(source.folded, label.end), Grade.QUOTED)
    if after in {'"', "'", "\\", "&"}:
        return (
            _mask_member(source, label)
            or _mask_argument(source, label)
            or _mask_tag(source, label)
            or _mask_default(source, label)
        )
    if after in {"\n", " "}:
        return _mask_member(source, label)
    return 0


def _is_named(source: Source, label: Label) -> bool:
    return _NAMED().search(source.folded, max(0, label.name - 30), label.name) is not None


def _mask_member(source: Source, label: Label) -> int:
    """{"name": "password", ..., "value": "x"}, in either order, and YAML's form in two lines."""
    folded = source.folded
    if _is_named(source, label):
        if then := _THEN().match(folded, label.end):
            return _mask_at(source, then.end())
        if then := _NEXT_LINE().match(folded, label.end):
            return _mask_at(source, then.end())
        start = max(0, label.name - _TAG)
        if before := _BEFORE().search(folded, start, label.name):
            _mask_match(source, before, Grade.QUOTED)
    return 0


def _mask_at(source: Source, at: int) -> int:
    text = source.text
    value = quoted_at(text, at) or bare_at(text, at)
    if value is None:
        return 0
    grade = Grade.QUOTED if value.is_quoted else Grade.EQUALS
    if not is_secret(text[value.start : value.end], grade):
        return 0
    source.add(value.start, value.end)
    return value.next


def _mask_argument(source: Source, label: Label) -> int:
    """("password", "x")."""
    text = source.text
    argument = _ARGUMENT().match(source.folded, label.end)
    if argument is None or text[max(0, label.name - len(argument["quote"])) : label.name] != argument["quote"]:
        return 0
    value = quoted_at(text, argument.end())
    if value is None or text[value.next : value.next + 2].lstrip().startswith((":", "=")):
        return 0
    if not is_secret(text[value.start : value.end], Grade.CELL):
        return 0
    source.add(value.start, value.end)
    return value.next


def _mask_default(source: Source, label: Label) -> int:
    """variable "password" { default = "x" }."""
    default = _DEFAULT().match(source.folded, label.end)
    return _mask_at(source, default.end()) if default else 0


def _mask_element(source: Source, label: Label) -> int:
    """<password>x</password>."""
    return _mask_match(source, _ELEMENT().match(source.folded, label.end), Grade.QUOTED)


def _mask_tag(source: Source, label: Label) -> int:
    """<input name="password" value="x"> and <string name="password">x</string>."""
    text = source.text
    start = text.rfind("<", max(0, label.start - _TAG), label.start)
    end = text.find(">", label.end, label.end + _TAG)
    if start < 0 or end < 0 or text.find(">", start, label.start) >= 0:
        return 0
    if not text[start + 1 : start + 2].isalpha():
        return 0
    found = 0
    for attribute in _ATTRIBUTE().finditer(text, start, end):
        if attribute.start("value") <= label.start < attribute.end("value"):
            return 0
        found = _mask_match(source, attribute, Grade.QUOTED) or found
    return found or _mask_match(source, _CONTENT().match(text, end + 1), Grade.CELL)


def _mask_match(source: Source, match: re.Match[str] | None, grade: Grade) -> int:
    """Mask the value of a match."""
    if match is None:
        return 0
    start, end = match.span("value")
    value = source.text[start:end]
    if not is_secret(value, grade) or (grade is Grade.CELL and not is_odd(value)):
        return 0
    source.add(start, end)
    return end
