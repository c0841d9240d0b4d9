"""Test cases in CSV: a header with names of columns, then a row for each, or further rows for its further steps."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from tools.kit.cases.case import MOST_STEPS, Case, CaseFile, CaseStep, checked, one_line, refuse_too_many, several
from tools.kit.errors import Refused
from tools.kit.text import many, quote

COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "id": ("id", "testid", "caseid", "testcaseid", "key"),
    "title": ("title", "name", "testcase", "test", "summary", "testtitle", "testcasetitle", "testname", "testcasename"),
    "suites": ("suite", "folder", "section", "path", "module", "feature", "suites", "folders", "sectionhierarchy"),
    "description": ("description", "details", "objective"),
    "preconditions": ("preconditions", "precondition", "prerequisites"),
    "steps": ("steps", "step", "teststeps", "action", "actions", "stepdescription", "stepaction", "stepsstep"),
    "expected": (
        *("expected", "expectedresult", "expectedresults", "expectedoutcome", "result"),
        *("stepexpectedresult", "stepsexpectedresult"),
    ),
    "priority": ("priority",),
    "kind": ("type", "casetype", "testtype", "testcasetype"),
    "status": ("status", "state"),
    "automation": ("automation", "automationtype", "automationstatus"),
    "owner": ("owner", "assignee", "assignedto"),
    "tags": ("tags", "tag"),
    "labels": ("labels", "label"),
}
"""Our name of a column, and the names that files have for it, in lower case without spaces and punctuation."""
DELIMITERS: Final = ",;\t|"
_OF_NAME: Final = {name: ours for ours, names in COLUMNS.items() for name in names}
_NUMBER: Final = re.compile(r"\s*(?:\d{1,3}[.)]|[-*\u2022])\s+")
_SUITES: Final = re.compile(r"\s*(?:/|>|\u203a|\u00bb|\\)\s*")


def read_csv(text: str) -> CaseFile:
    """The test cases of a CSV file.

    Raises:
        Refused: for a file that is no CSV, or without a column of titles.
    """
    delimiter, skip, text = _dialect(text)
    rows = _rows(text, delimiter, skip)
    header = next(rows, None)
    if header is None:
        raise Refused("The file has no header with the names of its columns.")
    file = CaseFile()
    places = _places(header[1], file)
    for line, cells in rows:
        refuse_too_many(file)
        if len(cells) > len(header[1]) and any(map(str.strip, cells[len(header[1]) :])):
            width = f"it has {many(len(cells), 'cell')}, the header {len(header[1])}"
            why = f"{width}: is a text with {delimiter!r} not in quotes?"
            file.fault(line, why, one_line(cells[places["title"]]) if places["title"] < len(cells) else "")
            continue
        values = {name: cells[place] for name, place in places.items() if place < len(cells)}
        if not one_line(values.get("title")) and _continues(file, values):
            continue
        file.cases.append(_case(line, values))
    return checked(file)


def _dialect(text: str) -> tuple[str, int, str]:
    """The delimiter, how many lines come before the header, and the text without them."""
    first, _, rest = text.partition("\n")
    if named := re.fullmatch(r"sep=(.)\r?", first):  # Excel writes it
        return named[1], 1, rest
    header = next((line for line in text.splitlines() if line.strip()), "")
    outside = re.sub(r'"[^"]*"', "", header)
    return max(DELIMITERS, key=outside.count), 0, text


def _rows(text: str, delimiter: str, skip: int) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not empty, each with the line that it begins in.

    Raises:
        Refused: with the line, for a quotation mark that is not closed, or text after a closed one.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        begin = reader.line_num + skip + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise Refused(_sentence(str(error), begin)) from None
        if cells is None:
            return
        if any(map(str.strip, cells)):
            yield begin, cells


def _sentence(error: str, line: int) -> str:
    if "end of data" in error:
        return f"The row in line {line} has a quotation mark that is not closed."
    if "field larger" in error:
        return f"The row in line {line} has a cell that is too long. Is a quotation mark not closed?"
    if "expected after" in error:
        return f"The row in line {line} has text after a closed quotation mark; inside of a text it is written twice."
    return f"The row in line {line} is not CSV."


def _places(header: Sequence[str], file: CaseFile) -> dict[str, int]:
    """Where the known columns are; the others are noted.

    Raises:
        Refused: without a column of titles, and for two of one kind.
    """
    places: dict[str, int] = {}
    others: list[str] = []
    for place, name in enumerate(header):
        ours = _OF_NAME.get("".join(character for character in name.casefold() if character.isalnum()))
        if ours is None:
            others += [quote(name, at_most=60)] if name.strip() else []
        elif ours in places:
            twice = f"{quote(header[places[ours]], at_most=60)} and {quote(name, at_most=60)}"
            raise Refused(f"Two columns can be the {ours}: {twice}. Rename or remove one.")
        else:
            places[ours] = place
    if "title" not in places:
        raise Refused(
            "Line 1 has to name the columns, and none of them is the title. Known are "
            f"{', '.join(names[0] for names in COLUMNS.values())}."
        )
    if others:
        file.notes.append(f"Columns that are not imported: {', '.join(others[:20])}.")
    return places


def _continues(file: CaseFile, values: Mapping[str, str]) -> bool:
    """Add a row without a title to the test case above, if it has nothing but steps."""
    others = [name for name, value in values.items() if value.strip() and name not in {"steps", "expected", "id"}]
    if others or not file.cases or not (values.get("steps") or values.get("expected") or "").strip():
        return False
    last = file.cases[-1]
    if len(last.steps) > MOST_STEPS:  # it is refused as a whole
        return True
    file.cases[-1] = replace(last, steps=(*last.steps, *steps_of(values.get("steps"), values.get("expected"))))
    return True


def _case(line: int, values: Mapping[str, str]) -> Case:
    plain = ("description", "preconditions", "priority", "kind", "status", "automation", "owner")
    return Case(
        line=line,
        title=values.get("title", ""),
        id=values.get("id"),
        suites=tuple(filter(None, _SUITES.split(values.get("suites", "").strip()))),
        steps=steps_of(values.get("steps"), values.get("expected")),
        tags=several(values.get("tags"), ",; "),
        labels=several(values.get("labels")),
        **{name: values.get(name) for name in plain},
    )


def steps_of(actions: str | None, expected: str | None) -> tuple[CaseStep, ...]:
    """The steps of two cells: a line for each, and an expected result for each or one for the last."""
    does, should = _lines(actions), _lines(expected)
    if len(does) == len(should):
        return tuple(CaseStep(*pair) for pair in zip(does, should, strict=True))
    if not does:
        return tuple(CaseStep("", one) for one in should)
    return (*(CaseStep(one) for one in does[:-1]), CaseStep(does[-1], "\n".join(should)))


def _lines(cell: str | None) -> list[str]:
    lines = (_NUMBER.sub("", line, count=1).strip() for line in (cell or "").splitlines())
    return [line for line in lines if line]
