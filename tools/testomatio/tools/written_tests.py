"""Tests as people write them down: `## Title @tag` and below it the description, or the vendor's own Markdown."""

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
from tools.testomatio.tools.vendor_markdown import LONGEST_LINE, blocks_of, is_vendors

MOST: Final = 200
LONGEST_TITLE: Final = 500
_HEADING = re.compile(r"##[ \t]+(\S.*)")
_CLOSING = re.compile(r"[ \t]+#+[ \t]*$")
_FENCE = re.compile(r"[ ]{0,3}(`{3,}|~{3,})")
FORM: Final = "A test begins with a line `## Title @tag`; what follows, up to the next such line, is its description."


class NewTest(Sent):
    """A test to create."""

    title: Annotated[str, Field(min_length=1, max_length=500, description="@word in it is a tag.")]
    id: Annotated[TestId | None, Field(description="Of an existing test, to change with update.")] = None
    description: Annotated[str | None, Field(max_length=50_000, description="Markdown.")] = None
    suite_id: Annotated[SuiteId | None, Field(description="Default: suite_id of the call.")] = None
    priority: Priority | None = None
    state: State | None = None
    assigned_to: Annotated[str | None, Field(max_length=200, description="E-mail of a member.")] = None
    tags: Tags = None
    labels: Annotated[list[str] | None, Field(max_length=20, description="Such as Severity:Major.")] = None

    def wire(self, title: str, suite_id: str) -> dict[str, Any]:
        """The test as a bulk write takes it."""
        return {"title": title, "suite_id": suite_id, **self.said()}

    def said(self) -> dict[str, Any]:
        """What it says beside its title and place."""
        told = self.model_dump(include={"description", "priority", "state", "assigned_to"})
        return {name: value for name, value in told.items() if value}

    def differing(self, title: str, before: Test) -> dict[str, Any]:
        """What of it a stored test does not have yet; how a test is run is not for a text to say."""
        fields = {"title": title, **self.said()}
        fields.pop("state", None)
        return {
            name: value
            for name, value in fields.items()
            if clean(getattr(before, name) or "").strip() != clean(value).strip()
        }


@dataclass
class Written:
    """What a Markdown text holds."""

    tests: list[NewTest]
    left_out: list[str] = field(default_factory=list)
    """What it says beside that and nothing here writes."""


def from_markdown(text: str) -> Written:
    """The tests of a Markdown text of either form.

    Raises:
        Refused: with the line, for what does not fit, and for a text without any test.
    """
    if "\n" not in text and "\\n" in text and not has_escaped_breaks(text):
        raise Refused(f"This text has backslash and n instead of line breaks; send real ones. {FORM}")
    text = with_real_breaks(text)
    written = of_vendor(text) if is_vendors(text) else Written(_plain_form(text))
    if not written.tests:
        raise Refused(f"There is no test in this text. {FORM}")
    for test in written.tests:
        if has_escaped_breaks(test.title):
            raise Refused(
                f"The title {test.title[:60]!r}... has backslash and n instead of line breaks; send real ones."
            )
    return written


def _titled(title: str, **fields: Any) -> NewTest:
    if len(title) > LONGEST_TITLE:
        raise Refused(f"The title {title[:60]!r}... is longer than {LONGEST_TITLE} characters.")
    try:
        return NewTest(title=title, **fields)
    except ValidationError as error:
        wrong = ", ".join(str(one["loc"][0]) for one in error.errors())
        raise Refused(f"Test {title[:60]!r}: {wrong} is not what the platform takes.") from error


def of_vendor(text: str) -> Written:
    """The tests of the vendor's own Markdown, each in the suite whose block stands above it."""
    tests, left_out, suite = list[NewTest](), list[str](), None
    for block in blocks_of(text):
        if block.left_out:
            left_out.append(f"{block.kind} {block.title[:80]!r}: {', '.join(block.left_out)}")
        if block.kind == "suite":
            suite = block
            continue
        tests.append(
            _titled(
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


def _plain_form(text: str) -> list[NewTest]:
    """The tests of the small form; a heading in a fence of code is none, and one `# ...` on top is left out."""
    found: list[tuple[str, list[str]]] = []
    fence = ""
    for number, line in enumerate(text.splitlines(), 1):
        marks = _FENCE.match(line)
        if marks:
            fence = "" if fence and marks[1].startswith(fence) else fence or marks[1]
        heading = None if fence or marks else _HEADING.fullmatch(line.rstrip())
        if heading:
            title = heading[1] if len(heading[1]) > LONGEST_LINE else _CLOSING.sub("", heading[1])
            found.append((title, []))
        elif found:
            found[-1][1].append(line)
        elif line.strip() and not line.startswith("# "):
            raise Refused(f"Line {number} stands in front of the first test. {FORM}")
    return [_titled(title, description="\n".join(lines).strip() or None) for title, lines in found]
