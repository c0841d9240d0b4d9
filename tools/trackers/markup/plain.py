"""Plain text: Bugzilla, and Zendesk's plain comments.

It has no escapes. Bugzilla makes links of `bug 1` and of addresses when it shows a text, and notifies nobody.
"""

import re

from tools.trackers.document import Block, Bullets, Code, Document, Heading, Line, Link, Numbered, Paragraph, Table
from tools.trackers.markup.leaf import address_of, code_of, lines_of, one_line, spans, text_of


def render(document: Document) -> str:
    """Render a document."""
    text = ""
    for block in document:
        if part := _block(block):
            text += part + ("\n" if isinstance(block, Heading) else "\n\n")
    return text.rstrip()


def render_for_zendesk(document: Document) -> str:
    """Render a document without `{{` and `{%`, which Zendesk expands: a space is the one break sure to work."""
    return re.sub(r"\{(?=[{%])", "{ ", render(document))


def _block(block: Block) -> str:
    match block:
        case Paragraph(line):
            return "\n".join(_lines(line))
        case Heading(text):
            return f"{one_line(text)}:" if one_line(text) else ""
        case Numbered(items):
            return "\n".join(_item(f"{number}. ", item) for number, item in enumerate(items, 1))
        case Bullets(items):
            return "\n".join(_item("- ", item) for item in items)
        case Table(rows):
            return "\n".join(_item(f"{one_line(name)}: ", [value]) for name, value in rows)
        case Code(text):
            return code_of(text)
        case _:
            return "\n".join(f"> {line}".rstrip() for line in _lines([block.text]))


def _item(mark: str, line: Line) -> str:
    return mark + "\n  ".join(_lines(line))


def _lines(line: Line) -> list[str]:
    return lines_of("".join(_link(span) if isinstance(span, Link) else span for span in spans(line)))


def _link(link: Link) -> str:
    address = address_of(link) or ""
    return address if text_of(link) in {address, link.address} else f"{text_of(link)} ({address})"
