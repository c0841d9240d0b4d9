"""Tests in Markdown: `## Title @tag` with the description below it, or the vendor's own format."""

import re
from dataclasses import dataclass, field
from typing import Annotated, Any, Final

from pydantic import Field, ValidationError

from tools.kit.errors import Refused
from tools.kit.model import Sent
from tools.kit.shortened import has_escaped_breaks, with_real_breaks
from tools.kit.text import clean
from tools.testomatio.models.ids import SuiteId, TestId
from tools.testomatio.models.tests import Test
from tools.testomatio.tools.tests import Priority, State, Tags
from tools.testomatio.tools.vendor_markdown import LONGEST_LINE, is_vendor_markdown, parse_blocks

MOST: Final = 200
LONGEST_TITLE: Final = 500
_HEADING = re.compile(r"##[ \t]+(\S.*)")
_CLOSING = re.compile(r"[ \t]+#+[ \t]*$")
_FENCE = re.compile(r"[ ]{0,3}(`{3,}|~{3,})")
FORM: Final = "A test begins with a line `## Title @tag`; what follows, up to the next such line, is its description."


class NewTest(Sent):
    """A test to create."""

    title: Annotated[str, Field(min_length=1, max_length=500, description="@word in it is a tag.")]
    id: Annotated[TestId | None, Field(description="To change with update.")] = None
    description: Annotated[str | None, Field(max_length=50_000, description="Markdown.")] = None
    suite_id: Annotated[SuiteId | None, Field(description="Default: that of the call.")] = None
    priority: Priority | None = None
    state: State | None = None
    assigned_to: Annotated[str | None, Field(max_length=200, description="E-mail of a member.")] = None
    tags: Tags = None
    labels: Annotated[list[str] | None, Field(max_length=20, description="Such as Severity:Major.")] = None

    def wire(self, title: str, suite_id: str) -> dict[str, Any]:
        """The test as a bulk write takes it."""
        return {"title": title, "suite_id": suite_id, **self.details()}

    def details(self) -> dict[str, Any]:
        """The fields that were given, beside title and suite."""
        fields = self.model_dump(include={"description", "priority", "state", "assigned_to"})
        return {name: value for name, value in fields.items() if value}

    def differing(self, title: str, before: Test) -> dict[str, Any]:
        """The fields that differ from a stored test; the state is left to the platform."""
        fields = {"title": title, **self.details()}
        fields.pop("state", None)
        return {
            name: value
            for name, value in fields.items()
            if clean(getattr(before, name) or "").strip() != clean(value).strip()
        }


@dataclass
class Written:
    """The tests of a Markdown text."""

    tests: list[NewTest]
    left_out: list[str] = field(default_factory=list)
    """What else is in it and is not imported."""


def from_markdown(text: str) -> Written:
    """The tests of a Markdown text in either format.

    Raises:
        Refused: with the line that does not fit, or for a text without tests.
    """
    if "\n" not in text and "\\n" in text and not has_escaped_breaks(text):
        raise Refused(f"This text has \\n instead of line breaks; send real line breaks. {FORM}")
    text = with_real_breaks(text)
    written = from_vendor_markdown(text) if is_vendor_markdown(text) else Written(_plain_format(text))
    if not written.tests:
        raise Refused(f"This text contains no test. {FORM}")
    for test in written.tests:
        if has_escaped_breaks(test.title):
            raise Refused(f"The title {test.title[:60]!r}... has \\n instead of line breaks; send real line breaks.")
    return written


def _new_test(title: str, **fields: Any) -> NewTest:
    if len(title) > LONGEST_TITLE:
        raise Refused(f"The title {title[:60]!r}... is longer than {LONGEST_TITLE} characters.")
    try:
        return NewTest(title=title, **fields)
    except ValidationError as error:
        wrong = ", ".join(str(one["loc"][0]) for one in error.errors())
        raise Refused(f"Test {title[:60]!r}: the platform does not take this {wrong}.") from error


def from_vendor_markdown(text: str) -> Written:
    """The tests of the vendor's own Markdown, each in the suite of the last suite block above it."""
    tests, left_out, suite = list[NewTest](), list[str](), None
    for block in parse_blocks(text):
        if block.left_out:
            left_out.append(f"{block.kind} {block.title[:80]!r}: {', '.join(block.left_out)}")
        if block.kind == "suite":
            suite = block
            continue
        tests.append(
            _new_test(
                block.title,
                id=block.id,
                description=block.body or None,
                suite_id=suite.id if suite is not None else None,
                priority=block.fields.get("priority", "").casefold() or None,
                state=block.fields.get("type", "").casefold() or None,
                assigned_to=block.fields.get("assignee") or None,
                tags=block.several("tags") or None,
                labels=block.several("labels") or None,
            )
        )
    return Written(tests, left_out)


def _plain_format(text: str) -> list[NewTest]:
    """The tests of the plain format; headings in code fences do not count, and a `# ...` on top is ignored."""
    tests: list[tuple[str, list[str]]] = []
    fence = ""
    for number, line in enumerate(text.splitlines(), 1):
        marks = _FENCE.match(line)
        if marks:
            fence = "" if fence and marks[1].startswith(fence) else fence or marks[1]
        heading = None if fence or marks else _HEADING.fullmatch(line.rstrip())
        if heading:
            title = heading[1] if len(heading[1]) > LONGEST_LINE else _CLOSING.sub("", heading[1])
            tests.append((title, []))
        elif tests:
            tests[-1][1].append(line)
        elif line.strip() and not line.startswith("# "):
            raise Refused(f"Line {number} is before the first test. {FORM}")
    return [_new_test(title, description="\n".join(lines).strip() or None) for title, lines in tests]
