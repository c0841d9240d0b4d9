"""Tests as people write them down: a small Markdown form, `## Title @tag` and below it the description."""

import re
from typing import Annotated, Any, Final

from pydantic import Field

from tools.kit.errors import Refused
from tools.kit.model import Sent
from tools.testomatio.models.ids import SuiteId
from tools.testomatio.tools.tests import Priority, State, Tags

MOST: Final = 200
_HEADING = re.compile(r"##[ \t]+(\S.*)")
_CLOSING = re.compile(r"[ \t]+#+[ \t]*$")
_FENCE = re.compile(r"[ ]{0,3}(`{3,}|~{3,})")
FORM: Final = "A test begins with a line `## Title @tag`; what follows, up to the next such line, is its description."


class NewTest(Sent):
    """A test to make."""

    title: Annotated[str, Field(min_length=1, max_length=500)]
    description: Annotated[str | None, Field(max_length=50_000)] = None
    suite_id: Annotated[SuiteId | None, Field(description="Default: that of the call.")] = None
    priority: Priority | None = None
    state: State | None = None
    assigned_to: Annotated[str | None, Field(max_length=200, description="E-mail.")] = None
    tags: Tags = None
    labels: Annotated[list[str] | None, Field(description="Not possible here: testomatio_add_links.")] = None

    def wire(self, title: str, suite_id: str) -> dict[str, Any]:
        """The test as a bulk write takes it."""
        told = self.model_dump(include={"description", "priority", "state", "assigned_to"})
        return {"title": title, "suite_id": suite_id, **{name: value for name, value in told.items() if value}}


def from_markdown(text: str) -> list[NewTest]:
    """The tests of a Markdown text; a heading inside a fence of code is none, and one `# ...` on top is left out.

    Raises:
        Refused: with the line, for text in front of the first test, and for a text without any.
    """
    found: list[tuple[str, list[str]]] = []
    fence = ""
    for number, line in enumerate(text.splitlines(), 1):
        marks = _FENCE.match(line)
        if marks:
            fence = "" if fence and marks[1].startswith(fence) else fence or marks[1]
        heading = None if fence or marks else _HEADING.fullmatch(line.rstrip())
        if heading:
            found.append((_CLOSING.sub("", heading[1]), []))
        elif found:
            found[-1][1].append(line)
        elif line.strip() and not line.startswith("# "):
            raise Refused(f"Line {number} stands in front of the first test. {FORM} Nothing was sent.")
    if not found:
        raise Refused(f"There is no test in this text. {FORM} Nothing was sent.")
    if long := next((title for title, _ in found if len(title) > 500), None):
        raise Refused(f"The title {long[:60]!r}... is longer than 500 characters. Nothing was sent.")
    return [NewTest(title=title, description="\n".join(lines).strip() or None) for title, lines in found]
