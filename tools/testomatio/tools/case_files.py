"""Files of test cases as tests of Testomat.io: its own Markdown, and other formats with their texts as Markdown."""

import re
from typing import Final

from pydantic import ValidationError

from tools.kit.cases.case import Case, CaseFile, checked
from tools.kit.cases.csv_file import read_csv
from tools.kit.cases.files import Readers
from tools.kit.cases.gherkin_file import read_gherkin
from tools.kit.errors import Refused
from tools.kit.text import quote
from tools.testomatio.models.ids import bare_test
from tools.testomatio.tools.tql_fields import PRIORITIES
from tools.testomatio.tools.vendor_markdown import STATES, is_vendor_markdown, parse_blocks
from tools.testomatio.tools.written_tests import NewTest

_ID: Final = re.compile(r"[0-9a-z]{8}")
_MARKED: Final = re.compile(r"(?:^|(?<=\s))@T([0-9a-z]{8})(?=\s|$)")
_TAG_ID: Final = re.compile(r"T([0-9a-z]{8})")
LONGEST_OWNER: Final = 200


def read_markdown(text: str) -> CaseFile:
    """The tests of the vendor's Markdown, each in the suite above it.

    Raises:
        Refused: for other Markdown, and with the line that does not fit.
    """
    if not is_vendor_markdown(text):
        raise Refused(
            "It is not the Markdown that Testomat.io exports, with <!-- suite --> and <!-- test --> above headings. "
            "testomatio_create_tests takes other Markdown."
        )
    file, suite = CaseFile(), None
    for block in parse_blocks(text):
        if block.left_out:
            file.notes.append(f"Line {block.line}, not imported: {', '.join(block.left_out)}.")
        if block.kind == "suite":
            suite = block
            continue
        file.cases.append(
            Case(
                line=block.line,
                title=block.title,
                id=block.id,
                suites=(suite.title,) if suite else (),
                suite_id=suite.id if suite else None,
                description=block.body or None,
                priority=block.fields.get("priority"),
                automation=block.fields.get("type"),
                owner=block.fields.get("assignee"),
                tags=tuple(block.several("tags")),
                labels=tuple(block.several("labels")),
            )
        )
    return checked(file)


READERS: Final[Readers] = {".csv": read_csv, ".feature": read_gherkin, ".md": read_markdown}


def as_test(case: Case) -> NewTest:
    """A test case as it is written to the platform; an id in its title or tags is its id.

    Raises:
        Refused: for a priority, a state, or a person that the platform does not take.
    """
    marked = _MARKED.search(case.title)
    tag = next((found for one in case.tags if (found := _TAG_ID.fullmatch(one))), None)
    number = bare_test(case.id) if case.id else marked[1] if marked else tag[1] if tag else None
    title = " ".join(_MARKED.sub(" ", case.title).split()) or case.title
    priority = (case.priority or "").casefold() or None
    if priority is not None and priority not in PRIORITIES:
        raise Refused(f"its priority is {quote(case.priority)}; valid are {', '.join(PRIORITIES)}")
    words = [(word or "").casefold() for word in (case.automation, case.status)]
    if case.owner and ("@" not in case.owner or len(case.owner) > LONGEST_OWNER):
        raise Refused(f"its owner is {quote(case.owner)}; Testomat.io takes an e-mail address")
    fields = {
        "title": title,
        "id": number if number and _ID.fullmatch(number) else None,
        "description": description_of(case),
        "priority": priority,
        "state": next((word for word in words if word in STATES), None),
        "assigned_to": case.owner,
        "tags": [one for one in case.tags if not _TAG_ID.fullmatch(one)] or None,
        "labels": list(case.labels)[:20] or None,
    }
    try:
        return NewTest.model_validate(fields)
    except ValidationError as error:
        wrong = ", ".join(str(one["loc"][0]) for one in error.errors())
        raise Refused(f"Testomat.io does not take its {wrong}") from error


def has_foreign_id(case: Case) -> bool:
    """Whether the file has an id that is none of this platform."""
    return case.id is not None and not _ID.fullmatch(bare_test(case.id))


def description_of(case: Case) -> str | None:
    """The texts of a case as the platform's Markdown: preconditions and steps below headings."""
    parts = [case.description or ""]
    if case.preconditions:
        parts.append(f"### Preconditions\n\n{case.preconditions}")
    if case.steps:
        lines = []
        for step in case.steps:
            lines += [f"* {_indented(step.action)}"] if step.action else []
            lines += [f"  *Expected*: {_indented(step.expected)}"] if step.expected else []
        parts.append("### Steps\n\n" + "\n".join(lines))
    return "\n\n".join(filter(None, parts)) or None


def _indented(text: str) -> str:
    return text.replace("\n", "\n  ")
