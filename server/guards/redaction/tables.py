"""Labels in tables, and labels with their value on the next line."""

import re
from typing import Final

from server.guards.redaction.allow import Grade, is_secret
from server.guards.redaction.labels import Label, is_label
from server.guards.redaction.source import Pattern, Source
from server.guards.redaction.spans import Span

_ROWS: Final = 50
_WIDEST: Final = 30
_HEAD: Final = 40
_RULE = re.compile(r"[\s|+:=-]*")
_NEXT = Pattern(
    r"[*_`:\uff1a\"']{0,4}[ \t]{0,4}(?:(?:is|ist|est|es|lautet)[ \t]{0,4}:?)?[ \t]{0,8}\n[ \t]{0,20}"
    r"(?:\n[ \t]{0,20})?(?P<value>[^\s]{6,4096})"
    r"[ \t]{0,8}(?=\n|\Z)"
)
_ASIDE: Final = 24


def mask_table(source: Source, label: Label) -> int:
    """Mask the cell beside a label, the cells below it, or the line after it; where to go on, or 0."""
    start, end = source.line(label.start)
    line = source.text[start:end]
    for delimiter in ("|", "\t", ";", ","):
        if 0 < line.count(delimiter) <= _WIDEST and (found := _mask_cells(source, label, delimiter, start, end)):
            return found
    return _mask_next_line(source, label, start)


def _cells(line: str, delimiter: str, at: int) -> list[Span]:
    """The places of the cells of a line, without their blanks and marks."""
    spans = []
    for cell in line.split(delimiter):
        inside = cell.strip(" \t*_`\"'\r")
        start = at + cell.find(inside) if inside else at
        spans.append((start, start + len(inside)))
        at += len(cell) + 1
    return spans


def _mask_cells(source: Source, label: Label, delimiter: str, start: int, end: int) -> int:
    text = source.text
    cells = _cells(text[start:end], delimiter, start)
    column = next((n for n, (a, b) in enumerate(cells) if a <= label.name and label.end <= b), None)
    if column is None or cells[column][1] - cells[column][0] > _HEAD or not is_label(text[slice(*cells[column])]):
        return 0
    if delimiter == "|" and sum(a < b for a, b in cells) <= 3:
        value = next((span for span in cells[column + 1 :] if span[0] < span[1]), None)
        if value and is_secret(text[slice(*value)], Grade.CELL):
            source.add(*value)
            return value[1]
    if len(cells) < 2 or any(b - a > _HEAD for a, b in cells):
        return 0
    if (delimiter == "," and any(c in text[start:end] for c in "()[]{}=.")) or label.word == "pass":
        return 0
    if delimiter == "," and any(" " in text[a:b].strip() for a, b in cells):
        return 0
    _mask_column(source, delimiter, column, len(cells), end)
    return 0


def _mask_column(source: Source, delimiter: str, column: int, width: int, end: int) -> None:
    """Mask what stands below a label, up to the end of the table."""
    text = source.text
    for _ in range(_ROWS):
        start = end + 1
        if start >= len(text):
            break
        end = text.find("\n", start)
        if end < 0:
            end = len(text)
        line = text[start : min(end, start + 4_000)]
        if delimiter in {"|"} and line.strip() and _RULE.fullmatch(line):
            continue
        cells = _cells(line, delimiter, start)
        if len(cells) != width:
            break
        a, b = cells[column]
        if is_label(text[a:b]):
            break
        if is_secret(text[a:b], Grade.CELL):
            source.add(a, b)


def _mask_next_line(source: Source, label: Label, start: int) -> int:
    """Password, and its value alone on the next line."""
    text = source.text
    if label.name - start > _ASIDE and text[max(0, label.name - 6) : label.name] != 'name="':
        return 0
    if label.word == "pass" and text[label.end : label.end + 1] != ":":
        return 0  # a statement of Python
    following = _NEXT().match(text, label.end)
    if following is None or not is_secret(following["value"], Grade.CELL) or is_label(following["value"]):
        return 0
    source.add(*following.span("value"))
    return following.end()
