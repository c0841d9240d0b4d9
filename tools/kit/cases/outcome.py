"""What an import of test cases would do or has done, row by row: for an answer, and for the question before it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from pydantic import Field

from tools.kit.cases.files import CaseFiles
from tools.kit.model import Answer
from tools.kit.question import Lines
from tools.kit.text import Key, Untrusted, many, quote, word

MOST_ROWS: Final = 100
MOST_SHOWN: Final = 25
"""Rows of a kind that a question lists."""
WORDS: Final[Mapping[str, str]] = {
    "same": "the same",
    "left": "different and left alone",
    "error": "with an error",
    "unknown": "not known",
    "not_sent": "not sent",
}
ORDER: Final = ("error", "failed", "unknown", "not_sent", "changed", "updated", "left", "new", "created", "same")
"""Statuses as rows are listed, and below as they are counted."""
COUNTED: Final = ("new", "changed", "created", "updated", "same", "left", "error", "failed", "unknown", "not_sent")


class ImportRow(Answer):
    """A test case of a file."""

    file: Untrusted
    line: int
    title: Untrusted
    suite: Untrusted | None = None
    id: Key | None = None
    status: Key = Field(description="new, changed, left (without update), error; then created, updated, failed.")
    why: Untrusted | None = None


class CasesImported(Answer):
    """What an import would do, or has done."""

    done: str
    counts: dict[str, int]
    new_suites: list[Untrusted] = Field(default_factory=list)
    rows: list[ImportRow] = Field(default_factory=list, description="Without those that are the same.")
    more_rows: int | None = None
    notes: list[Untrusted] = Field(default_factory=list)
    next: str | None = None


def fault_rows(files: CaseFiles) -> list[ImportRow]:
    """The rows that were not even read."""
    return [
        ImportRow(file=file.name, line=fault.line, title=fault.title, status="error", why=fault.why)
        for file, fault in files.faults
    ]


def count(rows: Sequence[ImportRow]) -> dict[str, int]:
    """How many rows have which status."""
    counts = Counter(row.status for row in rows)
    return {status: counts[status] for status in COUNTED if counts[status]}


def render_counts(rows: Sequence[ImportRow]) -> str:
    """The counts of rows as a phrase."""
    return ", ".join(f"{number} {WORDS.get(status, status)}" for status, number in count(rows).items())


def answer(
    rows: Sequence[ImportRow], *, new_suites: Sequence[str], notes: Sequence[str], is_dry: bool = False
) -> CasesImported:
    """The answer, with what went wrong first."""
    listed = sorted((row for row in rows if row.status != "same"), key=lambda row: ORDER.index(row.status))
    counts = count(rows)
    again = {"failed", "unknown", "not_sent"} & counts.keys()
    return CasesImported(
        done=f"{'Nothing was sent. ' if is_dry else ''}{render_counts(rows)}.",
        counts=counts,
        new_suites=list(new_suites),
        rows=listed[:MOST_ROWS],
        more_rows=len(listed) - MOST_ROWS if len(listed) > MOST_ROWS else None,
        notes=list(notes),
        next="Call again with the same file for what failed; what is there is left alone." if again else None,
    )


def nothing_to_do(rows: Sequence[ImportRow]) -> str:
    """Why an import would do nothing, for a refusal."""
    first = next((row for row in rows if row.status == "error"), None)
    why = f" Line {first.line}: {first.why}." if first else ""
    hint = " With update, those that differ are changed." if any(row.status == "left" for row in rows) else ""
    return f"There is nothing to import: {render_counts(rows)}.{why}{hint}"


def describe(
    lines: Lines, rows: Sequence[ImportRow], *, files: CaseFiles, new_suites: Sequence[str], holder: str
) -> None:
    """Add the files and rows to a question, as far as there is room; `holder` is a suite or a folder."""
    for file in files.files[:MOST_SHOWN]:
        lines.add("File", f"{quote(file.name, at_most=200)} ({file.size:,} bytes, SHA-256 {file.digest}\u2026)")
    if len(files.files) > MOST_SHOWN:
        lines.add("Further files", len(files.files) - MOST_SHOWN)
    for name in new_suites[:MOST_SHOWN]:
        lines.add(f"New {holder}", quote(name, at_most=300))
    if len(new_suites) > MOST_SHOWN:
        lines.add(f"Further new {holder}s", len(new_suites) - MOST_SHOWN)
    for status, name in (("changed", "Changed"), ("new", "New"), ("error", "Left out")):
        fitting = [row for row in rows if row.status == status]
        for row in fitting[:MOST_SHOWN]:
            lines.add(name, _row(row))
        if len(fitting) > MOST_SHOWN:
            lines.add(f"Further {name.lower()}", len(fitting) - MOST_SHOWN)
    for note in files.notes[:MOST_SHOWN]:
        lines.add("Note", note)


def _row(row: ImportRow) -> str:
    if row.status == "error":
        return f"line {row.line} of {quote(row.file, at_most=200)}: {row.why}"
    number = f"{word(row.id)} " if row.id else ""
    suite = f" in {quote(row.suite, at_most=300)}" if row.suite else ""
    return f"{number}{quote(row.title, at_most=500)}{suite}{f'. {row.why}' if row.why else ''}"


def foreign_ids(number: int) -> list[str]:
    """A note on ids that are not of the platform."""
    if not number:
        return []
    ids = many(number, "id of another tool was ignored", "ids of another tool were ignored")
    return [f"{ids}; these tests are found by title."]
