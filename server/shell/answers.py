"""An answer as a person reads it: a table for a list, fields for an object."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from server.guards.shape import ADDRESSED, CONFIRMED, SHORTENED, STRANGERS
from server.shell.style import BOLD, CYAN, DIM, YELLOW, Style, columns, fit
from server.terminal import printable

NOTES: Final = frozenset({STRANGERS, ADDRESSED, SHORTENED, CONFIRMED, "coverage", "next_cursor", "sources", "source"})
"""Fields about an answer, which stand behind it."""
LEAST: Final = 12
"""Columns that a shortened cell keeps."""
GAP: Final = "  "
CONTROLS: Final = re.compile(r"[\x7f-\x9f\u2028\u2029]")


def as_json(data: Mapping[str, Any]) -> str:
    """An answer as JSON that no terminal obeys."""
    text = json.dumps(data, ensure_ascii=False, indent=2)
    return CONTROLS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def render(data: Mapping[str, Any], style: Style) -> str:
    """An answer: its rows as a table, its other fields by name."""
    body = {name: value for name, value in data.items() if name not in NOTES}
    rows = body.get("items")
    if is_table(rows) and rows is not None:
        rest = {name: value for name, value in body.items() if name != "items"}
        parts = [table(rows, style), *([_fields(rest, style)] if rest else [])]
        return "\n\n".join(parts)
    if rows == []:
        del body["items"]
        return _fields(body, style) if body else "Nothing found."
    return _fields(body, style)


def notes(data: Mapping[str, Any], style: Style) -> list[str]:
    """What is to be known about an answer: how much of it there is, and what was not read."""
    lines = []
    coverage = data.get("coverage")
    if isinstance(coverage, Mapping):
        lines.append(_coverage(coverage, len(data.get("items", []))))
    for source in data.get("sources", []):
        if isinstance(source, Mapping) and not source.get("complete", True):
            lines.append(f"Not all was read of {source.get('platform')}: {source.get('why')}")
    lines += [f"Shortened: {line}" for line in data.get(SHORTENED, [])]
    lines += [f"Careful: {line}" for line in data.get(ADDRESSED, [])]
    if isinstance(confirmed := data.get(CONFIRMED), Mapping):
        lines.append(f"Confirmed ({confirmed.get('how')}): {confirmed.get('what')}")
    if cursor := data.get("next_cursor"):
        lines.append(f"More: repeat the call with cursor={cursor}")
    if isinstance(source := data.get("source"), str):
        lines.append(f"Source: {source}")
    return [style.paint(printable(line), YELLOW if line.startswith("Careful") else DIM) for line in lines]


def _coverage(coverage: Mapping[str, Any], rows: int) -> str:
    matched = coverage.get("matched")
    line = f"{rows} of {matched} shown" if isinstance(matched, int) and matched != rows else f"{rows} shown"
    if not coverage.get("complete", True):
        line += f"; not all was read: {coverage.get('why') or 'the platform did not say why'}"
    return f"{line}."


def is_table(value: Any) -> bool:
    """Whether a value is rows of fields."""
    return isinstance(value, list) and bool(value) and all(isinstance(row, Mapping) for row in value)


def table(rows: Sequence[Mapping[str, Any]], style: Style, *, indent: str = "") -> str:
    """Rows below a line with their fields' names; the widest columns are cut where they do not fit.

    Rows with more fields than a line can hold are blocks of fields.
    """
    names = list(dict.fromkeys(name for row in rows for name in row))
    cells = [[_cell(row.get(name)) for name in names] for row in rows]
    widths = [max(columns(printable(name)), *(columns(row[n]) for row in cells)) for n, name in enumerate(names)]
    if style.width is not None:
        room = style.width - columns(indent) - columns(GAP) * (len(widths) - 1)
        _narrow(widths, room)
        if sum(widths) > room:
            return "\n\n".join(_fields(row, style, indent=indent) for row in rows)
    numeric = [all(_is_number(row.get(name)) for row in rows) for name in names]
    lines = [style.paint(_line([printable(name) for name in names], widths, numeric), BOLD)]
    for row in cells:
        padded = [_padded(cell, width, right=right) for cell, width, right in zip(row, widths, numeric, strict=True)]
        lines.append(GAP.join(style.word(cell) for cell in padded))
    return "\n".join(f"{indent}{line}".rstrip() for line in lines)


def _narrow(widths: list[int], room: int) -> None:
    """Take columns from the widest until all fit, or none is wider than the least."""
    while sum(widths) > room and max(widths) > LEAST:
        widest = widths.index(max(widths))
        second = max([LEAST, *(width for n, width in enumerate(widths) if n != widest)])
        widths[widest] = max(LEAST, min(widths[widest] - 1, max(second, widths[widest] - (sum(widths) - room))))


def _line(cells: Sequence[str], widths: Sequence[int], numeric: Sequence[bool]) -> str:
    return GAP.join(_padded(c, width, right=right) for c, width, right in zip(cells, widths, numeric, strict=True))


def _padded(cell: str, width: int, *, right: bool) -> str:
    return fit(cell, width) if not right else " " * (width - columns(cell)) + cell


def _is_number(value: Any) -> bool:
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool))


def _cell(value: Any) -> str:
    """A value on one line."""
    if value is None:
        return ""
    if isinstance(value, list) and not any(isinstance(item, dict | list) for item in value):
        return ", ".join(_cell(item) for item in value)
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_cell(one)}" for name, one in value.items())
    if isinstance(value, list):
        return f"{len(value)} rows" if len(value) > 1 else _cell(value[0])
    return " ".join(printable(_scalar(value)).split())


def _scalar(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _fields(data: Mapping[str, Any], style: Style, *, indent: str = "") -> str:
    """Fields by name; long texts, lists and objects stand below their name."""
    short = {name: _cell(value) for name, value in data.items() if _is_short(value)}
    width = max((columns(printable(name)) for name in short), default=0)
    lines: list[str] = []
    for name, value in data.items():
        title = printable(str(name))
        if name in short:
            lines.append(f"{indent}{style.paint(fit(title, width), CYAN)}  {style.word(short[name])}")
            continue
        lines.append(f"{indent}{style.paint(title, CYAN)}")
        inner = f"{indent}  "
        if isinstance(value, str):
            lines += [f"{inner}{line}".rstrip() for line in printable(value).splitlines()]
        elif isinstance(value, Mapping):
            lines.append(_fields(value, style, indent=inner))
        elif _is_flat(value):
            lines.append(table(value, style, indent=inner))
        else:
            lines += _items(value, style, inner)
    return "\n".join(lines)


def _items(values: Sequence[Any], style: Style, indent: str) -> list[str]:
    """A list that is no table: a line, or a block of fields, for each item."""
    lines = []
    for value in values:
        block = (
            _fields(value, style, indent=f"{indent}  ") if isinstance(value, Mapping) else f"{indent}  {_cell(value)}"
        )
        lines.append(f"{indent}- {block[len(indent) + 2 :]}")
    return lines


def _is_short(value: Any) -> bool:
    if isinstance(value, str):
        return "\n" not in value.strip()
    if isinstance(value, list):
        return not any(isinstance(item, dict | list) for item in value) and sum(len(str(item)) for item in value) <= 80
    return not isinstance(value, Mapping)


def _is_flat(value: Any) -> bool:
    """Whether rows fit a table: no row has rows of its own."""
    return is_table(value) and not any(is_table(cell) for row in value for cell in row.values())
