"""Testomat.io's own Markdown of manual tests: a comment with fields above each suite and each test.

testomatio_list_test_ids with kind files returns it, and the vendor's command line pushes and pulls it.
"""

import re
from dataclasses import dataclass, field
from typing import Final

from tools.kit.errors import Refused
from tools.testomatio.models.ids import bare_suite, bare_test
from tools.testomatio.tools.tql_fields import PRIORITIES

_BLOCK = re.compile(r"[ \t]*<!--[ \t]*(suite|test)\b[ \t]*(.*?)[ \t]*(-->)?[ \t]*")
_FIELD = re.compile(r"([A-Za-z_-]+)[ \t]*:[ \t]*(.*?)[ \t]*")
_FIELDS_IN_LINE = re.compile(r"([A-Za-z_-]+)[ \t]*:[ \t]*(.*?)(?=[ \t]+[A-Za-z_-]+[ \t]*:|$)")
_HEADING = re.compile(r"[ \t]*#{1,6}[ \t]+(\S.*?)(?:[ \t]+#+)?[ \t]*")
_EXAMPLE = re.compile(r"[ \t]*<!--[ \t]*example\b.*?-->[ \t]*")
_TABLE_ROW = re.compile(r"[ \t]*\|.*")
STATES: Final = ("manual", "automated", "detached")
LONGEST_LINE: Final = 2000
"""The most characters of a heading or a line of a comment: on longer lines the patterns above get slow."""
NOT_IMPORTED: Final = ("issues", "attachments", "creator", "shared")


@dataclass
class Block:
    """A suite or a test in the Markdown."""

    kind: str
    line: int
    fields: dict[str, str]
    title: str = ""
    lines: list[str] = field(default_factory=list)
    has_examples: bool = False

    @property
    def body(self) -> str:
        return "\n".join(self.lines).strip()

    @property
    def id(self) -> str | None:
        """The bare id, where the block has one."""
        bare = bare_suite if self.kind == "suite" else bare_test
        return bare(self.fields["id"]) if self.fields.get("id") else None

    def several(self, name: str) -> list[str]:
        """The values of a field that separates them with commas."""
        return [part.strip() for part in self.fields.get(name, "").split(",") if part.strip()]

    @property
    def left_out(self) -> list[str]:
        """What is in the block and is not imported."""
        names = [name for name in NOT_IMPORTED if self.fields.get(name)]
        if self.kind == "suite":
            names = [name for name in self.fields if name != "id" and self.fields[name]]
            names += ["description"] if self.body else []
        return names + (["examples"] if self.has_examples else [])


def is_vendor_markdown(text: str) -> bool:
    """Whether a text is in this format."""
    return any(_opening(line) for line in text.splitlines())


def _opening(line: str) -> re.Match[str] | None:
    return _BLOCK.fullmatch(line) if len(line) <= LONGEST_LINE else None


def parse_blocks(text: str) -> list[Block]:
    """The suites and tests of a text, in order.

    A block inside a code fence counts too, as it does for the vendor's program: an unclosed fence would hide all that
    follows.

    Raises:
        Refused: with the line that does not fit.
    """
    lines, blocks, at = text.splitlines(), list[Block](), 0
    while at < len(lines):
        opening = _opening(lines[at])
        if opening is None:
            if blocks:
                blocks[-1].lines.append(lines[at])
            elif lines[at].strip():
                raise Refused(f"Line {at + 1} is before the first <!-- suite --> or <!-- test -->.")
            at += 1
            continue
        fields, after = _fields(lines, at, opening)
        at, title = _title(lines, at, after, opening[1])
        blocks.append(Block(opening[1], after, fields, title))
    for block in blocks:
        _without_examples(block)
        _checked(block)
    return blocks


def _fields(lines: list[str], at: int, opening: re.Match[str]) -> tuple[dict[str, str], int]:
    """The fields of a block, and the line after its end."""
    if opening[3]:
        return dict(_FIELDS_IN_LINE.findall(opening[2])), at + 1
    fields: dict[str, str] = {}
    name = ""
    for number in range(at + 1, len(lines)):
        line = lines[number].strip()
        if line == "-->":
            return fields, number + 1
        if len(line) > LONGEST_LINE:
            raise Refused(f"Line {number + 1} of a comment is longer than {LONGEST_LINE} characters.")
        if found := _FIELD.fullmatch(line):
            name = found[1]
            fields[name] = found[2]
        elif line and name:  # a list below its name, such as attachments
            fields[name] = f"{fields[name]}, {line.removeprefix('- ')}".removeprefix(", ")
    raise Refused(f"The comment that begins in line {at + 1} has no end (a line -->).")


def _title(lines: list[str], begin: int, at: int, kind: str) -> tuple[int, str]:
    """The heading of a block, and the line after it."""
    while at < len(lines) and not lines[at].strip():
        at += 1
    heading = _HEADING.fullmatch(lines[at]) if at < len(lines) and len(lines[at]) <= LONGEST_LINE else None
    if heading is None:
        raise Refused(f"The {kind} whose comment begins in line {begin + 1} has no heading with its title.")
    return at + 1, heading[1]


def _without_examples(block: Block) -> None:
    """Remove the table of examples from a test's text, since it is not part of the description."""
    lines, in_table = list[str](), False
    for line in block.lines:
        if block.kind == "test" and len(line) <= LONGEST_LINE and _EXAMPLE.fullmatch(line):
            in_table = block.has_examples = True
        elif not (in_table and (_TABLE_ROW.fullmatch(line) or not line.strip())):
            in_table = False
            lines.append(line)
    block.lines = lines


def _checked(block: Block) -> None:
    """Check the priority and the type of a test.

    Raises:
        Refused: with the valid words.
    """
    if block.kind == "suite":
        return
    for name, words in (("priority", PRIORITIES), ("type", STATES)):
        if (word := block.fields.get(name)) and word.casefold() not in words:
            raise Refused(f"Line {block.line}: {name} is {word[:60]!r}; valid are {', '.join(words)}.")
