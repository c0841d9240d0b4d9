"""Passwords in SQL: of users that are made or changed, and in the rows of an INSERT."""

from server.guards.redaction.allow import Grade, is_secret
from server.guards.redaction.labels import is_label
from server.guards.redaction.source import Pattern, Source

_BY = Pattern(
    r"(?:identified\b[^'\n]{0,60}\bby|password)(?:\s{1,4}password)?(?:\s{1,4}|\s{0,4}[(=]\s{0,4})'(?P<value>[^'\n]{3,200})'"
)
_INSERT = Pattern(
    r"insert\s{1,8}into\s{1,8}[\w.\"`\[\]]{1,100}\s{0,8}\((?P<columns>[^()]{1,2000})\)\s{0,8}values\s{0,8}"
)
_ROW = Pattern(r"\((?P<row>(?:'(?:[^']|''){0,2000}'|[^'()]){1,4000})\)\s{0,8},?\s{0,8}")
_CELL = Pattern(r"\s{0,20}(?:'(?P<text>(?:[^']|''){0,2000})'|(?P<other>[^',]{0,400}))\s{0,20}(?:,|\Z)")
_ROWS = 1_000


def search(source: Source) -> None:
    """Mask the passwords of statements."""
    if "'" in source.text:
        for match in source.matches(_BY, "identified", "password"):
            start, end = match.span("value")
            if is_secret(source.text[start:end], Grade.QUOTED):
                source.add(start, end)
    if source.has("insert"):
        for match in _INSERT().finditer(source.folded):
            columns = [is_label(name.strip(' "`[]\n')) for name in match["columns"].split(",")]
            if any(columns):
                _mask_rows(source, match.end(), columns)


def _mask_rows(source: Source, at: int, columns: list[bool]) -> None:
    for _ in range(_ROWS):
        row = _ROW().match(source.text, at)
        if row is None:
            return
        cell_at, end = row.span("row")
        for is_secret_column in columns:
            cell = _CELL().match(source.text, cell_at, end)
            if cell is None:
                break
            value = cell["text"]
            if is_secret_column and value and is_secret(value, Grade.QUOTED):
                source.add(*cell.span("text"))
            cell_at = cell.end()
        at = row.end()
