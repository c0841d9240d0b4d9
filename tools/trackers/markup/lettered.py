"""What Textile and Jira's wiki markup have in common: headings as h3., items as # and *, blocks apart by a line."""

from collections.abc import Callable
from dataclasses import dataclass

from tools.trackers.document import Block, Bullets, Code, Document, Heading, Line, Numbered, Paragraph, Table
from tools.trackers.markup.leaf import code_of, one_line


@dataclass(frozen=True)
class Forms:
    """How one of the two writes what differs."""

    escape: Callable[[str], str]
    lines: Callable[[Line], str]
    compact: Callable[[Line], str]
    """Lines within an item or a cell."""
    row: Callable[[str, str], str]
    """A row of a table with a name and its value."""
    code: Callable[[str], str]
    quote: Callable[[str], str]


def render_with(forms: Forms, document: Document) -> str:
    """Render a document."""
    return "\n\n".join(filter(None, (_block(forms, block) for block in document)))


def _block(forms: Forms, block: Block) -> str:
    match block:
        case Paragraph(line):
            return forms.lines(line)
        case Heading(text):
            return f"h3. {forms.escape(one_line(text))}" if one_line(text) else ""
        case Numbered(items):
            return "\n".join(f"# {forms.compact(item)}" for item in items)
        case Bullets(items):
            return "\n".join(f"* {forms.compact(item)}" for item in items)
        case Table(rows):
            return "\n".join(forms.row(forms.compact([name]), forms.compact([value])) for name, value in rows)
        case Code(text):
            return forms.code(code_of(text))
        case _:
            return forms.quote(forms.lines([block.text]))
